from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from msgspec import structs
from textual import events
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from pup_tui.console_keys import ACTIONS
from pup_tui.tui import drawn_whole
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.dialog import Answer, ValuesAnswer
from pup_tui.tui.dialogs.difference import DifferenceScreen
from pup_tui.tui.dialogs.failure import FURTHER, WAYS, FailureFacts, FailureScreen
from pup_tui.tui.dialogs.half_undone import HalfUndoneScreen
from pup_tui.tui.dialogs.left_running import LeftRunningScreen
from pup_tui.tui.dialogs.manual import ManualScreen
from pup_tui.tui.dialogs.reason import ReasonScreen
from pup_tui.tui.dialogs.unknown import UnknownScreen
from pup_tui.tui.drawn_whole import DrawnWhole
from pup_tui.tui.lines.last_lines import LastLines
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

FACTS = FailureFacts(exit_code=3, last=LastLines(["the end"]))
HOSTILE = "[/usr/bin] [@click=app.quit]x[/] \x1b]52;c;AAAA\x07\u202e"


@pytest.mark.parametrize(("key", "answer"), [("y", "yes"), ("n", "no"), ("enter", "no")])
async def test_a_confirmation_is_answered_with_a_key(key: str, answer: str) -> None:
    async with asked(ConfirmScreen(question())) as (app, pilot):
        await pilot.press(key)
        assert app.answer == Answer(answer)


async def test_yes_takes_a_move_and_a_key() -> None:
    async with asked(ConfirmScreen(question())) as (app, pilot):
        await pilot.press("right", "enter")
        assert app.answer == Answer("yes")


async def test_escape_answers_nothing() -> None:
    async with asked(ConfirmScreen(question())) as (app, pilot):
        await pilot.press("escape")
        assert app.answer is None


async def test_nothing_is_answered_in_the_first_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 3600.0)
    async with asked(ConfirmScreen(question())) as (app, pilot):
        await pilot.press("y", "n", "enter", "right", "enter")
        assert app.answer == NOTHING


async def test_what_is_expected_must_be_typed_exactly() -> None:
    asks = question(expect="new-flag", danger=True)
    async with asked(ConfirmScreen(asks, target="production")) as (app, pilot):
        await pilot.press(*"new-fla")
        assert app.screen.query_one(Input).value == "new-fla"
        assert app.screen.query("#yes:disabled")
        await pilot.press("enter")
        assert app.answer == NOTHING
        assert "That is not it: type exactly new-flag" in shown(app)
        await pilot.press("G")
        assert app.screen.query("#yes:disabled")
        await pilot.press("backspace", "g")
        assert app.screen.query("#yes:enabled")
        assert "That is not it" not in shown(app)
        await pilot.press("enter")
        assert app.answer == Answer("yes")


async def test_danger_and_where_it_strikes_are_said_in_words() -> None:
    asks = question(danger=True, upcoming="delete everything")
    async with asked(ConfirmScreen(asks, target="production")) as (app, _):
        assert "DANGER Ask" in shown(app)
        assert "production" in shown(app)
        assert "delete everything" in shown(app)


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (200, 50)])
async def test_a_flood_of_message_never_pushes_title_or_buttons_away(
    size: tuple[int, int],
) -> None:
    asks = question(
        title="The title",
        message="line\n" * 500,
        upcoming="word " * 500,
        expect="sure",
        danger=True,
    )
    async with asked(ConfirmScreen(asks, target="x " * 500), size) as (app, pilot):
        await pilot.pause()
        for place in (".dialog-title", ".dialog-message", "#no", "#yes", "#confirm-typed"):
            region = app.screen.query_one(place).region
            assert region.height > 0
            assert app.screen.region.contains_region(region)


async def test_a_message_without_end_is_cut_and_says_so() -> None:
    async with asked(ConfirmScreen(question(message="x" * 30_000))) as (app, _):
        assert "10,000 more characters" in shown(app)


