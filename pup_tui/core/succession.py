"""A run that goes on with another text of its runbook: which steps are the same, and which are missing."""

from __future__ import annotations

from msgspec import structs

from pup_tui.core.ids import undo_id
from pup_tui.core.program import Program
from pup_tui.core.standing import (
    Standing,
    ended_well,
    half_undone,
    is_unknown,
    remembered,
    standing,
)
from pup_tui.core.state import RunState, StepStatus


def succeed(before: Program, after: Program) -> Program:
    """The program `after`, whose steps keep the places of their output that they have in `before`."""
    places = {id_: before.place(id_) for id_ in before.by_id}
    free = max(places.values(), default=-1) + 1
    for node in after.by_id.values():
        if node.id not in places:
            places[node.id], free = free, free + 1
    return structs.replace(after, places=places)


def missing(before: Program, after: Program, state: RunState) -> list[str]:
    """The steps of a run that were done, or may have been, and that `after` does not have.

    Also those that hold others in one of the two and in the other do not, and the undo of a step of which
    nobody knows whether it was taken back.
    """
    known = remembered(before, state).steps
    stand = (
        id_
        for id_, step in known.items()
        if is_unknown(step) or (ended_well(step) and step.status is not StepStatus.SKIPPED)
    )
    undoing = (undo_id(id_) for id_ in half_undone(before, state))
    return [id_ for id_ in before.in_order([*stand, *undoing]) if not _is_in(before, after, id_)]


def not_again(before: Program, after: Program, state: RunState) -> list[str]:
    """The steps that were done and would have to be done once more, and that `after` would not do again.

    They were taken back, come behind what was, or cleaned up. What was taken back itself, or cleaned up, may
    be gone (`not_there`): nothing of it is left.
    """
    then, now = standing(before, state), standing(after, state)
    again = {*now.undone, *now.behind, *now.half_behind, *now.repeated}
    gone = set(_gone(then, after))
    wanted = (*then.undone, *then.behind, *then.half_behind, *then.repeated)
    return before.in_order({*wanted} - again - gone)


def not_there(before: Program, after: Program, state: RunState) -> list[str]:
    """The steps that were taken back, or ran for a failure or at the end, and that `after` does not have."""
    return _gone(standing(before, state), after)


def _gone(stood: Standing, after: Program) -> list[str]:
    return [id_ for id_ in (*stood.undone, *stood.repeated) if not after.has(id_)]


def _is_in(before: Program, after: Program, step: str) -> bool:
    if not after.has(step):
        return False
    then, now = before.node(step), after.node(step)
    return (then.is_block, then.is_loop, then.part) == (now.is_block, now.is_loop, now.part)
