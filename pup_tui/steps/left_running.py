"""What a run that was killed has left running: found by its marks, and ended on somebody's word.

A process carries the run's id in its environment, which no other run and no later process has: not even one
that got its number, after a restart of the computer or before.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING

from pup_tui.steps.survivors import Survivor, marked

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOK_AGAIN = 0.1
"""Seconds between two looks whether something still runs."""

_KILLED_WITHIN = 1.0


def left_running(run: str, steps: Iterable[str]) -> dict[str, list[Survivor]]:
    """The live processes of these steps, by the step. Linux only, elsewhere empty."""
    found = {step: marked(run, step) for step in steps}
    return {step: living for step, living in found.items() if living}


def end(run: str, step: str, grace: float) -> list[Survivor]:
    """Send TERM to the processes of a step, KILL after `grace` seconds; those that live all the same.

    CONT goes along since TERM stays pending in a stopped process.
    """
    for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, _KILLED_WITHIN)):
        until = time.monotonic() + seconds
        signalled: set[int] = set()
        while living := marked(run, step):
            for survivor in living:
                if survivor.pid not in signalled:
                    signalled.add(survivor.pid)
                    _signal(run, step, survivor, (number, signal.SIGCONT))
            if time.monotonic() >= until:
                break
            time.sleep(LOOK_AGAIN)
    return marked(run, step)


def _signal(run: str, step: str, survivor: Survivor, numbers: Iterable[signal.Signals]) -> None:
    """Signal a process by a descriptor that is surely its own: its number may be another's by now."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        descriptor = os.pidfd_open(survivor.pid)
        try:
            if survivor in marked(run, step):
                for number in numbers:
                    signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)
