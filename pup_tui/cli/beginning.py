"""`pup-tui new NAME`: a runbook to begin from, asked for on a terminal and opened in the editor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pup_tui.cli import asking
from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.wiring import open_catalog
from pup_tui.headless.exits import USAGE
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.runbook.model import Runbook
    from pup_tui.settings.settings import Settings
    from pup_tui.skeleton.offer import StepOffer

_LEFT_OUT = "nothing"


class Beginning(NamedTuple):
    """What the command line says of a new runbook; None where it says nothing."""

    name: str | None
    type: str | None
    service: str | None
    steps: tuple[str, ...]
    output: Path | None
    edit: bool = True


def begin(settings: Settings, given: Beginning) -> int:
    """Write a new runbook, or print it where nobody can be asked and no file is named."""
    from pup_tui.skeleton.asked import asking as asked_for
    from pup_tui.skeleton.asked import facts_of
    from pup_tui.skeleton.offers import offered_steps
    from pup_tui.skeleton.text import skeleton

    catalog = open_catalog(settings)
    asks = settings.terminal.can_ask and settings.terminal.output
    folder = _folder(settings, catalog, given.output, needed=asks)
    name = _name(given, folder, is_written=asks or given.output is not None)
    offers = offered_steps(folder, catalog.packs)
    values: dict[str, Any] = {
        "NAME": name,
        "TYPE": given.type,
        "SERVICE": given.service,
        "STEPS": _picked(given.steps, offers),
    }
    if asks:
        types = (entry.tags.get("type", "") for entry in catalog.first_look())
        _ask(asked_for(offers, types), values, folder, given.output)
    elif name is None:
        raise Failure("a new runbook needs a name", "", "give it: pup-tui new NAME")
    text = skeleton(facts_of(values, offers))
    if not asks and given.output is None:
        click.echo("\n".join(map(safe_text, text.split("\n"))), nl=False)
        return 0
    path = _written(folder, given.output, str(values["NAME"]), text)
    return _edited(settings, catalog, path) if asks and given.edit else 0


def checked_name(name: str) -> str:
    """The name of a runbook, where it can be one. Raises Failure."""
    from pup_tui.skeleton.place import why_not_name

    why = why_not_name(name)
    if why:
        raise Failure(why, "", "give another name, such as restart-workers")
    return name


def _folder(settings: Settings, catalog: Catalog, output: Path | None, *, needed: bool) -> Path:
    """Where the file goes, and where step templates are looked for."""
    if output is not None:
        return output if output.is_dir() else output.parent
    folder = catalog.own_folder()
    if folder is None and needed:
        raise Failure(
            "there is no folder for runbooks of your own",
            "",
            "name a file with -o, or a folder with --runbooks",
        )
    return folder or settings.cwd


def _name(given: Beginning, folder: Path, *, is_written: bool) -> str | None:
    """What it is called, as far as that is given: by its name or by that of its file."""
    output = given.output
    in_file = None if output is None or output.is_dir() else output
    name = given.name or (None if in_file is None else in_file.stem)
    if name is None:
        return None
    checked_name(name)
    if is_written and in_file is None:
        _refuse_taken(folder, name)
    return name


def _refuse_taken(folder: Path, name: str) -> None:
    from pup_tui.skeleton.place import why_not_called

    why = why_not_called(folder, name)
    if why:
        raise Failure(why, "", "give another name")


def _picked(keys: Sequence[str], offers: Sequence[StepOffer]) -> list[str]:
    from pup_tui.runbook.report import suggestion

    there = [offer.key for offer in offers]
    for key in keys:
        if key not in there:
            told = suggestion(key, there) or f"one of {', '.join(there[:30])}"
            raise Failure(f"there is no step `{key}` to begin with", "--step", told)
    return list(keys)


def _ask(asked: Runbook, values: dict[str, Any], folder: Path, output: Path | None) -> None:
    """Ask for what is not given yet, one after the other; Enter leaves out what may be left out."""
    from pup_tui.catalog.inputs import Choices
    from pup_tui.cli.values import prompt_value
    from pup_tui.skeleton.place import why_not_called
    from pup_tui.skeleton.usual import USUAL

    for name, variable in asked.vars.items():
        if values.get(name):
            continue
        choices = Choices(options=variable.options)
        usual = ", ".join(USUAL) if name == "STEPS" else _LEFT_OUT
        offered = None if name == "NAME" else usual
        values[name] = prompt_value(name, variable, choices, offered)
        while name == "NAME" and (why := why_not_called(folder, values[name])):
            tell(f"  {why}")
            values[name] = prompt_value(name, variable, choices)


def _written(folder: Path, output: Path | None, name: str, text: str) -> Path:
    """Write the file, with the schema beside it; one that is there stays as it is."""
    from pup_tui.place_errors import place_error
    from pup_tui.skeleton.place import file_of, write_new

    path = file_of(folder, name) if output is None or output.is_dir() else output
    if path.exists():
        raise Failure("there is a file already", str(path), "name another one with -o")
    try:
        write_new(path, text)
    except OSError as error:
        raise Failure(str(place_error(error, path))) from error
    tell(f"pup-tui: written: {path}")
    return path


def _edited(settings: Settings, catalog: Catalog, path: Path) -> int:
    """Open the file in the operator's editor until it is valid, or they leave it as it is.

    While it is edited once more, what is wrong stands at its top.
    """
    from pup_tui.drivers.tools import is_command
    from pup_tui.skeleton.told_errors import with_errors, without_errors

    is_installed = partial(is_command, environ=settings.environ, cwd=settings.cwd)
    while True:
        try:
            click.edit(filename=str(path), editor=settings.editor, env=settings.environ)
        except click.ClickException as error:
            todo = "set EDITOR, or edit the file by hand"
            raise Failure("the editor did not end well", error.format_message(), todo) from error
        finally:
            _changed(path, without_errors)
        loaded = catalog.lint(path, is_installed)
        for problem in loaded.errors:
            tell(f"error: {problem}")
        for problem in loaded.warnings:
            tell(f"warning: {problem} [{problem.code}]")
        if not loaded.errors:
            tell(f"pup-tui: it is valid: {path}")
            return 0
        if not asking.confirm("Edit it once more?", default=True):
            return USAGE
        _changed(path, partial(with_errors, errors=loaded.errors, clean=safe_text))


def _changed(path: Path, change: Callable[[str], str]) -> None:
    """Change the text of a file; one that is no text is left as it is."""
    from pup_tui.place_errors import place_error

    try:
        text = path.read_text(encoding="utf-8")
        if (made := change(text)) != text:
            path.write_text(made, encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return
    except OSError as error:
        raise Failure(str(place_error(error, path))) from error
