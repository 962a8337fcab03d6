"""The alerts that came from outside, as the journal keeps them: each once, for some days."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from pup_tui.journal import codec
from pup_tui.journal.errors import JournalError
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.store import Journal
from pup_tui.typed import convert

KEPT_SECONDS: Final = 7 * 86_400.0
MOST_KEPT: Final = 1_000
"""How long and how many are kept; of too many those that have ended go first, then the oldest."""

_ENDED: Final = "resolved"


class ReceivedAlert(Struct, frozen=True, kw_only=True):
    """An alert that has come, without its secrets.

    `system` and `key` say which one it is; one that has ended and is not known by that also ends those of the
    same system that are `alike`. `alert` is what it says, as plain values, `text` how it came.
    """

    system: str
    key: str
    alike: str
    status: str
    alert: Mapping[str, Any]
    text: str


class InboxRow(ReceivedAlert, frozen=True, kw_only=True):
    """An alert that is kept, by its `number`, which it keeps.

    It came first and last at these moments (UTC, seconds since 1970), so many `times` in all. `aside_at` is
    when the operator put it aside, None where it is not.
    """

    number: int
    first_at: float
    last_at: float
    times: int
    aside_at: float | None

    @property
    def has_ended(self) -> bool:
        return self.status == _ENDED

    @property
    def is_open(self) -> bool:
        """Whether it still asks for somebody."""
        return not self.has_ended and self.aside_at is None


class Taken(Struct, frozen=True):
    """What became of alerts that came: so many were new, known before, or ended one that was known."""

    new: int = 0
    known: int = 0
    ended: int = 0


_COLUMNS: Final = (
    "number, system, key, alike, status, alert, text, first_at, last_at, times, aside_at"
)

_PUT: Final = """
    INSERT INTO inbox (system, key, alike, status, alert, text, first_at, last_at, times)
    VALUES (:system, :key, :alike, :status, :alert, :text, :now, :now, 1)
"""
_SAME: Final = "SELECT number, status FROM inbox WHERE system = :system AND key = :key"
_AGAIN: Final = """
    UPDATE inbox SET alike = :alike, status = :status, alert = :alert, text = :text, last_at = :now,
    times = times + 1, aside_at = CASE WHEN :begins_anew THEN NULL ELSE aside_at END
    WHERE number = :number
"""
_END: Final = """
    UPDATE inbox SET status = :status, last_at = :now
    WHERE system = :system AND alike = :alike AND status <> :status
"""
_VERSION: Final = """
    count(*), max(number), max(last_at), sum(times), sum(status = ?), count(aside_at), max(aside_at)
"""
"""An alert that comes is new or has come once more; one that ends or is put aside is counted as that."""
_TOO_OLD: Final = "DELETE FROM inbox WHERE last_at < :before"
_TOO_MANY: Final = """
    DELETE FROM inbox WHERE number NOT IN (
        SELECT number FROM inbox ORDER BY status = :ended, last_at DESC, number DESC LIMIT :most
    )
"""


def take_alerts(journal: Journal, alerts: Sequence[ReceivedAlert], now: float) -> Taken:
    """Keep alerts in one commit, and let go what is too old or too much. Raises JournalError."""
    stored = [_stored(each, now, journal.path) for each in alerts]

    def write(database: sqlite3.Connection) -> Taken:
        outcomes = [_take(database, each) for each in stored]
        database.execute(_TOO_OLD, {"before": now - KEPT_SECONDS})
        database.execute(_TOO_MANY, {"ended": _ENDED, "most": MOST_KEPT})
        return Taken(*(outcomes.count(each) for each in ("new", "known", "ended")))

    return journal.write(write)


def _stored(alert: ReceivedAlert, now: float, path: Path) -> dict[str, Any]:
    """The columns of an alert, none of which SQLite refuses in the middle of a commit."""
    try:
        said = codec.to_json(alert.alert)
    except ValueError as error:
        raise JournalError(f"an alert cannot be stored ({error})", path) from error
    return codec.storable_row({**structs.asdict(alert), "alert": said, "now": now})


def _take(database: sqlite3.Connection, values: Mapping[str, Any]) -> str:
    ends = values["status"] == _ENDED
    same = database.execute(_SAME, values).fetchone()
    if same is not None:
        number, before = same
        begins_anew = before == _ENDED and not ends
        database.execute(_AGAIN, {**values, "number": number, "begins_anew": begins_anew})
        return "ended" if ends and before != _ENDED else "known"
    if ends and database.execute(_END, values).rowcount:
        return "ended"
    database.execute(_PUT, values)
    return "new"


def put_aside(journal: Journal, number: int, now: float) -> None:
    """Ask nobody any more for an alert, until it has ended and comes again. Raises JournalError."""
    journal.write(
        lambda database: database.execute(
            "UPDATE inbox SET aside_at = ? WHERE number = ?", (now, number)
        )
    )


def inbox_version(journal: JournalReader, now: float) -> tuple[object, ...]:
    """What is another whenever `kept_alerts` are, and found without reading them. Raises JournalError."""
    select = f"SELECT {_VERSION} FROM inbox WHERE last_at >= ?"  # noqa: S608
    found = journal.read(
        lambda database: database.execute(select, (_ENDED, now - KEPT_SECONDS)).fetchone()
    )
    return tuple(found)


def kept_alerts(journal: JournalReader, now: float) -> list[InboxRow]:
    """The alerts that are kept, the one that came last first. Raises JournalError."""
    select = f"SELECT {_COLUMNS} FROM inbox WHERE last_at >= ? ORDER BY last_at DESC, number DESC"  # noqa: S608
    rows = journal.read(lambda database: database.execute(select, (now - KEPT_SECONDS,)).fetchall())
    return [row for each in rows if (row := _row(each)) is not None]


def _row(columns: Sequence[Any]) -> InboxRow | None:
    """A row as it is read; None for one that was damaged: what came from outside is no record to restore."""
    values = dict(zip(_COLUMNS.split(", "), columns, strict=True))
    try:
        return convert({**values, "alert": json.loads(values["alert"])}, InboxRow)
    except (msgspec.ValidationError, ValueError, TypeError, RecursionError):
        return None
