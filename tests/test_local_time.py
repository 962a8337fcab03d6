"""Moments as people read them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pup_tui.local_time import local_time, local_time_of


@pytest.fixture(autouse=True)
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_moment_is_told_on_the_clock_of_the_place() -> None:
    assert local_time(1_700_000_000.9) == "2023-11-14 17:13:20"
    assert local_time_of("2023-11-14T22:13:20.123456Z") == "2023-11-14 17:13:20"


def test_what_no_calendar_has_is_never() -> None:
    assert local_time(1e30) == "never"


def test_what_is_no_moment_stays_as_it_is() -> None:
    assert local_time_of("?") == "?"
