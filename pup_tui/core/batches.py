"""Which items of a foreach may begin: canaries first and alone, then batches with pauses between them."""

from __future__ import annotations

from pup_tui.core import leaving_out, order, questions
from pup_tui.core.actions import Question
from pup_tui.core.amounts import Scope, render_seconds, render_share, render_tolerance
from pup_tui.core.events import Answered, Event
from pup_tui.core.ids import Timer
from pup_tui.core.program import Node
from pup_tui.core.run import Run
from pup_tui.core.standing import ended_well
from pup_tui.core.state import BlockState, Rates, StepPhase, StepState
from pup_tui.core.titles import item_name, title_of

MOST_TOLD = 20
"""Canaries of which the question behind them tells how each ended."""

BETWEEN = "between two batches"


def rates_of(run: Run, node: Node, total: int, limit: int) -> Rates:
    """How `total` items of a foreach may begin, `limit` at once.

    TemplateError where that cannot be rendered.
    """
    step = node.step
    budget = total if step.keep_going else 0
    if step.canary is None and step.batch_pause is None and step.max_errors is None:
        return Rates(at_once=limit, budget=budget)

    def worked_out(scope: Scope) -> Rates:
        canary, pause, errors = step.canary, step.batch_pause, step.max_errors
        return Rates(
            at_once=limit,
            canary=0 if canary is None else min(total, render_share(canary, scope, total)),
            batch=0 if pause is None else limit,
            pause=0.0 if pause is None else render_seconds(pause, scope),
            budget=budget if errors is None else render_tolerance(errors, scope, total),
        )

    return run.decided(node, "rates", Rates, worked_out)


def waits(run: Run, key: str, item: Node) -> bool:
    """Whether the next item of a block has to wait, though others could run beside it.

    Between the canaries and the others somebody is asked, between two batches a timer is set.
    """
    block = run.state.blocks[key]
    if not item.is_item or not _is_edge(block) or order.why_not(run.state, item, key) is not None:
        return False
    loop = run.program.node(key)
    if block.active or run.waits_for(loop, Timer.BATCH):
        return True
    if not _anything_left(run, key, block):
        return False
    if block.taken == block.rates.canary and (
        loop.step.asks_after_canary or _none_was_reached(run, block)
    ):
        if not run.step(loop).canary_passed:
            _ask(run, loop, block)
            return True
    elif block.rates.pause and _has_acted(run, block):
        run.set_timer(loop, Timer.BATCH, block.rates.pause)
        run.outbox.tell_paused(loop, block.rates.pause, BETWEEN)
        return True
    block.passed = block.taken
    return False


def _is_edge(block: BlockState) -> bool:
    """Whether the next item begins a batch, or comes behind the canaries, and nothing has been waited for."""
    taken, rates = block.taken, block.rates
    if taken in (0, block.passed):
        return False
    if taken == rates.canary:
        return True
    first = 0 if taken < rates.canary else rates.canary
    return rates.batch > 0 and (taken - first) % rates.batch == 0


def _anything_left(run: Run, key: str, block: BlockState) -> bool:
    """Whether an item that has had no turn may begin, and is not done by an earlier leg of the run."""
    earlier = run.state.earlier
    items = map(run.program.node, block.children[block.taken :])
    left = (
        item.id
        for item in items
        if leaving_out.why(run.state, item) is None and order.why_not(run.state, item, key) is None
    )
    return any(
        item not in earlier.steps or not ended_well(earlier.steps[item]) or item in earlier.again
        for item in left
    )


def _none_was_reached(run: Run, block: BlockState) -> bool:
    """Whether the canaries tell nothing of what the others will come to."""
    return all(run.state.steps[item].unreachable for item in block.children[: block.rates.canary])


def _has_acted(run: Run, block: BlockState) -> bool:
    """Whether an item that was taken since the last wait has begun, in this leg of the run."""
    taken = block.children[block.passed : block.taken]
    return any(run.state.steps[item].since is not None for item in taken)


def _ask(run: Run, loop: Node, block: BlockState) -> None:
    run.ask(
        loop,
        Question(
            step=loop.id,
            title=title_of(run.program, run.state, loop.id),
            kind="confirm",
            message=_told(run, block),
            danger=loop.step.danger,
        ),
    )


def _told(run: Run, block: BlockState) -> str:
    """What the canaries came to, and what a *yes* leads to."""
    items = block.children[: block.rates.canary]
    ends = [_ended_as(run.state.steps[item]) for item in items]
    counts = ", ".join(f"{ends.count(end)} {end}" for end in dict.fromkeys(ends))
    left = len(block.children) - block.rates.canary
    ended = f"The first {len(items)} of {len(block.children)} items have ended: {counts}."
    lines = [f"{ended} Let the other {left} begin?"]
    for item, end in list(zip(items, ends, strict=True))[:MOST_TOLD]:
        reason = run.state.steps[item].reason
        name = item_name(run.program, run.state, item)
        lines.append(f"{name or item}: {end}{f': {reason}' if reason else ''}")
    if len(items) > MOST_TOLD:
        lines.append(f"… and {len(items) - MOST_TOLD} more")
    return "\n".join(lines)


def _ended_as(step: StepState) -> str:
    assert step.status is not None
    return "unreachable" if step.unreachable else str(step.status)


def answered(run: Run, loop: Node, event: Event) -> None:
    """Only a *yes* lets the items behind the canaries begin, whatever else is said closes the gate."""
    assert isinstance(event, Answered)
    run.outbox.tell_answered(event.step, event.answer, event.by, event.note)
    if event.answer == "yes":
        run.step(loop).canary_passed = True
        _go_on(run, loop)
        return
    why = questions.why_refused(event)
    block = run.state.blocks[loop.id]
    block.cut = block.cut or why
    _go_on(run, loop)
    questions.refuse(run, loop, why)
    questions.withdraw_gates(run, loop)


def paused(run: Run, loop: Node, event: Event) -> None:
    """The time between two batches is over."""
    _go_on(run, loop)


def pause_cut(run: Run, loop: Node, event: Event) -> None:
    """Somebody ends the time between two batches; nothing else that is open waits."""
    if run.waits_for(loop, Timer.BATCH):
        run.clear_timer(loop, Timer.BATCH)
        _go_on(run, loop)


def _go_on(run: Run, loop: Node) -> None:
    block = run.state.blocks[loop.id]
    block.passed = block.taken
    run.step(loop).phase = StepPhase.OPEN
    run.todo.append(loop.id)
