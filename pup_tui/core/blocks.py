"""Steps that hold others: groups, parallel steps, called groups and runbooks, and the items of a foreach."""

from __future__ import annotations

from typing import Any

from pup_tui.core import loops, order, polls, repeats, resuming
from pup_tui.core.actions import ResolveValues, TakeLock
from pup_tui.core.amounts import Scope, render_share
from pup_tui.core.counting import told_of_all
from pup_tui.core.events import Event, LockAnswered, ValuesResolved
from pup_tui.core.foreseen import about_action
from pup_tui.core.ids import Timer
from pup_tui.core.opening import open_block
from pup_tui.core.program import Node
from pup_tui.core.questions import ask_before, must_ask, shown_now
from pup_tui.core.render import StepTexts, render_text
from pup_tui.core.retries import check_retry
from pup_tui.core.run import Run
from pup_tui.core.scope import directory_of, explain, frame_of, secrets_of
from pup_tui.core.secrecy import check_lock, names_in, names_in_expression
from pup_tui.core.state import (
    BlockState,
    EarlyEnd,
    Frame,
    Rates,
    RunStatus,
    StepPhase,
    StepState,
    StepStatus,
)
from pup_tui.core.stops import spread
from pup_tui.runbook.parts import Variable, types_of
from pup_tui.template.errors import TemplateError
from pup_tui.template.evaluation import INSTEAD_OF_NOTHING
from pup_tui.template.expression import compile_expression
from pup_tui.template.jsontext import render_json
from pup_tui.template.values import HIDDEN


def enter(run: Run, node: Node) -> None:
    """Begin a block, or ask first; TemplateError where something about it cannot be rendered."""
    called = None if node.is_loop else node.step.called
    if called is not None and (refusal := called.refuses(run.state.profile)):
        run.step(node).final = True
        run.fail(node, refusal)
    elif node.is_loop and loops.list_items(run, node):
        return  # Somebody who is asked first is to be told what they are.
    elif must_ask(run, node):
        ask_before(run, node, shown_now(run, node))
    elif node.is_loop:
        loops.open_items(run, node)
    else:
        repeats.begin(run, node)
        if (calls := node.step.calls) is not None:
            _resolve(run, node, *calls)
        else:
            _open_steps(run, node)


# Beginning


def _open_steps(run: Run, node: Node) -> None:
    """The steps of a group, side by side where they are parallel."""
    children = list(run.program.children(node.id))
    limit, shown = run.decided(node, "limit", int, lambda scope: _at_once(node, scope)), ""
    if node.step.side_by_side:
        limit = limit or len(children)
        shown = f"{len(children)} steps side by side"
    elif node.step.called is not None:
        shown = StepTexts(node.step, run.scope(node)).line
    rates = Rates(at_once=limit)
    open_block(run, node, children, rates, shown, side_by_side=node.step.side_by_side)


def _at_once(node: Node, scope: Scope) -> int:
    """How many steps of a group may run at once, 0 for all; its `retry` is tried out as well."""
    check_retry(node, scope)
    if not node.step.side_by_side:
        return 1
    most = node.step.max_parallel
    return 0 if most is None else render_share(most, scope, len(node.step.inside))


# What a step calls sees only what it is given


def _resolve(run: Run, node: Node, variables: dict[str, Variable], given: dict[str, Any]) -> None:
    """Ask for the values of what the step calls: from what is given, from elsewhere, from defaults."""
    if (before := resuming.values_before(run.state, node)) is not None:
        _take_values(run, node, before)
        return
    secrets = secrets_of(run.state, node.id)
    hidden = tuple(name for name, tree in given.items() if names_in(tree) & secrets)
    run.step(node).phase = StepPhase.LOOKING_UP
    run.outbox.add(
        ResolveValues(
            step=node.id,
            variables=variables,
            given=run.decided(
                node,
                "given",
                dict[str, Any],
                lambda scope: render_json(given, scope),
                lambda _: {},
            ),
            secrets=hidden,
            directory=directory_of(run.state, node.step),
            **about_action(node.step),
        )
    )


