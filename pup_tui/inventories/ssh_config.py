"""The hosts that the configuration of OpenSSH names one by one, as ssh_config(5) has it.

Only what stands under `Host` without a wildcard and without a `!` is the name of a host: the rest says what
holds for hosts of any name.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from pup_tui.inventories.names import among
from pup_tui.late_pattern import late_pattern
from pup_tui.place_errors import place_error
from pup_tui.quoted import quoted

MAX_FILES: Final = 500
"""Files of one configuration."""
MAX_DEPTH: Final = 16
"""Files that include each other, as OpenSSH has it."""

SYSTEM: Final = Path("/etc/ssh/ssh_config")

_QUOTED: Final = r"""(?:"((?:\\["'\\]|[^"])*+)"|'((?:\\["'\\]|[^'])*+)')"""
_WORD: Final = late_pattern(rf"""(?:[^\s"'\\]|{_QUOTED}|\\["'\\ ]?)++""")
"""Parts with and without quotes, in which a backslash takes a quote, a backslash or a blank as it is."""
_PART: Final = late_pattern(rf"""{_QUOTED}|\\(["'\\ ])""")
_TAKEN: Final = late_pattern(r"""\\(["'\\])""")
_LINE: Final = late_pattern(r"\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)")
_NO_NAME: Final = frozenset("*?!")

ReadConfig = Callable[[Path], str]
"""Gives the text of a file. Raises OSError, or ValueError with a sentence."""


def hosts_like(pattern: str, home: Path, read: ReadConfig, system: Path = SYSTEM) -> list[str]:
    """The hosts whose names fit the pattern (`*`, `?`, `[…]`; case does not matter), each once.

    Raises ValueError with a sentence where none does, where there is no configuration, or where a file of it
    cannot be read.
    """
    config = home / ".ssh" / "config"
    reading = _Reading(home, read)
    names: dict[str, None] = {}
    found = False
    for path in (config, system):
        try:
            names |= dict.fromkeys(reading.names(path))
        except FileNotFoundError:
            continue
        found = True
    if not found:
        raise ValueError(f"there is no configuration of ssh: {config}")
    fitting = [name for name in names if fnmatchcase(name.lower(), pattern.lower())]
    if not fitting:
        told = f"no host in the configuration of ssh is called {quoted(pattern)}"
        raise ValueError(f"{told}: {among(names, 'hosts by name')}")
    return fitting


class _Reading:
    """Goes through the files of a configuration, each once for each time that it is included."""

    def __init__(self, home: Path, read: ReadConfig) -> None:
        self._home = home
        self._read = read
        self._files = 0

    def names(self, path: Path, depth: int = 0, beside: Path | None = None) -> Iterator[str]:
        """The hosts that a file names; relative names in it are those of files `beside` the first one."""
        self._files += 1
        if self._files > MAX_FILES or depth > MAX_DEPTH:
            raise ValueError(f"the configuration of ssh includes too many files: {path}")
        beside = path.parent if beside is None else beside
        for line in self._text(path, depth).splitlines():
            found = _LINE.match(line)
            keyword = found[1].lower() if found else ""
            if found and keyword == "host":
                yield from (word for word in _words(found[2]) if _NO_NAME.isdisjoint(word))
            elif found and keyword == "include":
                for word in _words(found[2]):
                    for included in self._files_of(word, beside):
                        yield from self.names(included, depth + 1, beside)

    def _text(self, path: Path, depth: int) -> str:
        try:
            return self._read(path)
        except FileNotFoundError:
            if depth:
                return ""  # it is gone since its name was looked up
            raise
        except OSError as error:
            raise ValueError(str(place_error(error, path))) from error

    def _files_of(self, word: str, beside: Path) -> list[Path]:
        """The files that an `Include` means, in the order of their names."""
        named = self._home / word[2:] if word.startswith("~/") else beside / word
        return [Path(path) for path in sorted(glob.iglob(os.fspath(named)))]


def _words(text: str) -> Iterator[str]:
    """The arguments of a line, taken apart as OpenSSH does, without what a `#` before a word begins."""
    for found in _WORD.finditer(text):
        if found[0].startswith("#"):
            return
        if word := _PART.sub(_plain, found[0]):
            yield word


def _plain(part: re.Match[str]) -> str:
    """What a part of a word stands for: what is in quotes, or a character behind a backslash."""
    inside = part[1] if part[1] is not None else part[2]
    return part[3] if inside is None else _TAKEN.sub(r"\1", inside)
