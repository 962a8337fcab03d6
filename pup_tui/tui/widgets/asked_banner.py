"""Tells that agents have asked for runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.keys import key_of
from pup_tui.tui.texts import counted, cut_middle

if TYPE_CHECKING:
    from pup_tui.journal.pending import PendingRun

LEAST_NAME = 8
"""Columns of a name that are shown in any case."""


class AskedBanner(Static):
    """What waits for a person's word, and the key that shows it; a click does the same."""

    def __init__(self, waiting: Sequence[PendingRun]) -> None:
        super().__init__(markup=False)
        self._waiting = waiting

    def show(self, waiting: Sequence[PendingRun]) -> None:
        self._waiting = waiting
        self.on_resize()

    def on_resize(self) -> None:
        """Tell all of it but what is too long of names: the key stands at the end."""
        key, aside = key_of(self.app, "asked"), key_of(self.app, "put_alert_aside")
        waiting = self._waiting
        after = f" · {key} shows {'it' if len(waiting) == 1 else 'them'} · {aside} aside"
        if len(waiting) > 1:
            told = f"{counted(len(waiting), 'run')} asked for by agents"
        else:
            told = f"{waiting[0].client_told} asks for a run of {waiting[0].runbook}"
        room = max(LEAST_NAME, self.size.width - cell_len(after) - 2)
        self.update(
            Content.styled(f"? {cut_middle(safe_text(told), room)}{after}", "bold"), layout=False
        )

    def on_click(self) -> None:
        self.screen.call_later(self.screen.run_action, "asked")
