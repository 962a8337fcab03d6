"""What all past runs say. Blocks: the console calls it in a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pup_tui.core.figures import RunbookFigures, StepFigures, runbook_figures
from pup_tui.core.state import RunStatus
from pup_tui.journal.reader import read_journal
from pup_tui.tui.past import recent_figures

MOST_RUNS = 5_000
"""The newest runs that are looked at."""


@dataclass(frozen=True)
class PastFigures:
    """What the newest runs say of each runbook by its id, the one that ran last first.

    And of the `steps`, by their ids, of the runbook that was asked for.
    """

    runbooks: Mapping[str, RunbookFigures] = field(default_factory=dict)
    steps: Mapping[str, StepFigures] = field(default_factory=dict)


def past_figures(state: Path, runbook: str) -> PastFigures:
    """The figures of the journal in the folder `state`. Raises JournalError."""
    with read_journal(state) as journal:
        if journal is None:
            return PastFigures()
        ends: dict[str, list[tuple[str, float | None]]] = {}
        for row in journal.runs(limit=MOST_RUNS):
            if row.status is not RunStatus.RUNNING and not row.look:
                ends.setdefault(row.runbook, []).append((row.status, row.duration))
        steps = recent_figures(journal, runbook)
        return PastFigures({name: runbook_figures(its) for name, its in ends.items()}, steps)
