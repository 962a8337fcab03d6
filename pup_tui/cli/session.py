"""What a command is given: a runbook of the catalog, and values for its variables."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import Failure, refuse_problems

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Runbook
    from pup_tui.runbook.variables import Resolved, Sources


def find_entry(catalog: Catalog, name: str) -> Entry:
    from pup_tui.catalog.catalog import UnknownRunbook

    try:
        return catalog.find(name)
    except UnknownRunbook as error:
        raise Failure(str(error), "", error.hint) from error


def load_valid(catalog: Catalog, entry: Entry) -> tuple[Loaded, Runbook]:
    """The runbook of an entry. Prints every error and raises Failure if it cannot be run."""
    loaded = catalog.load(entry.path)
    if loaded.runbook is None:
        refuse_problems(loaded.errors, "the runbook", "fix what is told above", str(entry.path))
    return loaded, loaded.require()


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


def resolve_values(
    runbook: Runbook, given: Mapping[str, object], sources: Sources, *, ask: bool
) -> Resolved:
    """Every variable's value; asks on the terminal for those that only a person can give, if `ask`.

    Raises Failure for what is missing or wrong. What the operator should know besides goes to standard error.
    """
    from pup_tui.output.sanitize import safe_text

    if ask:
        from pup_tui.cli.prompts import ask_for_missing

        resolved = ask_for_missing(runbook, given, sources)
    else:
        import asyncio

        from pup_tui.catalog.inputs import resolve_inputs

        resolved = asyncio.run(resolve_inputs(runbook, given, sources))
    if resolved.problems:
        told = dict.fromkeys(problem.message for problem in resolved.problems)
        hints = {problem.hint for problem in resolved.problems}
        # What helps with one of them would mislead about the others.
        hint = hints.pop() if len(hints) == 1 else ""
        raise Failure("; ".join(told), "", hint or "give values with --arg NAME=VALUE")
    for note in resolved.notes:
        click.echo(f"pup-tui: {safe_text(note)}", err=True)
    return resolved
