"""The locks of runs: one run at a time for each value that a runbook's `lock` renders to.

A lock is an flock on a file of its own, and the processes that a run starts inherit its descriptor: so it is
held for as long as the run or any of them lives, also after the run was killed, and nobody has to free what
the dead have left. The file's content names the holder.

All that changes a lock happens behind another one, the gate, that is held for moments only: so whoever finds
a lock held finds its holder's name whole, and of several that take or break it exactly one wins.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import socket
import time
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from pup_tui.core.events import Lock, RunCreated
from pup_tui.core.notices import rfc3339
from pup_tui.journal.boot import boot_id, is_of_another_boot
from pup_tui.journal.errors import JournalError
from pup_tui.journal.places import make_locks_dir
from pup_tui.local_time import local_time_of
from pup_tui.place_errors import PlaceError
from pup_tui.private import open_private
from pup_tui.steps import survivors
from pup_tui.typed import decode_json

_LOWEST = 64
"""The first descriptor that a lock may have: a script that says `exec 3>file` must not close it."""

BROKEN_AGAIN = 60.0
"""Seconds after which a lock that was broken may be broken again by who has not seen its holder's name."""

_LETTING_GO = 0.5
_LOOKS_AGAIN = 0.01
"""Seconds for which, and after which, a lock is tried again that is held while nobody is seen to hold it."""

_GATE = "gate"
_NAMELESS = "a run that left no name"
_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
_PROC = Path("/proc/self/fd")


class Holder(Struct, frozen=True, kw_only=True):
    """Who holds a lock, as its file tells; `since` is RFC 3339 in UTC.

    `broke` says from whom it was taken, where it was; `boot` is the start of the computer that `pid` is of.
    """

    value: str
    run: str
    runbook: str
    operator: str
    host: str
    pid: int
    since: str
    broke: str = ""
    boot: str = ""

    @property
    def moment(self) -> str:
        """`since` as people read it, to the second, on the clock of the place."""
        return local_time_of(self.since)

    @property
    def wall(self) -> float:
        """`since` in seconds since 1970; 0 where the file tells no moment."""
        try:
            return datetime.fromisoformat(self.since).timestamp()
        except ValueError:
            return 0.0

    def __str__(self) -> str:
        who = f"{self.operator} on {self.host} since {self.moment}"
        return f"{who} (run {self.run}, pid {self.pid})"


class Breaking(Struct, frozen=True):
    """The decision to take a lock from `holder`, who was found to hold it, and why.

    Whoever holds it by now in that one's place keeps it: nobody has decided about them. `asked` is when it
    was decided (seconds since 1970), where that was before anybody looked who holds the lock: then it is not
    about who took it later, nor about who has just broken it.
    """

    holder: Holder | None
    reason: str
    asked: float | None = None

    def is_about(self, holder: Holder | None, wall: float) -> bool:
        """Whether `holder`, found at `wall` (seconds since 1970), is whom it takes the lock from."""
        if holder is None or holder != self.holder or self.asked is None:
            return holder == self.holder
        if holder.wall > self.asked:
            return False
        return not holder.broke or wall - holder.wall >= BROKEN_AGAIN


class LockHeld(Exception):
    """Somebody else holds the lock.

    `ended` is true where the holder's run is over and only processes that it started keep the lock; `left`
    names them, as far as they can be seen. `kept` is true where the lock was to be broken and the decision
    is not about this holder.
    """

    def __init__(
        self, value: str, holder: Holder | None, *, ended: bool = False, left: str = ""
    ) -> None:
        super().__init__(value, holder)
        self.value = value
        self.holder = holder
        self.ended = ended
        self.left = left
        self.kept = False

    @property
    def by(self) -> str:
        """Who holds it: foreign text, to be sanitized before it is shown."""
        return _NAMELESS if self.holder is None else str(self.holder)

    @property
    def left_running(self) -> str:
        """What keeps the lock where the run itself does not."""
        return self.left or "a process out of sight"

    @property
    def why(self) -> str:
        """What keeps the lock where the run itself does not, or from who breaks it; else empty."""
        if self.ended:
            return f"that run has ended, but it left running: {self.left_running}"
        if not self.kept:
            return ""
        broke = self.holder.broke if self.holder is not None else ""
        how = f"broke the lock of {broke}" if broke else "took it"
        return f"that run {how} just before, so nobody has decided to take it from that one"

    def __str__(self) -> str:
        told = f"{self.value} by {self.by}"
        return f"{told}; {self.why}" if self.why else told


