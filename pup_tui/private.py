"""Folders and files that are the operator's alone: nobody else writes them, and no link in them is followed.

Whoever can write the folder of the journal, of locks or of outputs decides what a run is said to have done,
and where the next one writes.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from pup_tui.place_errors import PlaceError, other_owner, place_error
from pup_tui.real_path import real_path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class NotPrivate(PlaceError):
    """A folder or file is not the operator's alone, or cannot be made so."""


def make_private_dir(path: Path, *inside: str) -> Path:
    """Make the folder `path` and, one in the other, those named `inside` it; returns the innermost.

    Each is made with mode 0700, what is missing above `path` with the usual one. An empty folder that others
    may read becomes 0700 as well; one with something in it keeps its mode. `path` itself may be a link to a
    folder of the operator's own, nothing inside it may.

    Raises NotPrivate where a folder cannot be made, or is refused by `check_private_dir`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        check_private_dir(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077 and not any(path.iterdir()):
            path.chmod(0o700)
        for name in inside:
            path /= name
            path.mkdir(mode=0o700, exist_ok=True)
            check_private_dir(path, inside=True)
    except OSError as error:
        path = Path(error.filename or path)
        found = place_error(error, path)
        hint = f"{found.hint}, or choose another" if found.hint else "choose another"
        raise NotPrivate(f"the folder cannot be used ({found.message})", path, hint) from error
    return path


def check_private_dir(path: Path, *, inside: bool = False) -> None:
    """Refuse a folder that others own or may write, or that they can put another in the place of.

    A folder `inside` a private one may be no link. Raises NotPrivate, and OSError where nothing can be told.
    """
    if inside:
        refuse_link(path)
    real = real_path(path, strict=True)
    status = real.stat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotPrivate("this is a file, not a folder", real, "choose a folder")
    if status.st_uid != os.geteuid():
        raise NotPrivate(
            f"the folder belongs to {other_owner(real) or 'another user'}, not to you",
            real,
            f"{given_back(real)}, or choose one that is yours alone",
        )
    if status.st_mode & _OTHERS_WRITE:
        raise NotPrivate(
            f"others may write in the folder (its mode is {stat.S_IMODE(status.st_mode):04o})",
            real,
            f"look what is in it, then `chmod go-w {real}`, or choose another",
        )
    for above in () if inside else real.parents:
        mode = above.stat().st_mode
        # In a folder with the sticky bit, such as /tmp, only its owner can move another's folder away.
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise NotPrivate(
                f"anybody can put another folder in its place, since all may write in {above}",
                real,
                f"`chmod o-w {above}`, or choose another",
            )


def given_back(path: Path) -> str:
    """What to do about a file or folder of another user, which `sudo` leaves behind."""
    return f"`sudo chown -R {os.geteuid()} {shlex.quote(str(path))}` makes it yours"


def refuse_link(path: Path) -> None:
    """Raise NotPrivate if `path` is a link, wherever it leads, or if that cannot be told.

    Nothing happens where there is nothing.
    """
    try:
        is_link = path.is_symlink()
    except OSError as error:
        found = place_error(error, path)
        raise NotPrivate(found.message, path, found.hint) from error
    if is_link:
        raise NotPrivate(
            "this is a link, and no link is followed here",
            path,
            "look who put it there, then remove it",
        )


def open_private(path: Path, flags: int) -> int:
    """Open a file, for its owner only where that makes it; a link is refused. Raises OSError."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def replace_private(path: Path, data: bytes) -> None:
    """Put data in the place of a file, for its owner only, as a whole or not at all. Raises OSError."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    with open(open_private(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
        file.write(data)
    new.replace(path)


@contextmanager
def new_private_file(path: Path) -> Iterator[IO[str]]:
    """A new file for text, for its owner only: it is whole in the end, or not there at all. Raises OSError.

    What is no valid Unicode is spelled as escapes.
    """
    descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            yield file
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
