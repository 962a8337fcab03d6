"""Reading runbook files: regular files only, and never more of one than the format allows."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Protocol

from pup_tui.file_stamp import Stamp, stamp_of
from pup_tui.late_pattern import late_pattern
from pup_tui.place_errors import place_error
from pup_tui.real_path import real_path
from pup_tui.runbook.suffixes import SUFFIXES
from pup_tui.runbook.yaml import MAX_BYTES

TEMPLATES = "_templates"
INTEGRATIONS = "integrations"
NO_THEMES = frozenset({INTEGRATIONS, "scripts", "profiles"})
"""Folders beside runbooks that hold something else, as those do whose names begin with `_` or a dot."""
PACK_KEY = late_pattern(r"pack-([1-9][0-9]{0,5})(?:\.([^/]+))?/")
"""How the names of files begin that are taken out of a pack: its number, and its name where it has one."""
_MAX_LISTED = 1000


class Unreadable(Exception):
    """A file cannot be read; the text says why."""


class Files(Protocol):
    """The files of one directory with runbooks, by name relative to it.

    What calls a runbook of a directory that has a `pack` name says it before the id, with a slash.
    """

    pack: str

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, None where there is no such file; raises `Unreadable`."""

    def names(self) -> Iterable[str]:
        """The files in `_templates`."""

    def integrations(self) -> Iterable[str]:
        """The files with integrations, by their names in the folder of these."""

    def themes(self) -> Iterable[str]:
        """The folders one level deep that hold runbooks as well, by name."""

    def path(self, name: str) -> str:
        """The path under which problems name a file."""


