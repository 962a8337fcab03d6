"""The files in folders with runbooks."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

from pup_tui.catalog.places import Folder
from pup_tui.place_errors import PlaceError, place_error
from pup_tui.runbook.suffixes import SUFFIXES

PACK_FILE: Final = "pack.yaml"
"""What a pack says of itself; it is no runbook."""
RUNBOOKS_VARIABLE: Final = "PUP_TUI_RUNBOOKS"
"""The environment variable that names folders with runbooks."""
_MAX_LISTED: Final = 1000


def files_of(folder: Folder) -> list[Path]:
    """The runbooks of a folder that count: those in it by name, then those in its theme folders."""
    from pup_tui.runbook.files import theme_folders

    themes = () if folder.is_fetched else theme_folders(folder.path)
    found = (path for place in (folder.path, *themes) for path in runbook_files(place))
    return [path for path in found if folder.has(path.stem)]


def runbook_files(folder: Path) -> list[Path]:
    """The runbooks in a directory, by name; names that begin with `_` or `.` are no runbooks."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
    paths = [folder / name for name in names if not name.startswith(("_", "."))]
    paths = [path for path in paths if path.name != PACK_FILE]
    # Not by the path's own method, which raises where nobody may look.
    return [path for path in paths if path.suffix in SUFFIXES and not os.path.isdir(path)]


def closed_folder(folder: Path) -> PlaceError | None:
    """Why a folder that is there cannot be read; None where it can, or is not there."""
    try:
        with os.scandir(folder):
            return None if os.access(folder, os.X_OK) else _no_entry(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return place_error(error, folder, RUNBOOKS_VARIABLE)


def _no_entry(folder: Path) -> PlaceError:
    return place_error(PermissionError(errno.EACCES, ""), folder, RUNBOOKS_VARIABLE)


def stat_of(path: Path) -> object:
    """What differs once a file was written; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def named_files(folder: Path) -> list[Path]:
    """What runbooks of a directory name by `template`: step templates, of at most `_MAX_LISTED` files, and
    integrations.
    """
    from pup_tui.runbook.files import INTEGRATIONS, below, integration_files

    found = below(folder / "_templates", _MAX_LISTED)
    integrations = folder / INTEGRATIONS
    return [
        *sorted(path for path in found if path.suffix in SUFFIXES),
        *(integrations / name for name in integration_files(integrations)),
    ]
