"""The items of a foreach, which an inventory may have to be asked for first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from msgspec.structs import replace

from pup_tui.core.actions import ListItems
from pup_tui.core.amounts import Scope, render_items, render_seconds
from pup_tui.core.ids import item_id
from pup_tui.core.program import Program
from pup_tui.core.render import render_text, shown_text
from pup_tui.core.state import RunState
from pup_tui.runbook.exposure import check_exposure
from pup_tui.runbook.model import Step
from pup_tui.runbook.parts import ALL_HOSTS, Inventory
from pup_tui.runbook.roles import Role
from pup_tui.template.errors import TemplateError
from pup_tui.template.value_command import render_value_command

TIMEOUT: Final = 60.0
"""Seconds that an inventory may take to answer, where nothing else is said."""

NOT_ASKED: Final = "its items are asked for when it begins"


def inventory_of(step: Step) -> Inventory | None:
    """What is asked for the items of a foreach; None where they stand in the file or follow from values."""
    return step.foreach if isinstance(step.foreach, Inventory) else None


def items_of(state: RunState, step_id: str, given: Step, scope: Scope) -> list[Any]:
    """The items of a foreach; TemplateError where there is no list, or its inventory was not asked yet."""
    assert given.foreach is not None
    if not isinstance(given.foreach, Inventory):
        return render_items(given.foreach, scope)
    step = state.steps.get(step_id)
    if step is None or step.listed is None:
        raise TemplateError(NOT_ASKED)
    return list(step.listed)


def listed_in(program: Program, state: RunState) -> dict[str, list[Any]]:
    """What the inventories gave of the loops that have begun in a run, by the id of the step."""
    found = {}
    for id_, step in state.steps.items():
        if step.rates is None:
            continue
        given = program.node(id_).step
        if inventory_of(given) is not None:
            items = (state.frames[item_id(id_, number)] for number in range(step.items))
            found[id_] = [frame.values[given.as_] for frame in items]
    return found


def asked_for(
    step_id: str, given: Inventory, scope: Scope, secrets: Collection[str], directory: str
) -> ListItems:
    """What an inventory is asked for; TemplateError where that cannot be rendered."""
    timeout = TIMEOUT if given.timeout is None else render_seconds(given.timeout, scope)
    wanted = ListItems(step=step_id, timeout=timeout)
    if given.command is not None:
        command = render_value_command(given.command, scope, secrets)
        return replace(wanted, command=replace(command, directory=directory))
    place, text = _named(given)
    named = render_text(text, scope).strip()
    if not named:
        raise TemplateError(f"`{place}` of the inventory is empty", expression=text)
    if place == "ssh_config":
        return replace(wanted, ssh_config=named)
    # It is a word for a program.
    check_exposure(Role.FILE, text, secrets)
    group = ALL_HOSTS if given.group is None else render_text(given.group, scope).strip()
    if not group:
        raise TemplateError("`group` of the inventory is empty", expression=given.group)
    return replace(wanted, ansible=named, group=group)


def _named(given: Inventory) -> tuple[str, str]:
    """Where an inventory is, as its author wrote it."""
    found = ((place, getattr(given, place)) for place in given.places)
    return next((place, text) for place, text in found if text is not None)


def in_words(given: Inventory, scope: Mapping[str, Any]) -> str:
    """What an inventory is asked for, as people are told, with the values that are known already."""

    def known(text: str) -> str:
        try:
            return shown_text(text, scope)
        except TemplateError:
            return text

    place, text = _named(given)
    if place == "command":
        return f"the lines of `{known(text).strip()}`"
    if place == "ssh_config":
        return f"the hosts of the ssh configuration called {known(text)}"
    group = ALL_HOSTS if given.group is None else known(given.group)
    return f"the hosts of the group {group} of {known(text)}"
