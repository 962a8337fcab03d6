"""Reading runbook files: regular files only, and never more of one than the format allows."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeAlias

from pup_tui.runbook.yaml import MAX_BYTES

TEMPLATES = "_templates"
SUFFIXES = (".yaml", ".yml")
_MAX_LISTED = 1000

Stamp: TypeAlias = tuple[int, int, int] | None
"""Time of change, size and inode of a file: another one tells that it was edited. None: there is none."""


class Unreadable(Exception):
    """A file cannot be read; the text says why."""


class Files(Protocol):
    """The files of one directory with runbooks, by name relative to it."""

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, None where there is no such file; raises `Unreadable`."""

    def names(self) -> Iterable[str]:
        """The files in `_templates`."""

    def path(self, name: str) -> str:
        """The path under which problems name a file."""


class DirectoryFiles:
    """Files of a directory; with `root`, links that lead out of it are refused.

    `stamps` are those of every file that was looked for, taken before it was read.
    """

    def __init__(self, directory: Path, root: Path | None) -> None:
        self._directory = directory
        self._root = root
        self.stamps: dict[Path, Stamp] = {}

    def read(self, name: str) -> bytes | None:
        path = self._directory / name
        try:
            self.stamps[path] = stamp_of(path)
            if self._root is not None and not path.resolve().is_relative_to(self._root.resolve()):
                raise Unreadable(f"it leads out of {self._root}")
            return read_file(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unreadable(error.strerror or "it cannot be read") from None
        except (RuntimeError, ValueError) as error:
            raise Unreadable(f"its path is not usable ({error})") from None

    def names(self) -> Iterable[str]:
        folder = self._directory / TEMPLATES
        return sorted(
            path.relative_to(self._directory).as_posix()
            for path in islice(folder.rglob("*"), _MAX_LISTED)
            if path.suffix in SUFFIXES
        )

    def path(self, name: str) -> str:
        return str(self._directory / name)


class GivenFiles:
    """Files whose bytes are at hand: those of `files` that begin with `prefix`."""

    def __init__(self, files: Mapping[str, bytes], directory: Path, prefix: str = "") -> None:
        self._files = files
        self._directory = directory
        self._prefix = prefix

    def read(self, name: str) -> bytes | None:
        return self._files.get(self._prefix + name)

    def names(self) -> Iterable[str]:
        beginning = f"{self._prefix}{TEMPLATES}/"
        found = sorted(name for name in self._files if name.startswith(beginning))
        return [name.removeprefix(self._prefix) for name in found]

    def path(self, name: str) -> str:
        return str(self._directory / name)


def stamp_of(path: Path) -> Stamp:
    """What tells that a file is no longer the one that was read."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def read_file(path: Path) -> bytes:
    """The bytes of a regular file, at most one more than a runbook may have.

    Raises `OSError`, and `Unreadable` for a directory, a pipe or a device (opening a pipe would wait for
    its writer).
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable("it is not a regular file")
        return file.read(MAX_BYTES + 1)
