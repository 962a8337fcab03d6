"""What a new runbook may be called in its folder, and how its file gets there."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from pup_tui.catalog.places import bundled_dir
from pup_tui.runbook.suffixes import SUFFIXES

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What a new runbook may be called: its file is called so too."""

SCHEMA_FILE = "runbook.schema.json"


def why_not_name(name: str) -> str:
    """Why no runbook is called so; empty if one can be."""
    if not _NAME.fullmatch(name):
        return (
            f"`{name}` is no name for it: that is made of letters, digits, and . _ - between them"
        )
    if name.endswith(SUFFIXES):
        return f"{name} is the name of a file: leave {Path(name).suffix} out"
    return ""


def why_not_called(folder: Path, name: str) -> str:
    """Why a new runbook in this folder cannot be called so; empty if it can."""
    if why := why_not_name(name):
        return why
    taken = [each for each in _files(folder, name) if each.exists()]
    return f"there is {taken[0].name} already, in {taken[0].parent}" if taken else ""


def file_of(folder: Path, name: str) -> Path:
    """The file of a new runbook."""
    return _files(folder, name)[0]


def _files(folder: Path, name: str) -> list[Path]:
    return [folder / f"{name}{suffix}" for suffix in SUFFIXES]


def write_new(path: Path, text: str) -> None:
    """Write a file, and beside it the schema that its first line names; what is there already stays.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), path.open("x", encoding="utf-8") as file:
        file.write(text)
    put_schema_beside(path, text)


def put_schema_beside(path: Path, text: str) -> None:
    """Write the schema that the first line of a file names where it looks for it; one that is there stays.

    Raises OSError.
    """
    if SCHEMA_FILE in text:
        schema = (bundled_dir() / SCHEMA_FILE).read_bytes()
        with suppress(FileExistsError), (path.parent / SCHEMA_FILE).open("xb") as beside:
            beside.write(schema)
