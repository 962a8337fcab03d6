from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from textual.widgets import OptionList, Select

from pup_tui.core.actions import Question
from pup_tui.tui.dialogs.dialog import Answer, ValuesAnswer
from pup_tui.tui.dialogs.input import InputScreen
from pup_tui.tui.fields import field_list
from pup_tui.tui.fields.field import Field
from pup_tui.tui.fields.field_list import FieldList
from tests.support.dialogs import (
    NOTHING,
    Host,
    answer_of,
    asked,
    eventually,
    in_sight,
    question,
    shown,
    until,
)
from tests.support.fields import variables
from tests.support.value_sources import Commands, sources_of

SERVICE = 'SERVICE: {pattern: "[a-z]+"}\n'
MANY = "\n".join(f"V{at}: {{default: v{at}}}" for at in range(30))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_list, "SETTLED", 0.0)


def asks_for(text: str, **keys: Any) -> Question:
    return question("input", **{"message": "Which one?", **keys}, variables=variables(text))


def screen(
    text: str, commands: Commands | None = None, typed: dict[str, str] | None = None, **keys: Any
) -> InputScreen:
    sources = sources_of({"TOKEN": "s3cret-token"}, commands=commands)
    return InputScreen(asks_for(text, **keys), sources, typed=typed)


async def test_the_first_field_takes_what_is_typed_and_a_key_goes_on() -> None:
    async with asked(screen(SERVICE)) as (app, pilot):
        await until(pilot, app, "Which one?", "SERVICE *", "Go on is off: SERVICE is required")
        assert app.screen.query("#yes:disabled")
        await pilot.press(*"shop")
        await until(pilot, app, "ready to go on")
        await pilot.press("ctrl+r")
        assert await answer_of(pilot, app) == ValuesAnswer("yes", values={"SERVICE": "shop"})


async def test_a_key_leads_from_a_field_to_aborting_the_run_and_enter_does_it() -> None:
    async with asked(screen(SERVICE)) as (app, pilot):
        await until(pilot, app, "Go on is off", "No: abort the run  ^g")
        await pilot.press("ctrl+g")
        assert app.focused is not None
        assert app.focused.id == "no"
        await until(pilot, app, "No: abort the run  enter")
        assert "enter next field" not in in_sight(app)
        assert app.answer == NOTHING
        await pilot.press("shift+tab", "shift+tab")
        await until(pilot, app, "enter next field")
        await pilot.press("ctrl+g")
        await pilot.press("enter")
        assert await answer_of(pilot, app) == Answer("no")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("HOSTS: {type: list, choices: [a, b]}", "space ticks · tab next field"),
        ("HOSTS: {type: list}", "tab next field"),
        (f"ZONE: {{type: enum, choices: {list('abcdefghi')}}}", "enter opens · tab next field"),
        ("HOW: {type: enum, choices: [a, b]}", "enter next field"),
        ("LOUD: {type: boolean}", "enter next field"),
    ],
)
async def test_what_is_told_of_the_keys_holds_in_the_field(text: str, keys: str) -> None:
    async with asked(screen(text)) as (app, pilot):
        await until(pilot, app, keys)
        leads_on = "enter" if "enter next" in keys else "tab"
        before = app.focused
        await pilot.press(leads_on)
        await until(pilot, app, "No: abort")
        assert app.focused is not before


async def test_enter_goes_from_field_to_field_and_never_on() -> None:
    async with asked(screen(SERVICE + "COUNT: {type: integer}")) as (app, pilot):
        await until(pilot, app, "Go on is off")
        await pilot.press(*"shop", "enter", *"3", "enter")
        await eventually(pilot, app, lambda: app.focused is app.screen.query_one("#yes"))
        assert app.answer == NOTHING
        await pilot.press("enter")
        assert await answer_of(pilot, app) == ValuesAnswer(
            "yes", values={"SERVICE": "shop", "COUNT": 3}
        )


async def test_enter_in_the_last_field_leads_to_what_is_still_wrong() -> None:
    async with asked(screen(SERVICE + "COUNT: {type: integer}")) as (app, pilot):
        await until(pilot, app, "Go on is off")
        await pilot.press("enter", *"3", "enter")
        first = app.screen.query(Field).first()
        await eventually(pilot, app, lambda: first.has_focus_within)
        assert app.answer == NOTHING


