"""A runbook's file in the operator's editor, and whether it is valid after that; a new one, and the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from pup_tui.skeleton.place import file_of, write_new
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

_NO_FOLDER = "There is no folder for runbooks of your own: start with --runbooks DIR."


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
    folder = services.catalog.own_folder()
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
    folder = services.catalog.own_folder()
    if folder is None:
        return Edited(_NO_FOLDER)
    return await _edit_new(app, file_of(folder, FIRST_NAME), first_text(), services)


async def write_another(
    app: App[object], services: Services, entries: Iterable[Entry]
) -> Edited | None:
    """Ask what a new runbook is to be, write it and open it in the operator's editor; None where they
    leave it. It has to be called from a worker.
    """
    from pup_tui.skeleton.asked import asking, facts_of
    from pup_tui.skeleton.offers import offered_steps
    from pup_tui.skeleton.text import skeleton
    from pup_tui.tui.dialogs.dialog import ValuesAnswer
    from pup_tui.tui.dialogs.new_runbook import NewRunbookScreen

    folder = services.catalog.own_folder()
    if folder is None:
        return Edited(_NO_FOLDER)
    offers = await aside(offered_steps, folder, services.catalog.packs)
    asked = asking(offers, (entry.tags.get("type", "") for entry in entries))
    answer = await app.push_screen_wait(NewRunbookScreen(asked, folder, services.sources()))
    if not isinstance(answer, ValuesAnswer) or answer.answer != "yes":
        return None
    facts = facts_of(answer.values, offers)
    return await _edit_new(app, file_of(folder, facts.name), skeleton(facts), services)


def first_text() -> str:
    """The first runbook, as it would be written."""
    return TEMPLATE.replace("NAME", FIRST_NAME, 1)


async def _edit_new(app: App[object], path: Path, text: str, services: Services) -> Edited:
    try:
        await aside(write_new, path, text)
    except OSError as error:
        return Edited(safe_text(f"{path} cannot be written: {told_error(error)}."))
    return (await _edit(app, path, services))._replace(made=path)


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
