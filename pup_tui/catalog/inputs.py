"""The values that a runbook asks for: the part of the format that forms and command lines need."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from msgspec import structs

from pup_tui.runbook.model import Runbook
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.report import listed, suggestion
from pup_tui.runbook.undeclared import names_under_default
from pup_tui.runbook.variables.checks import check_choice, check_value
from pup_tui.runbook.variables.choices import Choices, choices_need
from pup_tui.runbook.variables.items import items_in, lines_as_json, lines_of
from pup_tui.runbook.variables.resolve import (
    GIVE,
    Resolved,
    VariableProblem,
    choices_for,
    resolve,
)
from pup_tui.runbook.variables.sources import Sources

__all__ = [
    "Choices", "InputQuestion", "Resolved", "Sources", "check_input", "choices_need",
    "choices_of", "items_in", "joined_input", "lines_as_json", "lines_of", "resolve_call",
    "resolve_inputs", "resolve_question", "wanted_inputs",
]  # fmt: skip

_CHOOSE = "choose one with --profile NAME; in the console leave the form (esc), then P chooses one"


class InputQuestion(Protocol):
    """The question of an `input` step: `core.actions.Question`, as far as it matters here."""

    @property
    def variables(self) -> Mapping[str, Variable]: ...

    @property
    def names(self) -> Mapping[str, Any]: ...

    @property
    def secrets(self) -> tuple[str, ...]: ...

    @property
    def directory(self) -> str: ...


def check_input(variable: Variable, given: Any, choices: Choices | None = None) -> Any:
    """The value that a variable gets from what was typed; ValueError says in a sentence what is wrong.

    With `choices` a value that must be one of them is also judged by what the command for them gives, where
    that is known.
    """
    value = check_value(variable, given)
    if variable.is_chosen and choices is not None and not choices.problem:
        check_choice(value, choices.options)
    return value


def joined_input(variable: Variable | None, given: Sequence[str]) -> object:
    """What texts that were given one after the other stand for: all items of a list, else the last of them.

    Raises ValueError as `check_input`.
    """
    if variable is None or not variable.is_list:
        return given[-1]
    return [item for text in given for item in items_in(text)]


async def resolve_inputs(
    runbook: Runbook,
    given: Mapping[str, object],
    sources: Sources,
    names: Mapping[str, Any] = {},
) -> Resolved:
    """Every variable's value: as given, else as the profile says, else from where it comes from, else its
    default. Where the runbook refuses the profile that is the only problem. `names` are known besides.

    With `sources.at_rest()` nothing is run: what a command would give is `unknown` then.
    """
    refusal = runbook.refuses(sources.profile)
    if refusal:
        problem = VariableProblem(
            name="profiles", message=f"`{runbook.name}`: {refusal}", hint=_CHOOSE
        )
        return Resolved(values={}, left_out=(), problems=(problem,), sources={})
    return await resolve(
        runbook.vars,
        given,
        sources=sources,
        undeclared=names_under_default(runbook),
        names=names,
        profile=sources.profile_values,
        alert=sources.alert_values,
    )


class WantedValues(Protocol):
    """What a step calls asks for: `core.actions.ResolveValues`, as far as it matters here."""

    @property
    def variables(self) -> Mapping[str, Variable]: ...

    @property
    def given(self) -> Mapping[str, Any]: ...

    @property
    def secrets(self) -> tuple[str, ...]: ...

    @property
    def directory(self) -> str: ...

    @property
    def integration(self) -> str: ...

    @property
    def settings(self) -> tuple[str, ...]: ...

    @property
    def other_settings(self) -> tuple[str, ...]: ...


async def resolve_call(call: WantedValues, sources: Sources) -> Resolved:
    """As `resolve_inputs`, for the variables of what a step calls.

    A profile gives nothing to these but to the settings of an integration.
    """
    beside = sources.beside(call.directory)
    account = sources.accounts.get(call.integration, {})
    profile = {name: said for name, said in account.items() if name in call.settings}
    found = await resolve(
        call.variables, call.given, sources=beside, secrets=call.secrets, profile=profile
    )
    if not call.settings:
        return found
    problems = [_of_setting(call, problem) for problem in found.problems]
    known = (*call.settings, *call.other_settings)
    problems += [_unknown(call, name, known) for name in account if name not in known]
    return structs.replace(found, problems=tuple(problems))


def _unknown(call: WantedValues, name: str, known: Collection[str]) -> VariableProblem:
    """A name in a profile that is no setting: what it means would come from elsewhere, of another account."""
    told = f"the profile gives {shown(call.integration)} {shown(name)}, which is no setting of it"
    return VariableProblem(
        name=name, message=told, hint=suggestion(name, known) or f"there is {listed(known)}"
    )


def _of_setting(call: WantedValues, problem: VariableProblem) -> VariableProblem:
    """What is wrong with a value, where it is a setting of an integration, which no step gives."""
    if problem.name not in call.settings:
        return problem
    name = call.integration
    is_secret = call.variables[problem.name].is_secret
    place = "say where it is (`from`)" if is_secret else "write it"
    place += f" under `integrations: {{{name}: …}}` in a profile"
    hint = problem.hint or f"put it right there, or {place}"
    if hint.endswith(GIVE):
        hint = hint.removesuffix(GIVE) + place
    return structs.replace(problem, message=f"{name}: {problem.message}", hint=hint)


def resolving_at_rest(sources: Sources) -> Callable[[WantedValues], Resolved]:
    """What finds the values of what a step calls for a plan, in a thread that has no loop of its own."""
    still = sources.at_rest()
    return lambda call: asyncio.run(resolve_call(call, still))


async def resolve_question(
    question: InputQuestion, given: Mapping[str, object], sources: Sources
) -> Resolved:
    """As `resolve_inputs`, for the variables that an `input` step asks for."""
    return await resolve(
        question.variables,
        given,
        sources=sources.beside(question.directory),
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
    question: InputQuestion | None = None,
) -> Choices:
    """What a variable can be, with the values above it as they are; why it is not known is in `problem`.

    `question` is the one of an `input` step, where that asks for the variable.
    """
    if question is None:
        return await choices_for(variables, name, resolved, sources)
    beside = sources.beside(question.directory)
    return await choices_for(variables, name, resolved, beside, question.names, question.secrets)
