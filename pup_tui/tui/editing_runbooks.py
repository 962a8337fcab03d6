"""A runbook's file in the operator's editor, and whether it is valid after that; the first one of all."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual.app import App
from textual.notifications import SeverityLevel

from pup_tui.aside import aside
from pup_tui.catalog.entries import Origin
from pup_tui.output.sanitize import safe_text
from pup_tui.place_errors import told as told_error
from pup_tui.tui.programs import open_in
from pup_tui.tui.texts import counted

if TYPE_CHECKING:
    from pup_tui.catalog.entries import Entry
    from pup_tui.runbook.load import Loaded
    from pup_tui.tui.services import Services

FIRST_NAME = "first-runbook.yaml"
FIRST = """\
name: first-runbook
description: Looks at a disk, asks, and says so.
vars:
  PLACE: {description: A folder, default: /tmp}
steps:
  - name: Free space
    kind: shell
    run: df -h -- {{ PLACE }}
  - name: Ask
    kind: confirm
    message: Is there room in {{ PLACE }}?
  - name: Say so
    kind: shell
    run: echo "room in {{ PLACE }}"
"""
"""A small runbook that runs anywhere, to begin from."""

_OF_OTHERS = frozenset({Origin.BUNDLED, Origin.PUP, Origin.DATADOG})
"""Whence runbooks come that the operator does not write."""


class Edited(NamedTuple):
    """What came of it, for the operator."""

    text: str
    severity: SeverityLevel = "warning"


async def edit_runbook(app: App[object], entry: Entry, services: Services) -> Edited:
    """Open a runbook's file in the operator's editor, and tell whether it is valid after that."""
    if entry.origin is Origin.BUNDLED:
        folder = own_folder(services)
        where = f"Copy it to {folder} and edit that" if folder else "Edit a copy"
        told = f"{entry.id} comes with pup-tui and is the same everywhere. {where}: {entry.path}"
        return Edited(safe_text(told))
    if entry.origin is Origin.DATADOG:
        where = f"changed there: {entry.path} is a copy"
        return Edited(safe_text(f"{entry.name} is a workflow of Datadog's, and is {where}"))
    return await _edit(app, entry.path, services)


async def write_first(app: App[object], services: Services) -> Edited:
    """Write a first runbook to where the operator's own are looked for, and open it in their editor."""
    folder = own_folder(services)
    if folder is None:
        return Edited("There is no folder for runbooks of your own: start with --runbooks DIR.")
    path = folder / FIRST_NAME
    try:
        await aside(_write_new, path)
    except OSError as error:
        return Edited(safe_text(f"{path} cannot be written: {told_error(error)}."))
    return await _edit(app, path, services)


def own_folder(services: Services) -> Path | None:
    """The first folder of the operator's own that runbooks are looked for in, whether it is there or not."""
    folders = (folder for folder in services.catalog.places if folder.trusted)
    return next((f.path for f in folders if f.origin not in _OF_OTHERS), None)


def _write_new(path: Path) -> None:
    """Write the first runbook; one that was begun before stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), path.open("x") as file:
        file.write(FIRST)


async def _edit(app: App[object], path: Path, services: Services) -> Edited:
    from pup_tui.drivers.tools import is_command

    trouble = await open_in(app, path, services.editor, services.environ, "editor")
    if trouble:
        return Edited(trouble)
    is_installed = partial(is_command, environ=services.environ, cwd=Path())
    return _judged(await aside(services.catalog.lint, path, is_installed))


def _judged(loaded: Loaded) -> Edited:
    name = safe_text(loaded.id)
    for found, what in ((loaded.errors, "error"), (loaded.warnings, "warning")):
        if found:
            own = Path(found[0].path) == loaded.path
            file = "" if own else f"{Path(found[0].path).name}, "
            first = safe_text(f"{file}line {found[0].line}: {found[0].message}")
            more = f", the first in {first}" if len(found) > 1 else f": {first}"
            return Edited(f"{name} has {counted(len(found), what)}{more}")
    return Edited(f"{name} is valid.", "information")