@pytest.mark.parametrize("height", [24, 30])
async def test_what_is_out_of_sight_of_a_message_is_said_with_its_keys(height: int) -> None:
    long = question(message="\n".join(f"line {i}" for i in range(31)), expect="sure", danger=True)
    async with asked(ConfirmScreen(long, target="production"), (80, height)) as (app, pilot):
        await pilot.pause()
        message, more = (
            app.screen.query_one(".dialog-message"),
            app.screen.query_one(".dialog-more", Static),
        )
        assert app.screen.query_one(".dialog").region.height <= height * 2 // 3
        below = 31 - message.region.height
        assert f"{below} more lines · ↓ ↑ scroll" in shown(app)
        await pilot.press(*["down"] * below)
        await pilot.pause()
        assert "more line" not in shown(app)
        assert more.region.height == 1


@pytest.mark.parametrize("message", ["Sure?", "\n".join(f"line {i}" for i in range(31))])
async def test_what_a_step_does_is_in_sight_and_scrolls_after_the_message(message: str) -> None:
    effect = "\n".join(["psql -XAt", "stdin:", *(f"  delete {i};" for i in range(20))])
    asks = question(message=message, upcoming=effect, expect="sure", danger=True)
    async with asked(ConfirmScreen(asks, target="production"), (80, 24)) as (app, pilot):
        await until(pilot, app, "more lines · ↓ ↑ scroll")
        assert "psql -XAt" in in_sight(app)
        assert "delete 0;" in in_sight(app)
        assert "delete 19;" not in in_sight(app)
        await pilot.press(*["down"] * 60)
        await until(pilot, app, "the end · ↑ scrolls")
        assert "delete 19;" in in_sight(app)
        await pilot.press(*["up"] * 60)
        await until(pilot, app, "more lines · ↓ ↑ scroll")
        assert "psql -XAt" in in_sight(app)
        assert message.splitlines()[0] in in_sight(app)


async def test_a_message_that_fits_says_nothing_of_scrolling() -> None:
    async with asked(ConfirmScreen(question())) as (app, pilot):
        await pilot.pause()
        assert not app.screen.query_one(".dialog-more").display


async def test_no_is_the_filled_button_of_a_dangerous_question() -> None:
    async with asked(ConfirmScreen(question(danger=True))) as (app, pilot):
        await pilot.pause()
        no, yes = app.screen.query_one("#no"), app.screen.query_one("#yes")
        panel = app.screen.query_one(".dialog").styles.background
        assert app.focused is no
        assert no.styles.background != panel
        assert yes.styles.background == panel
        await pilot.press("right")
        assert yes.styles.background != panel
        assert no.styles.background == panel


async def test_the_lines_of_a_command_begin_in_one_column() -> None:
    asks = question(upcoming="word " * 60)
    async with asked(ConfirmScreen(asks)) as (app, _):
        label, command = app.screen.query(".dialog-row Static")
        assert command.region.height > 1
        assert command.region.x == label.region.right


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_what_stands_behind_a_dialog_makes_room_for_it_and_takes_it_back(
    size: tuple[int, int],
) -> None:
    async with asked(ConfirmScreen(question()), size) as (app, pilot):
        behind = app.screen_stack[0].query_one("#behind")
        box = app.screen.query_one(".dialog")
        await eventually(pilot, app, lambda: not behind.region.overlaps(box.region))
        assert box.region.bottom == size[1]
        assert box.region.right == size[0]
        await pilot.press("escape")
        await answer_of(pilot, app)
        await eventually(pilot, app, lambda: behind.region.size == size)


async def test_a_dialog_behind_another_is_out_of_sight() -> None:
    asks = ConfirmScreen(question())
    async with asked(asks) as (app, pilot):
        app.push_screen(ReasonScreen("Another", "on top"))
        await pilot.pause()
        assert not asks.query_one(".dialog").visible
        await pilot.press("escape")
        await pilot.pause()
        assert asks.query_one(".dialog").visible


