"""Points in time and durations as the `pup` command line spells them.

Everything is in seconds since 1970, UTC, cut to whole seconds as `pup` does.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from pup_tui.quoted import quoted

_UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip

_AGO = re.compile(r"(?:(?:now\s*)?-)?\s*(\d{1,9})\s*([a-z]+)", re.IGNORECASE | re.ASCII)
_PART = re.compile(r"\s*(\d{1,9})\s*([a-z]+)\s*", re.IGNORECASE | re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?", re.ASCII)
_LONGEST = 365 * 86400

TIME_FORMS = "1h, 30m, 7d (ago), now, a unix time, 2026-01-31, or 2026-01-31T09:00:00Z"
DURATION_FORMS = "30s, 5m, 1h, 1h30m or 7d"


def parse_time(text: str, now: float) -> int:
    """A point in time in unix seconds. Raises ValueError with the forms that are understood.

    `1h` is an hour ago; there is no relative future. Ten digits or fewer are seconds, more are
    milliseconds. `now-1h` and plain dates are the newer `pup`'s.
    """
    text = text.strip()
    moment = _parse_time(text, now)
    if moment is None:
        raise ValueError(f"{quoted(text)} is no time: use {TIME_FORMS}")
    return moment


def _parse_time(text: str, now: float) -> int | None:
    if text.lower() == "now":
        return int(now)
    if text.isascii() and text.isdigit() and len(text) <= 16:
        return int(text) if len(text) <= 10 else int(text) // 1000
    ago = _AGO.fullmatch(text)
    if ago and ago[2].lower() in _UNITS:
        return int(now) - int(ago[1]) * _UNITS[ago[2].lower()]
    try:
        if _DATE.fullmatch(text):
            day = text if len(text) == 10 else f"{text}-01"
            return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
        if "T" in text.upper():
            moment = datetime.fromisoformat(text)
            return int(moment.timestamp()) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return None


def parse_span(text: str) -> int:
    """A length of time in seconds, over 0 and at most a year; several units may be joined."""
    total, position = 0, 0
    text = text.strip()
    while match := _PART.match(text, position):
        if match[2].lower() not in _UNITS:
            break
        total += int(match[1]) * _UNITS[match[2].lower()]
        position = match.end()
    if position != len(text) or not 0 < total <= _LONGEST:
        raise ValueError(f"{quoted(text)} is no duration: use {DURATION_FORMS}, at most a year")
    return total


def v2_time(moment: float) -> str:
    """A point in time as Datadog's v2 bodies want it: `2026-01-31T09:00:00Z`. May raise
    ValueError where it lies outside the calendar."""
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        raise ValueError("the time lies outside the calendar") from None
