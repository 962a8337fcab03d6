"""Whether a step changes anything outside, as far as its texts tell."""

from __future__ import annotations

from pup_tui.datadog import commands
from pup_tui.runbook.model import Step
from pup_tui.runbook.roles import Role
from pup_tui.runbook.texts import texts_of

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


def mutates(step: Step) -> bool | None:
    """True if the step changes something, False if it only looks, None if that cannot be told.

    A block changes something if one of its steps does.
    """
    if step.danger and not step.is_question:
        return True
    if step.read_only is not None:
        return not step.read_only
    if step.is_block:
        inside = {mutates(child) for child in step.inside}
        return True if True in inside else None if None in inside else False
    for text in texts_of(step):
        if text.role is Role.METHOD:
            return None if "{" in text.source else text.source.upper() not in _HARMLESS
        if text.role is Role.SUBCOMMAND:
            return commands.mutates(text.source.split())
    return step.mutates