async def test_a_dialog_whose_question_is_gone_leaves_without_an_answer() -> None:
    asks = ConfirmScreen(question())
    async with asked(asks) as (app, pilot):
        app.push_screen(ReasonScreen("Another", "on top"))
        await pilot.pause()
        asks.withdraw()
        await pilot.pause()
        assert app.answer == NOTHING
        await pilot.press("escape")
        await pilot.pause()
        assert app.answer is None
        assert len(app.screen_stack) == 1


async def test_manual_work_cannot_be_done_by_mistake() -> None:
    asks = ManualScreen(question("manual", checklist=("one", "two")))
    async with asked(asks) as (app, pilot):
        assert "[ ] one" in in_sight(app)
        await pilot.press("space")
        assert "[x] one" in in_sight(app)
        await pilot.click("#yes")
        await until(pilot, app, "1 item not ticked yet: space ticks.")
        assert app.answer == NOTHING
        await pilot.press("space")
        assert "[x] two" in in_sight(app)
        assert "not ticked" not in in_sight(app)
        await pilot.press("space")
        await pilot.click("#yes")
        assert app.answer == NOTHING
        await pilot.click("#no")
        assert app.answer == Answer("no")


async def test_manual_work_without_a_list_names_no_key_that_ticks() -> None:
    async with asked(ManualScreen(question("manual", message="Look."))) as (app, _):
        assert "Look." in in_sight(app)
        assert "ticks" not in in_sight(app)


async def test_keys_that_come_in_one_read_go_to_the_item_that_they_lead_to() -> None:
    asks = ManualScreen(question("manual", checklist=("one", "two", "three")))
    async with asked(asks) as (app, pilot):
        for key in ("down", "space", "down", "space", "up", "up", "space"):
            app.post_message(events.Key(key, None))
        await until(pilot, app, "[x] one")
        assert "[x] two" in in_sight(app)
        assert "[x] three" in in_sight(app)


async def test_the_lines_of_a_long_item_begin_in_one_column() -> None:
    asks = ManualScreen(question("manual", checklist=("once " * 20 + "last",)))
    async with asked(asks) as (app, _):
        first, second = (line for line in in_sight(app).splitlines() if "once" in line)
        assert second.index("once") == first.index("once")


async def test_what_was_ticked_and_typed_is_there_when_a_dialog_is_opened_again() -> None:
    typed: dict[str, str] = {}
    asks = question("manual", checklist=("one", "two"))
    async with asked(ManualScreen(asks, typed=typed)) as (app, pilot):
        await pilot.press("tab", "space", "tab", *"seen", "escape")
        assert await answer_of(pilot, app) is None
    async with asked(ManualScreen(asks, typed=typed)) as (app, pilot):
        assert "[ ] one" in in_sight(app)
        assert "[x] two" in in_sight(app)
        await pilot.press("space")
        await pilot.click("#yes")
        assert await answer_of(pilot, app) == Answer("yes", "seen")


async def test_what_was_captured_is_kept_while_one_looks_at_the_output_but_no_secret() -> None:
    typed: dict[str, str] = {}
    asks = question("unknown", captures=("ID", "TOKEN"), secrets=("TOKEN",))
    async with asked(UnknownScreen(asks, typed=typed)) as (app, pilot):
        first, second = app.screen.query(Input)
        first.value, second.value = "d-17", "hunter2"
        await pilot.press("escape")
        assert await answer_of(pilot, app) is None
    assert typed == {"ID": "d-17"}
    async with asked(UnknownScreen(asks, typed=typed)) as (app, pilot):
        assert [field.value for field in app.screen.query(Input)] == ["d-17", ""]


