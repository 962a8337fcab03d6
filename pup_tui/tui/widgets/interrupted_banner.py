"""Tells at the start that runs were interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.keys import key_of
from pup_tui.tui.texts import counted, cut_middle, moment

if TYPE_CHECKING:
    from pup_tui.journal.records import RunRow


LEAST_NAME = 8
"""Columns of a runbook's name that are shown in any case."""


class InterruptedBanner(Static):
    """How many runs there are that could go on, and the key that shows them; a click does the same."""

    def __init__(self, rows: Sequence[RunRow]) -> None:
        super().__init__(markup=False)
        self._rows = rows

    def on_resize(self) -> None:
        """Tell all of it but what is too long of the runbook's name: the key stands at the end."""
        rows, key = self._rows, key_of(self.app, "interrupted")
        aside = f" · {key_of(self.app, 'put_alert_aside')} aside"
        before, after = "… a run was interrupted: ", f" · {key} shows it{aside}"
        if len(rows) > 1:
            runs = counted(len(rows), "interrupted run")
            before, after = f"… {runs}, newest ", f" · {key} shows them{aside}"
        after = f" of {moment(rows[0].started_at)}{after}"
        room = self.size.width - cell_len(before + after)
        name = cut_middle(safe_text(rows[0].runbook), max(LEAST_NAME, room))
        self.update(Content.styled(f"{before}{name}{after}", "bold"), layout=False)

    def on_click(self) -> None:
        self.screen.call_later(self.screen.run_action, "interrupted")