async def test_a_select_shows_that_it_has_the_focus() -> None:
    many = ", ".join(f"c{at}" for at in range(9))
    async with asked(screen(f"A: {{type: enum, choices: [{many}]}}\nB: {{}}\n")) as (app, pilot):
        await until(pilot, app, "Go on is off")
        select = app.screen.query_one(Select)
        current = select.query_one("SelectCurrent")
        assert select.has_focus
        focused = current.styles.background
        await pilot.press("tab")
        assert current.styles.background != focused


def marked_row(app: Host) -> str:
    """What the row of the screen with the option that is marked begins with."""
    options = app.focused
    assert isinstance(options, OptionList)
    assert options.highlighted is not None
    return str(options.options[options.highlighted].prompt).split(" ·")[0]


HOSTS = ", ".join(f"web-{at:02}" for at in range(12))
LONG_LISTS = {
    "one of many": f"A: {{type: enum, choices: [{HOSTS}]}}",
    "several": f"A: {{type: list, choices: [{HOSTS}]}}",
}


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (80, 24), (200, 50)])
@pytest.mark.parametrize("kind", LONG_LISTS)
async def test_the_option_that_is_marked_is_in_sight(kind: str, size: tuple[int, int]) -> None:
    asks = screen(LONG_LISTS[kind], title="Pick", message="Which one?\nIt is restarted.")
    async with asked(asks, size=size) as (app, pilot):
        await eventually(pilot, app, lambda: app.focused is not None)
        if kind == "one of many":
            await pilot.press("enter")
        for key in [*["down"] * 11, *["up"] * 5]:
            await pilot.press(key)
            await eventually(pilot, app, lambda: marked_row(app) in in_sight(app))
        if kind == "one of many":
            await pilot.press(*"web-11")
            await eventually(pilot, app, lambda: marked_row(app) in in_sight(app))
            assert marked_row(app) == "web-11"
        await pilot.resize_terminal(*{(80, 24): (40, 12)}.get(size, size))
        await eventually(pilot, app, lambda: marked_row(app) in in_sight(app))


async def test_the_choice_that_keys_lead_to_is_in_sight_in_a_low_window() -> None:
    choices = ", ".join(f"a-region-with-a-name-{at}" for at in range(4))
    asks = screen(f"A: {{type: enum, choices: [{choices}]}}")
    async with asked(asks, size=(40, 8)) as (app, pilot):
        await eventually(pilot, app, lambda: app.focused is not None)
        for at in (0, 1, 2, 3, 0):
            await pilot.press("down")
            chosen = f"● a-region-with-a-name-{at}"
            await eventually(pilot, app, partial(lambda chosen: chosen in in_sight(app), chosen))


async def test_what_is_wrong_stands_beside_its_field_and_keeps_the_run_waiting() -> None:
    async with asked(screen(SERVICE + "COUNT: {type: integer, max: 5}")) as (app, pilot):
        await until(pilot, app, "Go on is off")
        await pilot.press(*"shop", "enter", *"9", "ctrl+r")
        await until(pilot, app, "✖ it must be at most 5", "Go on is off: COUNT must be at most 5")
        assert app.answer == NOTHING


async def test_a_no_says_what_it_does_and_refuses() -> None:
    async with asked(screen(SERVICE)) as (app, pilot):
        await until(pilot, app, "No: abort the run", "Go on is off")
        await pilot.click("#no")
        assert await answer_of(pilot, app) == Answer("no")


async def test_what_was_typed_is_there_again_but_for_secrets() -> None:
    typed: dict[str, str] = {}
    text = SERVICE + "TOKEN: {type: secret}"
    async with asked(screen(text, typed=typed)) as (app, pilot):
        await until(pilot, app, "Go on is off")
        await pilot.press(*"shop", "enter", *"s3cret-token", "escape")
        assert app.answer is None
    assert typed == {"SERVICE": "shop"}
    async with asked(screen(text, typed=typed)) as (app, pilot):
        await until(pilot, app, "shop")


