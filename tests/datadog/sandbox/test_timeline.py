from __future__ import annotations

from itertools import pairwise

import pytest

from pup_tui.datadog.sandbox.timeline import Curve, Timeline, iso, iso_z, noise, parse_iso


def timeline(seconds: float, speed: float = 1.0) -> Timeline:
    """A timeline that began at 0 (wall 1000) and stands at `seconds`."""
    ticks = iter([0.0])
    return Timeline(lambda: next(ticks, seconds), lambda: 1000.0 + seconds, speed)


def test_speed_stretches_what_happens_after_the_beginning() -> None:
    played = timeline(seconds=3, speed=10)

    assert played.elapsed() == 30
    assert played.at(1002) == 20
    assert played.when(20) == 1002


def test_speed_leaves_the_past_as_it_was() -> None:
    played = timeline(seconds=3, speed=10)

    assert played.at(1000 - 60) == -60
    assert played.when(-60) == 1000 - 60


@pytest.mark.parametrize("speed", [0, -1])
def test_time_does_not_stand_still(speed: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        timeline(seconds=0, speed=speed)


def test_a_curve_stays_until_it_is_aimed() -> None:
    curve = Curve(5.0)

    assert curve.at(-1e9) == curve.at(0) == curve.at(1e9) == 5.0


def test_a_curve_falls_strictly_until_it_arrives() -> None:
    curve = Curve(100.0, tau=8.0)
    curve.aim(10, 1.0)

    levels = [curve.at(moment) for moment in range(10, 60, 2)]

    assert curve.at(9.9) == 100.0
    assert levels[0] == 100.0
    assert all(later < earlier for earlier, later in pairwise(levels[:20]))
    assert levels[-1] == 1.0


def test_a_curve_turns_from_where_it_stands() -> None:
    curve = Curve(100.0, tau=8.0)
    curve.aim(0, 0.0)
    curve.aim(4, 100.0)

    assert curve.at(4) == pytest.approx(60.65, abs=0.01)
    assert curve.at(4) < curve.at(5) < 100.0


def test_aiming_where_a_curve_is_heading_changes_nothing() -> None:
    curve = Curve(100.0, tau=8.0)
    curve.aim(0, 0.0)
    curve.aim(50, 0.0)

    assert curve.at(8) == pytest.approx(36.8, abs=0.1)


def test_a_curve_is_calm_at_its_target_only() -> None:
    curve = Curve(100.0)
    curve.aim(0, 1.0)

    assert curve.calm(-1) == 1.0
    assert curve.calm(1) < 0.1
    assert curve.calm(1000) == 1.0


def test_noise_is_small_repeatable_and_different_for_each_seed() -> None:
    moments = range(200)

    assert all(-1 <= noise("a", moment) <= 1 for moment in moments)
    assert [noise("a", moment) for moment in moments] == [noise("a", each) for each in moments]
    assert noise("a", 3) != noise("b", 3)
    assert len({round(noise("a", moment), 6) for moment in moments}) > 100


def test_times_are_spelled_as_datadog_does() -> None:
    assert iso(0) == "1970-01-01T00:00:00.000000+00:00"
    assert iso_z(1.5) == "1970-01-01T00:00:01.500000Z"


@pytest.mark.parametrize("text", ["1970-01-01T00:01:00Z", "1970-01-01T02:01:00+02:00"])
def test_times_are_read_with_their_offset(text: str) -> None:
    assert parse_iso(text) == 60


@pytest.mark.parametrize("text", ["", "soon", "1970-01-01T00:01:00", "9999-12-31T23:59:59-23:00"])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_iso(text)
