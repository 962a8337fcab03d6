"""Where runbooks are looked for, in the order in which an id is looked up."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import platformdirs
from msgspec import Struct

import pup_tui
from pup_tui.catalog.entries import Origin


class Folder(Struct, frozen=True):
    """A directory with runbooks.

    `trusted` is false for one that is not the operator's own choice: nothing outside of it is read for the
    runbooks in it.
    """

    path: Path
    origin: Origin
    trusted: bool = True


def config_dir(environ: Mapping[str, str]) -> Path:
    """The operator's configuration: `PUP_TUI_CONFIG_DIR`, else the platform's place for it."""
    given = environ.get("PUP_TUI_CONFIG_DIR")
    return Path(given) if given else platformdirs.user_config_path("pup-tui", appauthor=False)


def bundled_dir() -> Path:
    """The library that ships with the program: inside the wheel, or beside the package in a checkout."""
    package = Path(pup_tui.__file__).parent
    inside = package / "runbooks"
    return inside if inside.is_dir() else package.parent / "runbooks"


def pup_dir(environ: Mapping[str, str]) -> Path:
    """Where `pup` itself keeps runbooks: `PUP_CONFIG_DIR`, else `~/.config/pup`."""
    given = environ.get("PUP_CONFIG_DIR")
    if given:
        return Path(given) / "runbooks"
    config = environ.get("XDG_CONFIG_HOME")
    home = Path(config) if config else Path(environ.get("HOME", "~")).expanduser() / ".config"
    return home / "pup" / "runbooks"


def folders(environ: Mapping[str, str], given: Sequence[Path], cwd: Path) -> list[Folder]:
    """Every directory that may hold runbooks, whether it exists or not; each one once.

    The one that is not trusted comes last, so that it hides no runbook of the others.
    """
    listed = environ.get("PUP_TUI_RUNBOOKS", "")
    named = [Path(part) for part in listed.split(os.pathsep) if part]
    found = [
        *(Folder(path, Origin.GIVEN) for path in given),
        *(Folder(path, Origin.ENVIRONMENT) for path in named),
        Folder(config_dir(environ) / "runbooks", Origin.CONFIGURATION),
        Folder(pup_dir(environ), Origin.PUP),
        Folder(bundled_dir(), Origin.BUNDLED),
    ]
    here = Folder(cwd / "runbooks", Origin.HERE, trusted=False)
    if here.path.resolve() not in {folder.path.resolve() for folder in found}:
        found.append(here)
    unique: dict[Path, Folder] = {}
    for folder in found:
        unique.setdefault(folder.path.resolve(), folder)
    return list(unique.values())
