"""Text that is read on the screen, with the keys that lists have: pages, ends, search."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from pup_tui.tui.fields.find_line import FindLine
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import TextFinder


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

    async def on_mount(self) -> None:
        self._finder = TextFinder(lambda: [self])
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
        self._line.open()

    def on_find_line_typed(self, message: FindLine.Typed) -> None:
        message.stop()
        self._finder.look_for(message.text)

    def on_find_line_entered(self, message: FindLine.Entered) -> None:
        message.stop()
        self.focus()
        if self._finder.pattern is None:
            self._line.display = False
        else:
            self.action_match(1)

    def on_find_line_left(self, message: FindLine.Left) -> None:
        message.stop()
        self.action_clear()

    def action_match(self, by: int) -> None:
        """Go to the next match, or to the one before; past the last follows the first."""
        if self._finder.pattern is None:
            self.action_search()
        else:
            self._line.tell(self._finder.go(by))

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
        self._line.close()
        self._finder.look_for("")
        self.focus()