def resolved(run: Run, node: Node, event: Event) -> None:
    """Take in the values of what the step calls, then take the lock that a called runbook has."""
    assert isinstance(event, ValuesResolved)
    if event.problems:
        run.step(node).final = True
        run.fail(node, "; ".join(event.problems))
        return
    frame = Frame(
        values=dict(event.values),
        left_out=types_of(event.left_out, run.program.given_in(node.id)),
        secrets=list(event.secrets),
        directory=directory_of(run.state, node.step),
    )
    _take_values(run, node, frame)


def _take_values(run: Run, node: Node, frame: Frame) -> None:
    run.state.frames[f"{node.id}/"] = frame
    called = node.step.called
    lock = None if called is None else called.lock
    try:
        if lock is not None:
            check_lock(lock, frame.secrets)
            value = run.decided(
                node, "lock", str, lambda scope: render_text(lock, scope), within=True
            )
            run.outbox.add(TakeLock(step=node.id, value=value))
        else:
            _open_steps(run, node)
    except TemplateError as error:
        run.cannot_render(node, error)


def lock_answered(run: Run, node: Node, event: Event) -> None:
    assert isinstance(event, LockAnswered)
    if not event.held:
        run.fail(node, event.problem or f"its lock is held by {event.holder}")
        return
    try:
        _open_steps(run, node)
    except TemplateError as error:
        run.cannot_render(node, error)


# Ending


def timed_out(run: Run, node: Node, event: Event) -> None:
    if run.step(node).left:
        return
    run.state.blocks[node.id].timed_out = True
    run.leave_inside(node.id, f"`{node.id}` timed out")
    run.todo.append(node.id)


def close(run: Run, node: Node) -> None:
    """End a block whose steps have all ended, by how they ended."""
    block = run.state.blocks[node.id]
    if block.stopped is not None and not node.is_called:
        # What it is part of is over: it is neither attempted again nor asked about.
        run.step(node).left = True
        if block.keeps_going:
            spread(run, node, block.stopped)
    if block.whole and not (run.step(node).left and run.step(node).poll is not None):
        # It was given up, or timed out, too late to keep anything in it from its end.
        block.cut, block.timed_out = None, False
    if node.is_loop:
        loops.gather(run, node, block)
    if (lost := _lost_in(run, block)) is not None:
        # Not attempted again, whoever wants it: what nobody knows the end of would be begun a second time.
        run.end(node, StepStatus.UNKNOWN, run.told_failure(lost))
    elif node.is_loop:
        _close_items(run, node, block)
    elif run.step(node).poll is not None and not run.step(node).left:
        _close_attempt(run, node, block)
    elif block.timed_out or block.failure is not None:
        run.fail(node, _failure(run, node, block))
    elif (cut := _cut(run, node, block)) is not None:
        run.end(node, StepStatus.CANCELLED, cut)
    elif block.stopped is not None:
        _end_stopped(run, node, block.stopped)
    elif (failure := _give_back(run, node)) is not None:
        run.fail(node, failure)
    else:
        run.end(node, StepStatus.SUCCEEDED, _warnings(run, block))


def _close_items(run: Run, node: Node, block: BlockState) -> None:
    """End a foreach, by how its items ended; where some are left for later it is not carried out."""
    left = sum(item.reason == order.LEFT_FOR_LATER for item in _items(run, block))
    told = f"{left} of {len(block.children)} items have not begun" if left else ""
    if block.failure is not None:
        failed = _told_items(run, block, block.failure)
        run.end(node, StepStatus.FAILED, "; ".join(filter(None, (failed, told))))
    elif left and block.cut is None and block.stopped is None:
        run.end(node, StepStatus.FAILED, f"{told}: only what had failed ran again")
    elif (cut := _cut(run, node, block)) is not None:
        run.end(node, StepStatus.CANCELLED, cut)
    elif block.stopped is not None:
        _end_stopped(run, node, block.stopped)
    else:
        run.end(node, StepStatus.SUCCEEDED, _warnings(run, block) or _empty(block))