async def test_texts_may_use_what_the_run_knows() -> None:
    text = """
HOST: {default: "{{ REGION }}.example.com"}
TICKET: {when: "REGION == 'eu'", required: false}
OTHER: {when: "REGION == 'us'"}
"""
    async with asked(screen(text, names={"REGION": "eu"})) as (app, pilot):
        await until(pilot, app, "default: eu.example.com", "TICKET")
        await pilot.press("ctrl+r")
        assert await answer_of(pilot, app) == ValuesAnswer(
            "yes", values={"HOST": "eu.example.com"}, left_out=("TICKET", "OTHER")
        )


async def test_secrets_are_named_and_never_shown() -> None:
    text = 'TOKEN: {type: secret, from: "env:TOKEN"}'
    async with asked(screen(text)) as (app, pilot):
        await until(pilot, app, "from env:TOKEN", "ready to go on")
        assert "s3cret" not in in_sight(app)
        await pilot.press("ctrl+r")
        given = await answer_of(pilot, app)
        assert isinstance(given, ValuesAnswer)
        assert given.secrets == ("TOKEN",)
        assert "s3cret" not in repr(given)


async def test_choices_come_from_a_command() -> None:
    commands = Commands({"list-hosts": "a1\na2"})
    text = 'HOST: {type: enum, choices_from: "list-hosts"}'
    async with asked(screen(text, commands)) as (app, pilot):
        await until(pilot, app, "Choose")
        app.screen.query_one(Field).focus()
        await pilot.press("enter", "down", "enter")
        await until(pilot, app, "ready to go on", "a1")


async def test_choices_are_those_of_what_was_found() -> None:
    text = "DATABASE: {type: enum, choices_from: {items: FOUND}}"
    found = [{"value": "orders", "label": "orders, 40 GB"}, {"value": "carts"}]
    async with asked(screen(text, names={"FOUND": found})) as (app, pilot):
        await until(pilot, app, "Choose")
        app.screen.query_one(Field).focus()
        await pilot.press("enter")
        await until(pilot, app, "orders, 40 GB", "carts")
        await pilot.press("down", "enter")
        await until(pilot, app, "ready to go on")
        await pilot.press("ctrl+r")
        assert await answer_of(pilot, app) == ValuesAnswer("yes", values={"DATABASE": "orders"})


async def test_choices_that_there_are_not_say_why() -> None:
    text = "DATABASE: {type: enum, choices_from: {items: FOUND}}"
    async with asked(screen(text, names={"FOUND": []})) as (app, pilot):
        await until(pilot, app, "`FOUND` gives none")


async def test_a_question_that_is_gone_takes_no_values() -> None:
    commands = Commands({"whoami": "alice"})
    commands.hold("whoami")
    async with asked(screen('USER: {from: "command:whoami"}', commands)) as (app, pilot):
        await until(pilot, app, "ready to go on")
        await pilot.press("ctrl+r")
        await until(pilot, app, "finding the values")
        app.asks.withdraw()
        commands.held["whoami"].set()
        assert await answer_of(pilot, app) is None


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (200, 50)])
async def test_a_long_form_scrolls_and_the_buttons_stay(size: tuple[int, int]) -> None:
    async with asked(screen(MANY), size) as (app, pilot):
        await until(pilot, app, "Which one?", "V0", "Go on", "ready to go on")
        app.screen.query_one(FieldList).fields[-1].focus()
        await until(pilot, app, "V29", "default: v29", "Go on")


async def test_hostile_text_is_shown_as_text() -> None:
    hostile = "[/usr/bin] [@click=app.quit]x[/] \x1b]52;c;AAAA\x07\u202e"
    asks = question(
        "input", title=hostile, message=hostile, variables=variables("A: {required: false}")
    )
    async with asked(InputScreen(asks, sources_of()), (160, 50)) as (app, pilot):
        await until(pilot, app, "ready to go on")
        assert shown(app).count("[@click=app.quit]x[/]") == 2
        assert not set("\x1b\x07\u202e") & set(shown(app) + in_sight(app))
