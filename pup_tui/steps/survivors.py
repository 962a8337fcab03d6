"""Processes that outlive a step: found by the marks in their environment, and by their session."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.steps.executor import RUN_MARK, STEP_MARK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Set

_PROC = Path("/proc")
_DEAD = frozenset("ZX")


@dataclass(frozen=True)
class Survivor:
    """A live process. `name` is the kernel's short name: arguments may hold secrets."""

    pid: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} (pid {self.pid})"


@dataclass(frozen=True)
class _Status:
    name: str
    state: str
    group: int
    session: int


def marked(run: str, step: str | None = None) -> list[Survivor]:
    """Live processes that `run` (or one `step` of it) started, whatever session they moved to.

    Linux only, elsewhere empty. What was started with a cleared environment is missed.
    """
    wanted = {f"{RUN_MARK}={run}".encode(errors="surrogateescape")}
    if step is not None:
        wanted.add(f"{STEP_MARK}={step}".encode(errors="surrogateescape"))
    return [
        Survivor(pid, status.name)
        for pid, status in _living()
        if wanted <= set(_environ(pid).split(b"\0"))
    ]


def in_session(session: int) -> list[Survivor]:
    """Live processes of a session. Linux only."""
    return [Survivor(pid, status.name) for pid, status in _living() if status.session == session]


def holding(names: Set[str]) -> list[Survivor]:
    """Live processes that hold one of these files open: a path, or `pipe:[inode]`. Linux only."""
    return [Survivor(pid, status.name) for pid, status in _living() if names & _open_files(pid)]


def having_open(path: Path) -> list[Survivor]:
    """Live processes that have this file open, this one among them. Linux only."""
    name = os.path.realpath(path)
    own = os.getpid()
    every = [*_living(), *((own, status) for status in [_status(own)] if status is not None)]
    return [Survivor(pid, status.name) for pid, status in every if name in _open_files(pid)]


def group_lives(group: int) -> bool:
    """Whether a process group has a live member; one that only waits to be reaped is dead."""
    if not (_PROC / "self" / "stat").exists():
        try:
            os.killpg(group, 0)
        except OSError:
            return False
        return True
    return any(status.group == group for _, status in _living())


def listed(survivors: Iterable[Survivor], limit: int = 5) -> str:
    """Survivors for a sentence, at most `limit` of them by name."""
    every = sorted(set(survivors), key=lambda survivor: survivor.pid)
    shown = ", ".join(str(survivor) for survivor in every[:limit])
    return f"{shown} and {len(every) - limit} more" if len(every) > limit else shown


def _living() -> Iterator[tuple[int, _Status]]:
    own = os.getpid()
    try:
        names = os.listdir(_PROC)
    except OSError:
        return
    for name in names:
        if not name.isdigit() or int(name) == own:
            continue
        status = _status(int(name))
        if status is not None and status.state not in _DEAD:
            yield int(name), status


def _status(pid: int) -> _Status | None:
    try:
        text = (_PROC / str(pid) / "stat").read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
    # The name stands in parentheses and may hold spaces and parentheses itself.
    head, _, tail = text.rpartition(")")
    name = "".join(c if c.isprintable() else "?" for c in head.partition("(")[2])
    fields = tail.split()
    return _Status(name=name, state=fields[0], group=int(fields[2]), session=int(fields[3]))


def _open_files(pid: int) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):
        for name in os.listdir(_PROC / str(pid) / "fd"):
            with contextlib.suppress(OSError):
                found.add(os.readlink(_PROC / str(pid) / "fd" / name))
    return found


def _environ(pid: int) -> bytes:
    try:
        return (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return b""
