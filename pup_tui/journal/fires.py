"""What became of the moments of schedules: each has one run, or a reason why it has none.

To be used with `Journal.write` and `JournalReader.read`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import asdict

from pup_tui.core.state import RunStatus
from pup_tui.journal import codec
from pup_tui.typed import convert


class FireRecord(Struct, frozen=True, kw_only=True):
    """What became of a moment of a schedule, as it stood `at` a time; both in seconds since 1970, UTC.

    It has its `run`, or else an outcome: it was `missed`, `skipped` or `failed` for the reason `why`, or is
    `queued` until the run before it is over. Of one with a run `told` says that whoever is told of what goes
    wrong was told how that ended.
    """

    schedule: str
    moment: float
    run: str | None = None
    outcome: Literal["", "missed", "skipped", "failed", "queued", "told"] = ""
    why: str = ""
    at: float


ALWAYS_KEPT: Final = 20_160
"""Moments of each schedule that are never forgotten: the minutes of two weeks."""

_NEWEST_KEPT: Final = (
    "SELECT moment FROM fire WHERE schedule = ? ORDER BY moment DESC LIMIT 1 OFFSET ? - 1"
)
_IS_OPEN: Final = "run IS NULL AND outcome IN ('queued', 'missed')"
"""Says of a moment that it may still have its run."""

_TAKE: Final = f"""
    INSERT INTO fire (schedule, moment, run, at) VALUES (?, ?, ?, ?)
    ON CONFLICT (schedule, moment) DO UPDATE SET run = excluded.run, outcome = '', why = '',
    at = excluded.at WHERE {_IS_OPEN}
"""  # noqa: S608 - own text
_NOTE: Final = f"""
    INSERT INTO fire (schedule, moment, outcome, why, at)
    VALUES (:schedule, :moment, :outcome, :why, :at)
    ON CONFLICT (schedule, moment) DO UPDATE SET outcome = excluded.outcome, why = excluded.why,
    at = excluded.at WHERE {_IS_OPEN}
"""  # noqa: S608 - own text
_COLUMNS: Final = ", ".join(f"fire.{name}" for name in FireRecord.__struct_fields__)
_SELECT: Final = (
    f"SELECT {_COLUMNS} FROM fire"  # noqa: S608 - own names
    " WHERE schedule = ? AND moment >= ? ORDER BY moment DESC"
)
_UNTOLD: Final = (
    f"SELECT {_COLUMNS} FROM fire JOIN run ON run.run = fire.run"  # noqa: S608 - own names
    " WHERE schedule = ? AND outcome = '' AND run.status <> ? ORDER BY moment"
)
_TELL: Final = """
    UPDATE fire SET outcome = 'told' WHERE schedule = ? AND moment = ? AND run = ? AND outcome = ''
"""


def take_moment(
    database: sqlite3.Connection, schedule: str, moment: float, run: str, at: float
) -> bool:
    """Let a moment have its run; whether it had none, and was not given up."""
    return database.execute(_TAKE, (codec.storable(schedule), moment, run, at)).rowcount == 1


def note_fires(database: sqlite3.Connection, fires: Iterable[FireRecord], before: float) -> int:
    """Keep what became of moments that have no run, and forget what came `before` a moment; how many are new.

    What is kept of one that has its run, stays. The newest of each schedule stay as well: a clock that is a
    year ahead makes all that is known old, and none of it may come again when the clock is right.
    """
    rows = [codec.storable_row(asdict(each)) for each in fires]
    new = sum(database.execute(_NOTE, row).rowcount for row in rows)
    for (schedule,) in database.execute("SELECT DISTINCT schedule FROM fire").fetchall():
        newest = database.execute(_NEWEST_KEPT, (schedule, ALWAYS_KEPT)).fetchone()
        if newest is not None:
            forgotten = (schedule, min(before, newest[0]))
            database.execute("DELETE FROM fire WHERE schedule = ? AND moment < ?", forgotten)
    return new


def known_fires(database: sqlite3.Connection, schedule: str, since: float) -> list[FireRecord]:
    """What became of a schedule's moments from one on, newest first."""
    return _records(database.execute(_SELECT, (codec.storable(schedule), since)))


def untold_fires(database: sqlite3.Connection, schedule: str) -> list[FireRecord]:
    """The moments of a schedule whose runs are not known to have succeeded, and of which nobody was told."""
    return _records(database.execute(_UNTOLD, (codec.storable(schedule), RunStatus.SUCCEEDED)))


def take_telling(database: sqlite3.Connection, record: FireRecord) -> bool:
    """Have it told by the caller how the run for a moment ended; whether nobody else does or did."""
    values = (codec.storable(record.schedule), record.moment, record.run)
    return database.execute(_TELL, values).rowcount == 1


def _records(found: sqlite3.Cursor) -> list[FireRecord]:
    names = FireRecord.__struct_fields__
    rows = (dict(zip(names, row, strict=True)) for row in found.fetchall())
    return [convert(codec.restored_row(row), FireRecord) for row in rows]
