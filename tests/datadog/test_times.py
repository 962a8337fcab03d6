from __future__ import annotations

import pytest

from pup_tui.datadog.times import parse_span, parse_time, v2_time

NOW = 1_700_000_000.9


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", 1_700_000_000),
        ("NOW", 1_700_000_000),
        ("1h", 1_700_000_000 - 3600),
        ("-1h", 1_700_000_000 - 3600),
        ("30 m", 1_700_000_000 - 1800),
        ("5 minutes", 1_700_000_000 - 300),
        ("2Weeks", 1_700_000_000 - 1_209_600),
        ("now-15m", 1_700_000_000 - 900),
        ("1700000001", 1_700_000_001),
        ("1700000001999", 1_700_000_001),
        ("2023-11-14T22:13:20Z", 1_700_000_000),
        ("2023-11-14T23:13:20.75+01:00", 1_700_000_000),
        ("2023-11-14", 1_699_920_000),
        ("2023-11", 1_698_796_800),
    ],
)
def test_times_that_pup_understands(text: str, moment: int) -> None:
    assert parse_time(text, NOW) == moment


@pytest.mark.parametrize(
    "text",
    ["", "1h30m", "1.5h", "2mo", "1y", "now1h", "now+1h", "+1h", "tomorrow", "١h", "99999999999999999",
     "2023-13-14", "2023-11-14T22:13:20", "2023-11-14 22:13:20Z"],
)  # fmt: skip
def test_other_times_are_refused_with_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match="is no time: use 1h, 30m"):
        parse_time(text, NOW)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("1h", 3600), ("1h30m", 5400), ("1h 30 min", 5400), ("7d", 604_800)],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_span(text) == seconds


@pytest.mark.parametrize("text", ["", "0s", "5", "-1h", "1x", "2y", "53w", "1h,30m"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        parse_span(text)


def test_rfc3339_is_utc_in_whole_seconds() -> None:
    assert v2_time(NOW) == "2023-11-14T22:13:20Z"
    with pytest.raises(ValueError, match="calendar"):
        v2_time(1e18)
