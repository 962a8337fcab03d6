"""Time for a run: real, or moved by hand."""

from __future__ import annotations

import heapq
import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from pup_tui import late
from pup_tui.core.events import Moment


class Handle(Protocol):
    """A call that `call_later` has arranged, and that can still be cancelled."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Tells a run's time and calls back after a while."""

    def now(self) -> Moment:
        """This moment; its `clock` counts from when the run's clock was made."""
        ...

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Handle:
        """Call back in that time; where the program stood still then, after what has happened meanwhile."""
        ...


def program_began() -> float:
    """When this process was started, in seconds since 1970, to a hundredth of one.

    Where the system does not tell (not Linux), the latest moment at which it can have been.
    """
    try:
        status = Path("/proc/self/stat").read_bytes()
    except OSError:
        return time.time() - time.process_time()
    # The program's name stands in parentheses and may hold spaces: `starttime` is the 20th field after it.
    ticks = int(status.rpartition(b")")[2].split()[19])
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - age


class SystemClock:
    """The machine's clocks: UTC to show, the monotonic one to count with, from `start` (seconds) on."""

    def __init__(self, start: float = 0.0) -> None:
        self._began = time.monotonic() - start

    def now(self) -> Moment:
        return Moment(wall=time.time(), clock=time.monotonic() - self._began)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Handle:
        return late.Deadline(seconds, callback)


class _FakeHandle:
    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class FakeClock:
    """A clock for tests and rehearsals: time passes only when `advance` or `to_next` says so."""

    def __init__(self, wall: float = 1_700_000_000.0) -> None:
        self._wall = wall
        self._clock = 0.0
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None], _FakeHandle]] = []

    def now(self) -> Moment:
        return Moment(wall=self._wall + self._clock, clock=self._clock)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Handle:
        handle = _FakeHandle()
        heapq.heappush(self._due, (self._clock + seconds, next(self._order), callback, handle))
        return handle

    def advance(self, seconds: float) -> None:
        """Let time pass, and make the calls that fall due in it, in order."""
        until = self._clock + seconds
        while self._due and self._due[0][0] <= until:
            self._clock, _, callback, handle = heapq.heappop(self._due)
            if not handle.cancelled:
                callback()
        self._clock = until

    def to_next(self) -> bool:
        """Let time pass until the next call is due, and make it; False where none is arranged."""
        while self._due:
            due, _, callback, handle = heapq.heappop(self._due)
            if not handle.cancelled:
                self._clock = max(self._clock, due)
                callback()
                return True
        return False
