"""Names that a runbook uses without declaring them, where they may be missing."""

from __future__ import annotations

from collections.abc import Iterable

from pup_tui.runbook.languages import uses_of_variable
from pup_tui.runbook.model import LOOP, Runbook, Step
from pup_tui.runbook.scope import ALWAYS
from pup_tui.runbook.uses import uses_of
from pup_tui.template.usage import UsesNames


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


def _steps_of_frame(steps: Iterable[Step]) -> Iterable[Step]:
    """The steps that see the same names, nested and undo steps among them."""
    for step in steps:
        yield step
        if step.calls is None:
            yield from _steps_of_frame(step.inside)
        if step.undo is not None:
            yield from _steps_of_frame([step.undo])


def _made_by(step: Step) -> Iterable[str]:
    yield from step.captures
    yield from step.asked
    yield from step.outputs
    if step.foreach is not None:
        yield from (step.as_, LOOP)


def _all_uses(
    runbook: Runbook, steps: Iterable[Step], declared: frozenset[str]
) -> Iterable[UsesNames]:
    for variable in runbook.vars.values():
        yield from uses_of_variable(variable)
    for step in steps:
        yield from uses_of(step, declared)
