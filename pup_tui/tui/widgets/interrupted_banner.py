"""Tells at the start that runs were interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.texts import counted, moment

if TYPE_CHECKING:
    from pup_tui.journal.records import RunRow


class InterruptedBanner(Static):
    """How many runs there are that could go on, and the key that shows them; a click does the same."""

    def __init__(self, rows: Sequence[RunRow]) -> None:
        newest = rows[0]
        what = f"{safe_text(newest.runbook)} of {moment(newest.started_at)}"
        if len(rows) == 1:
            told = f"… a run was interrupted: {what} · R shows it, to resume it"
        else:
            told = (
                f"… {counted(len(rows), 'run')} were interrupted, the newest {what} · R shows them"
            )
        super().__init__(Content.styled(told, "bold"), markup=False)

    def on_click(self) -> None:
        self.run_worker(self.screen.run_action("interrupted"))
