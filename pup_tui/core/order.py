"""What runs after what: the rules of `when`, of failures and of gates, as pure functions of the state."""

from __future__ import annotations

from pup_tui.core.program import Node, Program
from pup_tui.core.state import (
    GateClosed,
    RunState,
    RunStatus,
    StepPhase,
    StepStatus,
)
from pup_tui.runbook.model import ConfirmStep, WorkflowStep


def next_node(program: Program, state: RunState) -> Node | None:
    """The step whose turn it is: the body in the order of the file, then the cleanup; None at the end."""
    if state.interrupted is not None:
        return None
    for node in (*program.body, *program.cleanup):
        if state.steps[node.id].phase is StepPhase.PENDING:
            return node
    return None


def following(program: Program, node: Node) -> Node | None:
    """The step that comes right after this one in the file, if it belongs to the same part of the run."""
    part = program.cleanup if node.step.when == "cleanup" else program.body
    after = [other for other in part if other.index > node.index]
    return after[0] if after else None


def why_not(node: Node, state: RunState) -> str | None:
    """Why the step may not run now, or None if it may."""
    if node.step.when == "cleanup":
        return "the cleanup was cancelled" if state.cleanup_cancelled else None
    if state.cancelled is not None:
        return state.cancelled
    if state.gate is GateClosed.ANSWER:
        return state.verdict_reason or "a confirmation was refused"
    match node.step.when:
        case "on_success" if state.failure is not None:
            return f"`{state.failure}` failed"
        case "on_failure" if state.failure is None:
            return "nothing failed"
        case "always" if state.gate is GateClosed.FAILURE:
            return "a confirmation before it was not asked because of the failure"
    return None


def note_gate_passed_over(node: Node, state: RunState) -> None:
    """A confirmation that is not asked because of a failure stays closed for what stands behind it."""
    is_gate = isinstance(node.step, ConfirmStep) and node.step.when != "cleanup"
    if is_gate and state.failure is not None and state.gate is None:
        state.gate = GateClosed.FAILURE


def polls(node: Node) -> bool:
    """Whether the machine repeats this step; a workflow is followed by its executor instead."""
    return node.step.poll is not None and not isinstance(node.step, WorkflowStep)


def outcome(program: Program, state: RunState) -> tuple[RunStatus, str]:
    """How the run ended and why; of a failure and a refusal the first decides."""
    if state.interrupted is not None:
        return RunStatus.INTERRUPTED, state.interrupted
    reason = state.verdict_reason
    kept = _kept_by_gate(program, state)
    if kept:
        reason = f"{reason}; not run behind the closed gate: {', '.join(kept)}"
    if state.cancelled is not None:
        return RunStatus.CANCELLED, state.cancelled
    return state.verdict or RunStatus.SUCCEEDED, reason


def _kept_by_gate(program: Program, state: RunState) -> list[str]:
    if state.gate is None:
        return []
    return [
        node.id
        for node in program.body
        if node.step.when == "always" and state.steps[node.id].status is StepStatus.SKIPPED
    ]
