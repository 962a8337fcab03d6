"""What goes wrong with files and folders: the one place that turns it into what, where and what to do."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


class PlaceError(Exception):
    """Something is wrong with what is kept on disk: what, where, and what to do about it."""

    def __init__(self, message: str, path: Path, hint: str = "") -> None:
        super().__init__(message, path, hint)
        self.message = message
        self.path = path
        self.hint = hint

    def __str__(self) -> str:
        told = f"{self.message}: {self.path}"
        return f"{told}: {self.hint}" if self.hint else told


_DENIED = {errno.EACCES, errno.EPERM}
_CAUSES = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EDQUOT: ("the quota of the disk is used up", "free some space"),
    errno.EROFS: ("the disk is read-only", "make it writable"),
    errno.EIO: ("the disk reports an error", "check the disk"),
    errno.ENOENT: ("there is no such file or folder", "check its name"),
    errno.EEXIST: ("there is a file in its place", "move it away"),
    errno.ENOTDIR: ("a part of its path is no folder", "check its name"),
    errno.ELOOP: ("a link leads to itself", "check its name"),
    errno.EMFILE: ("too many files are open", "raise the limit (ulimit -n)"),
    errno.ENFILE: ("too many files are open on this machine", "end some programs"),
    errno.EAGAIN: ("the limit of processes or threads is reached", "raise it (ulimit -u)"),
    errno.ENOMEM: ("there is not enough memory", "end some programs"),
}


def place_error(error: OSError, path: Path, override: str = "") -> PlaceError:
    """What the system has against `path`; `override` is the variable that names another folder instead."""
    message, hint = _explained(error, path)
    return PlaceError(message, path, _or_elsewhere(hint, override))


def told(error: OSError) -> str:
    """What the system has against something, and where if that is known, in one line."""
    named = error.filename
    if isinstance(named, str | bytes):
        return str(place_error(error, Path(os.fsdecode(named))))
    message, hint = _explained(error, None)
    return f"{message}: {hint}" if hint else message


def other_owner(path: Path) -> str:
    """Whose a file or folder is, if it is not the caller's own; empty also where that cannot be told."""
    try:
        number = path.stat().st_uid
    except OSError:
        return ""
    if number == os.geteuid():
        return ""
    try:
        return path.owner()
    except (KeyError, OSError):
        return f"user {number}"


def _explained(error: OSError, path: Path | None) -> tuple[str, str]:
    if error.errno in _DENIED and path is not None:
        return _denied(path), "change its owner or mode"
    if error.errno in _DENIED:
        return "permission denied", ""
    if error.errno in _CAUSES:
        return _CAUSES[error.errno]
    return error.strerror or type(error).__name__, ""


def _denied(path: Path) -> str:
    at = _refusing(path.absolute())
    it = "it" if at == path.absolute() else str(at)
    owner = other_owner(at)
    if owner:
        return f"permission denied, {it} belongs to {owner}"
    try:
        mode = f"{stat.S_IMODE(at.stat().st_mode):04o}"
    except OSError:
        return "permission denied"
    return f"permission denied, the mode of {it} is {mode}"


def _refusing(path: Path) -> Path:
    """What on the way to `path` lets nobody through, or nothing new be made in it; else `path` itself."""
    let_in = Path(path.anchor)
    for place in (*reversed(path.parents), path):
        try:
            place.stat()
        except OSError:
            return let_in
        let_in = place
    return path


def _or_elsewhere(hint: str, override: str) -> str:
    if not override:
        return hint
    elsewhere = f"set {override} to another folder"
    return f"{hint}, or {elsewhere}" if hint else elsewhere
