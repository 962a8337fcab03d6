"""Screens that are laid out once for each size of the terminal."""

from __future__ import annotations

from textual import events
from textual.screen import Screen, ScreenResultType


class LaidOutOnce(Screen[ScreenResultType]):
    """A screen that lays nothing out for a size that it has already, or that the terminal no longer has.

    Each layout tells a screen the size that it was made for, as it tells all widgets. Textual takes that for
    another size of the terminal, and lays out everything a second time; where the terminal was resized in
    the meantime, for a size that it had before.
    """

    def on_resize(self, event: events.Resize) -> None:
        if event.size == self.outer_size or event.size != self.app.size:
            event.prevent_default()
