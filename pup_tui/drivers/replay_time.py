"""When things happened in a recorded run, as one stretch of time without the hours between its legs."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from pup_tui import late
from pup_tui.core.events import AnyEvent, Moment, NoteAdded, Resumed
from pup_tui.drivers.clock import Handle

GAP = 1.0
"""Seconds that are left of a time in which nothing of a run went on: before a leg, before a late note."""


class ReplayTime:
    """Offsets (seconds from the beginning of a replay) and the moments of the run that they stand for."""

    def __init__(self, events: Sequence[AnyEvent]) -> None:
        self._moments = [event.at for event in events]
        self._walls = [moment.wall for moment in self._moments]
        self._offsets: list[float] = []
        for event in events:
            if not self._offsets:
                self._offsets.append(0.0)
                continue
            passed = max(0.0, event.at.wall - self._moments[len(self._offsets) - 1].wall)
            if isinstance(event, Resumed | NoteAdded):
                passed = min(passed, GAP)
            self._offsets.append(self._offsets[-1] + passed)

    @property
    def length(self) -> float:
        return self._offsets[-1] if self._offsets else 0.0

    def offset_of(self, event: int) -> float:
        """When an event happens, by its number from 0."""
        return self._offsets[event]

    def offset_at(self, wall: float) -> float:
        """The offset of a moment of the run (seconds since 1970); one outside of it is at its edge."""
        at = max(0, bisect_right(self._walls, wall) - 1)
        passed = max(0.0, wall - self._moments[at].wall)
        last = at + 1 == len(self._offsets)
        most = 0.0 if last else self._offsets[at + 1] - self._offsets[at]
        return self._offsets[at] + min(passed, most)

    def moment(self, offset: float) -> Moment:
        """The moment that an offset stands for."""
        at = max(0, bisect_right(self._offsets, offset) - 1)
        passed, known = max(0.0, offset - self._offsets[at]), self._moments[at]
        return Moment(wall=known.wall + passed, clock=known.clock + passed)

    def happened(self, offset: float) -> int:
        """How many events have happened by then."""
        return bisect_right(self._offsets, offset)

    def next_after(self, offset: float) -> float:
        """The offset of the first event behind one; that of the last where there is none."""
        return self._offsets[min(bisect_right(self._offsets, offset), len(self._offsets) - 1)]

    def last_before(self, offset: float) -> float:
        """The offset of the last event before one; the beginning where there is none."""
        earlier = bisect_left(self._offsets, offset)
        return self._offsets[earlier - 1] if earlier else 0.0


class ReplayClock:
    """A clock that goes through a timeline at some speed, and that can stand still and be set."""

    def __init__(self, timeline: ReplayTime, speed: float, offset: float = 0.0) -> None:
        self._timeline = timeline
        self._speed = speed
        self._from = offset
        self._since: float | None = time.monotonic()

    @property
    def offset(self) -> float:
        """Where in the timeline it stands."""
        if self._since is None:
            return self._from
        passed = (time.monotonic() - self._since) * self._speed
        return min(self._timeline.length, self._from + passed)

    @property
    def paused(self) -> bool:
        return self._since is None

    @property
    def ended(self) -> bool:
        """Whether it has come to the end of the timeline."""
        return self.offset >= self._timeline.length

    @property
    def speed(self) -> float:
        """Seconds of the run that pass in a second."""
        return self._speed

    def set(
        self,
        *,
        offset: float | None = None,
        speed: float | None = None,
        paused: bool | None = None,
    ) -> None:
        """Go on from another place, at another speed, or stand still; what is not given stays."""
        stands = self.paused if paused is None else paused
        wanted = self.offset if offset is None else offset
        self._from = min(max(0.0, wanted), self._timeline.length)
        self._speed = self._speed if speed is None else speed
        self._since = None if stands else time.monotonic()

    def now(self) -> Moment:
        return self._timeline.moment(self.offset)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Handle:
        return late.Deadline(seconds / self._speed, callback)
