"""The moments that a cron expression names in a time zone.

A zone's clock leaves out an hour and has one twice. As with the cron of Debian, what names single moments of
the day comes once on both days (at the first moment behind the gap, at the first of the two), and what names
every so many minutes comes as often as these pass. cronsim computes it, but for changes of the clock by less
than an hour or within one; its tests are here for three zones.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

FIELDS = 5
"""Minute, hour, day of the month, month, day of the week."""


class InvalidTimes(ValueError):
    """A text that names no moments; `hint` says what would."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def check_cron(text: str) -> str:
    """A cron expression, checked. Raises InvalidTimes."""
    example = "five fields are wanted, such as `0 3 * * *` for three at night"
    fields = text.split()
    if text.strip().startswith("@"):
        raise InvalidTimes(f"`{text}` is no cron expression", example)
    if len(fields) != FIELDS:
        raise InvalidTimes(f"`{text}` has {len(fields)} fields", example)
    try:
        next(CronSim(" ".join(fields), datetime(2027, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise InvalidTimes(f"`{text}` is no cron expression: {error}", example) from None
    except StopIteration:
        raise InvalidTimes(f"`{text}` names no day that there is", example) from None
    return " ".join(fields)


def check_zone(name: str) -> str:
    """The name of a time zone, checked. Raises InvalidTimes."""
    if name not in _zones():
        from difflib import get_close_matches

        like = get_close_matches(name, _zones(), 1)
        hint = f"did you mean `{like[0]}`?" if like else "name one such as Europe/Berlin or UTC"
        raise InvalidTimes(f"there is no time zone `{name}`", hint)
    return name


@cache
def _zones() -> frozenset[str]:
    # `localtime` is the machine's own, which is never meant; it is no name.
    return frozenset(available_timezones() - {"localtime", "Factory"})


class _Times(CronSim):
    """cronsim, which steps by whole hours over changes of the clock that are not of whole hours.

    On Lord Howe Island the clock changes by half an hour, on the Chatham Islands at a quarter to: with steps
    of an hour from a full one, a minute is never 0 again until the hour that is wanted is over.
    """

    def advance_minute(self) -> bool:
        if self.dt.minute in self.minutes:
            return False
        while self.dt.minute not in self.minutes:
            self.tick(_MINUTE - self.dt.second)
        return True

    def advance_hour(self) -> bool:
        if self.dt.hour in self.hours:
            return False
        day = self.dt.date()
        while self.dt.hour not in self.hours and self.dt.date() == day:
            # Zones are ahead of UTC by quarters of an hour, and change at one.
            self.tick(_QUARTER - (self.dt.minute * _MINUTE + self.dt.second) % _QUARTER)
        return True


_MINUTE = 60
_QUARTER = 900


def moments_after(cron: str, zone: str, after: float) -> Iterator[float]:
    """The moments behind `after`, in their order, each once, all in seconds since 1970."""
    start = datetime.fromtimestamp(after, ZoneInfo(zone))
    for moment in _Times(cron, start):
        at = moment.timestamp()
        # All that a gap leaves out comes at its end, which may be a time of its own as well.
        if at > after:
            after = at
            yield at


def moments_between(cron: str, zone: str, after: float, until: float) -> Iterator[float]:
    """Those of them that are not behind `until`."""
    for at in moments_after(cron, zone, after):
        if at > until:
            return
        yield at


def told_moment(at: float, zone: str) -> str:
    """A moment on the clock of a zone, with how far that is from UTC: `2027-03-28 03:00 +02:00`."""
    moment = datetime.fromtimestamp(at, ZoneInfo(zone))
    return f"{moment:%Y-%m-%d %H:%M} {moment.isoformat()[19:]}"
