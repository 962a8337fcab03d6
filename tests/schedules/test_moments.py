"""Which moments a cron expression names, also on the two days on which a zone changes its clock."""

from __future__ import annotations

from datetime import datetime
from itertools import islice, pairwise

import pytest

from pup_tui.schedules.moments import (
    InvalidTimes,
    check_cron,
    check_zone,
    moments_after,
    moments_between,
    told_moment,
)


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def of_day(cron: str, zone: str, begin: str, end: str) -> list[str]:
    found = moments_between(cron, zone, at(begin), at(end))
    return [told_moment(each, zone)[11:] for each in found]


SPRING = {
    "Europe/Berlin": ("2027-03-28T00:01+01:00", "2027-03-28T05:00+02:00"),
    "America/New_York": ("2027-03-14T00:01 -05:00", "2027-03-14T05:00 -04:00"),
    "Australia/Lord_Howe": ("2027-10-03T00:01+10:30", "2027-10-03T05:00+11:00"),
}
"""The night in which an hour is left out; on Lord Howe Island it is half of one."""

AUTUMN = {
    "Europe/Berlin": ("2027-10-31T00:01+02:00", "2027-10-31T05:00+01:00"),
    "America/New_York": ("2027-11-07T00:01 -04:00", "2027-11-07T05:00 -05:00"),
    "Australia/Lord_Howe": ("2027-04-04T00:01+11:00", "2027-04-04T05:00+10:30"),
}
"""The night that has an hour, or half of one, twice."""


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Europe/Berlin", ["03:00 +02:00"]),
        ("America/New_York", ["03:00 -04:00"]),
        ("Australia/Lord_Howe", ["02:30 +11:00"]),
    ],
)
def test_what_names_a_time_that_is_left_out_comes_once_behind_the_gap(
    zone: str, told: list[str]
) -> None:
    cron = "15 2 * * *" if zone == "Australia/Lord_Howe" else "30 2 * * *"
    assert of_day(cron, zone, *SPRING[zone]) == told


@pytest.mark.parametrize(
    ("cron", "zone", "told"),
    [
        ("30 2 * * *", "Europe/Berlin", ["02:30 +02:00"]),
        ("30 1 * * *", "America/New_York", ["01:30 -04:00"]),
        ("45 1 * * *", "Australia/Lord_Howe", ["01:45 +11:00"]),
    ],
)
def test_what_names_a_time_that_comes_twice_comes_once(
    cron: str, zone: str, told: list[str]
) -> None:
    assert of_day(cron, zone, *AUTUMN[zone]) == told


@pytest.mark.parametrize("zone", SPRING)
@pytest.mark.parametrize("night", [SPRING, AUTUMN])
def test_what_comes_each_half_hour_comes_as_often_as_these_pass(
    zone: str, night: dict[str, tuple[str, str]]
) -> None:
    begin, end = map(at, night[zone])
    found = list(moments_between("*/30 * * * *", zone, begin, end))
    assert {b - a for a, b in pairwise(found)} == {1800.0}
    assert found[-1] == end


@pytest.mark.parametrize("zone", SPRING)
@pytest.mark.parametrize("night", [SPRING, AUTUMN])
def test_three_at_night_comes_once_in_any_night(
    zone: str, night: dict[str, tuple[str, str]]
) -> None:
    assert [each[:5] for each in of_day("0 3 * * *", zone, *night[zone])] == ["03:00"]


@pytest.mark.parametrize("cron", ["0 2,3 * * *", "15,45 2 * * *", "0,20 2-3 * * *"])
def test_what_a_gap_leaves_out_and_what_comes_at_its_end_are_one_moment(cron: str) -> None:
    found = of_day(cron, "Europe/Berlin", *SPRING["Europe/Berlin"])
    assert found.count("03:00 +02:00") == 1
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("cron", "zone", "begin", "end", "told"),
    [
        ("0 */3 * * *", "Australia/Lord_Howe", *SPRING["Australia/Lord_Howe"], ["03:00 +11:00"]),
        ("0 */2 * * *", "Australia/Lord_Howe", *AUTUMN["Australia/Lord_Howe"], ["02:00", "04:00"]),
        (
            "45 * * * *",
            "Australia/Lord_Howe",
            *SPRING["Australia/Lord_Howe"],
            ["0:45", "1:45", "2:45", "3:45", "4:45"],
        ),
        (
            "*/15 3 * * *",
            "Pacific/Chatham",
            "2027-09-26T00:01+12:45",
            "2027-09-26T05:00+13:45",
            ["03:45"],
        ),
        (
            "*/20 2 * * *",
            "Pacific/Chatham",
            "2027-09-26T00:01+12:45",
            "2027-09-26T05:00+13:45",
            ["02:00", "02:20", "02:40"],
        ),
        (
            "0 0 * * 0",
            "America/Santiago",
            "2027-09-04T22:00 -04:00",
            "2027-09-05T03:00 -03:00",
            ["01:00 -03:00"],
        ),
    ],
)
def test_nothing_is_lost_where_the_clock_changes_by_half_an_hour_or_at_a_quarter(
    cron: str, zone: str, begin: str, end: str, told: list[str]
) -> None:
    found = of_day(cron, zone, begin, end)
    assert len(found) == len(told)
    assert all(each in moment for each, moment in zip(told, found, strict=True))


def test_moments_are_behind_the_one_that_is_given() -> None:
    noon = at("2027-01-05T12:00+00:00")
    found = list(islice(moments_after("0 12 * * *", "UTC", noon), 2))
    assert found == [noon + 86_400, noon + 2 * 86_400]


@pytest.mark.parametrize(
    ("cron", "told"),
    [
        ("", "has 0 fields"),
        ("0 3 * *", "has 4 fields"),
        ("0 0 3 * * *", "has 6 fields"),
        ("@daily", "is no cron expression"),
        ("61 3 * * *", "is no cron expression"),
        ("0 3 * * funday", "is no cron expression"),
        ("0 0 31 2 *", "no"),
    ],
)
def test_what_names_no_moments_is_refused_with_what_would(cron: str, told: str) -> None:
    with pytest.raises(InvalidTimes, match=told) as refused:
        check_cron(cron)
    assert "0 3 * * *" in refused.value.hint


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Europe/Berln", "did you mean `Europe/Berlin`?"),
        ("localtime", "UTC"),
        ("", "UTC"),
        ("../etc/passwd", "UTC"),
    ],
)
def test_a_zone_is_one_that_has_a_name(zone: str, hint: str) -> None:
    with pytest.raises(InvalidTimes) as refused:
        check_zone(zone)
    assert hint in refused.value.hint
