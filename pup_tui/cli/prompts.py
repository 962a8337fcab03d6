"""Asks on the terminal for the values that a run lacks, before it begins."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Choices, Resolved, Sources
    from pup_tui.runbook.model import Runbook
    from pup_tui.runbook.parts import Variable


def ask_for_missing(runbook: Runbook, given: Mapping[str, object], sources: Sources) -> Resolved:
    """Every variable's value; those that only a person can give are asked for one after the other.

    Each is asked for when those above it are known, and only where its `when` holds. A value that was given
    and is wrong is not asked for again: it stays a problem.
    """
    from pup_tui.catalog.inputs import choices_of, resolve_inputs

    sources = sources.remembering()
    values = dict(given)
    # Between its calls the runner leaves Ctrl-C alone, so that it ends a prompt.
    with asyncio.Runner() as runner:
        resolved = runner.run(resolve_inputs(runbook, values, sources))
        while (name := _to_ask_for(runbook, resolved, values)) is not None:
            variable = runbook.vars[name]
            choices = runner.run(choices_of(runbook.vars, name, resolved, sources))
            values[name] = _prompt(name, variable, choices)
            resolved = runner.run(resolve_inputs(runbook, values, sources))
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


def _prompt(name: str, variable: Variable, choices: Choices) -> Any:
    """Ask for a value until it is a valid one."""
    from pup_tui.catalog.inputs import check_input
    from pup_tui.headless.prompts import choices_told, prompt_for
    from pup_tui.output.sanitize import safe_text

    for line in choices_told(choices):
        click.echo(line, err=True)
    prompt = prompt_for(name, variable, choices)
    while True:
        typed = click.prompt(
            prompt,
            prompt_suffix="",
            hide_input=variable.is_secret,
            err=True,
            default="",
            show_default=False,
        )
        if not typed:
            click.echo("  it needs a value", err=True)
            continue
        try:
            return check_input(variable, typed, choices)
        except ValueError as error:
            click.echo(f"  {safe_text(str(error))}", err=True)
