"""What a step would do, in a line or a few, as people are shown it before it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import indent
from typing import TYPE_CHECKING, Any

from msgspec import structs

from pup_tui.core.amounts import Scope, render_items
from pup_tui.core.ids import item_id
from pup_tui.core.lines import as_written, put_back
from pup_tui.core.program import Node, Program
from pup_tui.core.render import StepTexts
from pup_tui.core.requests import Rendered, render_request, request_of
from pup_tui.core.scope import scope_of, secrets_of
from pup_tui.core.secrecy import check_secrecy, names_in_items
from pup_tui.core.sent import Shown
from pup_tui.core.state import BODY, Frame, RunState
from pup_tui.core.surroundings import surroundings_of
from pup_tui.runbook.model import LOOP
from pup_tui.template.errors import TemplateError
from pup_tui.template.not_yet import NOT_YET, NotYet, StandIns
from pup_tui.template.secrets import secrets_in

if TYPE_CHECKING:
    from pup_tui.core.editing import Editable

MOST_ITEMS = 10
"""Items of a foreach whose commands are shown before it begins."""


def rendered_step(program: Program, state: RunState, node: Node, scope: Scope) -> Rendered:
    """The request of a step that has an executor; TemplateError where it cannot be rendered.

    Also where it would put a secret where others can read it. `scope` are the names that the step sees.
    """
    check_secrecy(node.step, secrets_in(scope).names)
    around = surroundings_of(program, state, node)
    edited = state.earlier.edited.get(node.id)
    if edited is None:
        return render_request(node.step, scope, around)
    from pup_tui.core.editing import render_edited

    return render_edited(node.step, edited, scope, around)


def editable_step(
    program: Program, state: RunState, step: str, changed: Mapping[str, Any] = {}
) -> Editable | None:
    """The text of a step that can be changed before it runs once more; None where it cannot be, or where
    nothing may be changed outside.

    `changed` are variables of the run that get another value.
    """
    from pup_tui.core.editing import editable_of

    node = program.node(step)
    if not node.step.has_output or state.read_only:
        return None
    body = state.frames[BODY]
    now = structs.replace(body, values={**body.values, **changed})
    state = structs.replace(state, frames={**state.frames, BODY: now})
    try:
        around = surroundings_of(program, state, node)
        edited = state.earlier.edited.get(step)
        return editable_of(node.step, scope_of(state, step), around, edited)
    except (TemplateError, ValueError):
        # What was changed before may not be read in another text of the runbook.
        return None


def shown_step(program: Program, state: RunState, node: Node) -> Shown:
    """What a step does, asks or holds; TemplateError where it cannot be known yet."""
    if node.is_loop:
        return Shown(_shown_items(program, state, node))
    scope = scope_of(state, node.id)
    if node.step.has_output:
        return rendered_step(program, state, node, scope).told
    return Shown(StepTexts(node.step, scope).line)


def effect_of(program: Program, state: RunState, node: Node) -> str:
    """What a *yes* to a step leads to: of a block also what the steps in it do, as far as that is known."""
    text = shown_step(program, state, node).text
    if node.is_loop or not node.is_block:
        return text
    inside = [program.node(id_) for id_ in program.nested(node.id)]
    lines = [text]
    for inner in inside[:MOST_ITEMS]:
        told = _as_far_as_known(program, state, node, inner).replace("\n", "\n  ")
        lines.append(indent(f"{inner.step.name}: {told}", "  " * (inner.depth - node.depth)))
    if len(inside) > MOST_ITEMS:
        lines.append(f"  … and {len(inside) - MOST_ITEMS} more steps")
    return "\n".join(lines)


def _as_far_as_known(program: Program, state: RunState, block: Node, inner: Node) -> str:
    """What a step in a block does; of one that sees names of its own, as its author wrote it."""
    if inner.frame != block.frame:
        return as_written(inner.step, {}).text
    try:
        return shown_step(program, state, inner).text
    except TemplateError:
        names, stand_ins = program.frame(inner), StandIns()
        later = NotYet(stand_ins, names.declared, names.steps)
        scope = {**scope_of(state, inner.id), NOT_YET: later}
        with stand_ins.given():
            return put_back(told_step(program, state, inner, scope), stand_ins).text


def told_step(program: Program, state: RunState, node: Node, scope: Scope) -> Shown:
    """What people are told of a step that cannot be carried out yet; of a foreach what it does for an item.

    In the author's words where nothing better can be told.
    """
    try:
        if not node.step.has_output:
            return Shown(StepTexts(node.step, scope).line)
        texts = StepTexts(node.step, scope, surroundings_of(program, state, node))
        kind = request_of(type(node.step))
        return Shown(kind.shown(texts), kind.sent(texts))
    except TemplateError:
        return as_written(node.step, scope)


def _shown_items(program: Program, state: RunState, node: Node) -> str:
    """What the first items do, each as it will be."""
    assert node.step.foreach is not None
    items = render_items(node.step.foreach, scope_of(state, node.id))
    lines = [f"for each of {len(items)} items:"]
    for number, frame in enumerate(item_frames(state, node, items)[:MOST_ITEMS]):
        item = program.node(item_id(node.id, number))
        known = state.frames.get(item.id)
        state.frames[item.id] = frame
        try:
            lines.append(effect_of(program, state, item))
        finally:
            del state.frames[item.id]
            if known is not None:
                state.frames[item.id] = known
    if len(items) > MOST_ITEMS:
        lines.append(f"… and {len(items) - MOST_ITEMS} more")
    return "\n".join(lines)


def item_frames(state: RunState, node: Node, items: Sequence[object]) -> list[Frame]:
    """The frames of the items of a foreach: each item, and its place among them.

    Items are secret where their list came from a secret.
    """
    assert node.step.foreach is not None
    name = node.step.as_
    hidden = [name] if names_in_items(node.step.foreach) & secrets_of(state, node.id) else []
    return [
        Frame(values={name: value, LOOP: _place(number, len(items))}, secrets=list(hidden))
        for number, value in enumerate(items)
    ]


def _place(number: int, length: int) -> dict[str, Any]:
    """What `loop` tells of the item `number` (from 0)."""
    return {
        "index": number + 1,
        "first": number == 0,
        "last": number == length - 1,
        "length": length,
    }
