"""What is due of a schedule at one moment, by what became of its moments so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from pup_tui.journal.fires import FireRecord
from pup_tui.schedules.moments import moments_between
from pup_tui.schedules.schedule import Schedule

GRACE: Final = 120.0
"""Seconds after which a moment counts as missed. Somebody looks each minute; one look may be late."""

LOOKS_BACK: Final = 7 * 86_400.0
"""Seconds for which it is looked what was missed while nobody looked."""

_ASKED_AGAIN: Final = 3_600.0
"""Seconds before the newest known moment that are looked through again, for what came to nothing."""

_MISSED: Final = "nobody looked at that time"
_UNDER_WAY: Final = "the run before it was under way"


class Due(Struct, frozen=True, kw_only=True):
    """Moments (seconds since 1970) that are to have a run now, and what becomes of others."""

    fires: tuple[float, ...] = ()
    others: tuple[FireRecord, ...] = ()


def due(
    name: str,
    schedule: Schedule,
    known: Iterable[FireRecord],
    now: float,
    *,
    under_way: bool,
) -> Due:
    """What is due of a schedule `now`; `under_way` tells that a run of it is.

    `known` is what became of its moments in the time that is looked back. A moment for which there is a run,
    or that was given up, never comes again, whatever the clock says; one that a wrong clock had as missed
    does when it is on time.
    """
    if schedule.paused:
        return Due()
    known_at = {each.moment: each for each in known}
    queued = sorted(at for at, each in known_at.items() if _waits(each))
    on_time, late = _open_moments(schedule, known_at, now)
    made_up = late[-1:] if schedule.catch_up == "last" and not on_time else []
    others = [
        FireRecord(schedule=name, moment=at, outcome="missed", why=_MISSED, at=now)
        for at in late
        if at not in made_up
    ]
    wanted = [*queued, *made_up, *on_time]
    fires = wanted[:1] if not under_way else []
    for at in wanted[len(fires) :]:
        if at in queued:
            continue
        others.append(
            FireRecord(
                schedule=name,
                moment=at,
                outcome="skipped" if schedule.overlap == "skip" else "queued",
                why=_UNDER_WAY,
                at=now,
            )
        )
    return Due(fires=tuple(fires), others=tuple(others))


def looked_back(schedule: Schedule, now: float) -> float:
    """From which moment on it must be known what became of them."""
    return max(schedule.counts_from, now - LOOKS_BACK)


def _open_moments(
    schedule: Schedule, known: Mapping[float, FireRecord], now: float
) -> tuple[list[float], list[float]]:
    """The moments of which nothing is known that are on time, and those that are late."""
    past = max((at for at in known if at <= now), default=0.0)
    after = max(looked_back(schedule, now), past - _ASKED_AGAIN)
    on_time, late = [], []
    for at in moments_between(schedule.cron, schedule.tz, after, now):
        before = known.get(at)
        if now - at <= GRACE and (before is None or before.outcome == "missed"):
            on_time.append(at)
        elif before is None:
            late.append(at)
    return on_time, late


def _waits(record: FireRecord) -> bool:
    return record.run is None and record.outcome == "queued"
