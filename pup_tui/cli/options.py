"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def _add_folders(ctx: click.Context, parameter: click.Parameter, given: tuple[Path, ...]) -> None:
    """Collect `--runbooks` from before and after the command's name."""
    ctx.ensure_object(dict).setdefault("runbooks", []).extend(given)


runbooks_option = click.option(
    "--runbooks",
    metavar="DIR",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    expose_value=False,
    callback=_add_folders,
    help="Look for runbooks in DIR first; may be given again.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def values_options(command: F) -> F:
    """The ways to give a runbook's variables."""
    file_type = click.Path(exists=True, dir_okay=False, path_type=Path)
    for option in (
        click.option(
            "--arg-file",
            metavar="FILE",
            type=file_type,
            help="A YAML map of variables; secrets may come this way.",
        ),
        click.option(
            "--arg",
            "--set",
            "args",
            metavar="NAME=VALUE",
            multiple=True,
            help="A variable's value; may be given again.",
        ),
    ):
        command = option(command)
    return command
