"""Moments in alerts: seconds, milli- and nanoseconds, and many ways to write a date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Final

from pup_tui.late_pattern import late_pattern

_DIGITS = late_pattern(r"\d{9,19}(?:\.\d+)?\Z")
_ISO = late_pattern(
    r"(\d{4})[-./](\d\d)[-./](\d\d)[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*"
    r"(Z|UTC|GMT|[+-]\d\d:?\d\d)?\Z"
)
_TIME_FIRST = late_pattern(r"(\d\d):(\d\d):(\d\d) on (\d{4})[.-](\d\d)[.-](\d\d)\Z")
_WORDS = late_pattern(
    r"(?:[A-Za-z]{3},? )?([A-Za-z]{3}) +(\d{1,2}),? (?:(\d{4}) )?(\d\d):(\d\d):(\d\d) "
    r"(Z|UTC|GMT|[+-]\d\d:?\d\d)?(?: ?(\d{4}))?\Z"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNITS: Final = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0.0, 1.0))
"""Numbers from so many on count so many of a second: no alert is of the year 5138 or of 1973."""


def moment(said: Any, zone: timezone | None = None) -> str | None:
    """A moment in RFC 3339 and UTC; None where it is none, or nobody says in which zone.

    `zone` is the one that counts where none stands there.
    """
    if isinstance(said, bool):
        return None
    if isinstance(said, int | float):
        return _of_number(float(said))
    if not isinstance(said, str):
        return None
    text = said.strip()
    if _DIGITS.match(text):
        return _of_number(float(text))
    try:
        found = _written(text, zone)
    except (ValueError, OverflowError):
        return None
    return None if found is None or found.year < 1990 else _told(found)


def zone_of(date: str) -> timezone | None:
    """The zone of a mail's date."""
    try:
        offset = parsedate_to_datetime(date).utcoffset()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return None if offset is None else timezone(offset)


def _of_number(number: float) -> str | None:
    unit = next(unit for least, unit in _UNITS if number >= least) if number > 0 else 0.0
    try:
        return _told(datetime.fromtimestamp(number / unit, UTC)) if number >= 1e8 else None
    except (OverflowError, ValueError, OSError):
        return None


def _written(text: str, zone: timezone | None) -> datetime | None:
    if match := _ISO.match(text):
        year, month, day, hour, minute, second, part, offset = match.groups()
        micro = int((part or "")[:6].ljust(6, "0"))
        at = [int(each) for each in (year, month, day, hour, minute, second or 0)]
        return _in_zone(at, micro, offset, zone)
    if match := _TIME_FIRST.match(text):
        time, date = match.groups()[:3], match.groups()[3:]
        return _in_zone([int(each) for each in (*date, *time)], 0, None, zone)
    if match := _WORDS.match(text):
        name, day, first, hour, minute, second, offset, last = match.groups()
        year = first or last
        if name.lower() not in _MONTHS or year is None:
            return None
        number = _MONTHS.index(name.lower()) + 1
        at = [int(each) for each in (year, number, day, hour, minute, second)]
        return _in_zone(at, 0, offset, zone)
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo is not None else None


def _in_zone(
    at: list[int], micro: int, offset: str | None, zone: timezone | None
) -> datetime | None:
    where = zone if offset is None else _zone(offset)
    if where is None:
        return None
    return datetime(*at, micro, tzinfo=where)  # type: ignore[misc, arg-type]


def _zone(offset: str) -> timezone:
    if not offset.startswith(("+", "-")):
        return UTC
    digits = offset[1:].replace(":", "")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-delta if offset.startswith("-") else delta)


def _told(at: datetime) -> str:
    utc = at.astimezone(UTC)
    whole = utc.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{utc.microsecond // 1000:03d}Z" if utc.microsecond >= 1000 else f"{whole}Z"
