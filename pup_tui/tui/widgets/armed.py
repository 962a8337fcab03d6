"""Pages on which a click runs something."""

from __future__ import annotations

import math
from time import monotonic

from textual.containers import Vertical

from pup_tui.tui.dialogs import dialog
from pup_tui.tui.drawn_whole import once_drawn


class Armed(Vertical):
    """Takes no click in its first moments, like a dialog: a second click was meant for what was there.

    They begin when it is drawn, which on a loaded machine is long after it came.
    """

    _drawn = math.inf

    def on_show(self) -> None:
        self._drawn = math.inf
        once_drawn(self.screen, self._note_drawn)

    def _note_drawn(self) -> None:
        self._drawn = min(self._drawn, monotonic())

    @property
    def armed(self) -> bool:
        return monotonic() - self._drawn >= dialog.ARM_SECONDS
