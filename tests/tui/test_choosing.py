"""Choices of a field: what opens covers nothing, and letters lead to what begins with them."""

from __future__ import annotations

import pytest
from textual.widget import Widget
from textual.widgets import RadioSet, Select, Switch

from pup_tui.tui.dialogs.input import InputScreen
from pup_tui.tui.fields.field import Field
from pup_tui.tui.fields.list_controls import SeveralChoices
from tests.support.dialogs import asked, eventually, in_sight, question
from tests.support.fields import variables
from tests.support.value_sources import sources_of

ZONES = "NAME: {default: x}\nZONE: {type: enum, choices: [ap-1, ap-2, eu-1, eu-2, sa-1, us-1, us-2, zz-9]}\n"
FEW = "HOW: {type: enum, choices: [slowly, quickly, never], default: slowly}\n"
LATER = "HOW: {type: enum, choices: [slowly, quickly, never], default: never}\nWHO: {default: me}\n"
SWITCH = "LOUD: {type: boolean}\nWHO: {default: me}\n"
NONE_YET = "HOW: {type: enum, choices: [slowly, quickly, never]}\n"


def of(text: str) -> InputScreen:
    asks = question("input", variables=variables(text))
    return InputScreen(asks, sources_of())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_open_select_covers_neither_its_label_nor_the_choices_of_the_dialog(
    size: tuple[int, int],
) -> None:
    async with asked(of(ZONES), size) as (app, pilot):
        await eventually(pilot, app, lambda: bool(app.screen.query(Select)))
        select = app.screen.query_one(Select)
        select.focus()
        await pilot.press("enter")
        await eventually(pilot, app, lambda: "zz-9" in in_sight(app) or "ap-2" in in_sight(app))
        seen = in_sight(app)
        assert "ZONE" in seen
        assert "Put aside" in seen
        assert "Go on" in seen


async def test_letters_lead_to_the_choice_that_begins_with_them() -> None:
    async with asked(of(ZONES)) as (app, pilot):
        await eventually(pilot, app, lambda: bool(app.screen.query(Select)))
        select = app.screen.query_one(Select)
        select.focus()
        await pilot.press("enter")
        await eventually(pilot, app, lambda: app.focused is not select)
        await pilot.press("z", "enter")
        await eventually(pilot, app, lambda: select.selection == 7)


async def test_j_and_k_go_through_few_choices() -> None:
    async with asked(of(FEW)) as (app, pilot):
        await eventually(pilot, app, lambda: bool(app.screen.query(RadioSet)))
        choices = app.screen.query_one(RadioSet)
        choices.focus()
        await pilot.press("j", "j", "k")
        await eventually(pilot, app, lambda: choices.pressed_index == 1)


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [("right right", 2), ("right down left", 1), ("right space", 1), ("left", 2)],
)
async def test_of_few_choices_the_one_that_keys_lead_to_is_chosen(keys: str, chosen: int) -> None:
    async with asked(of(FEW)) as (app, pilot):
        await eventually(pilot, app, lambda: bool(app.screen.query(RadioSet)))
        choices = app.screen.query_one(RadioSet)
        choices.focus()
        await pilot.press(*keys.split())
        await eventually(pilot, app, lambda: choices.pressed_index == chosen)


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_a_key_leaves_what_was_chosen_from_the_beginning(key: str) -> None:
    async with asked(of(LATER)) as (app, pilot):
        await eventually(pilot, app, lambda: bool(app.screen.query(RadioSet)))
        choices = app.screen.query_one(RadioSet)
        choices.focus()
        await pilot.press(key)
        await eventually(pilot, app, lambda: choices.has_focus is (key == "space"))
        assert choices.pressed_index == 2


@pytest.mark.parametrize(
    ("text", "kind"), [(LATER, RadioSet), (NONE_YET, RadioSet), (SWITCH, Switch)]
)
async def test_enter_leads_on_and_changes_nothing(text: str, kind: type[Widget]) -> None:
    async with asked(of(text)) as (app, pilot):
        await eventually(pilot, app, lambda: bool(app.screen.query(kind)))
        control, field = app.screen.query_one(kind), app.screen.query_one(Field)
        control.focus()
        await eventually(pilot, app, lambda: control.has_focus)
        before = field.raw
        await pilot.press("enter")
        await eventually(pilot, app, lambda: not control.has_focus)
        assert field.raw == before


async def test_the_first_key_chooses_the_first_of_few_where_none_was_chosen() -> None:
    async with asked(of(NONE_YET)) as (app, pilot):
        await eventually(pilot, app, lambda: bool(app.screen.query(RadioSet)))
        choices = app.screen.query_one(RadioSet)
        assert choices.pressed_index == -1
        choices.focus()
        await pilot.press("right")
        await eventually(pilot, app, lambda: choices.pressed_index == 0)


MANY = [f"web-{n:02}" for n in range(1, 12)] + ["db-01", "job-1", "queue"]
SEVERAL = f"HOSTS: {{type: list, choices: [{', '.join(MANY)}]}}\n"


async def test_letters_lead_to_each_of_several_choices_and_no_other_key_acts_on_them() -> None:
    async with asked(of(SEVERAL)) as (app, pilot):
        await eventually(pilot, app, lambda: bool(app.screen.query(SeveralChoices)))
        assert "letters find" in in_sight(app)
        choices = app.screen.query_one(SeveralChoices)
        choices.focus()
        for typed, wanted in (
            ("db", "db-01"),
            ("q", "queue"),
            ("web-11", "web-11"),
            ("ob", "job-1"),
        ):
            choices._end_word()
            await pilot.press(*("minus" if letter == "-" else letter for letter in typed))
            at = MANY.index(wanted)
            await eventually(pilot, app, lambda at=at: choices.highlighted == at)  # type: ignore[misc]
        choices._end_word()
        await pilot.press("k", "space")
        await eventually(pilot, app, lambda: choices.raw == '["db-01"]')


async def test_a_choice_that_is_open_is_not_said_to_be_wanting() -> None:
    async with asked(of(ZONES.replace("enum,", "enum, required: true,"))) as (app, pilot):
        await eventually(pilot, app, lambda: bool(app.screen.query(Select)))
        select = app.screen.query_one(Select)
        select.focus()
        await pilot.press("enter")
        await eventually(pilot, app, lambda: select.expanded and app.focused is not select)
        await pilot.press("escape")
        await eventually(pilot, app, lambda: app.focused is select)
        assert "✖" not in in_sight(app)
        await pilot.press("tab")
        await eventually(pilot, app, lambda: "✖ is required" in in_sight(app))


async def test_a_closed_choice_says_how_one_is_found() -> None:
    async with asked(of(ZONES)) as (app, pilot):
        await eventually(pilot, app, lambda: "Choose · letters find" in in_sight(app))
