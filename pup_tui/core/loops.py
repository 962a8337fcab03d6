"""The items of a foreach: each is a step of its own when it begins; what they made are lists at its end."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pup_tui.core import resuming
from pup_tui.core.actions import ListItems
from pup_tui.core.amounts import Scope, render_share
from pup_tui.core.batches import rates_of
from pup_tui.core.events import Event, ItemsListed
from pup_tui.core.ids import item_id, static_id
from pup_tui.core.inventory import asked_for, inventory_of, items_of
from pup_tui.core.item_hosts import check_item_hosts
from pup_tui.core.opening import open_block
from pup_tui.core.program import Node, made_by
from pup_tui.core.render import shown_text
from pup_tui.core.run import Run
from pup_tui.core.scope import frame_of, secrets_of, seen_at
from pup_tui.core.secrecy import names_in_items
from pup_tui.core.shown import item_frames
from pup_tui.core.state import BlockState, StepPhase
from pup_tui.runbook.model import OUTCOME
from pup_tui.template.errors import TemplateError
from pup_tui.template.values import HIDDEN

MAX_LABEL = 200
"""Characters of an item's label that are told, as many as a step's name may have."""

MOST_STEPS = 100_000
"""Steps of one run, those of all items counted: lists inside lists multiply."""


class _Items(Struct, frozen=True, kw_only=True):
    """The items of a list; of secret ones only how many there are is recorded."""

    values: list[Any] = []
    hidden: int = 0


def list_items(run: Run, node: Node) -> bool:
    """Ask the inventory of a foreach for its items, if it has one; False where they are known already."""
    given, step = inventory_of(node.step), run.step(node)
    if given is None or step.listed is not None:
        return False
    if (known := resuming.items_before(run.state, node)) is not None:
        step.listed = known
        return False
    secrets = secrets_of(run.state, node.id)
    directory = seen_at(run.state, node.id).directory
    wanted = run.decided(
        node,
        "inventory",
        ListItems,
        lambda scope: asked_for(node.id, given, scope, secrets, directory),
        # Nobody is asked when the run is told again.
        lambda made: ListItems(step=made.step, timeout=made.timeout),
    )
    step.phase = StepPhase.LOOKING_UP
    run.outbox.add(wanted)
    return True


def listed(run: Run, node: Node, event: Event) -> None:
    """Take in what an inventory has; without an answer the foreach cannot begin."""
    assert isinstance(event, ItemsListed)
    if event.problem:
        run.step(node).final = True
        run.fail(node, f"the inventory gives no items: {event.problem}")
        return
    run.step(node).listed = list(event.items)
    run.ready(node)


def open_items(run: Run, node: Node) -> None:
    """The items of a foreach are known now: each is a step of its own."""
    foreach, most = node.step.foreach, node.step.max_parallel
    assert foreach is not None
    hidden = bool(names_in_items(foreach) & secrets_of(run.state, node.id))
    known = resuming.items_before(run.state, node)

    def worked_out(scope: Scope) -> _Items:
        found = items_of(run.state, node.id, node.step, scope) if known is None else known
        return _Items(values=found)

    found = run.decided(
        node,
        "items",
        _Items,
        worked_out,
        lambda items: _Items(hidden=len(items.values)) if hidden else items,
    )
    items = [*found.values, *[HIDDEN] * found.hidden]
    limit = 1
    if most is not None and not node.step.side_by_side:
        total = len(items)
        limit = run.decided(node, "limit", int, lambda scope: render_share(most, scope, total))
    inside = len(items) * (1 + len(run.program.loops.get(static_id(node.id), ())))
    if len(run.state.steps) + inside > MOST_STEPS:
        told = f"with these {len(items):,} items the run has more than {MOST_STEPS:,} steps"
        raise TemplateError(told, expression=str(foreach))
    frames = item_frames(run.state, node, items)
    children = [item_id(node.id, number) for number in range(len(items))]
    run.state.frames.update(zip(children, frames, strict=True))
    run.decided(node, "hosts", bool, lambda _: _hosts_hold(run, node, len(items)))
    labels = [_label(run, run.program.node(child)) for child in children]
    for child, label in zip(children, labels, strict=True):
        run.make_state(child)
        run.state.steps[child].label = label
        run.make_states(child)
    rates = rates_of(run, node, len(items), limit)
    step = run.step(node)
    step.items, step.rates, step.listed = len(items), rates, None
    # Where there is nobody behind the canaries there is nothing to ask.
    step.canary_passed = step.canary_passed or rates.canary == len(items)
    open_block(run, node, children, rates, f"for each of {len(items)} items")


def _hosts_hold(run: Run, node: Node, items: int) -> bool:
    """True; TemplateError where an item can be no host that the steps name."""
    check_item_hosts(run.program, run.state, node, items)
    return True


def _label(run: Run, item: Node) -> str:
    """How an item is called; TemplateError where that cannot be rendered."""
    label = item.step.label
    if label is None:
        return ""
    shown = run.decided(item, "label", str, lambda scope: shown_text(label, scope).strip())
    return shown[:MAX_LABEL]


def gather(run: Run, node: Node, block: BlockState) -> None:
    """Captures, asked values and results that were made inside become lists in the order of the items.

    Of items that did not all have their turn only how they ended.
    """
    kept_going = block.keeps_going and not block.exceeded
    whole = kept_going or (block.failure is None and block.cut is None)
    frames = [run.state.frames[child] for child in block.children]
    around = frame_of(run.state, node.id)
    inside = run.program.gathered(node)
    made = dict.fromkeys(name for n in inside if whole for name in made_by(n.step))
    for name in made:
        around.captured[name] = [
            frame.captured.get(name, frame.values.get(name)) for frame in frames
        ]
    run.step(node).captured = list(made)
    for step, fields in {n.step.id: n.results for n in inside}.items():
        kept = [field for field in fields if whole or field == OUTCOME]
        if kept:
            around.results[step] = {
                field: [frame.results.get(step, {}).get(field) for frame in frames]
                for field in kept
            }
    own = node.step.as_
    run.note_secrets(node, (name for f in frames for name in f.secrets if name != own))
