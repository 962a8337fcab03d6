"""What a run that was killed has left running: found by its traces, and ended on somebody's word.

A process carries the run's id in its environment, which no other run and no later process has: not even one
that got its number, after a restart of the computer or before. One whose environment was cleared is found
where it descends from the process that its attempt was started with, or still holds the output of that.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from typing import TYPE_CHECKING

from msgspec import Struct

from pup_tui.steps.survivors import (
    Survivor,
    belongs_elsewhere,
    descending,
    holding,
    marked,
    status,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOK_AGAIN = 0.1
"""Seconds between two looks whether something still runs."""

_KILLED_WITHIN = 1.0


class Traces(Struct, frozen=True):
    """By what the processes of a step are found: the marks of its run, and what was noted when its attempt
    began in this start of the computer: its first process and when that was `started`, and where it wrote to.
    """

    run: str
    step: str
    pid: int = 0
    started: str = ""
    pipes: frozenset[str] = frozenset()

    def living(self) -> list[Survivor]:
        """The live processes that are found by them. Linux only, elsewhere empty."""
        found = marked(self.run, self.step)
        first = status(self.pid) if self.pid else None
        if first is not None and first.started == self.started:
            found += descending({self.pid})
        if self.pipes:
            found += holding(self.pipes)
        return sorted(
            {each for each in found if not belongs_elsewhere(each.pid, self.run, self.step)},
            key=lambda each: each.pid,
        )


def left_running(traces: Iterable[Traces]) -> dict[Traces, list[Survivor]]:
    """The live processes of steps, by what they are found by. Linux only, elsewhere empty."""
    found = {each: each.living() for each in traces}
    return {each: living for each, living in found.items() if living}


def end(traces: Traces, grace: float) -> list[Survivor]:
    """Send TERM to the processes of a step, KILL after `grace` seconds; those that live all the same.

    CONT goes along since TERM stays pending in a stopped process.
    """
    with contextlib.ExitStack() as descriptors:
        held: dict[int, tuple[Survivor, int]] = {}
        for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, _KILLED_WITHIN)):
            until = time.monotonic() + seconds
            signalled: set[int] = set()
            while living := _living(traces, held, descriptors):
                for survivor, descriptor in living:
                    if survivor.pid not in signalled:
                        signalled.add(survivor.pid)
                        _signal(descriptor, (number, signal.SIGCONT))
                if time.monotonic() >= until:
                    break
                time.sleep(LOOK_AGAIN)
        return [survivor for survivor, _ in _living(traces, held, descriptors)]


def _living(
    traces: Traces, held: dict[int, tuple[Survivor, int]], descriptors: contextlib.ExitStack
) -> list[tuple[Survivor, int]]:
    """The live processes, each with a descriptor that is surely its own: its number may be another's by now.

    Those that were found before are `held`: what led to them may have ended since.
    """
    found = {}
    for survivor in traces.living():
        if survivor.pid not in held:
            with contextlib.suppress(ProcessLookupError):
                found[survivor.pid] = os.pidfd_open(survivor.pid)
                descriptors.callback(os.close, found[survivor.pid])
    if found:
        certain = {survivor.pid: survivor for survivor in traces.living()}
        held |= {pid: (certain[pid], each) for pid, each in found.items() if pid in certain}
    return [each for each in held.values() if not select.select([each[1]], [], [], 0)[0]]


def _signal(descriptor: int, numbers: Iterable[signal.Signals]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        for number in numbers:
            signal.pidfd_send_signal(descriptor, number)
