"""Moments as a report writes them: in UTC, and on the clock of the place with how far that is from UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(at: float) -> str:
    """A moment (seconds since 1970) in UTC, to the second."""
    return _told(at, "%Y-%m-%d %H:%M:%S UTC", local=False)


def stamp(at: float) -> str:
    """The same as commands take it: RFC 3339."""
    return _told(at, "%Y-%m-%dT%H:%M:%SZ", local=False)


def local(at: float) -> str:
    """The same on the clock of the place, with its distance from UTC."""
    return _told(at, "%Y-%m-%d %H:%M:%S %z", local=True)


def local_clock(at: float) -> str:
    """The same beside the moment in UTC: with its day only where that is another one."""
    whole = local(at)
    return whole.removeprefix(f"{utc(at)[:10]} ")


def _told(at: float, form: str, *, local: bool) -> str:
    try:
        moment = datetime.fromtimestamp(at, UTC)
        return (moment.astimezone() if local else moment).strftime(form)
    except (OverflowError, ValueError, OSError):
        return "an unknown time"
