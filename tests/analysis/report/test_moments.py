"""Moments in UTC and on the clock of the place."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pup_tui.analysis.report.moments import local, local_clock, utc


@pytest.fixture
def kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_moment_is_told_on_both_clocks(kolkata: None) -> None:
    assert utc(1_700_000_000) == "2023-11-14 22:13:20 UTC"
    assert local(1_700_000_000) == "2023-11-15 03:43:20 +0530"


def test_its_day_is_told_beside_utc_where_it_is_another(kolkata: None) -> None:
    assert local_clock(1_700_000_000) == "2023-11-15 03:43:20 +0530"
    assert local_clock(1_700_000_000 - 43_200) == "15:43:20 +0530"


def test_a_moment_of_no_calendar_is_unknown() -> None:
    assert utc(1e30) == "an unknown time"
