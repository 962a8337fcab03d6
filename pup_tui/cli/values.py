"""The values of a runbook's variables: from `--arg-file`, `--arg`, and asked for on the terminal."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from pup_tui.cli.failure import Failure, tell

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Choices, Resolved, Sources
    from pup_tui.core.program import Program
    from pup_tui.headless.answers import GivenAnswers
    from pup_tui.runbook.model import Runbook
    from pup_tui.runbook.parts import Variable
    from pup_tui.runbook.variables.file import FileValues
    from pup_tui.runbook.variables.resolve import VariableProblem

_HOW_SECRETS_COME = (
    "a secret comes by --arg-file, by a prompt on a terminal, "
    "or from where its `from` names (env:, file:, keyring:, command:)"
)


class GivenValues(Struct, frozen=True):
    """What `--arg-file` and then `--arg` give: values of variables, and answers to steps of the runbook.

    `file` is the former as it stands.
    """

    values: dict[str, object]
    answers: GivenAnswers
    file: FileValues


def given_values(program: Program, args: Sequence[str], arg_file: Path | None) -> GivenValues:
    """What the command line gives. Raises Failure for a secret among the arguments and a wrong answer."""
    from pup_tui.cli.answers import given_answers, joined, refuse_list

    runbook = program.runbook
    file = from_file(arg_file)
    given = file.values
    for name, value in given.items():
        refuse_list(runbook.vars.get(name), value, name)
    by_arg: dict[str, list[str]] = {}
    by_set: dict[str, dict[str, list[str]]] = {}
    for arg in args:
        name, value = name_and_value(arg)
        step, dot, answers = name.rpartition(".")
        if dot:
            by_set.setdefault(step, {}).setdefault(answers, []).append(value)
            continue
        variable = runbook.vars.get(name)
        if variable is not None and variable.is_secret:
            raise Failure(
                f"{name} is a secret and may not stand on a command line",
                "--arg",
                "use --arg-file, or the place its `from` names",
            )
        by_arg.setdefault(name, []).append(value)
    for name, texts in by_arg.items():
        given[name] = joined(runbook.vars.get(name), texts, name, "--arg")
    return GivenValues(given, given_answers(program, file.answers, by_set), file)


def name_and_value(arg: str) -> tuple[str, str]:
    """The two parts of `NAME=VALUE`. Raises Failure for what is none."""
    name, equals, value = _utf8(arg).partition("=")
    if not equals or not name:
        told = f"--arg and --set need NAME=VALUE, and `{name}` is none"
        raise Failure(told, "", "for example --arg SERVICE=payments")
    return name, value


def _utf8(arg: str) -> str:
    """An argument as UTF-8, whatever the locale made of its bytes."""
    return os.fsencode(arg).decode("utf-8", "surrogateescape")


def from_file(path: Path | None) -> FileValues:
    """What an `--arg-file` gives, nothing where there is none. Raises Failure where it cannot be read."""
    from pup_tui.runbook.problems import InvalidRunbook
    from pup_tui.runbook.variables.file import FileValues, read_values

    try:
        return FileValues({}, {}, {}, {}) if path is None else read_values(path)
    except InvalidRunbook as error:
        raise Failure(
            str(error.problems[0]), "--arg-file", "give a YAML map of variables"
        ) from error


def resolve_values(
    runbook: Runbook,
    given: Mapping[str, object],
    sources: Sources,
    *,
    ask: bool,
    names: Mapping[str, Any] = {},
) -> Resolved:
    """Every variable's value; asks on the terminal for those that only a person can give, if `ask`.

    `names` is what texts may use besides the variables above them.

    Raises Failure for what is missing or wrong. What the operator should know besides goes to standard error.
    """
    if ask:
        resolved = _ask_for_missing(runbook, given, sources, names)
    else:
        import asyncio

        from pup_tui.catalog.inputs import resolve_inputs

        resolved = asyncio.run(resolve_inputs(runbook, given, sources, names))
    if resolved.problems:
        raise _wrong(runbook, resolved.problems)
    for note in resolved.notes:
        tell(f"pup-tui: {note}")
    return resolved


def _wrong(runbook: Runbook, problems: Sequence[VariableProblem]) -> Failure:
    """What ends the call where values are missing or wrong: of several each is told on a line of its own."""
    told = {problem.message: _way_out(runbook, problem) for problem in problems}
    if len(told) == 1:
        ((what, todo),) = told.items()
        return Failure(what, "", todo)
    lines = [": ".join(filter(None, each)) for each in told.items()]
    for line in lines:
        tell(f"  {line}")
    return Failure(
        f"{len(told)} values are missing or wrong", "", "see the lines above", above=lines
    )


def _way_out(runbook: Runbook, problem: VariableProblem) -> str:
    variable = runbook.vars.get(problem.name)
    if variable is not None and variable.is_secret:
        return _HOW_SECRETS_COME
    if problem.hint.endswith("give it a value"):
        return f"{problem.hint} with --arg {problem.name}=VALUE"
    return problem.hint or "give values with --arg NAME=VALUE"


def _ask_for_missing(
    runbook: Runbook, given: Mapping[str, object], sources: Sources, names: Mapping[str, Any]
) -> Resolved:
    """Every variable's value; those that only a person can give are asked for one after the other.

    Each is asked for when those above it are known, and only where its `when` holds. A value that was given
    and is wrong is not asked for again: it stays a problem.
    """
    import asyncio

    from pup_tui.catalog.inputs import choices_of, resolve_inputs

    sources = sources.remembering()
    values = dict(given)
    # Between its calls the runner leaves Ctrl-C alone, so that it ends a prompt.
    with asyncio.Runner() as runner:
        resolved = runner.run(resolve_inputs(runbook, values, sources, names))
        while (name := _to_ask_for(runbook, resolved, values)) is not None:
            variable = runbook.vars[name]
            choices = runner.run(choices_of(runbook.vars, name, resolved, sources))
            values[name] = prompt_value(name, variable, choices)
            resolved = runner.run(resolve_inputs(runbook, values, sources, names))
    return resolved


def _to_ask_for(runbook: Runbook, resolved: Resolved, values: Mapping[str, object]) -> str | None:
    """The first variable that has no value and no default to give it one."""
    wrong = {problem.name for problem in resolved.problems}
    if wrong.intersection(values):
        return None
    for name, variable in runbook.vars.items():
        if name in wrong and not variable.has_default:
            return name
    return None


def prompt_value(
    name: str, variable: Variable, choices: Choices, offered: str | None = None
) -> Any:
    """Ask for a value until it is a valid one; None where Enter alone stands for what is `offered`."""
    from pup_tui.cli import asking
    from pup_tui.headless.prompts import Typing, choices_told

    for line in choices_told(choices):
        click.echo(line, err=True)
    typing = Typing(name, variable, choices, offered)
    while not typing.done:
        line = asking.prompt(
            typing.prompt,
            goes_on=typing.goes_on,
            prompt_suffix="",
            hide_input=variable.is_secret,
            default="",
            show_default=False,
        )
        try:
            typing.take(line)
        except ValueError as error:
            tell(f"  {error}")
    return typing.value