class LockError(PlaceError):
    """Nobody can tell whether the lock is free."""


class InvalidLock(Exception):
    """What the runbook's `lock` renders to can be no lock."""


def held_locks(folder: Path) -> Mapping[str, LockHeld]:
    """The locks in `folder` that are held, by the run that took them, be it only by what that left running.

    Raises LockError.
    """
    found: dict[str, LockHeld] = {}
    if not folder.is_dir():
        return found
    with _gate(folder):
        for path in folder.iterdir():
            descriptor = _open(path)
            if path.name == _GATE or _locked(descriptor, path):
                os.close(descriptor)
                continue
            holder = _read_holder(descriptor)
            if holder is not None:
                found[holder.run] = _held_by(holder, path, holder.value)
    return found


def find_held(folder: Path, value: str) -> LockHeld | None:
    """Who holds the lock `value` in `folder` at this moment; None where it is free.

    Raises InvalidLock or LockError as taking it does.
    """
    _check(value)
    if not folder.is_dir():
        return None
    with _gate(folder):
        path = _place(folder, value)
        if not path.exists():
            return None
        descriptor = _open(path)
        if _locked(descriptor, path):
            os.close(descriptor)
            return None
        return _found_held(descriptor, path, value)


class HeldLocks:
    """The locks that one run holds. Its methods block, for moments: they are called in threads."""

    def __init__(self, folder: Path, run: RunCreated) -> None:
        """`folder` is that of all locks; it is created when the first one is taken."""
        self._folder = folder
        self._run = run
        self._held: dict[str, tuple[int, Lock]] = {}

    @property
    def inherit(self) -> tuple[int, ...]:
        """The descriptors that every process the run starts has to inherit."""
        return tuple(descriptor for descriptor, _ in self._held.values())

    def take(self, value: str, wall: float, breaking: Breaking | None = None) -> Lock:
        """Hold the lock `value`, from `wall` (UTC, seconds since 1970) on unless the run holds it already.

        Raises LockHeld, LockError or InvalidLock.
        """
        if value in self._held:
            return self._held[value][1]
        _check(value)
        with _gate(self._folder):
            path = _place(self._folder, value)
            lock = Lock(value)
            try:
                descriptor = _had(path, value)
            except LockHeld as found:
                if breaking is None or not breaking.is_about(found.holder, wall):
                    found.kept = breaking is not None
                    raise
                descriptor = _replaced(path)
                lock = Lock(value, broken=found.by, reason=breaking.reason)
            _name(descriptor, path, self._holder(lock, wall))
        self._held[value] = (descriptor, lock)
        return lock

    def release(self) -> None:
        """Let go of every lock; processes that outlive the run keep theirs. A second time does nothing."""
        held, self._held = self._held, {}
        for value, (descriptor, _) in held.items():
            # Never unlocked: that would free it for those who inherited the descriptor as well.
            os.close(descriptor)
            with contextlib.suppress(OSError, LockError), _gate(self._folder):
                _tidy(_place(self._folder, value))

    def _holder(self, lock: Lock, wall: float) -> Holder:
        run = self._run
        return Holder(
            value=lock.value,
            run=run.run,
            runbook=run.runbook,
            operator=run.operator,
            host=run.host,
            pid=os.getpid(),
            since=rfc3339(wall),
            broke=lock.broken,
            boot=boot_id(),
        )


def _check(value: str) -> None:
    if not value.strip():
        raise InvalidLock("`lock` renders to nothing, so every such run would hold the same lock")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise InvalidLock("`lock` renders to a text with control characters")


