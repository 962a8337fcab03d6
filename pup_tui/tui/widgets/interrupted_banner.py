"""Tells at the start that runs were interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.keys import key_of
from pup_tui.tui.texts import counted, moment

if TYPE_CHECKING:
    from pup_tui.journal.records import RunRow


class InterruptedBanner(Static):
    """How many runs there are that could go on, and the key that shows them; a click does the same."""

    def __init__(self, rows: Sequence[RunRow]) -> None:
        super().__init__(markup=False)
        self._rows = rows

    def on_mount(self) -> None:
        rows, key = self._rows, key_of(self.app, "interrupted")
        what = f"{safe_text(rows[0].runbook)} of {moment(rows[0].started_at)}"
        told = f"… a run was interrupted: {what} · {key} shows it, to resume it"
        if len(rows) > 1:
            runs = counted(len(rows), "run")
            told = f"… {runs} were interrupted, the newest {what} · {key} shows them"
        self.update(Content.styled(told, "bold"))

    def on_click(self) -> None:
        self.run_worker(self.screen.run_action("interrupted"))