@pytest.mark.parametrize("answer", ["taken-back", "stays", "undo", "abort"])
async def test_what_became_of_an_undo_is_decided_by_choosing_a_button(answer: str) -> None:
    asks = HalfUndoneScreen(question("half-undone", upcoming="echo no b"))
    async with asked(asks) as (app, pilot):
        assert "echo no b" in shown(app)
        await pilot.press("y", "u", "a")
        assert app.answer == NOTHING
        await pilot.click(f"#{answer}")
        assert app.answer == Answer(answer)


async def test_manual_work_without_a_list_begins_harmless() -> None:
    async with asked(ManualScreen(question("manual"))) as (app, pilot):
        await pilot.press("enter")
        assert app.answer is None


@pytest.mark.parametrize("key", [True, False])
@pytest.mark.parametrize("answer", WAYS)
async def test_a_failure_has_a_key_for_every_way_on(answer: str, key: bool) -> None:
    ways = [way for way in WAYS if way != "undo" or answer == "undo"]
    asks = FailureScreen(question("failure"), FACTS, ways=ways)
    async with asked(asks) as (app, pilot):
        assert "exit code 3" in shown(app)
        assert "the end" in shown(app)
        assert app.focused is None
        await pilot.press("enter", "y")
        assert app.answer == NOTHING
        if key:
            await pilot.press(ACTIONS[answer].keys[0])
        else:
            await pilot.click(f"#{answer}")
        assert app.answer == Answer(answer)


async def test_a_failure_left_alone_decides_nothing() -> None:
    async with asked(FailureScreen(question("failure"), FACTS, ways=WAYS)) as (app, pilot):
        await pilot.press("escape")
        assert app.answer is None


async def test_a_failure_has_no_key_for_what_cannot_be_done() -> None:
    asks = FailureScreen(question("failure"), FACTS, ways=["retry", "skip"])
    async with asked(asks) as (app, pilot):
        await pilot.press("c", "a", "e", "v", "l")
        assert app.answer == NOTHING
        assert "Continue" not in in_sight(app)
        await pilot.press("s")
        assert app.answer == Answer("skip")


async def test_a_dangerous_step_runs_again_by_two_keys() -> None:
    asks = FailureScreen(question("failure", danger=True), FACTS, ways=WAYS)
    async with asked(asks) as (app, pilot):
        await pilot.press("r")
        assert app.answer == NOTHING
        assert "Run again: dangerous" in in_sight(app)
        await pilot.press("enter")
        assert app.answer == Answer("retry")


@pytest.mark.parametrize("key", [True, False])
async def test_to_leave_what_could_be_undone_takes_two_keys_or_clicks(key: bool) -> None:
    facts = FailureFacts(undoable=2)
    async with asked(FailureScreen(question("failure"), facts, ways=WAYS)) as (app, pilot):
        assert "Undo 2…" in in_sight(app)
        for answer in (NOTHING, Answer("abort")):
            if not key:
                await pilot.click("#abort")
            else:
                await pilot.press("a" if answer == NOTHING else "enter")
            assert app.answer == answer


async def test_an_enter_where_no_choice_is_selected_says_so() -> None:
    async with asked(FailureScreen(question("failure"), FACTS, ways=WAYS)) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, app, "Enter takes nothing: press the key of a choice")
        await pilot.press("tab", "enter")
        assert app.answer == Answer("retry")


async def test_a_failure_marks_its_first_error_and_tells_what_is_known_of_it() -> None:
    async def before() -> str:
        return "first failure in 41 runs"

    facts = FailureFacts(
        last=LastLines(["one", "Forbidden", "bye"], 1), before=before, looks_only=True, undoable=2
    )
    async with asked(FailureScreen(question("failure"), facts, ways=WAYS)) as (app, pilot):
        await until(
            pilot, app, "first failure in 41 runs · it changes nothing · 2 steps can be undone"
        )
        await until(pilot, app, "▶ Forbidden", "Abort, undo nothing")
        assert "▶ bye" not in in_sight(app)


