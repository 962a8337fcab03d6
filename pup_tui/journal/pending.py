"""Runs that somebody asked for, and that begin only when a person has approved them."""

from __future__ import annotations

import json
import sqlite3
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import Struct

from pup_tui.journal import codec
from pup_tui.spelling import from_stored
from pup_tui.typed import convert

LIFETIME: Final = 3600.0
"""Seconds after which a run that was asked for cannot be approved any more."""

MOST_OPEN: Final = 20
"""Runs that may wait for approval at the same time: more than that nobody would read."""

KEPT: Final = 30 * 86_400.0
"""Seconds for which is known what became of a run that was asked for and never began."""


class PendingStatus(StrEnum):
    """What has become of a run that was asked for."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"


class PendingRun(Struct, frozen=True, kw_only=True):
    """A run that a `client` has asked for, by the name and `version` that it gives itself, with its `reason`.

    `run` is the id that the run will have, `digest` that of text, values and plan as they were when it was
    asked for, `given` what the client gave to variables, and `vars` all their values, without secrets. It is
    about an `alert`, as `RunCreated` has that, empty without one.
    `asked_at` and `decided_at` are UTC in seconds since 1970. `status` is what is stored: one that nobody
    decided stays pending there, and expires by the clock.
    """

    run: str
    runbook: str
    profile: str
    given: dict[str, Any]
    vars: dict[str, Any]
    alert: dict[str, Any] = {}
    digest: str
    client: str
    version: str
    reason: str
    asked_at: float
    status: PendingStatus = PendingStatus.PENDING
    decided_by: str = ""
    decided_at: float | None = None
    note: str = ""

    @property
    def ends_at(self) -> float:
        """When it expires, in seconds since 1970."""
        return self.asked_at + LIFETIME

    def status_at(self, now: float) -> PendingStatus:
        """What has become of it by `now`, in seconds since 1970."""
        is_over = self.status is PendingStatus.PENDING and now >= self.ends_at
        return PendingStatus.EXPIRED if is_over else self.status

    @property
    def client_told(self) -> str:
        """The client as it calls itself."""
        return f"{self.client} {self.version}".strip()


_COLUMNS: Final = ", ".join(PendingRun.__struct_fields__)
_MAPS: Final = ("given", "vars", "alert")
_OPEN: Final = "status = 'pending' AND asked_at > :since"


def insert(database: sqlite3.Connection, pending: PendingRun) -> None:
    """Keep a run that was asked for. Raises ValueError for values that cannot be stored."""
    values = msgspec.structs.asdict(pending)
    values |= {name: codec.to_json(values[name]) for name in _MAPS}
    marks = ", ".join(f":{name}" for name in values)
    database.execute(
        f"INSERT INTO pending_run ({_COLUMNS}) VALUES ({marks})",  # noqa: S608 - own names
        codec.storable_row(values),
    )


def forget_old(database: sqlite3.Connection, now: float) -> None:
    """Forget what was asked for long ago and never began; of others their record tells."""
    database.execute("DELETE FROM pending_run WHERE asked_at < ?", (now - KEPT,))


def still_open(database: sqlite3.Connection, now: float) -> list[PendingRun]:
    """Those that wait for approval, oldest first."""
    return _rows(database, f"WHERE {_OPEN} ORDER BY asked_at, run", {"since": now - LIFETIME})


def exactly(database: sqlite3.Connection, run: str) -> PendingRun | None:
    """The one with this id."""
    found = _rows(database, "WHERE run = :run", {"run": codec.storable(run)})
    return found[0] if found else None


def named(database: sqlite3.Connection, run: str) -> list[PendingRun]:
    """The one with this id, or else those whose id begins or ends so, newest first."""
    condition = (
        "WHERE :run IN (substr(run, 1, length(:run)), substr(run, -length(:run))) AND :run <> ''"
        " ORDER BY asked_at DESC"
    )
    known = exactly(database, run)
    return [known] if known else _rows(database, condition, {"run": codec.storable(run)})


def decide(
    database: sqlite3.Connection,
    run: str,
    status: PendingStatus,
    *,
    by: str,
    at: float,
    note: str = "",
) -> None:
    """Keep what somebody has decided about one."""
    database.execute(
        "UPDATE pending_run SET status = ?, decided_by = ?, decided_at = ?, note = ? WHERE run = ?",
        (status, codec.storable(by), at, codec.storable(note), run),
    )


def _rows(database: sqlite3.Connection, condition: str, values: dict[str, Any]) -> list[PendingRun]:
    found = database.execute(
        f"SELECT {_COLUMNS} FROM pending_run {condition}",  # noqa: S608 - own names
        values,
    ).fetchall()
    return [row for columns in found if (row := _row(columns)) is not None]


def _row(columns: tuple[Any, ...]) -> PendingRun | None:
    """A row; None for one that is damaged, which can be asked for again."""
    values = dict(zip(PendingRun.__struct_fields__, columns, strict=True))
    try:
        maps = {name: json.loads(values[name], object_hook=from_stored) for name in _MAPS}
        return convert({**codec.restored_row(values), **maps}, PendingRun)
    except (msgspec.ValidationError, ValueError, TypeError):
        return None
