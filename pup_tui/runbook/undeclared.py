"""Names that a runbook uses without declaring them, where they may be missing."""

from __future__ import annotations

from collections.abc import Iterable

from pup_tui.runbook.choices import commands_of
from pup_tui.runbook.model import (
    AnyStep,
    GroupStep,
    InputStep,
    ParallelStep,
    Runbook,
    Variable,
)
from pup_tui.runbook.roles import Uses
from pup_tui.runbook.scope import ALWAYS
from pup_tui.runbook.texts import texts_of
from pup_tui.template.condition import parse_condition
from pup_tui.template.expression import compile_expression
from pup_tui.template.text import compile_text
from pup_tui.template.value_command import compile_value_command

_WITHOUT_NAMES = frozenset({"name", "markdown", "literal", "regex"})


def names_under_default(runbook: Runbook) -> frozenset[str]:
    """Names that a runbook does not declare and uses only where they may be missing."""
    needed: set[str] = set()
    optional: set[str] = set()
    steps = list(_steps_of_frame(runbook.steps))
    declared = frozenset(runbook.vars).union(*map(_made_by, steps))
    for uses in _all_uses(runbook, steps, declared):
        needed |= uses.names
        optional |= uses.optional_names
    return frozenset(optional - needed - declared - ALWAYS)


def _steps_of_frame(steps: Iterable[AnyStep]) -> Iterable[AnyStep]:
    """The steps that see the same names, nested and undo steps among them."""
    for step in steps:
        yield step
        if isinstance(step, ParallelStep) or (isinstance(step, GroupStep) and step.call is None):
            yield from _steps_of_frame(step.steps)
        if step.undo is not None:
            yield from _steps_of_frame([step.undo])


def _made_by(step: AnyStep) -> Iterable[str]:
    yield from step.captures
    if isinstance(step, InputStep):
        yield from step.vars
    if isinstance(step, GroupStep) and step.call is not None:
        yield from step.call.outputs
    if step.foreach is not None:
        yield step.as_


def _all_uses(
    runbook: Runbook, steps: Iterable[AnyStep], declared: frozenset[str]
) -> Iterable[Uses]:
    for variable in runbook.vars.values():
        yield from _uses_of(variable)
    for step in steps:
        for variable in step.vars.values() if isinstance(step, InputStep) else ():
            yield from _uses_of(variable)
        for text in texts_of(step):
            if text.role == "expression" or (text.role == "items" and "{{" not in text.source):
                yield compile_expression(text.source)
            elif text.role == "condition":
                yield parse_condition(text.source, declared)
            elif text.role not in _WITHOUT_NAMES:
                yield compile_text(text.source)


def _uses_of(variable: Variable) -> Iterable[Uses]:
    if variable.has_default:
        yield compile_text(str(variable.default))
    if variable.when is not None:
        yield compile_expression(variable.when)
    for command in commands_of(variable):
        yield compile_value_command(command)
