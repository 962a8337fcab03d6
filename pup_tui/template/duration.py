"""Durations as runbooks write them: ``500ms``, ``30s``, ``1h30m``, ``5 minutes``, ``90``."""

from __future__ import annotations

import math
import re

from pup_tui.late_pattern import late_pattern
from pup_tui.quoted import quoted

MAX_SECONDS = 365 * 86_400.0
"""The longest duration a runbook may ask for."""

VALID_FORMS = "500ms, 30s, 5m, 1h30m, 7d, 1w, `5 minutes`, or a number of seconds"


class DurationError(ValueError):
    """A text is no duration, or one that is out of range."""


_UNITS: dict[str, float] = {
    unit: seconds
    for units, seconds in (
        ("ms msec msecs millisecond milliseconds", 0.001),
        ("s sec secs second seconds", 1.0),
        ("m min mins minute minutes", 60.0),
        ("h hr hrs hour hours", 3_600.0),
        ("d day days", 86_400.0),
        ("w week weeks", 604_800.0),
    )
    for unit in units.split()
}
_NUMBER = late_pattern(r"[0-9]{1,12}(?:\.[0-9]{1,9})?", re.ASCII)
_PART = late_pattern(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)[ \t]*([A-Za-z]+)[ \t,]*", re.ASCII)


def parse_duration(text: str | int | float) -> float:
    """Read a duration and give its seconds.

    Compound forms name each unit once, the largest first. Raises `DurationError` for anything
    that is not over 0 and at most 365 days.
    """
    if isinstance(text, bool):
        raise _invalid(text)
    try:
        seconds = float(text) if isinstance(text, int | float) else _read(text)
    except OverflowError:
        raise _invalid(text) from None
    if not math.isfinite(seconds):
        raise _invalid(text)
    if seconds <= 0:
        raise DurationError(f"a duration must be over 0, not {_shown(text)}")
    if seconds > MAX_SECONDS:
        raise DurationError(f"a duration is at most 365 days, not {_shown(text)}")
    return seconds


def _read(text: str) -> float:
    stripped = text.strip()
    if _NUMBER.fullmatch(stripped):
        return float(stripped)
    if stripped.startswith("-") and _is_duration(stripped[1:]):
        raise DurationError(f"a duration must be over 0, not {_shown(text)}")
    total, last, position = 0.0, math.inf, 0
    while position < len(stripped):
        part = _PART.match(stripped, position)
        unit = _UNITS.get(part[2].lower()) if part else None
        if part is None or unit is None or unit >= last:
            raise _invalid(text)
        total += float(part[1]) * unit
        last, position = unit, part.end()
    if not stripped:
        raise _invalid(text)
    return total


def _is_duration(text: str) -> bool:
    try:
        parse_duration(text)
    except DurationError:
        return False
    return True


def _shown(text: object) -> str:
    shown = quoted(text)
    return shown if len(shown) <= 40 else f"{shown[:37]}…"


def _invalid(text: object) -> DurationError:
    return DurationError(f"{_shown(text)} is not a duration; write {VALID_FORMS}")


def format_duration(seconds: float, *, compact: bool = False) -> str:
    """Write a time span for people: ``0.4 s``, ``12 s``, ``2 m 05 s``, ``1 h 02 m``, ``3 d 04 h``.

    Negative spans count as none. A ``compact`` one has at most seven characters: ``2m 05s``.
    """
    gap = "" if compact else " "
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60}{gap}m {whole % 60:02d}{gap}s"
    if whole < 86_400:
        return f"{whole // 3_600}{gap}h {whole % 3_600 // 60:02d}{gap}m"
    return f"{whole // 86_400}{gap}d {whole % 86_400 // 3_600:02d}{gap}h"
