"""Text that is read on the screen, with the keys that lists have: pages, ends, search."""

from __future__ import annotations

import re
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.visual import VisualType
from textual.widgets import Input, Static

from pup_tui.tui.fields.line_input import LineInput
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.lines.finder import TextSearch


class ReadText(Static):
    """A text in which what is searched for is marked."""

    pattern: var[re.Pattern[str] | None] = var(None)

    def watch_pattern(self) -> None:
        self.refresh()

    def render(self) -> VisualType:
        shown = super().render()
        if self.pattern is None or not isinstance(shown, Content):
            return shown
        return shown.highlight_regex(self.pattern, style="bold reverse")

    def rows(self) -> list[str]:
        """Its lines as they are drawn."""
        strips = self.render_lines(Region(0, 0, self.size.width, self.size.height))
        return [strip.text for strip in strips]


class _FindInput(LineInput):
    BINDINGS: ClassVar[list[BindingType]] = bound({"back": ("leave", "Close the search")})

    class Left(Message):
        """The operator does not want to search after all."""

    def action_leave(self) -> None:
        self.post_message(self.Left())


class FindLine(Horizontal):
    """Where a word is typed that is searched for, and how often it was found."""

    def compose(self) -> list[LineInput | Static]:
        hint = with_keys(self.app, "enter finds · {back} leaves")
        return [_FindInput(placeholder=hint, compact=True), Static(markup=False)]

    def on_mount(self) -> None:
        self.display = False

    def tell(self, told: str) -> None:
        self.query_one(Static).update(Content(told))


class ReadArea(VerticalScroll, inherit_bindings=False):
    """Scrolls `ReadText`; what it holds beside them is not searched."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "down": "lines(1)",
            "up": "lines(-1)",
            "page_down": "pages(1)",
            "page_up": "pages(-1)",
            "first": "to_end(-1)",
            "last": "to_end(1)",
            "search": "search",
            "next_match": "match(1)",
            "previous_match": "match(-1)",
            "back": ("clear", "Clear the search"),
        }
    )

    _pattern: re.Pattern[str] | None = None
    _at: int | None = None
    """The row of the match that was gone to last."""

    async def on_mount(self) -> None:
        await self.mount(FindLine())

    def action_lines(self, by: int) -> None:
        self.scroll_relative(y=by, animate=False)

    def action_pages(self, by: int) -> None:
        self.scroll_relative(y=by * max(1, self.size.height - 1), animate=False)

    def action_to_end(self, by: int) -> None:
        self.scroll_to(y=0 if by < 0 else self.max_scroll_y, animate=False)

    # Search

    @property
    def _line(self) -> FindLine:
        return self.query_one(FindLine)

    def action_search(self) -> None:
        self._line.display = True
        self._line.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._look_for(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus()
        if self._pattern is None:
            self._line.display = False
        else:
            self.action_match(1)

    def on__find_input_left(self, message: _FindInput.Left) -> None:
        message.stop()
        self.action_clear()

    def _look_for(self, text: str) -> None:
        self._pattern = TextSearch(plain=True).pattern(text) if text else None
        self._at = None
        for read in self.query(ReadText):
            read.pattern = self._pattern

    def action_match(self, by: int) -> None:
        """Go to the next match, or to the one before; past the last follows the first."""
        if self._pattern is None:
            self.action_search()
            return
        found = self._matches(self._pattern)
        if not found:
            self._line.tell("no match")
            return
        here = round(self.scroll_y) - (by > 0) if self._at is None else self._at
        beyond = [row for row in found if (row > here if by > 0 else row < here)]
        at = (beyond or found)[0 if by > 0 else -1]
        self._at = at
        self._line.tell(f"match {found.index(at) + 1} of {len(found)}")
        self.scroll_to(y=max(0, at - self.size.height // 2), animate=False)

    def _matches(self, pattern: re.Pattern[str]) -> list[int]:
        return [
            read.virtual_region.y + row
            for read in self.query(ReadText)
            for row, text in enumerate(read.rows())
            if pattern.search(text)
        ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave escape to other widgets where there is no search."""
        if action == "clear":
            return self.searching
        return True

    @property
    def searching(self) -> bool:
        """Whether a search is typed, or what it found is marked."""
        return any(line.display for line in self.query(FindLine))

    def action_clear(self) -> None:
        self._line.query_one(Input).value = ""
        self._line.tell("")
        self._line.display = False
        self._look_for("")
        self.focus()
