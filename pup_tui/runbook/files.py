"""Reading runbook files: regular files only, and never more of one than the format allows."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Protocol

from pup_tui.runbook.yaml import MAX_BYTES

TEMPLATES = "_templates"
SUFFIXES = (".yaml", ".yml")
_MAX_LISTED = 1000


class Unreadable(Exception):
    """A file cannot be read; the text says why."""


class Files(Protocol):
    """The files that a runbook is made of, by name relative to the runbook's directory."""

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, None where there is no such file; raises `Unreadable`."""

    def names(self) -> Iterable[str]:
        """The files in `_templates`."""


class DirectoryFiles:
    """Files of a directory; with `root`, links that lead out of it are refused."""

    def __init__(self, directory: Path, root: Path | None) -> None:
        self._directory = directory
        self._root = root

    def read(self, name: str) -> bytes | None:
        path = self._directory / name
        try:
            if self._root is not None and not path.resolve().is_relative_to(self._root.resolve()):
                raise Unreadable(f"it leads out of {self._root}")
            return read_file(path)
        except FileNotFoundError:
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


class GivenFiles:
    """Files whose bytes are at hand."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def read(self, name: str) -> bytes | None:
        return self._files.get(name)

    def names(self) -> Iterable[str]:
        return sorted(name for name in self._files if name.startswith(f"{TEMPLATES}/"))


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