@pytest.mark.parametrize("answer", ["retry", "edit", "variables", "skip", "abort"])
async def test_of_an_attempt_that_nobody_knows_of_a_button_says_what_becomes(answer: str) -> None:
    asks = UnknownScreen(
        question("unknown", upcoming="deploy --now"),
        last_lines=["half way"],
        ways={"retry", "edit", "variables", "skip", "continue"},
    )
    async with asked(asks) as (app, pilot):
        for told in ("Was it done? Ask", "half way", "deploy --now"):
            assert told in in_sight(app)
        await pilot.press("d", "r", "s", "a", "y")
        assert app.answer == NOTHING
        await pilot.click(f"#{answer}")
        assert app.answer == Answer(answer)


async def test_of_an_attempt_that_nobody_knows_of_nothing_is_decided_by_leaving_it() -> None:
    async with asked(UnknownScreen(question("unknown"))) as (app, pilot):
        assert "It had printed nothing." in in_sight(app)
        await pilot.press("enter")
        assert app.answer is None


@pytest.mark.parametrize(
    ("key", "answer"), [("d", "done"), ("r", "retry"), ("a", "abort"), ("s", "skip")]
)
async def test_each_choice_about_it_is_reached_by_a_key_and_taken_by_another(
    key: str, answer: str
) -> None:
    async with asked(UnknownScreen(question("unknown"), ways=("skip", "edit"))) as (app, pilot):
        await pilot.press(key)
        assert app.answer == NOTHING
        await pilot.press("enter")
        assert isinstance(app.answer, Answer)
        assert app.answer.answer == answer


async def test_that_it_was_done_takes_what_it_captured_and_hides_what_is_secret() -> None:
    asks = UnknownScreen(question("unknown", captures=("ID", "TOKEN"), secrets=("TOKEN",)))
    async with asked(asks) as (app, pilot):
        id_, token = app.screen.query(Input)
        await pilot.press("tab", "enter")
        assert app.answer == NOTHING
        assert app.focused is id_
        assert "what was ID?" in in_sight(app)
        await pilot.press(*"d-17", "enter")
        assert app.focused is token
        assert "what was TOKEN?" in in_sight(app)
        await pilot.press(*"hunter2")
        assert "d-17" in in_sight(app)
        assert "hunter2" not in in_sight(app)
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#done")
        assert app.answer == NOTHING
        await pilot.press("enter")
        made = {"ID": "d-17", "TOKEN": "hunter2"}
        assert app.answer == ValuesAnswer("done", values=made, secrets=("TOKEN",))


async def test_what_still_runs_is_waited_for() -> None:
    living = [True]

    async def lives() -> bool:
        return living[0]

    async with asked(LeftRunningScreen("Deploy", "sleep (pid 7)", lives)) as (app, pilot):
        await until(pilot, app, "Still running: Deploy", "sleep (pid 7)")
        assert app.answer == NOTHING
        living.clear()
        living.append(False)
        assert await answer_of(pilot, app) == Answer("ended")


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], None),
        (["tab", "enter"], Answer("end")),
        (["e", "enter"], Answer("end")),
        (["e", "escape"], None),
    ],
)
async def test_what_still_runs_is_ended_on_a_word_only(
    keys: list[str], answer: Answer | None
) -> None:
    async def lives() -> bool:
        return True

    async with asked(LeftRunningScreen("Deploy", "sleep (pid 7)", lives)) as (app, pilot):
        await until(pilot, app, "End it  e")
        await pilot.press(*keys)
        assert await answer_of(pilot, app) == answer


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (200, 50)])
@pytest.mark.parametrize("danger", [True, False])
async def test_all_that_can_become_of_an_attempt_is_in_sight(
    size: tuple[int, int], danger: bool
) -> None:
    asks = UnknownScreen(
        question(
            "unknown",
            upcoming="word " * 500,
            danger=danger,
            captures=tuple(f"NAME_{n}" for n in range(20)),
        ),
        began=0.0,
        last_lines=["line"] * 8,
        ways=FURTHER,
    )
    async with asked(asks, size) as (app, pilot):
        await until(pilot, app, "more lines · ↓ ↑ scroll")
        buttons = ["#later", "#done", "#retry", *(f"#{way}" for way in FURTHER), "#abort"]
        for place in (".dialog-title", *(buttons if size[0] >= 80 else [])):
            region = app.screen.query_one(place).region
            assert region.height > 0
            assert app.screen.query_one(".dialog").content_region.contains_region(region)


