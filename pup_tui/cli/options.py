"""Options that several commands share, and the settings that come of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from pup_tui.settings.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
R = TypeVar("R")


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


def _choose_profile(ctx: click.Context, parameter: click.Parameter, given: str | None) -> None:
    """Take `--profile` from before or after the command's name; the last one counts."""
    if given is not None:
        ctx.ensure_object(dict)["profile"] = given


profile_option = click.option(
    "--profile",
    metavar="NAME",
    expose_value=False,
    callback=_choose_profile,
    help="Run with this profile (profiles/NAME.yaml in the configuration directory).",
)


def _choose_read_only(ctx: click.Context, parameter: click.Parameter, given: bool) -> None:
    """Take `--read-only` from before or after the command's name."""
    if given:
        ctx.ensure_object(dict)["read_only"] = True


read_only_option = click.option(
    "--read-only",
    is_flag=True,
    expose_value=False,
    callback=_choose_read_only,
    help="Refuse every step that may change something.",
)

directory_option = click.option(
    "--directory",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Go on in DIR, and not where the run began.",
)

alert_option = click.option(
    "--alert",
    metavar="FILE",
    help="The alert that it is about (- for standard input, inbox:NUMBER for one of the inbox): fills"
    " variables, stands in the record.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def read_for(ctx: click.Context, profile: str | None = None) -> Settings:
    """The settings of this call, read when all of its options are known; with another `profile`, if given."""
    from pup_tui.settings.settings import CommandLine, read_settings

    given = ctx.ensure_object(dict)
    return read_settings(CommandLine(**given if profile is None else {**given, "profile": profile}))


def pass_settings(command: Callable[Concatenate[Settings, P], R]) -> Callable[P, R]:
    """Give a command the settings; where `config.yaml` is wrong it is refused before it begins."""

    @wraps(command)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        from pup_tui.cli.failure import refuse_problems

        settings = read_for(click.get_current_context())
        refuse_problems(
            settings.problems,
            "the configuration",
            "fix what is told above; `pup-tui config` shows the rest",
        )
        return command(settings, *args, **kwargs)

    return called


def arg_option(*names: str) -> Callable[[F], F]:
    """The option by which a command takes values of variables, under these names."""
    return click.option(
        *names,
        "args",
        metavar="NAME=VALUE",
        multiple=True,
        help="A variable's value; may be given again, a list's for each item.",
    )


def values_options(command: F) -> F:
    """Add `--arg-file` and `--arg` to a command: the ways to give values to a runbook's variables."""
    file_type = click.Path(exists=True, dir_okay=False, path_type=Path)
    for option in (
        click.option(
            "--arg-file",
            metavar="FILE",
            type=file_type,
            help="A YAML map of variables; secrets may come this way.",
        ),
        arg_option("--arg", "--set"),
    ):
        command = option(command)
    return command
