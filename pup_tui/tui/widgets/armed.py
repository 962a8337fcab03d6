"""Pages on which a click runs something."""

from __future__ import annotations

from time import monotonic

from textual.containers import Vertical

from pup_tui.tui.dialogs import dialog


class Armed(Vertical):
    """Takes no click in its first moments, like a dialog: a second click was meant for what was there."""

    _shown = 0.0

    def on_show(self) -> None:
        self._shown = monotonic()

    @property
    def armed(self) -> bool:
        return monotonic() - self._shown >= dialog.ARM_SECONDS