async def test_a_reason_is_needed() -> None:
    async with asked(ReasonScreen("Accept", "Why?")) as (app, pilot):
        for keys in (["enter"], ["space", "enter"], ["tab", "tab", "enter"]):
            await pilot.press(*keys)
            await until(pilot, app, "A reason is missing: type it here.")
            assert app.screen.query_one(Input).has_focus
            await pilot.press("x", "backspace")
            assert app.answer == NOTHING
        await pilot.press(*"seen", "enter")
        assert app.answer == Answer("yes", "seen")


HOSTILE_QUESTION = question(
    title=HOSTILE, message=HOSTILE, upcoming=HOSTILE, expect=HOSTILE, checklist=(HOSTILE,)
)


@pytest.mark.proves("P7")
@pytest.mark.parametrize(
    "asks",
    [
        lambda: ConfirmScreen(HOSTILE_QUESTION, target=HOSTILE),
        lambda: ManualScreen(HOSTILE_QUESTION),
        lambda: FailureScreen(HOSTILE_QUESTION, FACTS, ways=WAYS),
        lambda: UnknownScreen(structs.replace(HOSTILE_QUESTION, captures=(HOSTILE,))),
        lambda: ReasonScreen(HOSTILE, HOSTILE),
    ],
)
async def test_hostile_text_is_shown_as_text(asks: Any) -> None:
    async with asked(asks(), (160, 50)) as (app, _):
        assert "[@click=app.quit]x[/]" in shown(app)
        assert not set("\x1b\x07\u202e") & set(shown(app))


LONG = "\n".join(f"line {n}" + " with the word" * (n in (30, 60)) for n in range(80))


async def search(pilot: Pilot[None], app: Host, text: str, key: str = "slash") -> None:
    await pilot.press(key)
    await eventually(pilot, app, lambda: isinstance(app.screen.focused, Input))
    await pilot.press(*text, "enter")


async def test_no_key_ticks_where_there_is_nothing_to_tick() -> None:
    async with asked(ManualScreen(question("manual"))) as (app, pilot):
        await until(pilot, app, "Done")
        assert "ticks" not in in_sight(app)


async def test_a_key_ticks_all_items_or_none() -> None:
    asks = ManualScreen(question("manual", checklist=("one", "two")))
    async with asked(asks) as (app, pilot):
        await pilot.press("space", "asterisk")
        await until(pilot, app, "[x] one", "[x] two")
        await pilot.press("asterisk")
        await until(pilot, app, "[ ] one", "[ ] two")


async def test_what_was_found_is_not_told_of_another_text() -> None:
    async with asked(ConfirmScreen(question(message="a payment\n" * 3))) as (app, pilot):
        await search(pilot, app, "paym")
        await until(pilot, app, "match 1 of 3")
        await pilot.press("slash", "n")
        await eventually(pilot, app, lambda: "match" not in in_sight(app))


async def test_a_long_message_is_searched_and_no_key_for_it_answers() -> None:
    async with asked(ConfirmScreen(question(message=LONG))) as (app, pilot):
        await until(pilot, app, "/ search")
        await search(pilot, app, "the word")
        await until(pilot, app, "match 1 of 2", "line 30 with the word")
        await pilot.press("enter")
        await until(pilot, app, "match 2 of 2", "line 60 with the word")
        await pilot.press("escape")
        await eventually(pilot, app, lambda: "match 2" not in in_sight(app))
        assert app.answer == NOTHING
        await pilot.press("n")
        assert (await answer_of(pilot, app)).answer == "no"