class DirectoryFiles:
    """Files of a directory; with `root`, a path without links, nothing that lies outside of it is read.

    A `flat` one has no theme folders. `stamps` are those of every file that was looked for, taken before it
    was read.
    """

    pack = ""

    def __init__(self, directory: Path, root: Path | None, *, flat: bool = False) -> None:
        self._directory = directory
        self._given = root
        self._flat = flat
        self.stamps: dict[Path, Stamp] = {}

    @property
    def _root(self) -> Path | None:
        return self._given

    def read(self, name: str) -> bytes | None:
        path = self._directory / name
        try:
            self.stamps[path] = stamp_of(path)
            return read_file(path) if self._root is None else _read_below(self._root, path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unreadable(place_error(error, path).message) from None
        except ValueError as error:
            raise Unreadable(f"its path is not usable ({error})") from None

    def names(self) -> Iterable[str]:
        folder = self._directory / TEMPLATES
        if self._root is not None and not real_path(folder).is_relative_to(self._root):
            return []
        return sorted(
            path.relative_to(self._directory).as_posix()
            for path in below(folder, _MAX_LISTED)
            if path.suffix in SUFFIXES
        )

    def integrations(self) -> Iterable[str]:
        folder = self._directory / INTEGRATIONS
        if self._root is not None and not real_path(folder).is_relative_to(self._root):
            return []
        return integration_files(folder)

    def themes(self) -> Iterable[str]:
        if self._flat:
            return ()
        self.stamps[self._directory] = stamp_of(self._directory)
        return [folder.name for folder in theme_folders(self._directory)]

    def path(self, name: str) -> str:
        return str(self._directory / name)


class PackFiles(DirectoryFiles):
    """Files of a directory, which may itself be a link; nothing that lies outside of it is read."""

    def __init__(self, directory: Path, pack: str = "") -> None:
        super().__init__(directory, None)
        self.pack = pack

    @cached_property
    def _root(self) -> Path | None:
        # Late: most packs are never looked into.
        return real_path(self._directory)


class GivenFiles:
    """Files whose bytes are at hand: those of `files` that begin with `prefix`."""

    def __init__(
        self, files: Mapping[str, bytes], directory: Path, prefix: str = "", pack: str = ""
    ) -> None:
        self.pack = pack
        self._files = files
        self._directory = directory
        self._prefix = prefix

    def read(self, name: str) -> bytes | None:
        return self._files.get(self._prefix + name)

    def names(self) -> Iterable[str]:
        beginning = f"{self._prefix}{TEMPLATES}/"
        found = sorted(name for name in self._files if name.startswith(beginning))
        return [name.removeprefix(self._prefix) for name in found]

    def integrations(self) -> Iterable[str]:
        beginning = f"{self._prefix}{INTEGRATIONS}/"
        found = sorted(name for name in self._files if name.startswith(beginning))
        return [name.removeprefix(beginning) for name in found]

    def themes(self) -> Iterable[str]:
        inside = (
            name.removeprefix(self._prefix).split("/")
            for name in self._files
            if name.startswith(self._prefix)
        )
        return sorted({parts[0] for parts in inside if len(parts) == 2 and is_theme(parts[0])})

    def path(self, name: str) -> str:
        return str(self._directory / name)


def integration_files(folder: Path) -> list[str]:
    """The files with integrations that lie in a folder, by name; none where nobody may look."""
    try:
        with os.scandir(folder) as found:
            names = sorted(each.name for each in found if each.name.endswith(SUFFIXES))
    except OSError:
        return []
    return [name for name in names if not name.startswith((".", "_"))][:_MAX_LISTED]


def is_theme(name: str) -> bool:
    """Whether runbooks may lie in a folder of this name that lies among runbooks."""
    is_other = name in NO_THEMES or PACK_KEY.match(f"{name}/") is not None
    return not is_other and not name.startswith(("_", "."))


def theme_folders(folder: Path) -> list[Path]:
    """The folders one level deep in which runbooks may lie, by name; none where nobody may look."""
    try:
        with os.scandir(folder) as found:
            names = sorted(entry.name for entry in found if _is_dir(entry) and is_theme(entry.name))
    except OSError:
        return []
    return [folder / name for name in names[:_MAX_LISTED]]


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def below(folder: Path, most: int) -> list[Path]:
    """What is in a folder and in those inside it, at most so many; nothing where nobody may look."""
    try:
        return list(islice(folder.rglob("*"), most))
    except OSError:
        return []


def under_home(text: str, home: Path) -> Path:
    """The file that a person names: `~/…` is one in the operator's `home`. Raises ValueError."""
    check_home(text)
    first, _, rest = text.partition("/")
    return home / rest.lstrip("/") if first == "~" else Path(text)


def check_home(text: str) -> None:
    """Raise ValueError for `~NAME/…`: to a shell that is the home of a user, which is not looked up here."""
    first = text.partition("/")[0]
    if first.startswith("~") and first != "~":
        raise ValueError(
            f"{first} is the home of another user, and only ~/ is known here: "
            f"write the whole path, or ./{first} for what has that very name"
        )


def read_file(path: Path) -> bytes:
    """The bytes of a regular file, at most one more than a runbook may have.

    Raises `OSError`, and `Unreadable` for a directory, a pipe or a device (opening a pipe would wait for
    its writer).
    """
    return _read(os.open(path, _READ))


_READ = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0)


def _read(descriptor: int) -> bytes:
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable("it is not a regular file")
        return file.read(MAX_BYTES + 1)


def _read_below(root: Path, path: Path) -> bytes:
    """The same for a file that must lie in `root` when every link on the way to it is followed.

    Where the links lead is found first; what they lead to is then opened from `root` on, one name after the
    other and through no link, so that nobody can put another link in between.
    """
    real = real_path(path, strict=True)
    if not real.is_relative_to(root) or real == root:
        raise Unreadable(f"it leads out of {root}: put a copy of the file there instead of a link")
    *folders, name = real.relative_to(root).parts
    at = os.open(root, _READ | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for folder in folders:
            inner = os.open(folder, _READ | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        return _read(os.open(name, _READ | os.O_NOFOLLOW, dir_fd=at))
    finally:
        os.close(at)
