"""The values that a runbook asks for: the part of the format that forms and command lines need."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from pup_tui.catalog.keyrings import read_keyring
from pup_tui.runbook.choices import Choices, choices_need
from pup_tui.runbook.files import Unreadable, read_file
from pup_tui.runbook.model import Runbook
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.sources import KeptChoices, RunCommand, Sources
from pup_tui.runbook.undeclared import names_under_default
from pup_tui.runbook.values import check_choice, check_value
from pup_tui.runbook.variables import Resolved, choices_for, resolve

__all__ = [
    "Asked",
    "Choices",
    "Resolved",
    "Sources",
    "check_input",
    "choices_need",
    "choices_of",
    "local_sources",
    "resolve_inputs",
    "resolve_question",
    "wanted_inputs",
]


class Asked(Protocol):
    """The question of an `input` step: `core.actions.Question`, as far as it matters here."""

    @property
    def variables(self) -> Mapping[str, Variable]: ...

    @property
    def names(self) -> Mapping[str, Any]: ...

    @property
    def secrets(self) -> tuple[str, ...]: ...


def local_sources(
    environ: Mapping[str, str], run: RunCommand | None = None, kept: KeptChoices | None = None
) -> Sources:
    """Where values come from on this computer: environment, files, keyring and, with `run`, commands."""
    return Sources(environ=environ, read_file=_read_file, keyring=read_keyring, run=run, kept=kept)


def check_input(variable: Variable, given: Any, choices: Choices | None = None) -> Any:
    """The value that a variable gets from what was typed; ValueError says in a sentence what is wrong.

    With `choices` the value of an enum is also judged by what its command gives, where that is known.
    """
    value = check_value(variable, given)
    if variable.type == "enum" and choices is not None and not choices.problem:
        check_choice(str(value), choices.options)
    return value


async def resolve_inputs(
    runbook: Runbook, given: Mapping[str, object], sources: Sources
) -> Resolved:
    """Every variable's value: as given, else from where it comes from, else its default.

    With `sources.at_rest()` nothing is run: what a command would give is `unknown` then.
    """
    undeclared = names_under_default(runbook)
    return await resolve(runbook.vars, given, sources=sources, undeclared=undeclared)


async def resolve_question(
    question: Asked, given: Mapping[str, object], sources: Sources
) -> Resolved:
    """The same for what an `input` step asks for."""
    return await resolve(
        question.variables,
        given,
        sources=sources,
        secrets=question.secrets,
        names=question.names,
    )


def wanted_inputs(variables: Mapping[str, Variable], resolved: Resolved) -> tuple[str, ...]:
    """The variables that are asked for with these values: those whose `when` holds, or is not known yet."""
    return tuple(name for name in variables if name not in resolved.not_asked)


async def choices_of(
    variables: Mapping[str, Variable],
    name: str,
    resolved: Resolved,
    sources: Sources,
    question: Asked | None = None,
) -> Choices:
    """What a variable can be, with the values above it as they are; why it is not known is in `problem`.

    `question` is the one of an `input` step, where that asks for the variable.
    """
    if question is None:
        return await choices_for(variables, name, resolved, sources)
    return await choices_for(variables, name, resolved, sources, question.names, question.secrets)


async def _read_file(path: str) -> str:
    import asyncio

    def read() -> str:
        try:
            return read_file(Path(os.path.expanduser(path))).decode()
        except Unreadable as error:
            raise ValueError(str(error)) from error

    return await asyncio.to_thread(read)
