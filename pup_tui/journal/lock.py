"""Proof that the process which owns a run is alive."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pup_tui.journal.boot import boot_id, is_of_another_boot
from pup_tui.journal.codec import storable
from pup_tui.journal.errors import RunOwned
from pup_tui.journal.places import OWNER_LOCK, make_run_dir, run_dir, unusable
from pup_tui.private import open_private
from pup_tui.typed import decode_json

_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
_LONGEST = 4096
"""Bytes that are read of what an owner noted."""


class _Note(Struct, frozen=True, kw_only=True):
    """What the file of a lock says of the owner that noted it, for whoever cannot tell by the lock.

    `boot` is the start of the computer that `pid` is of; of an owner that `is_locked` the lock tells more.
    """

    host: str
    pid: int
    boot: str
    is_locked: bool
    is_given_up: bool = False


class RunLock:
    """Held by the process that owns a run; the system frees it however that process ends.

    The descriptor is not inheritable, so a child that outlives its parent does not hold the lock. Where the
    file system knows no locks nothing is held: then the journal decides who becomes the owner, and whether
    that one is gone is told by its process id and by what it noted in the file.
    """

    def __init__(self, descriptor: int, path: Path, *, is_locked: bool) -> None:
        self._descriptor: int | None = descriptor
        self._is_locked = is_locked
        self._note: _Note | None = None
        self.path = path

    @classmethod
    def acquire(cls, state: Path, run: str) -> RunLock:
        """Hold the lock, where there are any. Raises JournalError if another process does, or the file cannot
        be made.
        """
        path = make_run_dir(state, run) / OWNER_LOCK
        try:
            descriptor = open_private(path, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise unusable(error, path, "the run's lock cannot be made") from error
        held = _is_held(descriptor, fcntl.LOCK_EX)
        if held:
            os.close(descriptor)
            raise under_way(run, path)
        return cls(descriptor, path, is_locked=held is not None)

    def tells_gone(self, *, host: str, pid: int) -> bool:
        """Whether the process that the journal has as the owner owns the run no more.

        Only one who has been told so in the transaction that makes it the owner is the only one.
        """
        assert self._descriptor is not None
        held = False if self._is_locked else None
        return _is_gone(held, _noted(self._descriptor), host=host, pid=pid)

    def claim(self, *, host: str, pid: int) -> None:
        """Note who the owner is: last in the transaction that makes it so, since before it another one may
        be, and after it others would go by what an earlier one noted.

        Raises JournalError where only the note could tell that the run is let go, and it cannot be made.
        """
        assert self._descriptor is not None
        note = _Note(host=storable(host), pid=pid, boot=boot_id(), is_locked=self._is_locked)
        try:
            _write(self._descriptor, note)
        except OSError as error:
            if not self._is_locked:
                raise unusable(error, self.path, "the run's owner cannot be noted") from error
        self._note = note

    @property
    def owner(self) -> tuple[str, int]:
        """The host, as it is stored, and the process that it was claimed for."""
        assert self._note is not None
        return self._note.host, self._note.pid

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
        """Give the run up; a second time does nothing. The file stays, and says so if it was claimed."""
        if self._descriptor is None:
            return
        if self._note is not None and _noted(self._descriptor) == self._note:
            # No longer than what it is written over: on a full disk there is room for it.
            with suppress(OSError):
                _write(self._descriptor, replace(self._note, is_given_up=True))
        os.close(self._descriptor)
        self._descriptor = None


def under_way(run: str, path: Path) -> RunOwned:
    """What is told of a run that another process owns."""
    return RunOwned(
        f"the run {run} is under way in another process", path, "wait until it has ended"
    )


def owner_is_gone(state: Path, run: str, *, host: str, pid: int) -> bool:
    """Whether the process that the journal has as the owner of a run owns it no more.

    The lock decides. Without one it is what that owner noted when it let the run go, and else the process
    id, if it is of this host and of this start of it; an owner on another host that left no lock counts as
    alive, since nothing here can tell.
    """
    held, note = _found(state, run)
    return _is_gone(held, note, host=host, pid=pid)


def is_owned(state: Path, run: str) -> bool:
    """Whether a process is known to own the run, whatever the journal says."""
    held, note = _found(state, run)
    if held or note is None or note.host != storable(socket.gethostname()):
        return bool(held)
    return not _is_gone(held, note, host=note.host, pid=note.pid)


def _found(state: Path, run: str) -> tuple[bool | None, _Note | None]:
    """Whether anyone holds the run's lock, None if that cannot be told; and what an owner noted."""
    try:
        descriptor = open_private(run_dir(state, run) / OWNER_LOCK, os.O_RDONLY)
    except OSError:
        return None, None
    try:
        return _is_held(descriptor, fcntl.LOCK_SH), _noted(descriptor)
    finally:
        os.close(descriptor)


def _is_held(descriptor: int, operation: int) -> bool | None:
    """Whether another one holds the lock, which else is taken; None where there are no locks."""
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except OSError as error:
        return True if error.errno in _HELD else None
    return False


def _is_gone(held: bool | None, note: _Note | None, *, host: str, pid: int) -> bool:
    if note is not None and not _is_about(note, host, pid):
        note = None
    # A lock that is free tells nothing of an owner that could not have it.
    if held is not None and (held or note is None or note.is_locked):
        return not held
    if note is not None and note.is_given_up:
        return True
    if host != socket.gethostname():
        return False
    return (note is not None and is_of_another_boot(note.boot)) or not _is_alive(pid)


def _is_about(note: _Note, host: str, pid: int) -> bool:
    return (note.host, note.pid) == (storable(host), pid)


def _noted(descriptor: int) -> _Note | None:
    """What an owner noted; None for what cannot be read or understood."""
    try:
        return decode_json(os.pread(descriptor, _LONGEST, 0), _Note)
    except (OSError, ValueError, RecursionError):
        return None


def _write(descriptor: int, note: _Note) -> None:
    """Have a file hold a note; never made empty first: some file systems write to the disk for that."""
    content = msgspec.json.encode(note)
    if os.pwrite(descriptor, content, 0) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.truncate(descriptor, len(content))


def _is_alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except OverflowError:
        return False
    except OSError as error:
        return isinstance(error, PermissionError)
    return True
