"""Secrets of what an earlier leg called, which no record holds: found again before a step is taken back.

A block that is entered again finds its values as it did at first. A step that is taken back stands in one
that has ended, so what that was given is asked for in the step's turn.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from pup_tui.core.actions import ResolveValues
from pup_tui.core.events import Event, ValuesResolved
from pup_tui.core.foreseen import about_action
from pup_tui.core.ids import UNDO, holder_id, is_kept
from pup_tui.core.program import Node
from pup_tui.core.run import Run
from pup_tui.core.scope import directory_of, frame_keys, secrets_of, seen_at
from pup_tui.core.secrecy import names_in
from pup_tui.core.state import Frame, RunState, StepPhase
from pup_tui.template.errors import TemplateError
from pup_tui.template.jsontext import render_json


def as_recorded(frame: Frame) -> Frame:
    """A frame of an earlier leg: what is secret of its values is not known any more."""
    hidden = [name for name in frame.values if name in frame.secrets]
    return structs.replace(frame, hidden=hidden) if hidden else frame


def is_wanted(state: RunState, node: Node) -> bool:
    """Whether a step that takes back sees a value which is not known."""
    return next(_hidden_at(state, node), None) is not None


def ask(run: Run, node: Node) -> bool:
    """Have the outermost values found that a step which takes back lacks; False where it knows all."""
    key = next(_hidden_at(run.state, node), None)
    if key is None:
        return False
    if is_kept(key) and _take_kept(run.state, key):
        return ask(run, node)
    caller = run.program.node(key.removesuffix("/"))
    if not key.endswith("/") or caller.step.calls is None:
        _not_known(run, node, run.state.frames[key])
        return True
    try:
        action = _wanted(run, node, caller, run.state.frames[key])
    except TemplateError as error:
        run.cannot_render(node, error)
        return True
    run.step(node).phase = StepPhase.LOOKING_UP
    run.outbox.add(action)
    return True


def found(run: Run, node: Node, event: Event) -> bool:
    """Take in what was found; False where the step cannot take its turn with it."""
    assert isinstance(event, ValuesResolved)
    frame = run.state.frames[next(_hidden_at(run.state, node))]
    if event.problems:
        run.step(node).final = True
        run.fail(node, "; ".join(event.problems))
        return False
    frame.values |= {name: event.values[name] for name in frame.hidden if name in event.values}
    frame.hidden = [name for name in frame.hidden if name not in event.values]
    if frame.hidden:
        _not_known(run, node, frame)
        return False
    return True


def _wanted(run: Run, node: Node, caller: Node, frame: Frame) -> ResolveValues:
    """What the step that called is asked for again: its secrets, beside what is known of it."""
    assert caller.step.calls is not None
    variables, given = caller.step.calls
    again = {name: tree for name, tree in given.items() if name in frame.hidden}
    known = {
        name: value
        for name, value in frame.values.items()
        if name in variables and name not in frame.hidden
    }
    secrets = secrets_of(run.state, caller.id)
    return ResolveValues(
        step=node.id,
        variables=variables,
        given=known
        | run.decided(
            caller,
            "given again",
            dict[str, object],
            lambda scope: render_json(again, scope),
            lambda _: {},
        ),
        secrets=tuple(name for name, tree in again.items() if names_in(tree) & secrets),
        directory=directory_of(run.state, caller.step),
        **about_action(caller.step),
    )


def _hidden_at(state: RunState, node: Node) -> Iterator[str]:
    """The keys of the frames with unknown values that a step which takes back needs, the outermost first."""
    if UNDO not in node.id:
        return
    keys: list[str] = []
    step = node.id
    while True:
        keys += frame_keys(state, step)
        if not keys[-1]:
            break
        step = _around(keys[-1])
    yield from (key for key in reversed(keys) if state.frames[key].hidden)


def _around(key: str) -> str:
    """The step from which one looks on: what called, or what a kept attempt was one of."""
    if key.endswith("/"):
        return key.removesuffix("/")
    return key[: key.rindex("#")] if is_kept(key) else holder_id(key)


def _take_kept(state: RunState, key: str) -> bool:
    """What an earlier attempt saw is what is seen there now; whether that is all of it."""
    frame = state.frames[key]
    now = seen_at(state, _around(key)).values
    frame.values |= {name: now[name] for name in frame.hidden if name in now}
    frame.hidden = [name for name in frame.hidden if name not in now]
    return not frame.hidden


def _not_known(run: Run, node: Node, frame: Frame) -> None:
    names = ", ".join(f"`{name}`" for name in frame.hidden)
    run.step(node).final = True
    run.fail(node, f"it needs {names}, a secret of an earlier leg, which is not stored")
