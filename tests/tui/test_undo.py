from __future__ import annotations

import pytest
from textual.widgets import Button

from pup_tui.core.actions import Question, UndoOffer
from pup_tui.tui.dialogs.undo import OfferItem, UndoAnswer, UndoScreen
from tests.support.dialogs import NOTHING, asked, in_sight, question, shown, until

OFFERS = (
    UndoOffer(step="scale:undo", name="Scale to zero", command="kubectl scale --replicas=3"),
    UndoOffer(step="drop:undo", name="Drop the table", command="psql < dump.sql", danger=True),
    UndoOffer(
        step="flag:undo", name="Turn the flag off", command="PATCH https://flags.example.com"
    ),
)


def offered(offers: tuple[UndoOffer, ...] = OFFERS, message: str = "The run failed.") -> Question:
    return question("undo", step=":undo", title="Undo?", message=message, offers=offers)


async def test_each_step_is_named_with_its_command_in_the_order_of_the_offer() -> None:
    async with asked(UndoScreen(offered())) as (app, _):
        seen = in_sight(app)
        places = [seen.index(text) for offer in OFFERS for text in (offer.name, offer.command)]
        assert places == sorted(places)
        assert "DANGER Drop the table" in seen
        assert "DANGER Scale" not in seen


async def test_the_harmless_answer_has_the_focus_and_nothing_is_chosen() -> None:
    async with asked(UndoScreen(offered())) as (app, pilot):
        assert app.screen.query("#undo:disabled")
        assert "[x]" not in in_sight(app)
        await pilot.press("enter")
        assert app.answer is None


@pytest.mark.parametrize("keys", [("a", "enter"), ("tab", "enter")])
async def test_to_end_the_run_with_nothing_undone_reads_so_and_takes_two_keys(
    keys: tuple[str, ...],
) -> None:
    async with asked(UndoScreen(offered(), back="Back")) as (app, pilot):
        assert "End the run, undo nothing" in in_sight(app)
        assert "Back  esc" in in_sight(app)
        assert "aside" not in in_sight(app)
        await pilot.press(keys[0])
        assert app.answer == NOTHING
        await pilot.press(*keys[1:])
        assert app.answer == UndoAnswer("nothing")


async def test_a_key_leads_to_undoing_what_was_chosen_and_enter_does_it() -> None:
    async with asked(UndoScreen(offered())) as (app, pilot):
        await pilot.press("u")
        assert app.focused is app.screen.query_one("#back")
        await pilot.press("space")
        assert "Undo 1 step  u" in in_sight(app)
        await pilot.press("u")
        assert "Undo 1 step  enter" in in_sight(app)
        assert app.answer == NOTHING
        await pilot.press("enter")
        assert app.answer == UndoAnswer("undo", steps=("scale:undo",))


async def test_a_run_that_has_ended_is_not_ended_once_more() -> None:
    async with asked(UndoScreen(offered(), back="Back", can_end=False)) as (app, pilot):
        assert "undo nothing" not in in_sight(app)
        await pilot.press("a", "enter")
        assert app.answer is None


async def test_only_what_was_chosen_is_undone() -> None:
    async with asked(UndoScreen(offered())) as (app, pilot):
        items = list(app.screen.query(OfferItem))
        items[2].focus()
        await pilot.press("space")
        items[0].focus()
        await pilot.press("enter")
        await pilot.pause()
        assert "Undo 2 steps" in in_sight(app)
        assert "dangerous" not in in_sight(app)
        await pilot.click("#undo")
        assert app.answer == UndoAnswer("undo", steps=("scale:undo", "flag:undo"))


async def test_a_key_chooses_all_and_says_that_this_is_dangerous() -> None:
    async with asked(UndoScreen(offered())) as (app, pilot):
        await pilot.press("asterisk")
        await pilot.pause()
        assert str(app.screen.query_one("#undo", Button).label) == "Undo 3 steps: dangerous  u"
        assert "Undo 3 steps: dangerous" in in_sight(app)
        await pilot.press("asterisk")
        assert app.screen.query("#undo:disabled")
        await pilot.press("asterisk", "tab", "enter")
        assert app.answer == UndoAnswer("undo", steps=tuple(offer.step for offer in OFFERS))


async def test_looking_at_the_output_decides_nothing() -> None:
    async with asked(UndoScreen(offered())) as (app, pilot):
        await pilot.press("asterisk", "escape")
        assert app.answer is None


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (200, 50)])
async def test_many_steps_scroll_and_the_buttons_stay(size: tuple[int, int]) -> None:
    many = tuple(
        UndoOffer(step=f"s{at}:undo", name=f"Step {at}", command=f"run {at}") for at in range(40)
    )
    async with asked(UndoScreen(offered(many)), size) as (app, pilot):
        await until(pilot, app, "undo nothing", "Undo?")
        list(app.screen.query(OfferItem))[-1].focus()
        await until(pilot, app, "40. take back: Step 39", "undo nothing")
        assert app.answer == NOTHING


async def test_hostile_text_is_shown_as_text() -> None:
    hostile = "[@click=app.quit]x[/] \x1b]52;c;AAAA\x07\u202e"
    offers = (UndoOffer(step="a:undo", name=hostile, command=hostile),)
    async with asked(UndoScreen(offered(offers, hostile))) as (app, _):
        assert in_sight(app).count("[@click=app.quit]x[/]") == 3
        assert not set("\x1b\x07\u202e") & set(shown(app) + in_sight(app))


async def test_a_key_ticks_the_first_step_although_a_button_has_the_focus() -> None:
    async with asked(UndoScreen(offered())) as (app, pilot):
        await pilot.press("space")
        first, second, third = app.screen.query(OfferItem)
        assert app.focused is first
        assert (first.ticked, second.ticked, third.ticked) == (True, False, False)
        assert "Undo 1 step" in in_sight(app)
        await pilot.press("space")
        assert not first.ticked
        await pilot.press("asterisk", "tab", "tab", "tab")
        await pilot.press("space")
        assert len([item for item in app.screen.query(OfferItem) if item.ticked]) == 3
        assert app.answer == NOTHING


@pytest.mark.parametrize(("down", "up"), [("j", "k"), ("down", "up")])
async def test_keys_go_from_item_to_item(down: str, up: str) -> None:
    async with asked(UndoScreen(offered())) as (app, pilot):
        first, second, *_ = app.screen.query(OfferItem)
        await pilot.press(down)
        assert app.focused is first
        await pilot.press(down)
        assert app.focused is second
        await pilot.press(up, "space")
        assert app.focused is first
        assert first.ticked
