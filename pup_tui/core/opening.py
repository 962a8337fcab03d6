"""The beginning of an attempt of a block."""

from __future__ import annotations

from pup_tui.core import order, polls
from pup_tui.core.ids import Timer
from pup_tui.core.program import Node
from pup_tui.core.questions import timeout_of
from pup_tui.core.run import Run
from pup_tui.core.state import BlockState, Rates, StepPhase


def open_block(
    run: Run,
    node: Node,
    children: list[str],
    rates: Rates,
    shown: str,
    *,
    side_by_side: bool = False,
) -> None:
    """Begin an attempt of a block with these steps in it, which begin as its `rates` say."""
    step = run.step(node)
    seconds = None if node.is_loop else timeout_of(run, node)
    limits = None
    if order.polls(node) and step.poll is None:
        limits = run.decided(
            node, "poll", polls.PollLimits, lambda scope: polls.poll_limits(node.step, scope)
        )
    step.phase, step.left, step.limit = StepPhase.OPEN, False, seconds
    step.again_at = step.due = None
    step.unreachable = False
    step.begin(run.now)
    step.attempts += 1
    step.tries += 0 if step.poll is not None else 1
    if limits is not None:
        polls.begin(run, node, limits)
    run.state.blocks[node.id] = BlockState(
        children=children, rates=rates, side_by_side=side_by_side
    )
    if step.poll is None or step.attempts == step.poll.first:
        run.outbox.tell_started(node, step.attempts, shown)
    if seconds is not None:
        run.set_timer(node, Timer.TIMEOUT, seconds)
    run.todo.append(node.id)
