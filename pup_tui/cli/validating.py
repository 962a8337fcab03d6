"""`pup-tui validate`: every error and warning of runbook files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pup_tui.cli.options import json_option, pass_settings, runbooks_option
from pup_tui.cli.printing import print_json
from pup_tui.cli.runbooks import tell_closed
from pup_tui.cli.wiring import open_catalog
from pup_tui.headless.exits import USAGE
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.runbook.load import Loaded
    from pup_tui.settings.settings import Settings


@click.command("validate")
@click.argument("names", metavar="[RUNBOOK]...", nargs=-1)
@json_option
@runbooks_option
@pass_settings
def validate_command(settings: Settings, names: Sequence[str], as_json: bool) -> int:
    """Check each RUNBOOK, or all of the catalog. Nothing is run or fetched."""
    from pup_tui.drivers.tools import is_command

    catalog = open_catalog(settings)
    is_installed = partial(is_command, environ=settings.environ, cwd=settings.cwd)
    if names:
        checked = [_checked(catalog, name, is_installed) for name in names]
    else:
        tell_closed(catalog)
        checked = [catalog.lint(path, is_installed) for path in catalog.paths]
    valid = not any(loaded.errors for loaded in checked)
    if as_json:
        print_json({"valid": valid, "files": [_as_json(loaded) for loaded in checked]})
    else:
        _print(checked)
    return 0 if valid else USAGE


def _checked(catalog: Catalog, name: str, is_installed: Callable[[str], bool]) -> Loaded:
    """A named runbook as loaded; one that is not there has that as its error."""
    from pup_tui.catalog.catalog import UnknownRunbook
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.problems import Problem

    try:
        return catalog.lint(catalog.path_of(name), is_installed)
    except UnknownRunbook as error:
        problem = Problem(path=name, message=str(error), hint=error.hint, whole=True)
        return Loaded(
            id=name, path=Path(name), sha256="", files={}, runbook=None, problems=(problem,)
        )


def _as_json(loaded: Loaded) -> dict[str, Any]:
    return {
        "path": str(loaded.path),
        "errors": [
            {"line": p.line, "column": p.column, "message": p.message, "hint": p.hint}
            for p in loaded.errors
        ],
        "warnings": [
            {"code": p.code, "line": p.line, "column": p.column, "message": p.message}
            for p in loaded.warnings
        ],
        "silenced": [
            {"code": p.code, "line": p.line, "column": p.column, "reason": p.reason}
            for p in loaded.silenced
        ],
    }


def _print(checked: Sequence[Loaded]) -> None:
    for loaded in checked:
        for problem in loaded.errors:
            click.echo(f"error: {safe_text(str(problem))}")
        for problem in loaded.warnings:
            click.echo(f"warning: {safe_text(str(problem))} [{problem.code}]")
    broken = sum(1 for loaded in checked if loaded.errors)
    warnings = sum(len(loaded.warnings) for loaded in checked)
    silenced = sum(len(loaded.silenced) for loaded in checked)
    apart = "\n" if any(loaded.errors or loaded.warnings for loaded in checked) else ""
    click.echo(
        f"{apart}{len(checked)} runbook{'s' if len(checked) != 1 else ''}: {len(checked) - broken} valid, "
        f"{broken} broken, {warnings} warning{'s' if warnings != 1 else ''}"
        + (f", {silenced} silenced" if silenced else ""),
        err=True,
    )
