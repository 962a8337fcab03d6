"""The items of a fleet that ended in the same way and printed the same, each such group in one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from pup_tui.output.alike import AlikeGroup
from pup_tui.tui.glyphs import mark_of
from pup_tui.tui.keys import bound
from pup_tui.tui.texts import fit
from pup_tui.tui.widgets.drawn_rows import CALM, DrawnRows


class AlikeList(DrawnRows):
    """One row a group. The one that is selected shows in the grid which items it has."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "down": "move(1)",
            "up": "move(-1)",
            "page_down": "page(1)",
            "page_up": "page(-1)",
            "first": "to(0)",
            "last": "to(-1)",
            "open": ("open", "Output"),
        }
    )

    class Moved(Message):
        """Another group is selected."""

    class Opened(Message):
        """The operator wants to see what a group printed, by one of its items."""

        def __init__(self, item: str) -> None:
            super().__init__()
            self.item = item

    class Left(Message):
        """The operator goes on above the first row."""

    def __init__(self) -> None:
        super().__init__()
        self._groups: Sequence[AlikeGroup] = ()
        self._called: Callable[[str], str] = str
        self._noun = "item"
        self._selected = 0

    def show(self, groups: Sequence[AlikeGroup], noun: str, called: Callable[[str], str]) -> None:
        """Show these groups of items, which are `called` so by their ids."""
        before, stood = self._groups, self._noun
        self._groups, self._noun, self._called = groups, noun, called
        if groups is before and noun == stood:
            return
        selected = self._selected
        self._selected = min(selected, max(0, len(groups) - 1))
        if self.virtual_size.height != len(groups):
            self.virtual_size = Size(0, len(groups))
        if noun != stood or self._selected != selected:
            self.refresh()
            return
        # An item that ends changes one or two rows, and the list mostly has the rest of the screen.
        for row, (now, then) in enumerate(zip_longest(groups, before)):
            if now != then:
                self.refresh_line(row)

    @property
    def group(self) -> AlikeGroup | None:
        """The group that is selected, where one has the focus."""
        return self._groups[self._selected] if self._groups and self.has_focus else None

    def on_focus(self) -> None:
        self.post_message(self.Moved())

    def on_blur(self) -> None:
        self.post_message(self.Moved())

    def _choose(self, at: int) -> None:
        before, self._selected = self._selected, max(0, min(at, len(self._groups) - 1))
        self.bring_in_sight(self._selected)
        for row in {before, self._selected}:
            self.refresh_line(row)
        self.post_message(self.Moved())

    def action_move(self, by: int) -> None:
        if by < 0 and self._selected == 0:
            self.post_message(self.Left())
        else:
            self._choose(self._selected + by)

    def action_page(self, pages: int) -> None:
        self._choose(self._selected + pages * max(1, self.size.height - 1))

    def action_to(self, at: int) -> None:
        self._choose(at if at >= 0 else len(self._groups) - 1)

    def action_open(self) -> None:
        if self._groups:
            self.post_message(self.Opened(self._groups[self._selected].items[0]))

    def on_click(self, event: events.Click) -> None:
        """One click goes to a group; two show what it printed."""
        at = self.scroll_offset.y + event.y
        if at < len(self._groups):
            self._choose(at)
            if event.chain == 2:
                self.action_open()

    def render_line(self, y: int) -> Strip:
        at = self.scroll_offset.y + y
        width, looks = self.size.width, self.looks
        base = looks[""]
        if at >= len(self._groups):
            return Strip.blank(width, base)
        if at == self._selected and self.has_focus:
            base += looks["cursor"]
        group = self._groups[at]
        mark = mark_of(group.state)
        who = group.who(self._noun, fit_name(self._called(group.items[0])))
        room = max(0, width - 3 - cell_len(who) - 2)
        segments = [
            Segment(f" {mark.glyph} ", looks[mark.tone]),
            Segment(f"{who}:", Style.null()),
            Segment(f" {fit(group.told, room)}", CALM),
        ]
        return Strip(segments).apply_style(base).crop_extend(0, width, base)


def fit_name(name: str) -> str:
    """What an item is called, where it is so long that nothing else has room cut."""
    return name if len(name) <= _MOST_NAME else f"{name[: _MOST_NAME - 1]}…"


_MOST_NAME = 40
