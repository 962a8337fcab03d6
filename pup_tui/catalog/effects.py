"""Whether a step changes anything outside, as far as its text tells."""

from __future__ import annotations

from pup_tui.datadog.commands import lookup
from pup_tui.runbook.model import (
    AnyStep,
    ConfirmStep,
    HttpStep,
    InputStep,
    ManualStep,
    NotifyStep,
    PupStep,
    WaitStep,
    WorkflowStep,
)

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


def mutates(step: AnyStep) -> bool | None:
    """True if the step changes something, False if it only looks, None if that cannot be told.

    A block changes something if one of its steps does.
    """
    if step.danger and not step.is_question:
        return True
    if step.is_block:
        inside = {mutates(child) for child in step.inside}
        return True if True in inside else None if None in inside else False
    match step:
        case PupStep():
            words = step.run.split()
            info = lookup(words[1:] if words[:1] == ["pup"] else words)
            return None if info is None else info.mutates
        case HttpStep():
            return None if "{" in step.method else step.method.upper() not in _HARMLESS
        case WorkflowStep() | NotifyStep():
            return True
        case ConfirmStep() | InputStep() | ManualStep() | WaitStep():
            return False
    return None