async def test_where_a_text_is_expected_a_key_that_types_nothing_searches() -> None:
    async with asked(ConfirmScreen(question(message=LONG, expect="a/b"))) as (app, pilot):
        assert "/ search" not in in_sight(app)
        await search(pilot, app, "the word", "f3")
        await until(pilot, app, "match 1 of 2")
        await pilot.press("escape", *"a/b", "enter")
        assert (await answer_of(pilot, app)).answer == "yes"


async def test_matches_in_a_failure_have_the_keys_that_they_have_everywhere() -> None:
    asks = FailureScreen(question("failure", message=LONG, upcoming="the word"), FACTS, ways=())
    async with asked(asks) as (app, pilot):
        await search(pilot, app, "the word")
        await until(pilot, app, "match 1 of 3")
        await pilot.press("n", "n")
        await until(pilot, app, "match 3 of 3")
        await pilot.press("n", "N", "N")
        await until(pilot, app, "match 2 of 3", "line 60")
        await pilot.press("escape")
        await eventually(pilot, app, lambda: "match 2" not in in_sight(app))
        assert app.answer == NOTHING
        await pilot.press("escape")
        assert await answer_of(pilot, app) is None


async def test_what_is_searched_is_no_value_of_the_question() -> None:
    asks = UnknownScreen(question("unknown", message=LONG, captures=("ID",)))
    async with asked(asks) as (app, pilot):
        await search(pilot, app, "nowhere")
        await until(pilot, app, "no match")
        await pilot.click("#done")
        await until(pilot, app, "what was ID?")
        assert asks.kept() == {"ID": ""}


async def test_what_is_dangerous_takes_its_key_and_another_one() -> None:
    async with asked(ConfirmScreen(question(danger=True))) as (app, pilot):
        await pilot.press("y")
        assert app.answer == NOTHING
        await until(pilot, app, "Yes, do this dangerous step  enter")
        await pilot.press("left")
        await until(pilot, app, "Yes, do this dangerous step  y")
        await pilot.press("y", "y")
        assert app.answer == NOTHING
        await pilot.press("enter")
        assert app.answer == Answer("yes")


async def test_what_is_dangerous_takes_two_clicks() -> None:
    async with asked(ConfirmScreen(question(danger=True))) as (app, pilot):
        await pilot.click("#yes")
        assert app.answer == NOTHING
        await pilot.click("#yes")
        assert app.answer == Answer("yes")


async def test_a_click_counts_however_soon_it_follows_one_that_was_refused() -> None:
    asks = UnknownScreen(question(captures=("ID",)))
    async with asked(asks) as (app, pilot):
        # How long a button shows that it was pressed: on a loaded machine it is much longer.
        asks.query_one("#done", Button).active_effect_duration = 3600.0
        await pilot.click("#done")
        await until(pilot, app, "It was done, so what was ID?")
        await pilot.press(*"d-5")
        await pilot.click("#done")
        assert await answer_of(pilot, app) == ValuesAnswer("done", values={"ID": "d-5"})


async def test_a_double_click_is_one_press() -> None:
    asks = UnknownScreen(question(captures=("ID",)))
    async with asked(asks) as (_, pilot):
        button = asks.query_one("#done", Button)
        button.active_effect_duration = 3600.0
        with patch.object(button, "press", wraps=button.press) as press:
            await pilot.double_click("#done")
        assert press.call_count == 1


async def test_a_click_that_comes_too_early_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 3600.0)
    asks = ConfirmScreen(question())
    async with asked(asks) as (app, pilot):
        await pilot.click("#yes")
        await until(pilot, app, "You clicked before this could be read", "Click again")
        assert app.answer == NOTHING
        asks._arm()
        await pilot.click("#yes")
        assert app.answer == Answer("yes")


