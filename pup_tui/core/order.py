"""What runs after what: the rules of `when`, of failures and of gates, as pure functions of the state."""

from __future__ import annotations

from collections.abc import Iterator

from pup_tui.core.ids import holder_id
from pup_tui.core.program import Node, Program
from pup_tui.core.standing import ended_well
from pup_tui.core.state import (
    BODY,
    BlockState,
    RunState,
    RunStatus,
    StepPhase,
)
from pup_tui.runbook.model import LOOP
from pup_tui.template.condition import parse_condition

LEFT_FOR_LATER = "it has not begun: only what had failed runs again"
UNASKED = "a confirmation before it was not asked because of a failure"


def why_not(state: RunState, node: Node, key: str) -> str | None:
    """Why the step may not run now, or None if it may; `key` is that of the block it belongs to."""
    ended = _ended(state, node)
    if ended is not None:
        return ended
    if node.deferred:
        return _never_began(state, node)
    if _tidies_up(node):
        return None
    block = state.blocks[key]
    if block.cut is not None:
        return block.cut
    if node.is_item and _is_left_for_later(state, node, key):
        return LEFT_FOR_LATER
    if block.keeps_going and not block.exceeded:
        return None
    if block.stopped is not None:
        return block.stopped.reason
    if node.is_item:
        if block.keeps_going:
            lost = any(state.steps[item].unreachable for item in block.children)
            said = "failed or were not reached" if lost else "failed"
            return f"{block.errors} items {said}, and at most {block.rates.budget} may"
        if block.failure is not None:
            return f"`{block.failure}` failed"
        return UNASKED if block.unasked else None
    if block.side_by_side:
        return None
    return _by_when(state, node, key, block)


def _is_left_for_later(state: RunState, node: Node, key: str) -> bool:
    """Whether an item of a foreach that an earlier leg began has not, in a leg that is for what failed."""
    if not (state.earlier.only_failed and state.steps[key].continues):
        return False
    known = state.earlier.steps.get(node.id)
    return known is None or (known.began is None and not ended_well(known))


def held_back(state: RunState, program: Program) -> Iterator[tuple[str, str]]:
    """The steps that a failure before them keeps from their turn, which has not come yet; and why."""
    for key, block in state.blocks.items():
        if block.failure is None or block.side_by_side or not block.exceeded:
            continue
        for step in block.children[block.taken :]:
            why = why_not(state, program.node(step), key)
            if why is not None:
                yield step, why


def _ended(state: RunState, node: Node) -> str | None:
    """Why nothing more of this part of the run begins."""
    if node.part == "cleanup":
        return "the cleanup was cancelled" if state.cleanup_cancelled else None
    if state.cancelled is not None:
        return state.cancelled
    if node.part == "body" and state.refused:
        return state.verdict_reason or "a confirmation was refused"
    return None


def _never_began(state: RunState, node: Node) -> str | None:
    """A cleanup step inside a block that did not begin has nothing to clean up."""
    holder = holder_id(node.id)
    around = state.steps.get(holder)
    if around is not None and around.began is None:
        return f"`{holder}` did not run"
    return None


def _tidies_up(node: Node) -> bool:
    """Whether it is a cleanup step of what is called in the cleanup or by an undo: it has its place there.

    It does so whatever became of the steps before it. An item of a foreach is no cleanup step by itself.
    """
    return node.step.when == "cleanup" and node.part != "body" and not node.is_item


def _by_when(state: RunState, node: Node, key: str, block: BlockState) -> str | None:
    match node.step.when:
        case "on_success" if block.failure is not None:
            return f"`{block.failure}` failed"
        case "on_failure" if not _failed_around(state, key):
            return "nothing failed"
        case "on_success" | "always" if block.unasked:
            return UNASKED
    return None


def is_late(state: RunState, node: Node, key: str) -> bool:
    """Whether a step runs because something failed, or although it did: `on_failure`, `always`."""
    return (
        node.part == "body"
        and node.step.when != "on_success"
        and (state.refused or _failed_around(state, key))
    )


def _failed_around(state: RunState, key: str) -> bool:
    """Whether something failed in this block or in one around it.

    Where some items of a foreach may fail, the other ones do not count.
    """
    while state.blocks[key].failure is None or state.blocks[key].keeps_going:
        if key == BODY:
            return False
        key = holder_id(key)
        if key not in state.blocks:
            # In the cleanup and in undo steps nothing of the body is open any more.
            return state.verdict is RunStatus.FAILED
    return True


def note_passed_over(state: RunState, node: Node, key: str, why: str) -> None:
    """Remember what a step that is passed over means for those behind it, and for the block.

    A confirmation that is not asked because of a failure stays closed. `always` steps that a closed gate kept
    from running are named at the end. A block of which not all could run is cut.
    """
    block = state.blocks[key]
    if block.cut is None and _ended(state, node) is not None:
        block.cut = why
    block.lacks = block.lacks or block.cut is not None
    if node.has_gate and (block.failure is not None or block.cut is not None):
        block.unasked = True
    only_undo = state.earlier.only_undo
    is_kept = node.step.when == "always" and node.part == "body" and not only_undo
    if is_kept and (state.refused or block.unasked):
        state.kept.append(node.id)


def note_unasked(state: RunState) -> None:
    """Let the run count as failed if a failure kept a confirmation from being asked."""
    if state.blocks[BODY].unasked and state.verdict is None:
        state.verdict = RunStatus.FAILED
        state.verdict_reason = "a confirmation was not asked because of a failure"


def judges_if(node: Node) -> bool:
    """Whether a step's `if` is judged here: of a foreach that names its item, for each item."""
    if node.step.foreach is None or node.step.if_ is None:
        return True
    names = parse_condition(node.step.if_, frozenset()).names
    return (not names.isdisjoint({node.step.as_, LOOP})) == node.is_item


def polls(node: Node) -> bool:
    """Whether the machine repeats this step; a workflow is followed by its executor instead.

    Of a foreach each item is repeated by itself.
    """
    return node.step.poll is not None and not node.step.follows and not node.is_loop


def in_progress(state: RunState) -> bool:
    """Whether a step is under way, or its executor has still to report back."""
    resting = (StepPhase.PENDING, StepPhase.OPEN, StepPhase.ENDED)
    return any(step.phase not in resting for step in state.steps.values())


def cleanup_steps(program: Program, state: RunState) -> list[str]:
    """The cleanup steps of the run in the order of the file, those of foreach items once for each."""
    pending = (id_ for id_, step in state.steps.items() if step.phase is StepPhase.PENDING)
    return program.in_order(id_ for id_ in pending if program.node(id_).deferred)


def outcome(state: RunState) -> tuple[RunStatus, str]:
    """How the run ended and why; of a failure and a refusal the first decides."""
    if state.interrupted is not None:
        return RunStatus.INTERRUPTED, state.interrupted
    reason = state.verdict_reason
    if state.kept:
        reason = f"{reason}; not run behind the closed gate: {', '.join(state.kept)}"
    if state.cancelled is not None:
        return RunStatus.CANCELLED, state.cancelled
    return state.verdict or RunStatus.SUCCEEDED, reason
