"""What is told of many runs: from how many on figures say anything, and what most of them stay within."""

from __future__ import annotations

from math import ceil

from msgspec import Struct

FEWEST_RUNS = 5
"""Runs from which on a share is told, and what 95 of 100 stayed within: fewer say nothing of either."""


class TimeSpan(Struct, frozen=True):
    """Of `n` times in seconds the median, None without any, and what 95 of 100 stayed within.

    That is None where there are fewer than `FEWEST_RUNS`.
    """

    n: int = 0
    p50: float | None = None
    p95: float | None = None


def place_of(percent: int, count: int) -> int:
    """The place, from 0, of the smallest of so many sorted values that so many of a hundred do not exceed."""
    return max(0, ceil(count * percent / 100) - 1)


def share(part: int, whole: int) -> float | None:
    """The part, from 0 to 1; None where the whole is too little to say anything."""
    return None if whole < FEWEST_RUNS else part / whole
