"""Steps that hold others: groups, parallel steps, called groups and runbooks, and the items of a foreach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from pup_tui.core.actions import ResolveValues, TakeLock
from pup_tui.core.amounts import Scope, render_count, render_items
from pup_tui.core.events import Event, LockAnswered, ValuesResolved
from pup_tui.core.ids import Timer, item_id, static_id
from pup_tui.core.program import Node, captures_of
from pup_tui.core.questions import ask_before, must_ask, shown_now, timeout_of
from pup_tui.core.render import StepTexts, render_text
from pup_tui.core.retries import check_retry
from pup_tui.core.run import Run
from pup_tui.core.scope import explain, frame_of, secrets_of
from pup_tui.core.secrecy import check_lock, names_in, names_in_expression, names_in_items
from pup_tui.core.shown import item_frames
from pup_tui.core.state import BlockState, Frame, StepPhase, StepStatus
from pup_tui.runbook.model import Step
from pup_tui.runbook.parts import Variable
from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.jsontext import render_json
from pup_tui.template.values import HIDDEN

MOST_STEPS = 100_000
"""Steps of one run, those of all items counted: lists inside lists multiply."""


def enter(run: Run, node: Node) -> None:
    """Begin a block, or ask first; TemplateError where something about it cannot be rendered."""
    called = None if node.is_loop else node.step.called
    if called is not None and (refusal := called.refuses(run.state.profile)):
        run.step(node).final = True
        run.fail(node, refusal)
    elif must_ask(run, node):
        ask_before(run, node, shown_now(run, node))
    elif node.is_loop:
        _open_items(run, node)
    elif (calls := node.step.calls) is not None:
        _resolve(run, node, *calls)
    else:
        _open_steps(run, node)


# Beginning


class _Items(Struct, frozen=True, kw_only=True):
    """The items of a list; of secret ones only how many there are is recorded."""

    values: list[Any] = []
    hidden: int = 0


def _open_items(run: Run, node: Node) -> None:
    """The items of a foreach are known now: each is a step of its own."""
    foreach, most = node.step.foreach, node.step.max_parallel
    assert foreach is not None
    hidden = bool(names_in_items(foreach) & secrets_of(run.state, node.id))
    found = run.decided(
        node,
        "items",
        _Items,
        lambda scope: _Items(values=render_items(foreach, scope)),
        lambda items: _Items(hidden=len(items.values)) if hidden else items,
    )
    items = [*found.values, *[HIDDEN] * found.hidden]
    limit = 1
    if most is not None and not node.step.side_by_side:
        limit = run.decided(node, "limit", int, lambda scope: render_count(most, scope))
    inside = len(items) * (1 + len(run.program.loops.get(static_id(node.id), ())))
    if len(run.state.steps) + inside > MOST_STEPS:
        told = f"with these {len(items):,} items the run has more than {MOST_STEPS:,} steps"
        raise TemplateError(told, expression=str(foreach))
    frames = item_frames(run.state, node, items)
    children = [item_id(node.id, number) for number in range(len(items))]
    for child, frame in zip(children, frames, strict=True):
        run.make_state(child)
        run.state.frames[child] = frame
        run.make_states(child)
    _open(run, node, children, limit, f"for each of {len(items)} items")


def _open_steps(run: Run, node: Node) -> None:
    """The steps of a group, side by side where they are parallel."""
    children = list(run.program.children(node.id))
    limit, shown = run.decided(node, "limit", int, lambda scope: _at_once(node, scope)), ""
    if node.step.side_by_side:
        limit = limit or len(children)
        shown = f"{len(children)} steps side by side"
    elif node.step.called is not None:
        shown = StepTexts(node.step, run.scope(node)).line
    _open(run, node, children, limit, shown, side_by_side=node.step.side_by_side)


def _at_once(node: Node, scope: Scope) -> int:
    """How many steps of a group may run at once, 0 for all; its `retry` is tried out as well."""
    check_retry(node, scope)
    if not node.step.side_by_side:
        return 1
    most = node.step.max_parallel
    return 0 if most is None else render_count(most, scope)


def _forget_inside(run: Run, node: Node) -> None:
    """What ran inside a block that begins anew is pending again; attempts keep their numbers.

    The items of a foreach inside stay what they were until it begins anew: there may be fewer of them then.
    """
    if run.step(node).attempts == 0:
        return
    for id_ in run.program.nested(node.id):
        if id_ in run.state.steps:
            run.make_state(id_)


def _open(
    run: Run,
    node: Node,
    children: list[str],
    limit: int,
    shown: str,
    *,
    side_by_side: bool = False,
) -> None:
    step = run.step(node)
    seconds = None if node.is_loop else timeout_of(run, node)
    _forget_inside(run, node)
    step.phase, step.left, step.limit = StepPhase.OPEN, False, seconds
    step.began = run.now if step.began is None else step.began
    step.attempts += 1
    step.tries += 1
    run.state.blocks[node.id] = BlockState(
        children=children, limit=limit, side_by_side=side_by_side
    )
    run.outbox.tell_started(node, step.attempts, shown)
    if seconds is not None:
        run.set_timer(node, Timer.TIMEOUT, seconds)
    run.todo.append(node.id)


# What a step calls sees only what it is given


def _resolve(run: Run, node: Node, variables: dict[str, Variable], given: dict[str, Any]) -> None:
    """Ask for the values of what the step calls: from what is given, from elsewhere, from defaults."""
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
                lambda scope: {name: render_json(tree, scope) for name, tree in given.items()},
                lambda _: {},
            ),
            secrets=hidden,
        )
    )


def resolved(run: Run, node: Node, event: Event) -> None:
    """Take in the values of what the step calls, then take the lock that a called runbook has."""
    assert isinstance(event, ValuesResolved)
    if event.problems:
        run.step(node).final = True
        run.fail(node, "; ".join(event.problems))
        return
    run.state.frames[f"{node.id}/"] = Frame(
        values=dict(event.values), left_out=list(event.left_out), secrets=list(event.secrets)
    )
    called = node.step.called
    lock = None if called is None else called.lock
    try:
        if lock is not None:
            check_lock(lock, event.secrets)
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
    _pass_gate_on(run, node, block)
    if block.timed_out:
        run.fail(node, f"timed out after {run.step(node).limit:g} s")
    elif block.failure is not None and node.is_loop:
        run.end(node, StepStatus.FAILED, run.told_failure(block.failure))
    elif block.failure is not None:
        run.fail(node, run.told_failure(block.failure))
    elif (cut := _cut(run, node, block)) is not None:
        run.end(node, StepStatus.CANCELLED, cut)
    else:
        _succeed(run, node, block)


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


def _pass_gate_on(run: Run, node: Node, block: BlockState) -> None:
    around = run.block(node)
    around.unasked = around.unasked or block.unasked


def _succeed(run: Run, node: Node, block: BlockState) -> None:
    if node.step.outputs and not node.is_loop:
        try:
            _give_back(run, node, node.step.outputs)
        except TemplateError as error:
            run.fail(node, explain(error))
            return
    if node.is_loop:
        _gather(run, node, block)
    warned = sum(run.state.steps[child].status is StepStatus.WARNED for child in block.children)
    remark = f"{warned} of {len(block.children)} warned" if warned else ""
    if not block.children:
        remark = "the list is empty"
    run.end(node, StepStatus.SUCCEEDED, remark)


def _give_back(run: Run, node: Node, outputs: dict[str, str]) -> None:
    """The outputs of a called group become captures of the step that called it."""
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
            raise TemplateError(f"the output {name} gives nothing", expression=source)
    return made


def _gather(run: Run, node: Node, block: BlockState) -> None:
    """Captures, asked values and results that were made inside become lists in the order of the items."""
    frames = [run.state.frames[child] for child in block.children]
    around = frame_of(run.state, node.id)
    inside = run.program.gathered(node)
    made = dict.fromkeys(name for n in inside for name in _made_by(n.step))
    for name in made:
        around.captured[name] = [
            frame.captured.get(name, frame.values.get(name)) for frame in frames
        ]
    run.step(node).captured = list(made)
    for step, fields in {n.step.id: n.results for n in inside if n.results}.items():
        around.results[step] = {
            field: [frame.results.get(step, {}).get(field) for frame in frames] for field in fields
        }
    own = node.step.as_
    run.note_secrets(node, (name for f in frames for name in f.secrets if name != own))


def _made_by(step: Step) -> Iterator[str]:
    """The names that a step gives to those after it."""
    yield from captures_of(step)
    yield from step.asked
