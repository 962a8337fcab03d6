"""How a step is called in questions: those of which the name is the same have to be told apart."""

from __future__ import annotations

from collections.abc import Iterable
from json import dumps

from pup_tui.core.ids import is_item, item_numbers, upwards
from pup_tui.core.notices import ItemAgain
from pup_tui.core.program import Program
from pup_tui.core.state import RunState

_MOST_OF_ITEM = 60
"""Characters of what an item is called that stand in a title."""


def title_of(program: Program, state: RunState, step: str) -> str:
    """A step's name; where that is not its alone its id before it, and in a foreach what its items are
    called.
    """
    given = program.node(step).step
    called_so = sum(node.step.name == given.name for node in program.nodes)
    if called_so < 2 and not item_numbers(step):
        return given.name
    own = step if given.name == given.id else f"{step}: {given.name}"
    return " · ".join([own, *_items_around(program, state, step)])


def item_name(program: Program, state: RunState, item: str) -> str:
    """An item's label, or else its value; empty where that is secret or not known."""
    for steps in (state.steps, state.earlier.steps):
        if item in steps and steps[item].label:
            return steps[item].label
    frame = state.frames.get(item) or state.earlier.frames.get(item)
    name = program.node(item).step.as_
    if frame is None or name in frame.secrets:
        return ""
    value = frame.values.get(name)
    if isinstance(value, str):
        return value
    return "" if value is None else dumps(value)


def items_again(program: Program, state: RunState, steps: Iterable[str]) -> tuple[ItemAgain, ...]:
    """Those of the steps that stand in an item of a foreach, with what that is called, and its host."""
    found = []
    for step in steps:
        if item_numbers(step):
            label = " · ".join(_items_around(program, state, step))
            known = state.steps.get(step), state.earlier.steps.get(step)
            host = next((each.host for each in known if each is not None and each.host), "")
            found.append(ItemAgain(step=step, label=label, host=host))
    return tuple(found)


def _items_around(program: Program, state: RunState, step: str) -> list[str]:
    """What the items are called that a step stands in, the outermost first; none of those not known."""
    items = [item_name(program, state, each) for each in upwards(step) if is_item(each)]
    told = (" ".join(name.split()) for name in reversed(items))
    return [_cut(name) for name in told if name]


def _cut(name: str) -> str:
    return name if len(name) <= _MOST_OF_ITEM else f"{name[: _MOST_OF_ITEM - 1]}…"
