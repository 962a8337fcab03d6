"""A moment of a schedule has one run, whoever begins it, and however often."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.core.events import Scheduled
from pup_tui.journal.errors import AlreadyFired
from pup_tui.journal.fires import (
    ALWAYS_KEPT,
    FireRecord,
    known_fires,
    note_fires,
    take_telling,
    untold_fires,
)
from pup_tui.journal.records import RunRecord
from pup_tui.journal.store import Journal

AT = 1_800_000_000.0


def record(run: str) -> RunRecord:
    return RunRecord(
        run=run,
        runbook="r",
        name="R",
        started_at=AT,
        operator="ada",
        host="h",
        pid=1,
        path="/r.yaml",
        sha256="0",
    )


def begun(state: Path, run: str, scheduled: Scheduled | None) -> None:
    journal = Journal.open(state)
    try:
        journal.create_run(record(run), {}, scheduled)
    finally:
        journal.close()


def fires(state: Path) -> list[FireRecord]:
    journal = Journal.open(state)
    try:
        return journal.read(lambda database: known_fires(database, "nightly", 0.0))
    finally:
        journal.close()


def noted(state: Path, *records: FireRecord) -> None:
    journal = Journal.open(state)
    try:
        journal.write(lambda database: note_fires(database, records, 0.0))
    finally:
        journal.close()


def test_a_second_run_for_a_moment_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    begun(tmp_path, "A", Scheduled("nightly", AT))
    with pytest.raises(AlreadyFired):
        begun(tmp_path, "B", Scheduled("nightly", AT))
    journal = Journal.open(tmp_path)
    assert [row.run for row in journal.runs()] == ["A"]
    journal.close()
    assert [each.run for each in fires(tmp_path)] == ["A"]


def test_other_moments_other_schedules_and_runs_by_hand_have_theirs(tmp_path: Path) -> None:
    begun(tmp_path, "A", Scheduled("nightly", AT))
    begun(tmp_path, "B", Scheduled("nightly", AT + 60))
    begun(tmp_path, "C", Scheduled("weekly", AT))
    begun(tmp_path, "D", Scheduled("nightly"))
    begun(tmp_path, "E", None)
    assert [(each.run, each.moment) for each in fires(tmp_path)] == [("B", AT + 60), ("A", AT)]


@pytest.mark.parametrize(
    ("outcome", "may"), [("queued", True), ("missed", True), ("skipped", False), ("failed", False)]
)
def test_what_waits_or_was_missed_may_have_its_run_yet(
    tmp_path: Path, outcome: str, may: bool
) -> None:
    noted(tmp_path, FireRecord(schedule="nightly", moment=AT, outcome=outcome, why="w", at=AT))  # type: ignore[arg-type]
    if may:
        begun(tmp_path, "A", Scheduled("nightly", AT))
        assert [(each.run, each.outcome) for each in fires(tmp_path)] == [("A", "")]
    else:
        with pytest.raises(AlreadyFired):
            begun(tmp_path, "A", Scheduled("nightly", AT))


def test_a_run_that_was_killed_before_its_first_event_is_one_of_its_schedule(
    tmp_path: Path,
) -> None:
    begun(tmp_path, "A", Scheduled("nightly", AT))
    begun(tmp_path, "B", None)
    journal = Journal.open(tmp_path)
    try:
        assert {row.run: row.scheduled for row in journal.runs()} == {"A": "nightly", "B": ""}
    finally:
        journal.close()


def test_what_is_noted_never_takes_a_run_away(tmp_path: Path) -> None:
    begun(tmp_path, "A", Scheduled("nightly", AT))
    noted(tmp_path, FireRecord(schedule="nightly", moment=AT, outcome="missed", why="w", at=AT))
    assert [(each.run, each.outcome) for each in fires(tmp_path)] == [("A", "")]


def test_a_clock_that_is_a_year_ahead_brings_no_moment_again(tmp_path: Path) -> None:
    begun(tmp_path, "A", Scheduled("nightly", AT))
    ahead = AT + 365 * 86_400.0
    journal = Journal.open(tmp_path)
    try:
        late = FireRecord(schedule="nightly", moment=ahead, outcome="missed", why="late", at=ahead)
        journal.write(lambda database: note_fires(database, [late], ahead - 86_400.0))
    finally:
        journal.close()
    with pytest.raises(AlreadyFired):
        begun(tmp_path, "B", Scheduled("nightly", AT))


def test_what_is_long_over_is_forgotten(tmp_path: Path) -> None:
    many = [
        FireRecord(schedule="nightly", moment=AT + 60 * each, outcome="missed", why="late", at=AT)
        for each in range(ALWAYS_KEPT + 3)
    ]
    journal = Journal.open(tmp_path)
    try:
        journal.write(lambda database: note_fires(database, many, AT + 120.0))
    finally:
        journal.close()
    assert min(each.moment for each in fires(tmp_path)) == AT + 120.0


def test_of_what_did_not_succeed_one_tells(tmp_path: Path) -> None:
    begun(tmp_path, "A", Scheduled("nightly", AT))
    begun(tmp_path, "B", Scheduled("nightly", AT + 60.0))
    begun(tmp_path, "C", Scheduled("weekly", AT))
    journal = Journal.open(tmp_path)
    try:
        journal.write(
            lambda database: database.execute("UPDATE run SET status = 'succeeded' WHERE run = 'B'")
        )
        (untold,) = journal.read(lambda database: untold_fires(database, "nightly"))
        assert untold.run == "A"
        told = [journal.write(lambda database: take_telling(database, untold)) for _ in range(2)]
        assert told == [True, False]
        assert journal.read(lambda database: untold_fires(database, "nightly")) == []
    finally:
        journal.close()
    # A moment that was told of has its run as before.
    with pytest.raises(AlreadyFired):
        begun(tmp_path, "D", Scheduled("nightly", AT))
