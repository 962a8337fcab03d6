"""Runs that somebody asked for: kept until a person decides, approved once and in time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from pup_tui.journal.errors import AmbiguousRunError, JournalError, NotPending
from pup_tui.journal.pending import KEPT, LIFETIME, MOST_OPEN, PendingRun, PendingStatus
from pup_tui.journal.places import journal_path
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.records import RunRecord
from pup_tui.journal.store import Journal

NOW = 1_800_000_000.0
RUN = "01M8PH8G3RBGJ9EETY5KQGRE58"


def wanted(run: str = RUN, **other: object) -> PendingRun:
    usual = PendingRun(
        run=run,
        runbook="restart",
        profile="",
        given={"SERVICE": "payments", "COUNT": 3},
        vars={"SERVICE": "payments", "COUNT": 3, "LIST": ["a", 1.5, None]},
        alert={"title": "Down", "labels": {"app": "payments"}, "extra": {}},
        digest="d" * 64,
        client="helper",
        version="4.2",
        reason="It is \ud800 needed.\nSoon.",
        asked_at=NOW,
    )
    return replace(usual, **other)


def record(run: str = RUN, at: float = NOW + 60) -> RunRecord:
    return RunRecord(
        run=run,
        runbook="restart",
        name="restart",
        started_at=at,
        operator="ada",
        host="here",
        pid=1,
        path="/books/restart.yaml",
        sha256="0" * 64,
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def journal(state: Path) -> Iterator[Journal]:
    with closing(Journal.open(state)) as journal:
        yield journal


def test_it_waits_and_is_found_as_it_was_asked_for(journal: Journal, state: Path) -> None:
    asked = wanted()
    assert journal.ask_for_run(asked) == asked
    with closing(JournalReader.open(state)) as reader:
        assert reader.pending_runs(NOW) == [asked]
        assert [reader.pending_run(part) for part in (RUN, RUN[:9], RUN[-8:])] == [asked] * 3
        assert [reader.pending_run(part) for part in ("", "nothing", RUN[5:9])] == [None] * 3


def test_the_oldest_comes_first(journal: Journal) -> None:
    for number, after in enumerate((20, 0, 10)):
        journal.ask_for_run(wanted(f"R{number}", digest=str(number), asked_at=NOW + after))
    assert [each.run for each in journal.pending_runs(NOW + 30)] == ["R1", "R2", "R0"]


def test_the_same_asked_for_again_is_the_one_that_waits(journal: Journal) -> None:
    first = journal.ask_for_run(wanted())
    assert journal.ask_for_run(wanted("R2", asked_at=NOW + 5)) == first
    others = {"digest": "e" * 64}, {"client": "another"}, {"runbook": "other"}
    for number, other in enumerate(others):
        assert journal.ask_for_run(wanted(f"X{number}", **other)).run == f"X{number}"


def test_so_many_wait_and_no_more(journal: Journal) -> None:
    for number in range(MOST_OPEN):
        journal.ask_for_run(wanted(f"R{number}", digest=str(number)))
    with pytest.raises(JournalError, match="20 runs wait for approval already"):
        journal.ask_for_run(wanted("last", digest="last"))
    journal.decline_run("R0", by="ada", at=NOW)
    journal.ask_for_run(wanted("last", digest="last"))
    later = NOW + LIFETIME + 1
    assert journal.pending_runs(later) == []
    journal.ask_for_run(wanted("later", digest="later", asked_at=later))


def test_it_is_approved_by_the_run_that_begins(journal: Journal) -> None:
    journal.ask_for_run(wanted())
    journal.create_run(record(), {})
    known = journal.pending_run(RUN)
    assert known is not None
    assert (known.status, known.decided_by, known.decided_at) == (
        PendingStatus.APPROVED,
        "ada",
        NOW + 60,
    )
    assert journal.pending_runs(NOW + 60) == []


@pytest.mark.parametrize("after", [LIFETIME, LIFETIME + 1, 100 * LIFETIME])
def test_it_is_not_approved_when_its_time_is_over(journal: Journal, after: float) -> None:
    journal.ask_for_run(wanted())
    with pytest.raises(NotPending, match="it is expired"):
        journal.create_run(record(at=NOW + after), {})
    assert journal.run(RUN) is None
    with pytest.raises(NotPending, match="it is expired"):
        journal.decline_run(RUN, by="ada", at=NOW + after)


def test_it_is_approved_in_its_last_second(journal: Journal) -> None:
    journal.ask_for_run(wanted())
    journal.create_run(record(at=NOW + LIFETIME - 1), {})
    assert journal.run(RUN) is not None


def test_what_was_declined_does_not_begin(journal: Journal, state: Path) -> None:
    journal.ask_for_run(wanted())
    with closing(Journal.open(state)) as other:
        other.decline_run(RUN, by="bob", at=NOW + 1, note="Not \udfff now.")
    with pytest.raises(NotPending, match="it is declined by bob"):
        journal.create_run(record(), {})
    assert journal.run(RUN) is None
    known = journal.pending_run(RUN)
    assert known is not None
    assert (known.status_at(NOW), known.note) == ("declined", "Not \udfff now.")
    journal.create_run(record("01M8PH8G3RBGJ9EETY5KQGRE59"), {})


def test_it_begins_only_once(journal: Journal, state: Path) -> None:
    journal.ask_for_run(wanted())
    journal.create_run(record(), {})
    with closing(Journal.open(state)) as other, pytest.raises(JournalError):
        other.create_run(record(), {})
    with pytest.raises(NotPending, match="it is approved by ada"):
        journal.decline_run(RUN, by="bob", at=NOW + 61)


def test_an_id_that_several_have_in_part_is_refused(journal: Journal) -> None:
    journal.ask_for_run(wanted("AB1", digest="1"))
    journal.ask_for_run(wanted("AB2", digest="2"))
    with pytest.raises(AmbiguousRunError):
        journal.pending_run("AB")
    found = journal.pending_run("AB1")
    assert found is not None
    assert found.run == "AB1"


def test_what_nobody_decided_is_forgotten_after_a_month(journal: Journal) -> None:
    journal.ask_for_run(wanted("old"))
    journal.ask_for_run(wanted("new", digest="2", asked_at=NOW + KEPT - 10))
    assert journal.pending_run("old") is not None
    journal.ask_for_run(wanted("newest", digest="3", asked_at=NOW + KEPT + 10))
    assert journal.pending_run("old") is None
    assert journal.pending_run("new") is not None


def test_what_cannot_be_stored_is_told(journal: Journal) -> None:
    with pytest.raises(JournalError, match="cannot be stored"):
        journal.ask_for_run(wanted(given={"a": object()}))
    assert journal.pending_runs(NOW) == []
    journal.ask_for_run(wanted())


@pytest.mark.parametrize(
    ("column", "value"),
    [("given", "{"), ("vars", "[]"), ("alert", "1"), ("status", "yes"), ("asked_at", "now")],
)
def test_a_damaged_row_can_be_approved_by_nobody(
    journal: Journal, state: Path, column: str, value: str
) -> None:
    journal.ask_for_run(wanted())
    with closing(sqlite3.connect(journal_path(state))) as database, database:
        database.execute(f"UPDATE pending_run SET {column} = ?", (value,))
    assert journal.pending_runs(NOW) == []
    assert journal.pending_run(RUN) is None
