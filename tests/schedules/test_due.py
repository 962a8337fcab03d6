"""What is due at one moment, whatever the clock and other looks have done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from pup_tui.journal.fires import FireRecord
from pup_tui.schedules.due import GRACE, LOOKS_BACK, Due, due
from pup_tui.schedules.schedule import Schedule, moment_text

DAY = 86_400.0
THREE = datetime(2027, 1, 5, 3, 0, tzinfo=UTC).timestamp()
"""Three at night, when the schedule is due."""

NIGHTLY = Schedule(
    runbook="vacuum", cron="0 3 * * *", tz="UTC", since=moment_text(THREE - 3 * DAY), cwd="/"
)


def looked(now: float, *known: FireRecord, under_way: bool = False, **changes: Any) -> Due:
    return due("nightly", replace(NIGHTLY, **changes), known, now, under_way=under_way)


def ran(moment: float) -> FireRecord:
    return FireRecord(schedule="nightly", moment=moment, run="R", at=moment)


def noted(moment: float, outcome: Any) -> FireRecord:
    return FireRecord(schedule="nightly", moment=moment, outcome=outcome, at=moment)


BEFORE = (ran(THREE - 2 * DAY), ran(THREE - DAY))


def outcomes(found: Due) -> list[tuple[float, str]]:
    return [(each.moment, each.outcome) for each in found.others]


@pytest.mark.parametrize("late", [0.0, 1.0, 59.0, 119.0])
def test_a_moment_that_has_come_is_due(late: float) -> None:
    assert looked(THREE + late, *BEFORE) == Due(fires=(THREE,))


def test_how_late_a_moment_may_be_looked_at() -> None:
    assert [looked(THREE + GRACE + late, *BEFORE).fires for late in (-1, 0, 1)] == [
        (THREE,),
        (THREE,),
        (),
    ]


@pytest.mark.parametrize("early", [0.5, 60.0, 3600.0])
def test_one_that_has_not_come_is_not(early: float) -> None:
    assert looked(THREE - early, *BEFORE) == Due()


@pytest.mark.proves("P27")
@pytest.mark.parametrize("outcome", ["skipped", "failed"])
def test_one_that_has_its_run_or_was_given_up_never_comes_again(outcome: str) -> None:
    assert looked(THREE + 30, *BEFORE, ran(THREE)) == Due()
    assert looked(THREE + 30, *BEFORE, noted(THREE, outcome)) == Due()


def test_after_a_sleep_over_the_moment_it_is_missed_and_said_once() -> None:
    found = looked(THREE + 3600, *BEFORE)
    assert (found.fires, outcomes(found)) == ((), [(THREE, "missed")])
    assert looked(THREE + 3660, *BEFORE, *found.others) == Due()


def test_the_last_one_missed_is_made_up_for_where_that_is_wanted() -> None:
    found = looked(THREE + 2 * DAY + 3600, *BEFORE, catch_up="last")
    assert found.fires == (THREE + 2 * DAY,)
    assert outcomes(found) == [(THREE, "missed"), (THREE + DAY, "missed")]


def test_nothing_is_made_up_for_beside_what_is_on_time() -> None:
    found = looked(THREE + DAY + 10, *BEFORE, catch_up="last")
    assert (found.fires, outcomes(found)) == ((THREE + DAY,), [(THREE, "missed")])


@pytest.mark.proves("P27")
def test_a_clock_that_is_set_back_runs_nothing_twice() -> None:
    known = (*BEFORE, ran(THREE))
    for now in (THREE + 60, THREE + 60 - 7200, THREE + 30, THREE + 90, THREE + 7200):
        assert looked(now, *known) == Due()


@pytest.mark.proves("P27")
def test_a_clock_that_was_ahead_takes_no_moment_away() -> None:
    ahead = looked(THREE + 5 * 3600, *BEFORE)
    assert outcomes(ahead) == [(THREE, "missed")]
    assert looked(THREE + 20, *BEFORE, *ahead.others).fires == (THREE,)


def test_what_began_and_was_killed_before_it_was_recorded_begins_at_the_next_look() -> None:
    # A moment is taken with the record of its run, so nothing is known of this one.
    assert looked(THREE + 5, *BEFORE).fires == looked(THREE + 65, *BEFORE).fires == (THREE,)


@pytest.mark.parametrize(("overlap", "outcome"), [("skip", "skipped"), ("queue", "queued")])
def test_a_moment_that_comes_while_a_run_goes_on_is_left_out_or_waits(
    overlap: str, outcome: str
) -> None:
    found = looked(THREE, *BEFORE, under_way=True, overlap=overlap)
    assert (found.fires, outcomes(found)) == ((), [(THREE, outcome)])


def test_what_waits_begins_when_nothing_goes_on_however_late() -> None:
    known = (*BEFORE, noted(THREE, "queued"))
    assert looked(THREE + 7200, *known, under_way=True, overlap="queue") == Due()
    assert looked(THREE + 7260, *known, overlap="queue") == Due(fires=(THREE,))


def test_of_two_that_are_due_at_once_one_begins() -> None:
    found = looked(THREE + 61, ran(THREE - 60), cron="* * * * *", since=moment_text(THREE - 90))
    assert (found.fires, outcomes(found)) == ((THREE,), [(THREE + 60, "skipped")])


def test_a_paused_one_is_never_due() -> None:
    assert looked(THREE, *BEFORE, paused=True) == Due()


def test_moments_before_it_was_made_and_long_ago_do_not_count() -> None:
    assert looked(THREE + 20, since=moment_text(THREE + 1)) == Due()
    long_ago = looked(THREE + 100 * DAY, since=moment_text(THREE))
    assert min(at for at, _ in outcomes(long_ago)) > THREE + 100 * DAY - LOOKS_BACK
