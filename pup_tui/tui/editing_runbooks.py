"""A runbook's file in the operator's editor, and whether it is valid after that; a new one, and the first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from textual.app import App
from textual.notifications import SeverityLevel

from pup_tui.aside import aside
from pup_tui.catalog.entries import Origin
from pup_tui.file_stamp import Stamp, stamp_of
from pup_tui.output.sanitize import safe_text
from pup_tui.place_errors import told as told_error
from pup_tui.tui.programs import open_in
from pup_tui.tui.texts import counted

if TYPE_CHECKING:
    from pup_tui.catalog.entries import Entry
    from pup_tui.runbook.load import Loaded
    from pup_tui.tui.services import Services

FIRST_NAME = "first-runbook"
TEMPLATE = """\
name: NAME
description: Looks at a disk, asks, and says so.
# What is asked for before it runs; a text stands for it: {{ PLACE }}.
vars:
  PLACE: {description: A folder, default: /tmp}
# One after the other; docs/format.md has all kinds: http, pup, sql, manual, wait, group ...
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

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What a new runbook may be called: its file is called so too."""

_NO_FOLDER = "There is no folder for runbooks of your own: start with --runbooks DIR."

_OF_OTHERS = frozenset({Origin.BUNDLED, Origin.PUP, Origin.DATADOG, Origin.PACK})
"""Whence runbooks come that the operator does not write."""


class Edited(NamedTuple):
    """What came of it, for the operator, and the files that it tells of as they were then."""

    text: str
    severity: SeverityLevel = "warning"
    made: Path | None = None
    """The file of a new runbook, where one was written."""
    stamps: Mapping[Path, Stamp] = MappingProxyType({})

    def holds(self) -> bool:
        """Whether these files are still as they were."""
        return all(stamp_of(path) == stamp for path, stamp in self.stamps.items())


async def edit_runbook(app: App[object], entry: Entry, services: Services) -> Edited:
    """Open a runbook's file in the operator's editor, and tell whether it is valid after that.

    Of one that comes with the program, a copy, where the operator says so; it has to be called from a worker.
    """
    if entry.origin is Origin.BUNDLED:
        return await _edit_copy(app, entry, services)
    if entry.origin is Origin.PACK:
        where = "changed where the pack comes from: `pup-tui update` brings it in"
        return Edited(safe_text(f"{entry.id} comes from a pack, and is {where}"))
    if entry.is_copy:
        where = "edit the one in the working directory, and trust that"
        return Edited(safe_text(f"{entry.path} is the copy of what is trusted: {where}"))
    if entry.origin is Origin.DATADOG:
        where = f"changed there: {entry.path} is a copy"
        return Edited(safe_text(f"{entry.name} is a workflow of Datadog's, and is {where}"))
    return await _edit(app, entry.path, services)


async def _edit_copy(app: App[object], entry: Entry, services: Services) -> Edited:
    from pup_tui.core.actions import Question
    from pup_tui.tui.dialogs.confirm import ConfirmScreen

    told = safe_text(f"{entry.id} comes with pup-tui and is the same everywhere")
    folder = own_folder(services)
    if folder is None:
        return Edited(f"{told}. {_NO_FOLDER}")
    path = folder / entry.path.name
    message = f"{told}. Copy it to {safe_text(str(path))} and edit that?"
    asks = Question(step="", title="Edit a copy?", kind="confirm", message=message)
    answer = await app.push_screen_wait(ConfirmScreen(asks))
    if answer is None or answer.answer != "yes":
        return Edited(f"{told}: nothing was copied.", "information")
    try:
        text = await aside(entry.path.read_text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return Edited(safe_text(f"{entry.path} cannot be read: {error}."))
    return await _edit_new(app, path, text, services)


async def write_first(app: App[object], services: Services) -> Edited:
    """Write a first runbook to where the operator's own are looked for, and open it in their editor.

    One that was begun before stays as it is.
    """
    folder = own_folder(services)
    if folder is None:
        return Edited(_NO_FOLDER)
    return await _write(app, folder, FIRST_NAME, services)


async def write_another(app: App[object], services: Services) -> Edited | None:
    """Ask for the name of a new runbook, write it and open it in the operator's editor; None where they
    leave it. It has to be called from a worker.
    """
    from pup_tui.tui.dialogs.reason import RunbookScreen

    folder = own_folder(services)
    if folder is None:
        return Edited(_NO_FOLDER)
    answer = await app.push_screen_wait(RunbookScreen(partial(_why_not, folder), str(folder)))
    return None if answer is None else await _write(app, folder, answer.note, services)


def first_text() -> str:
    """The first runbook, as it would be written."""
    return _text(FIRST_NAME)


def _text(name: str) -> str:
    return TEMPLATE.replace("NAME", name, 1)


def _why_not(folder: Path, name: str) -> str:
    """Why a new runbook cannot be called so; empty if it can."""
    if not _NAME.fullmatch(name):
        return "A name is made of letters, digits, and . _ - between them."
    taken = [each for each in _files(folder, name) if each.exists()]
    return f"There is {taken[0].name} already: {taken[0].parent}" if taken else ""


def _files(folder: Path, name: str) -> list[Path]:
    return [folder / f"{name}.yaml", folder / f"{name}.yml"]


async def _write(app: App[object], folder: Path, name: str, services: Services) -> Edited:
    path, *_ = _files(folder, name)
    return await _edit_new(app, path, _text(name), services)


async def _edit_new(app: App[object], path: Path, text: str, services: Services) -> Edited:
    try:
        await aside(_write_new, path, text)
    except OSError as error:
        return Edited(safe_text(f"{path} cannot be written: {told_error(error)}."))
    return (await _edit(app, path, services))._replace(made=path)


def own_folder(services: Services) -> Path | None:
    """The first folder of the operator's own that runbooks are looked for in, whether it is there or not."""
    folders = (folder for folder in services.catalog.places if folder.trusted)
    return next((f.path for f in folders if f.origin not in _OF_OTHERS), None)


def _write_new(path: Path, text: str) -> None:
    """Write a file; one that is there already stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), path.open("x", encoding="utf-8") as file:
        file.write(text)


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
            told = f"{name} has {counted(len(found), what)}{more}"
            return Edited(told, stamps=loaded.stamps)
    return Edited(f"{name} is valid.", "information", stamps=loaded.stamps)
