"""Where rehearsals lie: in a folder beside the runbooks, a file for each of its name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pup_tui.runbook.suffixes import SUFFIXES

FOLDER: Final = "_tests"
"""The folder beside runbooks that holds their rehearsals."""


def rehearsal_files(folder: Path) -> list[Path]:
    """The files of rehearsals beside the runbooks of a folder, and of the folders in it."""
    if folder.name == FOLDER:
        return _in(folder)
    try:
        inner = sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []
    themes = [each for each in inner if not each.name.startswith(("_", "."))]
    return [path for each in (folder, *themes) for path in _in(each / FOLDER)]


def _in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    except OSError:
        return []


def file_of(runbook: Path) -> Path | None:
    """The file of rehearsals of a runbook, None where there is none."""
    return _first(runbook.parent / FOLDER, runbook.stem)


def runbook_of(file: Path) -> Path | None:
    """The runbook that a file of rehearsals is for, None where there is none."""
    return _first(file.parent.parent, file.stem)


def _first(folder: Path, stem: str) -> Path | None:
    names = [folder / f"{stem}{suffix}" for suffix in SUFFIXES]
    return next((path for path in names if path.is_file()), None)
