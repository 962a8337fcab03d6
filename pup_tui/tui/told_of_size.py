"""Screens in which every widget is told of the size that it has got."""

from __future__ import annotations

from textual._compositor import Compositor, ReflowResult
from textual.geometry import Size
from textual.widget import Widget


class ToldOfSize(Compositor):
    """Notes what widgets were told of by a layout.

    Textual compares a layout with where all was found last. Once something has been scrolled, whoever asks
    for the place of any widget has all of that found anew: what was mounted or changed its size since the
    last layout counts as known from then on, and would never be told.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[Widget, Size] = {}

    def clear(self) -> None:
        super().clear()
        self._told.clear()

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        found = super().reflow(parent, size)
        before = self._told
        self._told = now = {widget: place.region.size for widget, place in self._full_map.items()}
        shown = now.keys() - before.keys()
        resized = {widget for widget in now.keys() - shown if before[widget] != now[widget]}
        return found._replace(shown=found.shown | shown, resized=found.resized | resized)
