"""Proof that the process which owns a run is alive."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from contextlib import suppress
from pathlib import Path

from pup_tui.journal.boot import boot_id, is_of_another_boot
from pup_tui.journal.errors import RunOwned
from pup_tui.journal.places import OWNER_LOCK, make_run_dir, run_dir, unusable
from pup_tui.private import open_private

_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
_GIVEN_UP = "given up"
"""What the file of an owner says that let the run go while its process lives on, where nothing is locked."""


def _lock_path(state: Path, run: str) -> Path:
    return run_dir(state, run) / OWNER_LOCK


class RunLock:
    """Held by the process that owns a run; the system frees it however that process ends.

    The descriptor is not inheritable, so a child that outlives its parent does not hold the lock. Where the
    file system knows no locks nothing is held, and `owner_is_gone` goes by the process id and by the start of
    the computer that it is of, which stands in the file, until that says that the run was let go.
    """

    def __init__(self, descriptor: int, path: Path, *, is_locked: bool = True) -> None:
        self._descriptor: int | None = descriptor
        self._is_locked = is_locked
        self.path = path

    @classmethod
    def acquire(cls, state: Path, run: str) -> RunLock:
        """Become the owner. Raises JournalError if another process is, or the file cannot be made."""
        path = make_run_dir(state, run) / OWNER_LOCK
        try:
            descriptor = open_private(path, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise unusable(error, path, "the run's lock cannot be made") from error
        is_locked = True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            is_locked = False
            if error.errno in _HELD:
                os.close(descriptor)
                raise RunOwned(
                    f"the run {run} is under way in another process",
                    path,
                    "wait until it has ended",
                ) from error
        # Without it, as on a full disk, only the process id tells.
        with suppress(OSError):
            # As long as what may be written over it, which a disk that is full by then has to take.
            _write(descriptor, boot_id().ljust(len(_GIVEN_UP)))
        return cls(descriptor, path, is_locked=is_locked)

    def is_in_place(self) -> bool:
        """Whether the run's folder is still where it was, with this lock in it."""
        if self._descriptor is None:
            return False
        try:
            there = os.stat(self.path, follow_symlinks=False)
        except OSError:
            return False
        return os.path.samestat(there, os.fstat(self._descriptor))

    def release(self) -> None:
        """Give the run up; a second time does nothing. The file stays."""
        if self._descriptor is not None:
            if not self._is_locked:
                with suppress(OSError):
                    _write(self._descriptor, _GIVEN_UP)
            os.close(self._descriptor)
            self._descriptor = None


def _write(descriptor: int, text: str) -> None:
    """Have a file hold a text; never made empty first: some file systems write to the disk for that."""
    os.truncate(descriptor, os.pwrite(descriptor, text.encode(), 0))


def owner_is_gone(state: Path, run: str, *, host: str, pid: int) -> bool:
    """Whether no process owns the run any more.

    The lock decides. Without one it is what the owner noted when it let the run go, and else the process
    id, if it is of this host and of this start of it; an
    owner on another host that left no lock counts as alive, since nothing here can tell.
    """
    path = _lock_path(state, run)
    held = _is_held(path)
    if held is not None:
        return not held
    noted = _noted(path)
    if noted == _GIVEN_UP:
        return True
    if host != socket.gethostname():
        return False
    return is_of_another_boot(noted) or not _is_alive(pid)


def is_owned(state: Path, run: str) -> bool:
    """Whether a process holds the run's lock, as far as that can be told."""
    return bool(_is_held(_lock_path(state, run)))


def _is_held(path: Path) -> bool | None:
    """Whether anyone holds the lock; None if that cannot be told."""
    try:
        descriptor = open_private(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return True if error.errno in _HELD else None
    finally:
        os.close(descriptor)
    return False


def _noted(path: Path) -> str:
    """The start of the computer in which the owner took the lock, or that it let the run go; empty where
    neither is known.
    """
    try:
        descriptor = open_private(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        return os.read(descriptor, 64).decode("ascii", "replace").strip()
    finally:
        os.close(descriptor)


def _is_alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except OSError as error:
        return isinstance(error, PermissionError)
    return True
