"""`aws:loop`: for each is a group with `foreach`; do while is one step that is polled, or a group that is."""

from __future__ import annotations

from typing import Any

from pup_tui.convert.ssm.document import SsmStep, read_step

MOST_ROUNDS = 100
"""Rounds that the service allows where nothing is said."""


def inside(step: SsmStep) -> list[SsmStep]:
    """The steps of a loop."""
    if step.action != "loop":
        return []
    given = step.inputs.get("Steps")
    return (
        [read_step(each, at, step.name) for at, each in enumerate(given, 1)]
        if isinstance(given, list)
        else []
    )


def rounds(step: SsmStep) -> int:
    """How many rounds it makes at most."""
    try:
        return max(1, int(str(step.inputs.get("MaxIterations") or MOST_ROUNDS)))
    except ValueError:
        return MOST_ROUNDS


def is_counted(step: SsmStep) -> bool:
    """Whether it runs for each item of a list."""
    return "Iterators" in step.inputs


def condition_of(step: SsmStep) -> Any:
    """What must hold for another round."""
    return step.inputs.get("LoopCondition")
