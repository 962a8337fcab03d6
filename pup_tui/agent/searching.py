"""The tool that finds a text in what is recorded of runs."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pup_tui.agent.limits import LONGEST_NAME, MOST_TOLD, checked_number, checked_text
from pup_tui.core.notices import rfc3339
from pup_tui.journal.reader import read_journal

if TYPE_CHECKING:
    from pup_tui.agent.desk import Desk, TextInRun
    from pup_tui.agent.reach import Reach
    from pup_tui.journal.records import RunRow

MOST_SEARCHED: Final = 1_000
"""Runs, the newest first, that are looked through."""


def search_history(desk: Desk, reach: Reach, text: str, runbook: str, most: int) -> dict[str, Any]:
    """Where the text stands, newest runs first; without a text the newest runs themselves."""
    checked_text("text", text, LONGEST_NAME)
    checked_text("runbook", runbook, LONGEST_NAME)
    checked_number("most", most, 1, MOST_TOLD)
    with read_journal(desk.state) as journal:
        if journal is None:
            return {"found": [], "more": False}
        rows = islice(journal.each_run(runbook=runbook or None), MOST_SEARCHED)
        if text.strip():
            hits = desk.search(journal, text, rows)
            told = (_found(hit) for hit in hits if reach.sees_run(journal, hit.run))
        else:
            told = (_run(row) for row in rows if reach.sees_run(journal, row))
        found = list(islice(told, most))
        return {"found": found, "more": next(told, None) is not None}


def _run(row: RunRow) -> dict[str, Any]:
    return {
        "run": row.run,
        "runbook": row.runbook,
        "status": row.status,
        "started_at": rfc3339(row.started_at),
        "duration": row.duration,
    }


def _found(hit: TextInRun) -> dict[str, Any]:
    return {
        **_run(hit.run),
        "step": hit.step or None,
        "in": hit.where,
        "line": hit.line,
        "text": hit.text,
    }
