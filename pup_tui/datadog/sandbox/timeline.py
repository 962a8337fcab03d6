"""Scenario time, and quantities that move along it."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

ReadTime = Callable[[], float]

SETTLED = 0.005
"""The part of a change that is no longer worth showing: from there on the target is reached."""


class Timeline:
    """Seconds since the scenario began, beside the time of day.

    `speed` stretches only what happens after the beginning: what a scenario says about its past
    ("the incident began 30 minutes ago") stays true on the wall clock.
    """

    def __init__(self, clock: ReadTime, now: ReadTime, speed: float) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be more than 0, not {speed}")
        self._clock = clock
        self._now = now
        self._began = clock()
        self.speed = speed

    def elapsed(self) -> float:
        """Scenario seconds since the beginning."""
        return (self._clock() - self._began) * self.speed

    def wall(self) -> float:
        """The time of day, in unix seconds."""
        return self._now()

    def at(self, wall: float) -> float:
        """The scenario second of a time of day; negative before the beginning."""
        moment = self.elapsed() - (self._now() - wall) * self.speed
        return moment if moment >= 0 else moment / self.speed

    def when(self, moment: float) -> float:
        """The time of day of a scenario second."""
        elapsed = self.elapsed()
        if moment >= 0:
            return self._now() - (elapsed - moment) / self.speed
        return self._now() - elapsed / self.speed + moment


class Curve:
    """A quantity that approaches its targets smoothly, never jumping.

    Each target is approached exponentially with time constant `tau` (seconds) from wherever the
    quantity stood, and taken as reached when `SETTLED` of the way is left.
    """

    def __init__(self, level: float, tau: float = 8.0) -> None:
        self._tau = tau
        self._aims: list[tuple[float, float, float]] = [(-math.inf, level, level)]

    @property
    def target(self) -> float:
        """Where the quantity is heading, or has arrived."""
        return self._aims[-1][2]

    def aim(self, moment: float, target: float) -> None:
        """Head for `target` from `moment` on; aims must be given in the order of time."""
        if target != self.target:
            self._aims.append((moment, self.at(moment), target))

    def at(self, moment: float) -> float:
        """The level at a scenario second."""
        since, start, target = next(aim for aim in reversed(self._aims) if aim[0] <= moment)
        left = math.exp(-(moment - since) / self._tau)
        return target if left < SETTLED else target + (start - target) * left

    def calm(self, moment: float) -> float:
        """How close the level is to its target, 0 (far) to 1 (there)."""
        target = next(aim[2] for aim in reversed(self._aims) if aim[0] <= moment)
        level = self.at(moment)
        return 1.0 - min(1.0, abs(level - target) / max(abs(level), abs(target), 1e-9))


def noise(seed: str, moment: float) -> float:
    """A smooth, repeatable wobble between -1 and 1, different for each seed."""
    phase = zlib.crc32(seed.encode()) / 2**32 * math.tau
    waves = (
        math.sin(moment / period * math.tau + phase * factor)
        for period, factor in ((7, 1), (23, 2), (61, 3))
    )
    return sum(waves) / 3


def iso(wall: float) -> str:
    """The spelling of v1 and older v2 endpoints: `2026-02-23T14:06:46.306566+00:00`."""
    return datetime.fromtimestamp(wall, UTC).isoformat(timespec="microseconds")


def iso_z(wall: float) -> str:
    """The spelling of newer endpoints: `2026-02-23T14:06:46.306566Z`."""
    return iso(wall).replace("+00:00", "Z")


def parse_iso(text: str) -> float:
    """ISO 8601 with an offset as unix seconds.

    Raises:
        ValueError: it is something else, has no offset, or lies outside the years 1 to 9999.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("it has no offset")
    try:
        return moment.astimezone(UTC).timestamp()
    except OverflowError:
        raise ValueError("it is out of range") from None
