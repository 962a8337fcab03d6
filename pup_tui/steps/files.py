"""Files of steps: those they name, read whole, written whole or not at all, and those without a name."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PRIVATE = 0o600


class FileProblem(Exception):
    """What is wrong with a file that a step names."""


def read_whole(path: Path, limit: int) -> bytes:
    """The content of a regular file of at most `limit` bytes. Raises FileProblem."""
    try:
        # Without O_NONBLOCK, opening a pipe that nobody writes to would block for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise FileProblem(f"cannot read {path}: it is not a regular file")
            if status.st_size > limit:
                size = f"{status.st_size:,} bytes, and {limit:,} can be sent at most"
                raise FileProblem(f"cannot send {path}: it has {size}")
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(limit)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise FileProblem(f"cannot read {path}: {_cause(error)}") from None


def check_target(path: Path) -> None:
    """Raise FileProblem if `path` cannot be written, as far as one can tell before."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise FileProblem(
                f"cannot write {path}: there is no directory {path.parent}; create it first"
            ) from None
        return
    except (OSError, ValueError) as error:
        raise FileProblem(f"cannot write {path}: {_cause(error)}") from None
    if stat.S_ISLNK(mode):
        raise FileProblem(f"cannot write {path}: it is a symbolic link; name the file itself")
    if not stat.S_ISREG(mode):
        raise FileProblem(f"cannot write {path}: it is not a regular file")


def write_whole(path: Path, data: bytes) -> None:
    """Write beside `path`, then take its place. Raises FileProblem.

    A new file is for its owner alone, since an answer may hold anything; an old one's mode stays.
    """
    check_target(path)
    try:
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else _PRIVATE
        descriptor, beside = tempfile.mkstemp(prefix=f".{path.name[:50]}.", dir=path.parent)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
                os.fchmod(descriptor, mode)
            os.replace(beside, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(beside)
            raise
    except OSError as error:
        raise FileProblem(f"cannot write {path}: {_cause(error)}") from None


def nameless_file(content: bytes, files: contextlib.ExitStack) -> int:
    """A descriptor of a file that has no name, to be read from its beginning; closed with `files`.

    For what may hold values and is to be seen by nobody but the process that gets it.
    """
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("pup-tui")
    else:
        with tempfile.TemporaryFile() as unnamed:
            descriptor = os.dup(unnamed.fileno())
    files.callback(os.close, descriptor)
    at = 0
    while at < len(content):
        at += os.pwrite(descriptor, content[at:], at)
    return descriptor


def _cause(error: OSError | ValueError) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)
