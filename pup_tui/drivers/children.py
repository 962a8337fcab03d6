"""By what is known, after their program was killed, which attempts had begun and where their processes are.

The note lies beside the outputs of the run and goes when the run ends. It is not synced: the crash of a
computer ends the processes as well, and a program that is killed leaves what it has written.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from pup_tui.core.state import RunState
from pup_tui.journal.boot import boot_id
from pup_tui.private import open_private
from pup_tui.steps.survivors import status
from pup_tui.typed import decode_json

if TYPE_CHECKING:
    from pup_tui.steps.left_running import Traces

_NAME = "children"


class _Child(Struct, frozen=True, omit_defaults=True):
    """An attempt of `step` that acts, and the process that it was started with, if there is one.

    `started` is the kernel's word for when; `pipes` name the ends that its output goes to.
    """

    step: str
    attempt: str
    pid: int = 0
    started: str = ""
    pipes: tuple[str, ...] = ()


class _Note(Struct, frozen=True):
    """The attempts that a leg of a run has under way, in the start `boot` of the computer."""

    boot: str
    leg: int
    children: list[_Child]


class Children:
    """Notes the attempts that are under way, each before it acts.

    What is not in a note has not begun. So a note that cannot be written is taken away.
    """

    def __init__(self, folder: Path, leg: int) -> None:
        """`leg` is the number of the leg of the run."""
        self._path = folder / _NAME
        self._leg = leg
        self._begun: dict[str, _Child] = {}
        self._descriptor: int | None = None

    def open(self) -> None:
        """Begin the note, before anything of the leg is recorded."""
        with suppress(OSError):
            self._write()

    def begins(self, step: str, attempt: str) -> None:
        """Note that an attempt acts from now on. Raises OSError where a note stays that does not say so."""
        self._begun[attempt] = _Child(step, attempt)
        self._write()

    def began(self, step: str, attempt: str, pid: int, pipes: Iterable[str]) -> None:
        """Note the process of an attempt as soon as it is started."""
        seen = status(pid)
        if seen is None:
            return
        self._begun[attempt] = _Child(step, attempt, pid, seen.started, tuple(pipes))
        with suppress(OSError):
            self._write()

    def ended(self, attempt: str) -> None:
        """Forget an attempt whose end is recorded."""
        self._begun.pop(attempt, None)

    def close(self) -> None:
        """Leave no note: the run is over."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            with suppress(OSError):
                self._path.unlink()

    def _write(self) -> None:
        note = _Note(boot_id(), self._leg, list(self._begun.values()))
        try:
            self._overwrite(msgspec.json.encode(note))
        except OSError:
            self._path.unlink(missing_ok=True)

    def _overwrite(self, text: bytes) -> None:
        if self._descriptor is None:
            self._descriptor = open_private(self._path, os.O_WRONLY | os.O_CREAT)
        # Behind the end white space may stand, and nothing else.
        text = text.ljust(os.fstat(self._descriptor).st_size)
        if os.pwrite(self._descriptor, text, 0) < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def traces(folder: Path, run: str, steps: Iterable[str]) -> list[Traces]:
    """What the processes of these steps of a past run are found by; `folder` is that of its outputs."""
    note = _noted(folder)
    noted = {} if note is None else {child.step: child for child in note.children}
    return [_traces(run, step, noted.get(step)) for step in steps]


def never_begun(folder: Path, state: RunState) -> list[str]:
    """The steps of a run that broke off at `state` whose attempt was recorded and never acted."""
    from pup_tui.core.standing import attempts_under_way

    note = _noted(folder)
    if note is None or not note.boot or note.leg != state.leg:
        return []
    begun = {child.attempt for child in note.children}
    under_way = attempts_under_way(state).items()
    return [step for step, attempt in under_way if attempt not in begun]


def _traces(run: str, step: str, child: _Child | None) -> Traces:
    from pup_tui.steps.left_running import Traces

    if child is None or not child.pid:
        return Traces(run, step)
    return Traces(run, step, child.pid, child.started, frozenset(child.pipes))


def _noted(folder: Path) -> _Note | None:
    """What stands in the note; None where there is none, or the computer was started anew since."""
    try:
        note = decode_json((folder / _NAME).read_bytes(), _Note)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return note if note.boot == boot_id() else None
