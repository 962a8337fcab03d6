"""A pack out of a folder or a file on this computer, read as data: no link in it is followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from pup_tui.packs.errors import PackError
from pup_tui.packs.tree import MAX_BYTES, MAX_DEPTH, WHOLE, Gathering
from pup_tui.place_errors import place_error
from pup_tui.runbook.files import is_theme
from pup_tui.runbook.nodes import shown

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def gather_folder(folder: Path, told: str, inside: str = "") -> Gathering:
    """The pack that lies in a folder, or in the one `inside` it. Raises PackError."""
    gathering = Gathering(told)
    root = _root(folder, inside, told)
    for path, entry in _walk(root, "", told):
        if entry.is_symlink():
            gathering.refuse_link(path)
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            raise _unreadable(error, path, told) from None
        if not stat.S_ISREG(status.st_mode):
            gathering.refuse_special(path)
        elif gathering.wants(path, status.st_size):
            data, executable = _read(Path(entry.path), path, told)
            gathering.add(path, data, executable=executable)
    return gathering


def read_one(path: Path, told: str, most: int) -> bytes:
    """The bytes of a regular file, which may be reached by a link. Raises PackError."""
    try:
        with open(os.open(path, _OPEN & ~os.O_NOFOLLOW), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise PackError("this is not a regular file", told, "name another one")
            data = file.read(most + 1)
    except OSError as error:
        raise _unreadable(error, "", told) from None
    if len(data) > most:
        raise PackError(f"the file is larger than {most:,} bytes", told, "name a smaller one")
    return data


def _root(folder: Path, inside: str, told: str) -> Path:
    root = folder
    for part in inside.removeprefix("./").split("/") if inside not in ("", ".") else ():
        root /= part
        if root.is_symlink():
            raise PackError(f"a link is on the way to {shown(inside)}", told, "name a folder")
    if not folder.is_dir():
        raise PackError("it is not there any more", told, "check the path")
    if not root.is_dir():
        raise PackError(f"there is no folder {shown(inside)} in it", told, "check --path")
    return root


def _walk(folder: Path, prefix: str, told: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """What may belong to a pack, by its path in it: only folders that may hold some of it are looked into."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise _unreadable(error, prefix, told) from None
    for entry in entries:
        path = prefix + entry.name
        if not entry.is_symlink() and entry.is_dir(follow_symlinks=False):
            if _is_looked_into(path.split("/")):
                yield from _walk(Path(entry.path), f"{path}/", told)
        else:
            yield path, entry


def _is_looked_into(parts: list[str]) -> bool:
    if parts[-1].startswith(".") or len(parts) > MAX_DEPTH:
        return False
    is_whole = parts[0] in WHOLE or (len(parts) > 1 and parts[1] in WHOLE)
    return is_whole or (len(parts) == 1 and is_theme(parts[0]))


def _read(path: Path, name: str, told: str) -> tuple[bytes, bool]:
    try:
        with open(os.open(path, _OPEN), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise PackError(f"{shown(name, 200)} is not a regular file", told, "take it out")
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(error, name, told) from None
    if len(data) > MAX_BYTES:
        raise PackError(f"{shown(name, 200)} is larger than a pack may be", told, "take it out")
    return data, bool(status.st_mode & 0o100)


def _unreadable(error: OSError, name: str, told: str) -> PackError:
    found = place_error(error, Path(told))
    of = f" ({shown(name, 200)})" if name else ""
    return PackError(f"it cannot be read: {found.message}{of}", told, found.hint)