async def test_a_dangerous_step_runs_with_its_change_by_two_keys() -> None:
    async with asked(DifferenceScreen("Ask", ["-a", "+b"], danger=True)) as (app, pilot):
        await pilot.press("ctrl+r")
        assert app.answer == NOTHING
        await pilot.press("enter")
        assert app.answer == Answer("yes")


async def test_what_was_typed_before_a_dialog_could_be_read_moves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 3600.0)
    for danger in (False, True):
        asks = ConfirmScreen(question(danger=danger))
        async with asked(asks) as (app, pilot):
            await pilot.press("y", "tab", "right")
            assert app.focused is asks.query_one("#no")
            await until(pilot, app, "Press the key again")
            asks._arm()
            await pilot.press("enter")
            assert app.answer == Answer("no")


async def test_no_key_answers_a_question_that_was_not_drawn_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drawn_whole, "MOST_HELD", 60.0)
    monkeypatch.setattr(dialog, "ARM_SECONDS", 0.001)
    asks, answers = ConfirmScreen(question(title="Another")), list[Answer | None]()
    async with asked(ReasonScreen("Why", "Because")) as (app, pilot):
        let_draw = app.hold_drawing()
        app.push_screen(asks, answers.append)
        await eventually(
            pilot, app, lambda: bool(asks.query("#yes") and asks.query_one("#yes").size)
        )
        await pilot.press("y")
        assert not answers
        let_draw()
        await eventually(pilot, app, lambda: asks._armed)
        await pilot.press("y")
        await eventually(pilot, app, lambda: answers == [Answer("yes")])


@pytest.mark.parametrize(
    ("asks", "key"),
    [(ConfirmScreen, "y"), (ConfirmScreen, "enter"), (DifferenceScreen, "ctrl+r")],
)
async def test_a_key_that_was_typed_before_a_question_was_drawn_answers_nothing_when_it_comes(
    asks: type[ConfirmScreen | DifferenceScreen], key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 0.001)
    made = asks(question()) if issubclass(asks, ConfirmScreen) else asks("Ask", ["-a", "+b"])
    async with asked(made) as (app, pilot):
        await eventually(pilot, app, lambda: made._armed)
        monkeypatch.setattr(dialog, "ARM_SECONDS", 3600.0)
        late = events.Key(key, key if len(key) == 1 else None)
        late.time = 0.0
        app.post_message(late)
        await pilot.pause()
        assert app.answer == NOTHING


async def test_a_dialog_that_goes_before_it_was_drawn_holds_nothing_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Fleeting(ConfirmScreen):
        def on_mount(self) -> None:
            self.dismiss(None)

    monkeypatch.setattr(drawn_whole, "MOST_HELD", 60.0)
    async with asked(Fleeting(question())) as (app, pilot):
        await eventually(pilot, app, lambda: app.answer is None and app.draws)


async def test_no_frame_is_made_that_would_not_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_whole, "MOST_HELD", 60.0)
    frames = list[object]()
    display = DrawnWhole._display

    def note(app: DrawnWhole[None], *frame: Any) -> None:
        frames.append(frame)
        display(app, *frame)

    async with asked(ConfirmScreen(question())) as (app, pilot):
        await eventually(pilot, app, lambda: app.draws)
        let_draw = app.hold_drawing()
        monkeypatch.setattr(DrawnWhole, "_display", note)
        laid_out = list[bool]()
        app.screen.refresh(layout=True)
        app.screen.call_after_refresh(laid_out.append, True)
        await eventually(pilot, app, lambda: bool(laid_out))
        assert not frames
        let_draw()
        await eventually(pilot, app, lambda: bool(frames))


async def test_what_is_typed_into_a_field_is_never_too_early(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 3600.0)
    async with asked(ReasonScreen("Why", "Because")) as (app, pilot):
        await pilot.press(*"flaky")
        assert app.screen.query_one(Input).value == "flaky"
        assert "Press the key again" not in in_sight(app)
