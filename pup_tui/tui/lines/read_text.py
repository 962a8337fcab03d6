"""Text that is read on the screen, and what finds a word in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from textual.containers import ScrollableContainer
from textual.content import Content
from textual.geometry import Region
from textual.reactive import var
from textual.visual import VisualType
from textual.widget import Widget
from textual.widgets import Static

from pup_tui.output.search import TextSearch

NO_MATCH = "no match"
"""What a search says that finds nothing."""


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


class TextFinder:
    """Finds a word in the `ReadText` of some areas that scroll, and goes from match to match."""

    def __init__(self, areas: Callable[[], Sequence[ScrollableContainer]]) -> None:
        self._areas = areas
        self._at: tuple[int, int] | None = None
        """The area and the row of the match that was gone to last."""
        self.pattern: re.Pattern[str] | None = None

    def look_for(self, text: str) -> None:
        """Mark a text wherever it stands; with none nothing is marked."""
        self.pattern = TextSearch(plain=True).pattern(text) if text else None
        self._at = None
        for area in self._areas():
            for read in area.query(ReadText):
                read.pattern = self.pattern

    def go(self, by: int) -> str:
        """Go to the next match, or the one before; past the last follows the first. Tells which it is."""
        return self.go_on(by) or self.enter(by)

    def go_on(self, by: int) -> str:
        """Go to the next match, or the one before; tells nothing where there is none further."""
        areas = self._areas()
        here = self._at or (0, (round(areas[0].scroll_y) if areas else 0) - (by > 0))
        found = list(self._matches(areas))
        beyond = [place for place in found if (place > here if by > 0 else place < here)]
        return self._go_to(found, beyond[0 if by > 0 else -1]) if beyond else ""

    def enter(self, by: int) -> str:
        """Go to the first match, or from below to the last one; tells which it is."""
        found = list(self._matches(self._areas()))
        return self._go_to(found, found[0 if by > 0 else -1]) if found else NO_MATCH

    @property
    def finds(self) -> bool:
        """Whether there is a match."""
        return any(True for _ in self._matches(self._areas()))

    def _go_to(self, found: list[tuple[int, int]], place: tuple[int, int]) -> str:
        self._at = which, row = place
        area = self._areas()[which]
        area.scroll_to(y=max(0, row - area.size.height // 2), animate=False)
        return f"match {found.index(place) + 1} of {len(found)}"

    def _matches(self, areas: Sequence[ScrollableContainer]) -> Iterator[tuple[int, int]]:
        if self.pattern is None:
            return
        for number, area in enumerate(areas):
            for read in area.query(ReadText):
                top = _top(read, area)
                for row, text in enumerate(read.rows()):
                    if self.pattern.search(text):
                        yield number, top + row


def _top(widget: Widget, area: Widget) -> int:
    """The row of an area in which a widget somewhere in it begins."""
    top = 0
    for node in widget.ancestors_with_self:
        if node is area or not isinstance(node, Widget):
            break
        top += node.virtual_region.y
    return top
