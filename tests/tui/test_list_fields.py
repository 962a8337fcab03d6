"""Fields of variables that are lists."""

from __future__ import annotations

import pytest
from textual.widgets import OptionList, TextArea

from pup_tui.core.actions import Question
from pup_tui.tui.dialogs.dialog import ValuesAnswer
from pup_tui.tui.dialogs.input import InputScreen
from pup_tui.tui.fields import field_list
from tests.support.console import HOSTILE, VISIBLE
from tests.support.dialogs import answer_of, asked, question, until
from tests.support.fields import fields, variables
from tests.support.value_sources import Commands, sources_of

TYPED = 'HOSTS: {type: list, pattern: "[a-z0-9-]+", max_length: 3}\n'
CHOSEN = """
ZONES: {type: list, choices: [eu, {value: us, label: The states}, ap], default: [us, eu]}
TEAMS: {type: list, choices: [sre, web], required: false}
"""
FROM_COMMAND = 'HOSTS: {type: list, choices_from: "list-hosts", default: [b1]}\n'


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_list, "SETTLED", 0.0)


# One item a line


async def test_a_list_is_typed_with_one_item_a_line() -> None:
    async with fields(TYPED) as form:
        await form.sees("HOSTS *", "one item a line")
        form["HOSTS"].focus()
        await form.pilot.press(*"web1", "enter", *"B")
        await form.eventually(lambda: "item 2: `B` does not match" in form.wrong.get("HOSTS", ""))
        await form.pilot.press("backspace", *"web-2", "enter")
        await form.eventually(lambda: form.values.get("HOSTS") == ["web1", "web-2"])
        assert not form.wrong


async def test_what_was_pasted_is_many_items_at_once() -> None:
    async with fields(TYPED) as form:
        form["HOSTS"].query_one(TextArea).insert("a\r\nb\n\n  c\nd\n")
        await form.eventually(lambda: "at most 3 items" in form.wrong.get("HOSTS", ""))


@pytest.mark.parametrize("item", ["a\nb", " ", "[1]", "\u202e", HOSTILE])
async def test_values_of_the_last_run_come_back_whole(item: str) -> None:
    async with fields("HOSTS: {type: list}", given={"HOSTS": ["x", item]}) as form:
        assert form.values["HOSTS"] == ["x", item]
        form["HOSTS"].put([item, "y"])
        await form.eventually(lambda: form.values["HOSTS"] == [item, "y"])


async def test_a_default_is_told_and_an_empty_list_can_be_given_in_its_place() -> None:
    async with fields("HOSTS: {type: list, default: [a, b c]}") as form:
        await form.sees('default: ["a", "b c"]')
        assert form.values["HOSTS"] == ["a", "b c"]
        await form.type("HOSTS", "[]")
        await form.eventually(lambda: form.values["HOSTS"] == [])


# Choices


async def test_choices_are_ticked_in_any_number() -> None:
    async with fields(CHOSEN) as form:
        await form.sees("[x] eu", "[x] The states", "[ ] ap", "none chosen: may be left out")
        assert form.values == {"ZONES": ["us", "eu"]}
        form["ZONES"].focus()
        await form.pilot.press("space", "down", "down", "space")
        await form.eventually(lambda: form.values.get("ZONES") == ["us", "ap"])
        await form.sees("[ ] eu", "[x] ap")
        await form.pilot.press("tab", "enter")
        await form.eventually(lambda: form.values.get("TEAMS") == ["sre"])


async def test_a_default_can_be_taken_away_whole() -> None:
    async with fields(CHOSEN) as form:
        form["ZONES"].focus()
        await form.pilot.press("space", "down", "space")
        await form.eventually(lambda: form.values.get("ZONES") == [])
        assert "TEAMS" not in form.values


async def test_a_click_ticks_a_choice() -> None:
    async with fields(CHOSEN) as form:
        await form.pilot.click(form["ZONES"].query_one(OptionList), offset=(1, 2))
        await form.eventually(lambda: form.values.get("ZONES") == ["eu", "us", "ap"])


async def test_a_required_choice_says_what_it_needs() -> None:
    text = "ZONES: {type: list, choices: [eu, us, ap], min_length: 2}"
    async with fields(text) as form:
        assert "is required" in form.wrong["ZONES"]
        form["ZONES"].focus()
        await form.pilot.press("space")
        await form.eventually(lambda: "at least 2 items" in form.wrong.get("ZONES", ""))
        await form.pilot.press("down", "space")
        await form.eventually(lambda: not form.wrong)


async def test_where_nothing_chosen_comes_from_is_told() -> None:
    text = 'ZONES: {type: list, choices: [eu, us], from: "env:ZONES"}'
    async with fields(text, environ={"ZONES": '["us"]'}) as form:
        await form.sees("[ ] us", "none chosen: from env:ZONES")
        assert form.values["ZONES"] == ["us"]


async def test_labels_are_never_markup() -> None:
    async with fields("ZONES: {type: list, choices: [eu]}") as form:
        control = form["ZONES"].query_one(OptionList)
        control.offer([(HOSTILE, "x")])  # type: ignore[attr-defined]
        await form.sees(f"[ ] {VISIBLE}")


async def test_many_choices_scroll_and_leave_room() -> None:
    text = f"ZONES: {{type: list, choices: [{', '.join(f'z{n}' for n in range(40))}]}}\nB: {{}}"
    async with fields(text) as form:
        form["ZONES"].focus()
        await form.pilot.press("end", "space")
        await form.eventually(lambda: form.values.get("ZONES") == ["z39"])
        await form.sees("[x] z39", "B *")


async def test_a_command_gives_the_choices() -> None:
    commands = Commands({"list-hosts": "a1\nb1\n"})
    commands.hold("list-hosts")
    async with fields(FROM_COMMAND, commands) as form:
        await form.sees("loading the choices")
        commands.held["list-hosts"].set()
        await form.sees("[ ] a1", "[x] b1")
        assert form.values["HOSTS"] == ["b1"]
        form["HOSTS"].focus()
        await form.pilot.press("space")
        await form.eventually(lambda: form.values["HOSTS"] == ["a1", "b1"])


async def test_choices_that_are_gone_are_named() -> None:
    async with fields(FROM_COMMAND, Commands({"list-hosts": "a1\n"})) as form:
        await form.sees("[ ] a1", "▲ b1 is not among the choices")


async def test_without_choices_the_list_is_typed() -> None:
    async with fields(FROM_COMMAND, Commands()) as form:
        await form.sees("exited with 1; type the")
        form["HOSTS"].focus()
        await form.pilot.press(*"c1", "enter")
        await form.eventually(lambda: form.values["HOSTS"] == ["c1", "b1"])


# In mid-run


async def test_a_question_takes_lists() -> None:
    asks: Question = question("input", message="Which?", variables=variables(TYPED + CHOSEN))
    async with asked(InputScreen(asks, sources_of())) as (app, pilot):
        await until(pilot, app, "Go on is off: HOSTS is required")
        await pilot.press(*"a1", "enter", *"b1", "tab", "space")
        await until(pilot, app, "ready to go on")
        await pilot.press("ctrl+r")
        assert await answer_of(pilot, app) == ValuesAnswer(
            "yes", values={"HOSTS": ["a1", "b1"], "ZONES": ["us"]}, left_out=("TEAMS",)
        )