def _place(folder: Path, value: str) -> Path:
    """The file of a lock. Its name says nothing, since the value may hold anything."""
    return folder / hashlib.sha256(value.encode()).hexdigest()


@contextlib.contextmanager
def _gate(folder: Path) -> Iterator[None]:
    """While it lasts nobody else looks at, takes, breaks or tidies up any lock."""
    try:
        make_locks_dir(folder)
    except JournalError as error:
        raise LockError(error.message, error.path, error.hint) from error
    path = folder / _GATE
    descriptor = _open(path)
    try:
        _flock(descriptor, path, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        descriptor = open_private(path, os.O_RDWR | os.O_CREAT)
        try:
            return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _LOWEST)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unusable(error, path) from error


def _unusable(error: OSError, path: Path) -> LockError:
    return LockError(
        f"the lock's file cannot be used ({error.strerror})", path, "check the folder's rights"
    )


def _had(path: Path, value: str) -> int:
    """The lock, ours from now on. Raises LockHeld for one that is held."""
    until: float | None = None
    while True:
        descriptor = _open(path)
        if _locked(descriptor, path):
            return descriptor
        found = _found_held(descriptor, path, value)
        now = time.monotonic()
        # From the first look on, which may take long by itself where there are many processes.
        until = now + _LETTING_GO if until is None else until
        if not found.ended or found.left or now >= until:
            raise found
        # Nobody is seen: it was let go since, or by a process that is at its very end.
        time.sleep(_LOOKS_AGAIN)


def _locked(descriptor: int, path: Path) -> bool:
    """Whether the lock is ours now. Where not even that can be told the descriptor is closed."""
    try:
        return _flock(descriptor, path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except LockError:
        os.close(descriptor)
        raise


def _flock(descriptor: int, path: Path, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise LockError(
            f"the file system keeps no locks ({error.strerror})",
            path,
            "set PUP_TUI_STATE_DIR to a folder on a local disk",
        ) from error
    return True


def _found_held(descriptor: int, path: Path, value: str) -> LockHeld:
    """Who holds the lock that `descriptor` could not get; closes it."""
    holder = _read_holder(descriptor)
    return LockHeld(value, None) if holder is None else _held_by(holder, path, value)


def _read_holder(descriptor: int) -> Holder | None:
    """Who noted that they hold a lock, None where that cannot be told; closes the descriptor."""
    try:
        content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        return decode_json(content, Holder)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    finally:
        os.close(descriptor)


def _held_by(holder: Holder, path: Path, value: str) -> LockHeld:
    # Of another machine's processes nothing can be seen here.
    if holder.host != socket.gethostname() or not _PROC.is_dir():
        return LockHeld(value, holder)
    holding = survivors.having_open(path)
    # By the file that it has open, not by its number alone, which another process may have by now.
    ended = is_of_another_boot(holder.boot) or all(s.pid != holder.pid for s in holding)
    return LockHeld(value, holder, ended=ended, left=survivors.listed(holding))


def _replaced(path: Path) -> int:
    """A new file in the place of the old, held: the old one's holders keep what nobody asks for any more."""
    new = path.with_suffix(".new")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    descriptor = _open(new)
    try:
        _locked(descriptor, new)
        new.replace(path)
    except OSError as error:
        os.close(descriptor)
        raise _unusable(error, path) from error
    return descriptor


def _name(descriptor: int, path: Path, holder: Holder) -> None:
    """Write the holder into the file of a lock just taken, which is given up if that fails."""
    content = msgspec.json.encode(holder)
    try:
        os.truncate(descriptor, 0)
        if os.pwrite(descriptor, content, 0) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        os.close(descriptor)
        raise _unusable(error, path) from error


def _tidy(path: Path) -> None:
    """Remove the file of a lock that nobody holds."""
    descriptor = open_private(path, os.O_RDWR)
    try:
        if _flock(descriptor, path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            path.unlink()
    finally:
        os.close(descriptor)
