"""What a step would do, in a line or a few, as people are shown it before it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from pup_tui.core.amounts import Scope, render_items
from pup_tui.core.ids import item_id
from pup_tui.core.program import Node, Program
from pup_tui.core.render import StepTexts
from pup_tui.core.requests import Rendered, StepRequest, render_request
from pup_tui.core.scope import scope_of, secrets_of
from pup_tui.core.secrecy import check_secrecy, names_in_items
from pup_tui.core.sent import Shown
from pup_tui.core.state import Frame, RunState
from pup_tui.core.surroundings import surroundings_of
from pup_tui.runbook.model import LOOP
from pup_tui.template.errors import TemplateError
from pup_tui.template.secrets import secrets_in

MOST_ITEMS = 10
"""Items of a foreach whose commands are shown before it begins."""


def rendered_step(program: Program, state: RunState, node: Node, scope: Scope) -> Rendered:
    """The request of a step that has an executor; TemplateError where it cannot be rendered.

    Also where it would put a secret where others can read it. `scope` are the names that the step sees.
    """
    check_secrecy(node.step, secrets_in(scope).names)
    rendered = render_request(node.step, scope, surroundings_of(program, state, node))
    edited = state.earlier.edited.get(node.id)
    if edited is None:
        return rendered
    return structs.replace(rendered, request=rendered.request.with_text(edited), shown=edited.text)


def editable_request(program: Program, state: RunState, step: str) -> StepRequest | None:
    """The request of a step whose text can be changed before it runs once more; None where it cannot.

    It cannot where secrets are in it: the record does not have them.
    """
    node = program.node(step)
    if not node.step.has_output:
        return None
    try:
        rendered = rendered_step(program, state, node, scope_of(state, step))
    except TemplateError:
        return None
    return None if rendered.made or rendered.request.editable is None else rendered.request


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
