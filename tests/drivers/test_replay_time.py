"""Offsets of a replay, and the moments of the run that they stand for."""

from __future__ import annotations

import pytest

from pup_tui.core.events import Interrupted, Moment, NoteAdded, Resumed
from pup_tui.drivers.replay_time import GAP, ReplayClock, ReplayTime

BEGAN = 1_800_000_000.0


def at(seconds: float, clock: float | None = None) -> Moment:
    return Moment(wall=BEGAN + seconds, clock=seconds if clock is None else clock)


def event(seconds: float) -> Interrupted:
    return Interrupted(at=at(seconds), reason="r")


RESUMED = Resumed(at=at(7_200.0, 12.0), by="ada", host="h")
TWO_LEGS = ReplayTime([event(0), event(4), event(10), RESUMED, event(7_205)])
"""Ten seconds, two hours in which nothing went on, and five seconds more."""


def test_the_time_between_two_legs_is_left_out() -> None:
    assert TWO_LEGS.length == 10 + GAP + 5
    assert [TWO_LEGS.offset_of(number) for number in range(5)] == [0, 4, 10, 10 + GAP, 15 + GAP]


@pytest.mark.parametrize(
    ("offset", "wall"), [(0, 0), (3.5, 3.5), (10, 10), (10 + GAP, 7_200), (12 + GAP, 7_202)]
)
def test_an_offset_stands_for_a_moment_and_back(offset: float, wall: float) -> None:
    assert TWO_LEGS.moment(offset).wall == BEGAN + wall
    assert TWO_LEGS.offset_at(BEGAN + wall) == offset


def test_moments_between_the_legs_and_outside_of_the_run_are_at_an_edge() -> None:
    assert TWO_LEGS.offset_at(BEGAN + 3_600) == 10 + GAP
    assert TWO_LEGS.offset_at(BEGAN - 60) == 0
    assert TWO_LEGS.offset_at(BEGAN + 86_400) == TWO_LEGS.length


def test_a_note_that_was_made_days_later_takes_no_time() -> None:
    note = NoteAdded(at=at(86_400), by="ada", note="n")
    assert ReplayTime([event(0), event(5), note]).length == 5 + GAP


def test_a_clock_that_was_set_back_takes_nothing_away() -> None:
    timeline = ReplayTime([event(0), event(5), event(2), event(9)])
    assert [timeline.offset_of(number) for number in range(4)] == [0, 5, 5, 12]


def test_what_has_happened_and_what_is_next() -> None:
    assert [TWO_LEGS.happened(offset) for offset in (0, 3.9, 4, 100)] == [1, 1, 2, 5]
    assert (TWO_LEGS.next_after(4), TWO_LEGS.last_before(4)) == (10, 0)
    assert (TWO_LEGS.next_after(99), TWO_LEGS.last_before(0)) == (TWO_LEGS.length, 0)


def test_a_clock_stands_still_is_set_and_stays_in_the_run() -> None:
    clock = ReplayClock(TWO_LEGS, 10.0)
    clock.set(paused=True, offset=3.0)
    assert (clock.offset, clock.paused, clock.now().wall) == (3.0, True, BEGAN + 3.0)
    clock.set(offset=1e9)
    assert clock.offset == TWO_LEGS.length
    clock.set(offset=-5.0, speed=2.0)
    assert (clock.offset, clock.speed, clock.paused) == (0.0, 2.0, True)


def test_an_empty_record_has_no_length() -> None:
    assert ReplayTime([]).length == 0.0
