"""What runs that are over came to, as rows that figures are made of.

They are worked out of the events of a run when it ends, in the same commit, and when an older journal is
brought up to date; nothing in them stands only there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from pup_tui.core.ended import EndedRun, EndedStep, ended_run
from pup_tui.core.state import RunStatus
from pup_tui.journal import codec

LONGEST_MESSAGE = 300
"""Characters that are kept of why a step failed."""

TABLES = ("ended_step", "ended_run")
"""The tables that hold them, each with a column `run`."""

UNUSED_NAMES = "DELETE FROM step_name WHERE number NOT IN (SELECT step FROM ended_step)"

# As bytes: what was flipped need not be UTF-8 any more, and is told when the run is looked at.
_RUN = (
    "SELECT CAST(runbook AS BLOB), started_at, CAST(status AS BLOB), duration, ended_wall, warnings"
    " FROM run WHERE number = ?"
)
_EVENTS = "SELECT CAST(body AS BLOB) FROM event WHERE run = ? ORDER BY sequence"
_INSERT_RUN = "INSERT INTO ended_run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_NAME = "INSERT OR IGNORE INTO step_name (runbook, step) VALUES (?, ?)"
_INSERT_STEP = (
    "INSERT INTO ended_step SELECT number, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM step_name"
    " WHERE runbook = ? AND step = ?"
)


def note_end(database: sqlite3.Connection, number: int) -> None:
    """Keep what a run that is over came to, in the place of what was kept of it before."""
    forget(database, [number])
    found = database.execute(_RUN, (number,)).fetchone()
    if found is None:
        return
    named, began, how, duration, ended_wall, warnings = found
    runbook, status = (each.decode(errors="replace") for each in (named, how))
    ended = _ended(database, number)
    is_good = status == RunStatus.SUCCEEDED and not ended.look
    told = ended.steps
    database.execute(
        _INSERT_RUN,
        (
            number,
            runbook,
            began,
            codec.storable(ended.profile),
            ended.look,
            status,
            duration if is_good else None,
            None if ended.look else ended.waited,
            _recovered(ended.alerted_at, ended_wall) if is_good else None,
            sum(step.retries for step in told),
            sum(step.undone for step in told),
            warnings,
        ),
    )
    if ended.look:
        return
    for item, step in enumerate(told):
        _keep_step(database, number, runbook, began, item, step)


def fill(database: sqlite3.Connection) -> None:
    """Keep the same of every run of an older journal."""
    ended = "SELECT number FROM run WHERE status <> ?"
    for (number,) in database.execute(ended, (RunStatus.RUNNING,)).fetchall():
        note_end(database, number)


def forget(database: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Keep nothing of these runs any more."""
    gone = [(number,) for number in numbers]
    for table in TABLES:
        database.executemany(f"DELETE FROM {table} WHERE run = ?", gone)  # noqa: S608 - own names


def _ended(database: sqlite3.Connection, number: int) -> EndedRun:
    """What the events of a run say; of one that this version cannot read, nothing."""
    try:
        return ended_run(
            codec.decode(body) for (body,) in database.execute(_EVENTS, (number,)).fetchall()
        )
    except ValueError:
        return ended_run([])


def _keep_step(
    database: sqlite3.Connection,
    number: int,
    runbook: str,
    began: float,
    item: int,
    step: EndedStep,
) -> None:
    named = (runbook, codec.storable(step.step))
    values = (
        *(number, item, began, step.is_first, step.is_known, step.seconds, step.waited),
        *(step.retries, step.failed, step.undone),
        codec.storable(step.message[:LONGEST_MESSAGE]),
    )
    if not database.execute(_INSERT_STEP, (*values, *named)).rowcount:
        database.execute(_INSERT_NAME, named)
        database.execute(_INSERT_STEP, (*values, *named))


def _recovered(alerted_at: str, ended_wall: object) -> float | None:
    """Seconds from the beginning of an alert to the end of its run; None where that is not known."""
    try:
        began = datetime.fromisoformat(alerted_at).timestamp()
    except (ValueError, OverflowError):
        return None
    if not isinstance(ended_wall, int | float) or ended_wall < began:
        return None
    return ended_wall - began
