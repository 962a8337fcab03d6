"""What lies beside a runbook and may be run or read by its steps: scripts, and files that its text names."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pup_tui.late_pattern import late_pattern
from pup_tui.place_errors import told
from pup_tui.runbook.files import INTEGRATIONS, PACK_KEY
from pup_tui.runbook.load import Loaded

WHOLE: Final = (INTEGRATIONS, "scripts")
"""Folders beside runbooks that belong to each of them with everything in them."""

MOST_FILES: Final = 5_000
MOST_BYTES: Final = 64 * 1024 * 1024
"""What lies beside a runbook and is more than that is not looked at."""

_DIRECTORY = late_pattern(rb"PUP_TUI_RUNBOOK_DIR\}?[\"']?|\brun\.dir\b[^}\n]{0,80}\}\}[\"']?")
"""Where a text names the directory of its runbook."""
_NAMED = late_pattern(rb"[\w.@%+/-]{1,400}")
_BEHIND = late_pattern(rb"/[\w.@%+/-]{1,400}")
_AT_ONCE: Final = 1024 * 1024
_READ: Final = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0)


class TooMuchBeside(Exception):
    """What lies beside a runbook cannot be read, or is too much; the text says why."""


def beside(loaded: Loaded) -> dict[str, str]:
    """The files beside a runbook, and beside what it uses from elsewhere, each with what tells another one.

    They are those in `WHOLE`, and those that a text names which says where it lies (`run.dir`). Links are
    followed, as a step that runs one does. Blocks. Raises TooMuchBeside.
    """
    looked = _Looked()
    try:
        for number, (folder, texts) in enumerate(_folders(loaded).items()):
            for path in sorted({folder / name for name in WHOLE} | set(_named(folder, texts))):
                looked.take(path, f"{number}/{os.path.relpath(path, folder)}")
    except OSError as error:
        raise TooMuchBeside(f"what lies beside it cannot be read: {told(error)}") from error
    return looked.found


def _folders(loaded: Loaded) -> dict[Path, list[bytes]]:
    """The directories in which what it is made of lies, with the texts from there."""
    own = loaded.path.absolute().parent
    found: dict[Path, list[bytes]] = {own: []}
    for name, text in loaded.files.items():
        of_pack = PACK_KEY.match(name)
        is_known = of_pack is not None and int(of_pack[1]) <= len(loaded.packs)
        folder = Path(loaded.packs[int(of_pack[1]) - 1]) if of_pack and is_known else own
        found.setdefault(folder, []).append(text)
    if own.parent in map(Path, loaded.packs):  # it may lie in a folder for a theme
        found.setdefault(own.parent, [])
    return found


def _named(folder: Path, texts: list[bytes]) -> Iterator[Path]:
    """What texts name that lies there; of a path with a value in it the folder in front of that."""
    names: set[bytes] = set()
    for text in texts:
        ends = [match.end() for match in _DIRECTORY.finditer(text)]
        for end in ends:
            if (behind := _BEHIND.match(text, end)) is not None:
                path = behind.group().lstrip(b"/")
                goes_on = text[behind.end() : behind.end() + 1] in (b"{", b"$")
                # A name with a value in it is not known: all of its folder counts.
                names.add(path.rpartition(b"/")[0] if goes_on else path)
        if ends:
            names.update(
                name
                for each in _NAMED.findall(text)
                for name in (each, each.lstrip(b"/"), each.partition(b"/")[2])
                if os.path.isfile(folder / os.fsdecode(name))
            )
    yield from (folder / os.fsdecode(name) for name in names if name.strip(b"./"))


class _Looked:
    """The files that were looked at, by their names."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._bytes = 0
        self._inside: set[tuple[int, int]] = set()

    def take(self, path: Path, name: str) -> None:
        """Look at a file, or at all that is in a folder. Raises OSError, TooMuchBeside."""
        if name in self.found:
            return
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            if path.is_symlink():
                self.found[name] = f"leads to {os.readlink(path)}"
            return
        if stat.S_ISDIR(status.st_mode):
            self._take_folder(path, name, status)
        elif stat.S_ISREG(status.st_mode):
            is_run = bool(status.st_mode & 0o111)
            self.found[name] = f"{'x' if is_run else '-'} {self._digest(path)}"
        else:
            self.found[name] = "no file"
        if len(self.found) > MOST_FILES:
            raise TooMuchBeside(f"more than {MOST_FILES:,} files lie beside it")

    def _take_folder(self, path: Path, name: str, status: os.stat_result) -> None:
        here = status.st_dev, status.st_ino
        if here in self._inside:
            return  # a link leads back
        self._inside.add(here)
        with os.scandir(path) as entries:
            names = sorted(entry.name for entry in entries)
        for each in names:
            self.take(path / each, f"{name}/{each}")
        self._inside.discard(here)

    def _digest(self, path: Path) -> str:
        digest = hashlib.sha256()
        with open(os.open(path, _READ), "rb", buffering=0) as file:
            while data := file.read(_AT_ONCE):
                self._bytes += len(data)
                if self._bytes > MOST_BYTES:
                    raise TooMuchBeside(f"more than {MOST_BYTES // 1024**2} MiB lie beside it")
                digest.update(data)
        return digest.hexdigest()
