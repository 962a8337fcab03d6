"""Steps that somebody leaves out: why, what was given for them, and the questions that are then not asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pup_tui.core.events import RunCreated
from pup_tui.core.ids import static_id
from pup_tui.core.program import Node, Program
from pup_tui.core.run import Run
from pup_tui.core.state import Earlier, Frame, RunState, StepPhase, StepState, StepStatus


def reasons(by: str, skipped: Mapping[str, str]) -> dict[str, str]:
    """Why each of the steps is skipped, as everyone is told."""
    return {step: f"skipped by {by}: {why}" for step, why in skipped.items()}


def why(state: RunState, node: Node) -> str | None:
    """Why the step is left out, with all its items; None where it is not."""
    skipped = state.earlier.skipped
    return skipped.get(node.id) or skipped.get(static_id(node.id))


def as_earlier(program: Program, event: RunCreated) -> Earlier:
    """What is given for the steps that a new run leaves out, as if they had made it in an earlier leg."""
    without = event.without
    skipped = reasons(event.operator, without.steps)
    earlier = Earlier(skipped=skipped)
    for step, made in without.captures.items():
        earlier.steps[step] = StepState(
            phase=StepPhase.ENDED,
            status=StepStatus.SKIPPED,
            reason=skipped.get(step, ""),
            captured=list(made),
        )
        frame = earlier.frames.setdefault(program.node(step).frame, Frame())
        frame.captured.update(made)
        frame.secrets += without.secrets.get(step, ())
    return earlier


def asks(program: Program, node: Node) -> bool:
    """Whether somebody would be asked by a step of the body, before it, or inside it."""
    inside = (program.node(id_) for id_ in (node.id, *program.nested(node.id)))
    return any(
        each.part == "body" and (each.step.is_question or each.step.asks_beside or each.asks_first)
        for each in inside
    )


def stays_open(program: Program, node: Node, made: Collection[str]) -> bool:
    """Whether a step that is left out leaves a question open; values given in its place answer an `input`."""
    return not (node.step.asks_values and made) and asks(program, node)


def leave_out(run: Run, node: Node, known: StepState | None, why: str) -> None:
    """Skip the step; a question that is left out stays open until somebody goes past it.

    `known` is what is remembered of the step. One that has begun had its question.
    """
    begun = known is not None and known.attempts > 0
    made = known.captured if known is not None else ()
    step = static_id(node.id)
    if not (begun or step in run.state.passed) and stays_open(run.program, node, made):
        run.block(node).gates.append(step)
    run.end(node, StepStatus.SKIPPED, why)


def go_past(run: Run, node: Node) -> bool:
    """Let the step go past the questions before it that were left out; False where there are none."""
    block = run.block(node)
    run.state.passed += block.gates
    passed, block.gates = bool(block.gates), []
    return passed
