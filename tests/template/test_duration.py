"""Durations as runbooks write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.template.duration import (
    MAX_SECONDS,
    VALID_FORMS,
    DurationError,
    format_duration,
    parse_duration,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("30s", 30),
        ("5m", 300),
        ("1h30m", 5400),
        ("1h 30m 5s", 5405),
        ("7d", 604_800),
        ("1w", 604_800),
        ("5 minutes", 300),
        ("1 Hour, 2 MIN", 3720),
        ("2 secs", 2),
        ("1.5h", 5400),
        ("90", 90),
        (" 2.5 ", 2.5),
        (3, 3),
        (0.25, 0.25),
        ("365d", MAX_SECONDS),
        ("1s500ms", 1.5),
    ],
)
def test_forms(text: str | float, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    ["", " ", "5 minuts", "abc", "1h1h", "5s1m", "1 2", "m", "1,5s", "٣s", "1e3", "--5s", "5m x"],
)
def test_what_is_no_duration_is_told_the_valid_forms(text: str) -> None:
    with pytest.raises(DurationError) as caught:
        parse_duration(text)
    assert VALID_FORMS in str(caught.value)


def test_a_byte_that_was_no_utf8_is_told_with_a_replacement_character() -> None:
    with pytest.raises(DurationError, match="'5\ufffd' is not a duration"):
        parse_duration("5\udcff")


@pytest.mark.parametrize("text", ["0", "0s", "0ms", 0, -5, "-5", "-5s", "-1h30m", 0.0])
def test_a_duration_is_over_zero(text: str | float) -> None:
    with pytest.raises(DurationError, match="over 0"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["366d", "53w", MAX_SECONDS + 1, "999999999999w"])
def test_a_duration_is_at_most_a_year(text: str | float) -> None:
    with pytest.raises(DurationError, match="365 days"):
        parse_duration(text)


@pytest.mark.parametrize("text", [float("nan"), float("inf"), True, 10**400, "9" * 5000])
def test_what_is_no_number_is_refused(text: str | float) -> None:
    with pytest.raises(DurationError):
        parse_duration(text)


@given(st.text(max_size=30))
def test_any_text_gives_seconds_in_range_or_a_duration_error(text: str) -> None:
    try:
        seconds = parse_duration(text)
    except DurationError:
        return
    assert 0 < seconds <= MAX_SECONDS


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.0 s"),
        (0, "0.0 s"),
        (0.4, "0.4 s"),
        (9.94, "9.9 s"),
        (9.97, "10 s"),
        (12.4, "12 s"),
        (59.7, "1 m 00 s"),
        (125, "2 m 05 s"),
        (3599.6, "1 h 00 m"),
        (3720, "1 h 02 m"),
        (90_000, "1 d 01 h"),
    ],
)
def test_spans_for_people(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text
