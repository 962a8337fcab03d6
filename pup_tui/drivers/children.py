"""By what the processes of attempts are found after their program was killed: noted when each is started.

The note lies beside the outputs of the run and goes when the run ends. It is not synced: the crash of a
computer ends the processes as well, and a program that is killed leaves what it has written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from pup_tui.journal.boot import boot_id
from pup_tui.private import open_private
from pup_tui.steps.left_running import Traces
from pup_tui.steps.survivors import status

_NAME = "children"


class _Child(Struct, frozen=True):
    """The process that an attempt of `step` was started with, in the start `boot` of the computer.

    `started` is the kernel's word for when; `pipes` name the ends that its output goes to.
    """

    step: str
    pid: int
    started: str
    boot: str
    pipes: tuple[str, ...]


class Children:
    """Notes the processes of the attempts that are under way. A note that cannot be made is left out."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._living: dict[str, _Child] = {}
        self._descriptor: int | None = None

    def began(self, step: str, pid: int, pipes: Iterable[str]) -> None:
        """Note a process as soon as it is started."""
        seen = status(pid)
        if seen is None:
            return
        self._living[step] = _Child(step, pid, seen.started, boot_id(), tuple(pipes))
        text = msgspec.json.encode(list(self._living.values()))
        with suppress(OSError):
            if self._descriptor is None:
                self._descriptor = open_private(self._path, os.O_WRONLY | os.O_CREAT)
            # Behind the end of a list white space may stand, and nothing else.
            size = os.fstat(self._descriptor).st_size
            os.pwrite(self._descriptor, text.ljust(size), 0)

    def ended(self, step: str) -> None:
        """Forget the process of an attempt that is over."""
        self._living.pop(step, None)

    def close(self) -> None:
        """Leave no note: the run is over."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            with suppress(OSError):
                self._path.unlink()


def traces(folder: Path, run: str, steps: Iterable[str]) -> list[Traces]:
    """What the processes of these steps of a past run are found by; `folder` is that of its outputs."""
    noted = _noted(folder)
    return [_traces(run, step, noted.get(step)) for step in steps]


def _traces(run: str, step: str, child: _Child | None) -> Traces:
    if child is None or child.boot != boot_id():
        return Traces(run, step)
    return Traces(run, step, child.pid, child.started, frozenset(child.pipes))


def _noted(folder: Path) -> Mapping[str, _Child]:
    try:
        found = msgspec.json.decode((folder / _NAME).read_bytes(), type=list[_Child])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    return {child.step: child for child in found}
