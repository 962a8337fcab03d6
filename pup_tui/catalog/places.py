"""Where runbooks are looked for, in the order in which an id is looked up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

import pup_tui
from pup_tui.catalog.entries import Origin
from pup_tui.real_path import real_path

HERE: Final = "runbooks"
"""The directory in a project that holds its runbooks."""


WORKFLOW: Final = "workflow"
"""What the ids of Datadog Workflows begin with, before a slash."""


class Folder(Struct, frozen=True):
    """A directory with runbooks.

    `trusted` is false for one that is not the operator's own choice: nothing outside of it is read for the
    runbooks in it. Where there is a `prefix`, it stands before their ids, with a slash. Of its files `only`
    some count, where that is given, and those `without` others, by their stems. One that `is_copy` holds what
    was approved, and never changes; the originals of those that `changed` are others by now. It `is_whole`
    where it has all of a pack.
    """

    path: Path
    origin: Origin
    trusted: bool = True
    prefix: str = ""
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    is_copy: bool = False
    is_whole: bool = False

    def id_of(self, stem: str) -> str:
        """The id of the runbook in a file."""
        return f"{self.prefix}/{stem}" if self.prefix else stem

    def has(self, stem: str) -> bool:
        """Whether the file counts that has this stem."""
        return stem not in self.without and (self.only is None or stem in self.only)

    @property
    def is_fetched(self) -> bool:
        """Whether its files are written by the program itself, out of what an account has."""
        return self.origin is Origin.DATADOG

    @property
    def is_written(self) -> bool:
        """Whether its files stay as they are, or all change at once."""
        return self.is_fetched or self.origin is Origin.PACK or self.is_copy


def bundled_dir() -> Path:
    """The library that ships with the program: inside the wheel, or beside the package in a checkout."""
    package = Path(pup_tui.__file__).parent
    inside = package / "runbooks"
    return inside if inside.is_dir() else package.parent / "runbooks"


def folders(
    *,
    given: Sequence[Path],
    environment: Sequence[Path],
    configured: Sequence[Path],
    pup: Path,
    cwd: Path,
) -> list[Folder]:
    """Every directory that may hold runbooks, whether it exists or not; each one once.

    The first four are those of the settings, `cwd` is where the operator is. The one that is not trusted
    comes last, so that it hides no runbook of the others.
    """
    found = [
        *(Folder(path, Origin.GIVEN) for path in given),
        *(Folder(path, Origin.ENVIRONMENT) for path in environment),
        *(Folder(path, Origin.CONFIGURATION) for path in configured),
        Folder(pup, Origin.PUP),
        Folder(bundled_dir(), Origin.BUNDLED),
    ]
    here = Folder(cwd / HERE, Origin.HERE, trusted=False)
    if real_path(here.path) not in {real_path(folder.path) for folder in found}:
        found.append(here)
    unique: dict[Path, Folder] = {}
    for folder in found:
        unique.setdefault(real_path(folder.path), folder)
    return list(unique.values())
