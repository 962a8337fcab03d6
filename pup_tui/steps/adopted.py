"""Processes that steps leave behind: on Linux this process becomes their parent, whatever they did.

The kernel gives the orphans among what a process started to the nearest *subreaper* above them (prctl(2)).
So neither a cleared environment nor a session of its own hides one. It goes on, and goes to init when this
process ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from functools import cache

from pup_tui.steps.survivors import DEAD, PROC, Survivor, belongs_elsewhere, descending, status

_SET_CHILD_SUBREAPER = 36

_HUNG_UP = (os.CLD_KILLED, signal.SIGHUP)

_leaders: set[int] = set()
_named: set[tuple[int, str]] = set()
_hung_up: dict[int, list[Survivor]] = {}
"""By the process that a step was started with, what of its session ended by SIGHUP."""


@cache
def adopt() -> bool:
    """Become the parent of what steps leave behind; whether the system can do that."""
    if sys.platform != "linux":
        return False
    with contextlib.suppress(ImportError, OSError, AttributeError):
        import ctypes

        return bool(ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    return False


def begin(leader: int) -> None:
    """Take note of a process that a step was started with: it is nobody's orphan."""
    _leaders.add(leader)
    _hung_up[leader] = []


def end(leader: int) -> None:
    _leaders.discard(leader)


def hung_up(leader: int) -> list[Survivor]:
    """What a step left behind and `left_behind` found ended by SIGHUP; asked once, when all is over."""
    return _hung_up.pop(leader, [])


def left_behind(run: str, step: str) -> list[Survivor]:
    """The orphans that live and that no step was told of yet, with what descends from them.

    Those marked as another step's are left out, those that have ended reaped. Linux only, elsewhere empty.
    """
    while adopt() and _has_children():
        found = _found(run, step)
        living = descending(found) if found else []
        # How one ended that has ended since is to be seen, too.
        if found <= {each.pid for each in living}:
            return living
    return []


def _found(run: str, step: str) -> set[int]:
    found = set()
    for pid in _children() - _leaders:
        seen = status(pid)
        # What shares our group was started by the program itself: a pager, an editor.
        if seen is None or seen.group == os.getpgrp():
            continue
        if seen.state in DEAD:
            with contextlib.suppress(ChildProcessError):
                how = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG)
                if how is not None and (how.si_code, how.si_status) == _HUNG_UP:
                    _hung_up.get(seen.session, []).append(Survivor(pid, seen.name, seen.started))
        elif (pid, seen.started) not in _named and not belongs_elsewhere(pid, run, step):
            found.add(pid)
    return found


def tell(survivors: list[Survivor]) -> None:
    """Take note that these were named."""
    _named.update((each.pid, each.started) for each in survivors)


def _has_children() -> bool:
    """Whether there are any at all: most often there are none, and the kernel says so in one call."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _children() -> set[int]:
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for thread in os.listdir(PROC / "self" / "task"):
            with contextlib.suppress(OSError):
                text = (PROC / "self" / "task" / thread / "children").read_text()
                found.update(map(int, text.split()))
    return found
