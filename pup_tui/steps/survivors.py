"""Processes that outlive a step: found by the marks in their environment, and by their session."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from pup_tui.steps.executor import RUN_MARK, STEP_MARK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Set

PROC = Path("/proc")
DEAD = frozenset("ZX")
_LONGEST_STATUS = 4096
"""Bytes of what the kernel tells of a process: some 350 with all numbers at their longest."""


class Survivor(Struct, frozen=True, eq=False):
    """A live process. `name` is the kernel's short name: arguments may hold secrets.

    It is the same one whether or not it is known when it was `started`.
    """

    pid: int
    name: str
    started: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Survivor) and (self.pid, self.name) == (other.pid, other.name)

    def __hash__(self) -> int:
        return hash((self.pid, self.name))

    def __str__(self) -> str:
        return f"{self.name} (pid {self.pid})"


class Status(Struct, frozen=True):
    """What the kernel tells of a process; `started` is when, as a word that differs from all later ones'."""

    name: str
    state: str
    parent: int
    group: int
    session: int
    started: str


def marked(run: str, step: str | None = None) -> list[Survivor]:
    """Live processes that `run` (or one `step` of it) started, whatever session they moved to.

    Linux only, elsewhere empty. What was started with a cleared environment is missed.
    """
    wanted = {f"{RUN_MARK}={run}".encode(errors="surrogateescape")}
    if step is not None:
        wanted.add(f"{STEP_MARK}={step}".encode(errors="surrogateescape"))
    return [
        Survivor(pid, each.name)
        for pid, each in _living()
        if wanted <= set(_environ(pid).split(b"\0"))
    ]


def belongs_elsewhere(pid: int, run: str, step: str) -> bool:
    """Whether its marks say that a process is another step's; one without marks is anybody's."""
    marks = set(_environ(pid).split(b"\0"))
    wanted = {RUN_MARK: run, STEP_MARK: step}
    return any(
        mark.startswith(f"{name}=".encode())
        and mark != f"{name}={value}".encode(errors="surrogateescape")
        for name, value in wanted.items()
        for mark in marks
    )


def in_session(session: int) -> list[Survivor]:
    """Live processes of a session. Linux only."""
    return [Survivor(pid, each.name) for pid, each in _living() if each.session == session]


def descending(pids: Set[int]) -> list[Survivor]:
    """Live processes, and those that descend from them by living parents. Linux only."""
    living = dict(_living())
    found = {pid: living[pid] for pid in pids if pid in living}
    grown = True
    while grown:
        more = {p: each for p, each in living.items() if each.parent in found and p not in found}
        found |= more
        grown = bool(more)
    return [Survivor(p, each.name, each.started) for p, each in found.items()]


def holding(names: Set[str]) -> list[Survivor]:
    """Live processes that hold one of these files open: a path, or `pipe:[inode]`. Linux only."""
    return [Survivor(pid, each.name) for pid, each in _living() if names & _open_files(pid)]


def having_open(path: Path) -> list[Survivor]:
    """Live processes that have this file open, this one among them. Linux only."""
    name = os.path.realpath(path)
    own = os.getpid()
    every = [*_living(), *((own, each) for each in [status(own)] if each is not None)]
    return [Survivor(pid, each.name) for pid, each in every if name in _open_files(pid)]


def group_lives(group: int) -> bool:
    """Whether a process group has a live member; one that only waits to be reaped is dead."""
    if not (PROC / "self" / "stat").exists():
        try:
            os.killpg(group, 0)
        except OSError:
            return False
        return True
    return any(each.group == group for _, each in _living())


def listed(survivors: Iterable[Survivor], limit: int = 5) -> str:
    """Survivors for a sentence, at most `limit` of them by name."""
    every = sorted(set(survivors), key=lambda survivor: survivor.pid)
    shown = ", ".join(str(survivor) for survivor in every[:limit])
    return f"{shown} and {len(every) - limit} more" if len(every) > limit else shown


def _living() -> Iterator[tuple[int, Status]]:
    own = os.getpid()
    try:
        names = os.listdir(PROC)
    except OSError:
        return
    for name in names:
        if not name.isdigit() or int(name) == own:
            continue
        each = status(int(name))
        if each is not None and each.state not in DEAD:
            yield int(name), each


def status(pid: int) -> Status | None:
    """What the kernel tells of a process; None where there is none. Linux only."""
    try:
        # Each step asks it, and a file object would ask the kernel eight times.
        descriptor = os.open(PROC / str(pid) / "stat", os.O_RDONLY | os.O_CLOEXEC)
        try:
            text = os.read(descriptor, _LONGEST_STATUS).decode("utf-8", "replace")
        finally:
            os.close(descriptor)
    except OSError:
        return None
    # The name stands in parentheses and may hold spaces and parentheses itself.
    head, _, tail = text.rpartition(")")
    name = "".join(c if c.isprintable() else "?" for c in head.partition("(")[2])
    fields = tail.split()
    return Status(
        name=name,
        state=fields[0],
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        started=fields[19],
    )


def _open_files(pid: int) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):
        for name in os.listdir(PROC / str(pid) / "fd"):
            with contextlib.suppress(OSError):
                found.add(os.readlink(PROC / str(pid) / "fd" / name))
    return found


def _environ(pid: int) -> bytes:
    try:
        return (PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return b""
