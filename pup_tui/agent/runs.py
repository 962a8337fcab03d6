"""Tools about runs: what became of one, what its steps printed, which there were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pup_tui.agent.desk import Refused
from pup_tui.agent.limits import LONGEST_NAME, MOST_TOLD, checked_number, checked_text
from pup_tui.agent.reach import RUN_ID
from pup_tui.core.notices import rfc3339
from pup_tui.journal.reader import read_journal
from pup_tui.output.spool import SpoolReader
from pup_tui.output.style import strip_style
from pup_tui.quoted import quoted

if TYPE_CHECKING:
    from pup_tui.agent.desk import Desk
    from pup_tui.agent.reach import Reach
    from pup_tui.journal.pending import PendingRun

_LONGEST_LINE = 16 * 1024
"""Bytes of a line that are read of one; an answer has less."""


def get_run(desk: Desk, reach: Reach, run: str) -> dict[str, Any]:
    """A run with its steps and decisions, or what has become of one that was asked for."""
    with read_journal(desk.state) as journal:
        if journal is not None and len(run) == RUN_ID and journal.run(run) is None:
            pending = journal.pending_run(run)
            if pending is not None and reach.sees_today(pending.runbook):
                return _asked_for(pending, desk.now())
        told = desk.shown(*reach.run(journal, run))
    return {
        **told,
        "steps": [_without_path(step) for step in told["steps"]],
        "legs": [_without_place(leg) for leg in told["legs"]],
    }


def _asked_for(pending: PendingRun, now: float) -> dict[str, Any]:
    return {
        "run": pending.run,
        "runbook": pending.runbook,
        "status": pending.status_at(now),
        "asked_at": rfc3339(pending.asked_at),
        "expires_at": rfc3339(pending.ends_at),
        "note": pending.note,
    }


def _without_path(step: dict[str, Any]) -> dict[str, Any]:
    return {**step, "output": step["output"] is not None}


def _without_place(leg: dict[str, Any]) -> dict[str, Any]:
    source = leg["source"]
    kept = None if source is None else {"sha256": source["sha256"]}
    return {**leg, "source": kept}


def get_output(
    desk: Desk, reach: Reach, run: str, step: str, first: int, lines: int
) -> dict[str, Any]:
    """Some lines of what a step printed, without colours; its last ones where `first` is negative."""
    checked_text("step", step, LONGEST_NAME)
    checked_number("lines", lines, 1, MOST_TOLD)
    checked_number("first", first, -1_000_000_000, 1_000_000_000)
    with read_journal(desk.state) as journal:
        outputs = desk.outputs(*reach.run(journal, run))
    if step not in outputs:
        raise Refused(f"the run has no step {quoted(step)}: `get_run` names its steps")
    if not outputs[step].exists():
        return {"run": run, "step": step, "first": 0, "total": 0, "dropped": 0, "lines": []}
    reader = SpoolReader(outputs[step])
    try:
        total = reader.line_count
        begin = max(0, total + first) if first < 0 else first
        found = reader.lines(begin, begin + lines, _LONGEST_LINE)
        return {
            "run": run,
            "step": step,
            "first": begin,
            "total": total,
            "dropped": reader.dropped_lines,
            "lines": [{"stream": line.stream, "text": strip_style(line.text)} for line in found],
        }
    finally:
        reader.close()
