"""The folders that decide what runs: where they are, whose they are, and who may write in them."""

from __future__ import annotations

import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.catalog.entries import Origin
from pup_tui.cli.health.diagnosis import Diagnosis
from pup_tui.place_errors import other_owner, place_error

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.settings.settings import Settings

WHAT = "directories"
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_ROOT = 0


def directories(settings: Settings, catalog: Catalog) -> Iterator[Diagnosis]:
    """Configuration, record, `pup`'s own folder and those with runbooks, each once."""
    yield _looked_at("configuration", settings.config_dir)
    yield _looked_at("record", settings.state_dir)
    if settings.pup_dir.exists():
        yield _looked_at("pup", settings.pup_dir)
    for folder in catalog.places:
        if folder.path.exists() and not folder.prefix:
            yield _looked_at("runbooks", folder.path, is_trusted=folder.origin is not Origin.HERE)


def _looked_at(subject: str, path: Path, *, is_trusted: bool = True) -> Diagnosis:
    try:
        found = path.stat()
    except FileNotFoundError:
        return Diagnosis(what=WHAT, subject=subject, detail=f"{path}: there is none yet")
    except OSError as error:
        wrong = place_error(error, path)
        told = f"{path} cannot be looked at ({wrong.message})"
        return _warning(subject, told, wrong.hint)
    quoted = shlex.quote(str(path))
    owner = other_owner(path)
    mode = stat.S_IMODE(found.st_mode)
    if not is_trusted:
        told = f"{path}: what lies there is not trusted, and runs only once you say so"
        return Diagnosis(what=WHAT, subject=subject, detail=told)
    if owner and found.st_uid != _ROOT:
        told = f"{path} belongs to {owner}, who decides what is in it"
        return _warning(subject, told, f"use another folder, or make it yours: sudo chown {quoted}")
    if mode & _OTHERS_WRITE:
        told = (
            f"{path}: others may write in it (its mode is {mode:04o}), and so decide what you run"
        )
        return _warning(subject, told, f"look what is in it, then chmod go-w {quoted}")
    whose = f"of {owner}" if owner else "yours"
    return Diagnosis(what=WHAT, subject=subject, detail=f"{path}: {whose}, mode {mode:04o}")


def _warning(subject: str, detail: str, hint: str) -> Diagnosis:
    return Diagnosis(what=WHAT, subject=subject, state="warning", detail=detail, hint=hint)
