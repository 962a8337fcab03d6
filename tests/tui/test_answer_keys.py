"""Every answer of a dialog has a key, and one that cannot be made good takes more than one."""

from __future__ import annotations

import pytest

from pup_tui.tui.dialogs.dialog import Answer
from pup_tui.tui.dialogs.half_undone import HalfUndoneScreen
from pup_tui.tui.dialogs.manual import ManualScreen
from pup_tui.tui.dialogs.reason import ReasonScreen
from tests.support.dialogs import NOTHING, asked, in_sight, question


@pytest.mark.parametrize(
    ("key", "answer"), [("d", "taken-back"), ("s", "stays"), ("r", "undo"), ("a", "abort")]
)
async def test_what_became_of_an_undo_is_said_by_a_key_and_enter(key: str, answer: str) -> None:
    async with asked(HalfUndoneScreen(question("half-undone"))) as (app, pilot):
        for label in ("It was  d", "It was not  s", "Undo again  r", "Abort  a"):
            assert label in in_sight(app)
        await pilot.press(key)
        assert app.answer == NOTHING
        await pilot.press("enter")
        assert app.answer == Answer(answer)


@pytest.mark.parametrize(("keys", "answer"), [("d", "yes"), ("a enter", "no")])
async def test_a_manual_step_is_done_or_not_by_its_keys(keys: str, answer: str) -> None:
    async with asked(ManualScreen(question("manual"))) as (app, pilot):
        assert "Done  d" in in_sight(app)
        assert "Not done: abort  a" in in_sight(app)
        await pilot.press(*keys.split())
        assert app.answer == Answer(answer)


async def test_enter_in_the_note_says_that_it_is_done_where_all_is_ticked() -> None:
    async with asked(ManualScreen(question("manual", checklist=("Look",)))) as (app, pilot):
        app.screen.query_one("#manual-note").focus()
        await pilot.press(*"dab", "enter")
        assert app.answer == NOTHING
        assert "1 item not ticked yet" in in_sight(app)
        await pilot.press("space")
        app.screen.query_one("#manual-note").focus()
        await pilot.press("enter")
        assert app.answer == Answer("yes", "dab")


async def test_a_reason_is_accepted_by_the_key_that_its_button_names() -> None:
    async with asked(ReasonScreen("Skip it", "The run goes on behind it.")) as (app, pilot):
        assert "Accept  enter" in in_sight(app)
        await pilot.press(*"why", "enter")
        assert app.answer == Answer("yes", "why")
