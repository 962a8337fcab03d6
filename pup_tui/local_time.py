"""Moments as people read them: always on the clock of the place, so that any two can be compared.

What programs read is RFC 3339 in UTC; the text of another tool keeps its own clock, and says which.
"""

from __future__ import annotations

from datetime import datetime


def local_time(wall: float) -> str:
    """A moment (seconds since 1970) on the clock of the place, to the second; `never` beyond any calendar."""
    try:
        return datetime.fromtimestamp(wall).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return "never"


def local_time_of(ts: str) -> str:
    """The same of a moment in RFC 3339; a text that is none stays as it is."""
    try:
        return local_time(datetime.fromisoformat(ts).timestamp())
    except (OverflowError, ValueError):
        return ts
