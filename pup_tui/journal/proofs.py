"""What the journal has that speaks for a runbook: when it succeeded, with which profile, from which texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from pup_tui.journal import codec
from pup_tui.journal.records import LEG_FILE, profile_file

if TYPE_CHECKING:
    import sqlite3


class Proof(Struct, frozen=True, kw_only=True):
    """What speaks for a runbook. Moments are UTC in seconds since 1970, of the beginning of a run.

    `succeeded` is when it did last, by the profile, empty for none. `ran` is when the last run of it began
    that came to an end, whichever, and `texts` are the sha256 of the texts that this one was made from then.
    Runs that only looked, for a plan, are left out.
    """

    succeeded: Mapping[str, float] = field(default_factory=dict)
    ran: float | None = None
    texts: frozenset[str] = frozenset()


# With max(), SQLite takes the other columns from the row that has it.
_SUCCEEDED = """
    SELECT profile, max(run), began FROM ended_run
    WHERE runbook = ? AND look = 0 AND status = 'succeeded' GROUP BY profile
"""
_NEWEST = """
    SELECT ended_run.run, began, profile FROM ended_run
    WHERE runbook = ? AND look = 0 ORDER BY run DESC LIMIT 1
"""
_TEXTS = "SELECT name, sha256 FROM run_file WHERE run = ?"


def proofs_of(database: sqlite3.Connection, runbook: str | None) -> dict[str, Proof]:
    """What speaks for each runbook that was run, or for one, by its id. Raises sqlite3.Error."""
    ids = [codec.storable(runbook)] if runbook is not None else []
    if runbook is None:
        ids = [its for (its,) in database.execute("SELECT DISTINCT runbook FROM ended_run")]
    found = {codec.restored(its): _proof_of(database, its) for its in ids}
    return {its: proof for its, proof in found.items() if proof is not None}


def _proof_of(database: sqlite3.Connection, runbook: str) -> Proof | None:
    """What speaks for a runbook by its stored id; None where it never came to an end."""
    newest = database.execute(_NEWEST, (runbook,)).fetchone()
    if newest is None:
        return None
    number, began, profile = newest
    texts = dict(database.execute(_TEXTS, (number,)).fetchall())
    # What the profile says is no text of the runbook.
    texts.pop(codec.storable(profile_file(codec.restored(profile))), None)
    succeeded = database.execute(_SUCCEEDED, (runbook,)).fetchall()
    return Proof(
        succeeded={codec.restored(name): since for name, _, since in succeeded},
        ran=began,
        texts=_newest_texts(texts),
    )


def _newest_texts(texts: Mapping[str, str]) -> frozenset[str]:
    """Of the texts of a run, by their names, those that its newest leg was made from that had its own."""
    legs: dict[int, set[str]] = {}
    for name, sha256 in texts.items():
        of_leg = LEG_FILE.match(name)
        legs.setdefault(int(of_leg[1]) if of_leg else 1, set()).add(sha256)
    return frozenset(legs[max(legs)]) if legs else frozenset()