def _close_attempt(run: Run, node: Node, block: BlockState) -> None:
    """Judge the attempt of a poll, unless somebody has ended it, or said no in it."""
    step, cut, failure = run.step(node), _cut(run, node, block), _failure(run, node, block)
    assert step.poll is not None
    run.clear_timer(node, Timer.TIMEOUT)
    if step.poll.accepted is not None:
        run.end(node, StepStatus.SUCCEEDED, step.poll.accepted)
    elif step.poll.over and not block.whole:
        run.fail(node, step.stopped_because or "stopped")
    elif cut is not None and (run.state.refused or not failure):
        run.end(node, StepStatus.CANCELLED, cut)
    else:
        polls.judge_block(run, node, failure or _give_back(run, node))


def _lost_in(run: Run, block: BlockState) -> str | None:
    """The first step of a block of which nobody knows whether it was done."""
    statuses = ((child, run.state.steps[child].status) for child in block.children)
    return next((child for child, status in statuses if status is StepStatus.UNKNOWN), None)


def _failure(run: Run, node: Node, block: BlockState) -> str:
    """Why an attempt of a block failed; empty where it did not."""
    if block.timed_out:
        return f"timed out after {run.step(node).limit:g} s"
    if block.failure is not None:
        return run.told_failure(block.failure)
    if block.stopped is not None and block.stopped.status is not RunStatus.SUCCEEDED:
        return block.stopped.reason
    return ""


def _warnings(run: Run, block: BlockState) -> str:
    warned = [item for item in _items(run, block) if item.status is StepStatus.WARNED]
    lost = sum(item.unreachable for item in warned)
    if not warned:
        return ""
    return told_of_all(len(warned) - lost, lost, len(block.children), "warned")


def _empty(block: BlockState) -> str:
    return "" if block.children else "the list is empty"


def _end_stopped(run: Run, node: Node, stopped: EarlyEnd) -> None:
    """End a block in which nothing failed before its runbook was stopped."""
    if node.is_called and stopped.status is not RunStatus.SUCCEEDED:
        run.fail(node, stopped.reason)
    else:
        run.end(node, StepStatus.SUCCEEDED, stopped.reason)


def _told_items(run: Run, block: BlockState, failure: str) -> str:
    """Why the items of a foreach failed: the first, how many did, and how many were not reached."""
    failed = [item for item in _items(run, block) if item.status is StepStatus.FAILED]
    told, lost = run.told_failure(failure), sum(item.unreachable for item in failed)
    if len(failed) == 1:
        return told
    all_of_them = told_of_all(len(failed) - lost, lost, len(block.children), "items failed")
    return f"{told} ({all_of_them})"


def _items(run: Run, block: BlockState) -> list[StepState]:
    return [run.state.steps[child] for child in block.children]


def _cut(run: Run, node: Node, block: BlockState) -> str | None:
    """Why not all of the block could run, although nothing in it failed."""
    if block.cut is None:
        return None
    state = run.state
    if state.cancelled is not None and (node.part != "cleanup" or state.cleanup_cancelled):
        return state.cancelled
    if node.part == "body" and state.refused:
        return state.verdict_reason
    return block.cut


def _give_back(run: Run, node: Node) -> str | None:
    """The outputs of a called group become captures of the step that called it; or why they cannot."""
    try:
        if node.step.outputs:
            _capture_outputs(run, node, node.step.outputs)
    except TemplateError as error:
        return explain(error)
    return None


def _capture_outputs(run: Run, node: Node, outputs: dict[str, str]) -> None:
    secrets = secrets_of(run.state, f"{node.id}/")
    hidden = {name for name, source in outputs.items() if names_in_expression(source) & secrets}
    found = run.decided(
        node,
        "outputs",
        dict[str, Any],
        lambda scope: _outputs(outputs, scope),
        lambda made: {name: None if name in hidden else value for name, value in made.items()},
        within=True,
    )
    made = {name: HIDDEN if value is None else value for name, value in found.items()}
    frame_of(run.state, node.id).captured.update(made)
    run.step(node).captured = list(made)
    run.note_secrets(node, hidden)


def _outputs(outputs: dict[str, str], scope: Scope) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, source in outputs.items():
        made[name] = compile_expression(source).evaluate(scope)
        if made[name] is None:
            told = f"the output {name} gives nothing"
            raise TemplateError(told, expression=source, hint=INSTEAD_OF_NOTHING)
    return made
