"""The keys: one table of what they mean, and everything that is made of it."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

import pup_tui.tui
from pup_tui.console_keys import ACTIONS, TYPED_INTO, KeyPlace, clashes
from pup_tui.tui.dialogs.alert_paste import AlertScreen
from pup_tui.tui.dialogs.checklist import ChecklistDialog
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.dialogs.failure import FailureScreen
from pup_tui.tui.dialogs.half_undone import HalfUndoneScreen
from pup_tui.tui.dialogs.input import InputScreen
from pup_tui.tui.dialogs.left_running import LeftRunningScreen
from pup_tui.tui.dialogs.resume import ResumeScreen
from pup_tui.tui.dialogs.unknown import UnknownScreen
from pup_tui.tui.dialogs.whole_line import WholeLineScreen
from pup_tui.tui.screens.help import HelpScreen
from pup_tui.tui.widgets.fleet_view import FleetView
from pup_tui.tui.widgets.key_hints import KeyHints
from pup_tui.tui.widgets.output_pane import OutputPane
from tests.support.console import MakeServices, OpenConsole
from tests.support.gallery import PROFILES, RUNBOOKS, Programs, screens
from tests.support.keys_table import documented, table

_PLACES: tuple[tuple[str, KeyPlace], ...] = (
    ("FilterInput", KeyPlace.FILTER),
    ("SearchBar", KeyPlace.SEARCH),
    ("Sidebar", KeyPlace.RUNBOOKS),
    ("Overview", KeyPlace.OVERVIEW),
    ("Form", KeyPlace.FORM),
    ("PlanView", KeyPlace.PLAN),
    ("History", KeyPlace.HISTORY),
    ("Statistics", KeyPlace.STATISTICS),
    ("Inbox", KeyPlace.INBOX),
    ("OutputPane", KeyPlace.OUTPUT),
    ("FleetView", KeyPlace.FLEET),
    ("RunPage", KeyPlace.STEPS),
)
_SCREENS: tuple[tuple[type[Screen[Any]], KeyPlace], ...] = (
    (HelpScreen, KeyPlace.HELP),
    (WholeLineScreen, KeyPlace.LINE),
    (ConfirmScreen, KeyPlace.CONFIRM),
    (FailureScreen, KeyPlace.FAILURE),
    (ResumeScreen, KeyPlace.RESUME),
    (UnknownScreen, KeyPlace.UNKNOWN),
    (HalfUndoneScreen, KeyPlace.UNKNOWN),
    (LeftRunningScreen, KeyPlace.LEFT),
    (ChecklistDialog, KeyPlace.CHECKLIST),
    (InputScreen, KeyPlace.VALUES),
    (AlertScreen, KeyPlace.ALERT),
    (Dialog, KeyPlace.DIALOG),
)


def place_of(screen: Screen[Any]) -> KeyPlace | None:
    """Where the focus is."""
    for kind, place in _SCREENS:
        if isinstance(screen, kind):
            return place
    nodes = [] if screen.focused is None else screen.focused.ancestors_with_self
    around = [type(node).__name__ for node in nodes]
    return next((place for name, place in _PLACES if name in around), None)


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(pup_tui.tui.__path__, "pup_tui.tui."):
        yield importlib.import_module(found.name)


def kinds(of: type[Any] = DOMNode) -> Iterator[type[Any]]:
    for kind in of.__subclasses__():
        if kind.__module__.startswith("pup_tui."):
            yield kind
        yield from kinds(kind)


def test_no_key_means_two_things_in_one_place() -> None:
    assert not list(clashes({}))


@pytest.mark.parametrize("name", ["abort", "abort_typing", "accept_poll"])
def test_what_cannot_be_taken_back_has_a_key_that_means_nothing_else(name: str) -> None:
    others = (action for action in ACTIONS.values() if action.name != name)
    assert not {key for action in others for key in action.keys} & {*ACTIONS[name].keys}


def test_every_action_of_the_table_is_bound_and_nothing_else_is() -> None:
    assert list(modules())
    own = [
        binding
        for kind in kinds()
        for binding in Binding.make_bindings(kind.__dict__.get("BINDINGS", ()))
    ]
    assert {binding.id for binding in own} == set(ACTIONS)


def test_nothing_binds_a_key_past_the_table() -> None:
    for module in modules():
        tree = ast.parse(Path(module.__file__).read_text())
        calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
        made = {func.id for func in calls if isinstance(func, ast.Name)}
        assert "Binding" not in made or module.__name__ == "pup_tui.tui.keys", module.__name__


OF_THE_CATALOG = {
    *("run", "plan", "history", "statistics", "integrations", "present_state"),
    *("editor", "new_runbook", "alert", "put_alert_aside", "trust"),
}


OF_AN_OUTPUT = {*OutputPane.ACTS, "times", "overwritten"} - {*FleetView.ACTS}


async def test_the_table_says_where_an_action_holds(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    bound: dict[KeyPlace, set[str]] = {}
    services = make_services(RUNBOOKS, executor=Programs(), profiles=lambda: PROFILES)
    async with open_console(services) as console:
        async for _ in screens(console):
            screen = console.app.screen
            place = place_of(screen)
            if place is not None:
                bound.setdefault(place, set()).update(bound_in(screen))
            assert all(len(hints.shown) <= 6 for hints in screen.query(KeyHints))
    assert len(bound) >= 9
    for place, names in bound.items():
        # The main screen has these for all pages, and lets nobody press them on others.
        elsewhere = set() if place is KeyPlace.RUNBOOKS else {*OF_THE_CATALOG}
        # The run view has these for outputs, and lets nobody press them where a grid stands instead.
        elsewhere |= OF_AN_OUTPUT if place is KeyPlace.FLEET else set()
        # It is of the lists among the fields, of which none is shown.
        elsewhere |= {"tick"} if place is KeyPlace.VALUES else set()
        # Of `/` Textual does not see that it is typed (the key is called `slash`).
        names -= elsewhere | ({"search"} if place is KeyPlace.FILTER else set())
        assert names == expected_in(place) - elsewhere, place


def expected_in(place: KeyPlace) -> set[str]:
    """The actions that the table has there, without those whose keys are typed there."""
    actions = (action for action in ACTIONS.values() if place in action.places)
    typed = place in TYPED_INTO
    return {
        each.name for each in actions if not (typed and all(len(key) == 1 for key in each.keys))
    }


def bound_in(screen: Screen[Any]) -> set[str]:
    """The actions that there are keys for where the focus is, whether they can be done now or not."""
    modal = [each for _, bindings in screen._modal_binding_chain for each in bindings]
    rest = [each for _, bindings in screen._binding_chain for each in bindings if each[1].priority]
    return {binding.id for _, binding in (*modal, *rest) if binding.id}


def test_the_manual_lists_all_keys() -> None:
    assert documented() == table()
