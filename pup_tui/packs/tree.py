"""The files of a pack: which of a source they are, which are permitted, and the hash that stands for all of
them.

A pack is what lies in a folder with runbooks: `pack.yaml`, runbooks there and in folders one level deep, and
the folders in `WHOLE` with all that is in them. Anything else in a source is not looked at.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from msgspec import Struct

from pup_tui.catalog.folder_files import PACK_FILE
from pup_tui.packs.errors import PackError
from pup_tui.runbook.files import INTEGRATIONS, TEMPLATES, is_theme
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.suffixes import SUFFIXES

TESTS: Final = "_tests"
SCRIPTS: Final = "scripts"
PROFILES: Final = "profiles"
WHOLE: Final = frozenset({TEMPLATES, TESTS, SCRIPTS, INTEGRATIONS, PROFILES})
"""Folders that belong to a pack with everything in them; none of them holds runbooks."""
BESIDE: Final = (TEMPLATES, INTEGRATIONS, SCRIPTS)
"""Folders that belong to each runbook which lies beside them."""

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_FILES: Final = 5_000
MAX_ENTRIES: Final = 200_000
"""Files of a source, whether they belong to the pack or not."""
MAX_NAME: Final = 200
MAX_DEPTH: Final = 8

_FIRST_LINE: Final = "pup-tui pack 1\n"
_NEVER: Final = frozenset('\\:*?"<>|')
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}
)


class TreeFile(Struct, frozen=True):
    """The bytes of one file, and whether it may be run as a program."""

    data: bytes
    executable: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class PackTree(Struct, frozen=True, dict=True):
    """The files of a pack by their path in it, in the order of the paths."""

    files: Mapping[str, TreeFile]

    @cached_property
    def manifest(self) -> str:
        """Each file with its mode and sha256, a line each: the text whose sha256 is the hash."""
        lines = (
            f"{'x' if file.executable else '-'} {file.sha256}  {path}\n"
            for path, file in sorted(self.files.items())
        )
        return _FIRST_LINE + "".join(lines)

    @cached_property
    def hash(self) -> str:
        """Stands for exactly these files, in hexadecimal digits."""
        return hashlib.sha256(self.manifest.encode()).hexdigest()

    @property
    def bytes_by_path(self) -> dict[str, bytes]:
        return {path: file.data for path, file in self.files.items()}

    @property
    def runbooks(self) -> list[str]:
        """The paths of the runbooks."""
        return [path for path in self.files if is_runbook(path)]


def is_runbook(path: str) -> bool:
    """Whether a file of a pack is a runbook by its path."""
    *folders, name = path.split("/")
    return (
        len(folders) < 2
        and path != PACK_FILE
        and name.endswith(SUFFIXES)
        and all(map(is_theme, folders))
        and not name.startswith(("_", "."))
    )


def belongs(path: str) -> bool:
    """Whether a file of a source belongs to the pack by its path."""
    parts = path.split("/")
    if any(part.startswith(".") for part in parts):
        return False
    return path == PACK_FILE or is_runbook(path) or _in_whole(parts)


def _in_whole(parts: list[str]) -> bool:
    return parts[0] in WHOLE or (len(parts) > 2 and parts[1] in WHOLE and is_theme(parts[0]))


def could_hold(path: str) -> bool:
    """Whether what a link of this path leads to could be taken for a part of the pack."""
    parts = path.split("/")
    if any(part.startswith(".") for part in parts):
        return False
    return len(parts) == 1 or _in_whole([*parts, ""]) or (len(parts) == 2 and is_theme(parts[0]))


def why_no_name(path: str) -> str:
    """Why a path cannot be that of a file in a pack; blank where it can."""
    parts = path.split("/")
    if len(parts) > MAX_DEPTH:
        return f"it is more than {MAX_DEPTH} levels deep"
    return next((why for part in parts if (why := _why_no_part(part))), "")


def _why_no_part(name: str) -> str:
    if name in ("", ".", ".."):
        return "a part of the path is empty, `.` or `..`"
    if any(0xD800 <= ord(char) < 0xE000 for char in name):
        return "it is no UTF-8"
    if not name.isprintable():
        return "it holds control characters, or invisible ones"
    if not _NEVER.isdisjoint(name):
        return f"it holds one of {' '.join(sorted(_NEVER))}"
    if name.startswith("-"):
        return "it begins with -, which programs take for an option"
    if name != name.strip() or name.endswith("."):
        return "it begins or ends with a blank, or ends with a dot"
    if name.split(".", maxsplit=1)[0].rstrip().casefold() in _DEVICES:
        return "it is the name of a device"
    if len(name) > MAX_NAME or len(name.encode()) > 255:
        return f"it is longer than {MAX_NAME} characters"
    return ""


class Gathering:
    """Takes the files of a source one after the other, and refuses what may not be in a pack.

    `where` is the source as people know it. Of a file it is asked whether it `wants` it before it is read.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.notices: list[str] = []
        self._files: dict[str, TreeFile] = {}
        self._seen: dict[str, tuple[str, bool]] = {}
        self._entries = 0
        self._bytes = 0
        self._wanted: set[str] = set()

    def wants(self, path: str, size: int) -> bool:
        """Whether a file belongs to the pack; its name, its size and its number are judged then.

        Raises PackError.
        """
        self._count_entry()
        if not belongs(path):
            return False
        if why := why_no_name(path):
            raise PackError(
                f"a file's name cannot be used ({why}): {shown(path, 200)}", self.where, _RENAME
            )
        self._refuse_same(path)
        self._wanted.add(path)
        self._bytes += max(size, 0)
        if len(self._wanted) > MAX_FILES:
            told = f"the pack has more than {MAX_FILES:,} files"
            raise PackError(told, self.where, "divide it, or name a folder of it with --path")
        if self._bytes > MAX_BYTES:
            told = f"the pack has more than {MAX_BYTES // 1024 // 1024} MiB"
            raise PackError(told, self.where, "leave out what no runbook needs")
        return True

    def add(self, path: str, data: bytes, *, executable: bool = False) -> None:
        """Take the bytes of a file that is wanted."""
        self._files[path] = TreeFile(data, executable)

    def refuse_link(self, path: str) -> None:
        """Refuse a link that could be taken for a part of the pack, and no other. Raises PackError."""
        self._count_entry()
        if could_hold(path):
            told = f"a link is in the pack: {shown(path, 200)}"
            raise PackError(told, self.where, "put a copy there instead of the link")

    def refuse_special(self, path: str) -> None:
        """Refuse a device or a pipe, as a link is refused. Raises PackError."""
        self._count_entry()
        if could_hold(path):
            told = f"what is no regular file is in the pack: {shown(path, 200)}"
            raise PackError(told, self.where, "take it out")

    def leave_submodule(self, path: str) -> None:
        """Say of a submodule that it is not fetched."""
        self._count_entry()
        self.notices.append(f"the submodule {shown(path, 200)} is not fetched")

    def tree(self) -> PackTree:
        """The files that were taken. Raises PackError where there is nothing to run among them."""
        tree = PackTree(dict(sorted(self._files.items())))
        templates = f"{TEMPLATES}/"
        if not tree.runbooks and not any(path.startswith(templates) for path in tree.files):
            told = "there is no runbook in it"
            hint = (
                "runbooks lie at its top or in folders one level deep; --path names another folder"
            )
            raise PackError(told, self.where, hint)
        return tree

    def _count_entry(self) -> None:
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            told = f"the source has more than {MAX_ENTRIES:,} files"
            raise PackError(told, self.where, "name a folder of it with --path")

    def _refuse_same(self, path: str) -> None:
        """Refuse a name that another system would take for another one of the pack."""
        for end in _ends(path):
            part, is_file = path[:end], end == len(path)
            other, was_file = self._seen.setdefault(_folded(part), (part, is_file))
            if other != part:
                told = f"two names differ by case only: {shown(other, 200)} and {shown(part, 200)}"
                raise PackError(told, self.where, _RENAME)
            if was_file != is_file:
                told = f"{shown(part, 200)} is in it as a file and as a folder"
                raise PackError(told, self.where, _RENAME)
        if path in self._wanted:
            raise PackError(f"a file is in it twice: {shown(path, 200)}", self.where, _RENAME)


_RENAME: Final = "rename it in the source"


def _ends(path: str) -> Iterator[int]:
    """Where the folders of a path and it itself end."""
    yield from (at for at, char in enumerate(path) if char == "/")
    yield len(path)


def _folded(path: str) -> str:
    """A path as systems see it that do not tell case and spelling of letters apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())
