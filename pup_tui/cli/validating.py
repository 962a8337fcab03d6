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
    from pup_tui.integrations.library import IntegrationPlace
    from pup_tui.runbook.load import Loaded
    from pup_tui.settings.settings import Settings


@click.command("validate")
@click.argument("names", metavar="[RUNBOOK]...", nargs=-1)
@json_option
@runbooks_option
@pass_settings
def validate_command(settings: Settings, names: Sequence[str], as_json: bool) -> int:
    """Check each RUNBOOK or file of an integration, or all that there are. Nothing is run or fetched."""
    from pup_tui.drivers.tools import is_command

    catalog = open_catalog(settings)
    is_installed = partial(is_command, environ=settings.environ, cwd=settings.cwd)
    if names:
        checked = [_checked(catalog, name, is_installed) for name in names]
    else:
        tell_closed(catalog)
        checked = [catalog.lint(path, is_installed) for path in catalog.paths]
        checked += _integrations(catalog, is_installed)
    valid = not any(loaded.errors for loaded in checked)
    if as_json:
        print_json({"valid": valid, "files": [_as_json(loaded) for loaded in checked]})
    else:
        _print(checked)
    return 0 if valid else USAGE


def _checked(catalog: Catalog, name: str, is_installed: Callable[[str], bool]) -> Loaded:
    """A named runbook as loaded; one that is not there has that as its error."""
    from pup_tui.catalog.catalog import UnknownRunbook
    from pup_tui.catalog.entries import Origin
    from pup_tui.integrations.library import IntegrationPlace
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.problems import Problem

    path = Path(name)
    if _is_integration(path) and path.is_file():
        place = IntegrationPlace(name=path.stem, path=path, origin=Origin.GIVEN)
        return _integration(place, is_installed)
    try:
        return catalog.lint(catalog.path_of(name), is_installed)
    except UnknownRunbook as error:
        problem = Problem(path=name, message=str(error), hint=error.hint, whole=True)
        return Loaded(
            id=name, path=Path(name), sha256="", files={}, runbook=None, problems=(problem,)
        )


def _is_integration(path: Path) -> bool:
    """Whether a file that lies so holds an integration."""
    from pup_tui.runbook.files import INTEGRATIONS
    from pup_tui.runbook.suffixes import SUFFIXES

    return path.suffix in SUFFIXES and path.absolute().parent.name == INTEGRATIONS


def _integrations(catalog: Catalog, is_installed: Callable[[str], bool]) -> list[Loaded]:
    """Every integration beside the runbooks of the catalog."""
    from pup_tui.integrations.library import IntegrationLibrary

    return [
        _integration(place, is_installed) for place in IntegrationLibrary(catalog.places).places()
    ]


def _integration(place: IntegrationPlace, is_installed: Callable[[str], bool]) -> Loaded:
    """What is wrong with an integration, as of a runbook."""
    from pup_tui.integrations.judging import problems_of
    from pup_tui.integrations.library import read_integration
    from pup_tui.runbook.lint import linter
    from pup_tui.runbook.load import Loaded

    problems = problems_of(read_integration(place), linter(is_installed))
    return Loaded(
        id=place.name, path=place.path, sha256="", files={}, runbook=None, problems=problems
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
    integrations = sum(_is_integration(loaded.path) for loaded in checked)
    apart = "\n" if any(loaded.errors or loaded.warnings for loaded in checked) else ""
    counts = (("runbook", len(checked) - integrations), ("integration", integrations))
    of_what = ", ".join(
        f"{count} {what}{'s' if count != 1 else ''}"
        for what, count in counts
        if count or (what == "runbook" and not integrations)
    )
    click.echo(
        f"{apart}{of_what}: {len(checked) - broken} valid, "
        f"{broken} broken, {warnings} warning{'s' if warnings != 1 else ''}"
        + (f", {silenced} silenced" if silenced else ""),
        err=True,
    )
