"""What one call of the program works with: environment, catalog, values."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pup_tui.cli.failure import Failure

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Runbook, Variable
    from pup_tui.runbook.variables import Resolved


def environment() -> Mapping[str, str]:
    """The operator's environment, as it was when the program started."""
    return dict(os.environ)


def open_catalog(ctx: click.Context) -> Catalog:
    """The catalog of this call, with the folders of every `--runbooks`."""
    from pup_tui.catalog.catalog import Catalog

    return Catalog.from_environment(environment(), given_folders(ctx), Path.cwd())


def given_folders(ctx: click.Context) -> list[Path]:
    """The folders of every `--runbooks`, in their order."""
    return list(ctx.ensure_object(dict).get("runbooks", []))


def find_entry(catalog: Catalog, name: str) -> Entry:
    from pup_tui.catalog.catalog import UnknownRunbook

    try:
        return catalog.find(name)
    except UnknownRunbook as error:
        raise Failure(str(error), "", error.hint) from error


def load_valid(catalog: Catalog, entry: Entry) -> tuple[Loaded, Runbook]:
    """The runbook of an entry. Prints every error and raises Failure if it cannot be run."""
    from pup_tui.output.sanitize import safe_text

    loaded = catalog.load(entry.path)
    if loaded.runbook is None:
        for problem in loaded.errors:
            click.echo(safe_text(str(problem)), err=True)
        number = len(loaded.errors)
        raise Failure(
            f"the runbook has {number} error{'s' if number != 1 else ''}",
            safe_text(str(entry.path)),
            "fix what is told above",
        )
    return loaded, loaded.runbook


def given_values(runbook: Runbook, args: Sequence[str], arg_file: Path | None) -> dict[str, object]:
    """The values of `--arg-file` and then of `--arg`. Raises Failure for a secret among the arguments."""
    given: dict[str, object] = _from_file(arg_file) if arg_file is not None else {}
    for arg in args:
        name, equals, value = _utf8(arg).partition("=")
        if not equals or not name:
            raise Failure("--arg needs NAME=VALUE", "", "for example --arg SERVICE=payments")
        variable = runbook.vars.get(name)
        if variable is not None and variable.is_secret:
            raise Failure(
                f"{name} is a secret and may not stand on a command line",
                "--arg",
                "use --arg-file, or the place its `from` names",
            )
        given[name] = value
    return given


def _utf8(arg: str) -> str:
    """An argument as UTF-8, whatever the locale made of its bytes."""
    return os.fsencode(arg).decode("utf-8", "surrogateescape")


def _from_file(path: Path) -> dict[str, object]:
    from pup_tui.runbook.problems import InvalidRunbook
    from pup_tui.runbook.value_file import read_values

    try:
        return read_values(path)
    except InvalidRunbook as error:
        raise Failure(
            str(error.problems[0]), "--arg-file", "give a YAML map of variables"
        ) from error


def resolve_values(runbook: Runbook, given: Mapping[str, object], *, ask: bool) -> Resolved:
    """Every variable's value; asks on the terminal for those that only a person can give, if `ask`."""
    from pup_tui.catalog.inputs import resolve_inputs

    values = dict(given)
    environ = environment()
    resolved = resolve_inputs(runbook, values, environ)
    while ask and (name := _to_ask_for(runbook, resolved, values)) is not None:
        values[name] = _prompt(name, runbook.vars[name])
        resolved = resolve_inputs(runbook, values, environ)
    if resolved.problems:
        told = dict.fromkeys(problem.message for problem in resolved.problems)
        raise Failure(
            "; ".join(told), "", resolved.problems[0].hint or "give values with --arg NAME=VALUE"
        )
    return resolved


def _to_ask_for(runbook: Runbook, resolved: Resolved, values: Mapping[str, object]) -> str | None:
    """The first variable that has no value and no default to give it one."""
    wrong = {problem.name for problem in resolved.problems} - set(values)
    for name, variable in runbook.vars.items():
        if name in wrong and not variable.has_default:
            return name
    return None


def _prompt(name: str, variable: Variable) -> Any:
    """Ask for a value until it is a valid one."""
    from pup_tui.catalog.inputs import check_input
    from pup_tui.output.sanitize import safe_text

    about = f" ({safe_text(variable.description)})" if variable.description else ""
    if variable.options:
        about += f" [{', '.join(safe_text(str(option.value)) for option in variable.options)}]"
    while True:
        typed = click.prompt(
            f"{name}{about}",
            hide_input=variable.is_secret,
            err=True,
            default="",
            show_default=False,
        )
        try:
            return check_input(variable, typed)
        except ValueError as error:
            click.echo(f"  {safe_text(str(error))}", err=True)
