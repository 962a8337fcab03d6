"""An application that sends a terminal only what does not stand there already."""

from __future__ import annotations

from typing import Any, TypeAlias

from rich.console import RenderableType
from textual._compositor import ChopsUpdate
from textual.app import App, ReturnType
from textual.screen import Screen
from textual.strip import Strip

_Drawn: TypeAlias = list[tuple[int, Strip]]
"""What was drawn in some columns of a line: strips, each with the column that it begins in."""


class DrawnOnce(App[ReturnType]):
    """Leaves out of a partial update what was drawn in that place last.

    What draws itself again and again, as an output that may have changed does, costs a slow line nothing as
    long as it looks the same. A whole picture is always sent: a terminal that shows something else has it
    right again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._drawn: dict[int, dict[tuple[int, int], _Drawn]] = {}
        """By line, then by the columns from and up to which it was drawn, none of which overlap."""
        self._cursor_drawn: object = None

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if renderable is None or self._batch_count or not self._running:
            super()._display(screen, None)
            return
        if isinstance(renderable, ChopsUpdate):
            news = [span for span in renderable.spans if self._is_news(renderable, span)]
            if not news and self.cursor_position == self._cursor_drawn:
                return
            # One span at least: what places the cursor goes with it.
            spans = news or renderable.spans[:1]
            renderable = ChopsUpdate(renderable.chops, spans, renderable.chop_ends)
        else:
            self._drawn.clear()
        self._cursor_drawn = self.cursor_position
        super()._display(screen, renderable)

    def _is_news(self, update: ChopsUpdate, span: tuple[int, int, int]) -> bool:
        """Whether something else stands where this part of an update goes; from now on this does."""
        line, begin, end = span
        strips = zip(update.chop_ends[line], update.chops[line].items(), strict=False)
        drawn = [
            (at, strip)
            for strip_end, (at, strip) in strips
            if strip is not None and at < end and strip_end > begin
        ]
        known = self._drawn.setdefault(line, {})
        if known.get((begin, end)) == drawn:
            return False
        for other in [other for other in known if other[0] < end and other[1] > begin]:
            del known[other]
        known[begin, end] = drawn
        return True
