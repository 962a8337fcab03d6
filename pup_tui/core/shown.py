"""What a step would do, in a line or a few, as people are shown it before it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import structs

from pup_tui.core.amounts import Scope, render_items
from pup_tui.core.ids import item_id
from pup_tui.core.program import Node, Program
from pup_tui.core.render import StepTexts
from pup_tui.core.requests import Rendered, render_request
from pup_tui.core.scope import scope_of, secrets_of
from pup_tui.core.secrecy import check_secrecy, names_in_items
from pup_tui.core.sent import Shown
from pup_tui.core.state import BODY, Frame, RunState
from pup_tui.core.surroundings import surroundings_of
from pup_tui.runbook.model import LOOP
from pup_tui.template.errors import TemplateError
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
    """The text of a step that can be changed before it runs once more; None where it cannot be.

    `changed` are variables of the run that get another value.
    """
    from pup_tui.core.editing import editable_of

    node = program.node(step)
    if not node.step.has_output:
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
            lines.append(shown_step(program, state, item).text)
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
