"""How many steps a plan has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pup_tui.core.ids import holder_id, is_item
from pup_tui.runbook.step_count import CountedStep, StepCount, count_steps

if TYPE_CHECKING:
    from pup_tui.core.plan import PlannedStep
    from pup_tui.core.program import Program


def count_planned(program: Program, steps: Sequence[PlannedStep]) -> StepCount:
    """Count the steps of a plan, each item of a foreach for itself where they are known."""
    holding = {holder_id(each.id) for each in steps}
    looped = {holder_id(each.id) for each in steps if is_item(each.id)}
    return count_steps(
        CountedStep(
            program.node(each.id).step,
            holds=each.id in holding,
            is_item=is_item(each.id),
            items=each.id in looped or (each.known and each.id not in holding),
        )
        for each in steps
    )
