"""What can become of a step that failed while its run is under way, as far as it needs more than a key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, TextArea

from pup_tui.core.actions import Question
from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.dialogs.dialog import Answer
from pup_tui.tui.dialogs.difference import DifferenceScreen
from pup_tui.tui.dialogs.edit_text import EditTextScreen
from pup_tui.tui.dialogs.failure import FailureScreen
from pup_tui.tui.dialogs.reason import ReasonScreen
from pup_tui.tui.dialogs.undo import UndoScreen
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.widgets.run_header import WaitingBanner
from tests.support.executors import Play
from tests.support.run_console import Console, console, said, shell

BAD = Outcome(ok=False, exit_code=1, reason="no")
STEPS = (shell("act", on_failure="confirm"), shell("after"))
PLAYS = (Play(outcome=BAD), Play())


async def until_shown(c: Console, kind: type[Any]) -> None:
    await c.until(lambda: isinstance(c.app.screen, kind))


async def test_it_is_skipped_with_a_reason_and_the_run_goes_on(tmp_path: Path) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_shown(c, FailureScreen)
        await c.pilot.press("s")
        await until_shown(c, ReasonScreen)
        await c.pilot.press("escape")
        await until_shown(c, FailureScreen)
        await c.pilot.press("s")
        await until_shown(c, ReasonScreen)
        await c.pilot.press(*"by hand", "enter")
        await c.until(lambda: c.app.ended == ["succeeded"])
        assert c.view.progress.steps["act"].status == "skipped"
        assert "skipped by ada: by hand" in c.view.progress.steps["act"].reason
        assert not c.view.waiting


async def test_its_text_is_edited_and_shown_as_a_difference_before_it_runs(tmp_path: Path) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_shown(c, FailureScreen)
        await c.pilot.press("e")
        await until_shown(c, EditTextScreen)
        c.app.screen.query_one(TextArea).text = "run-act --slowly"
        await c.pilot.press("ctrl+r")
        await until_shown(c, DifferenceScreen)
        await c.until(lambda: "-run-act\n+run-act --slowly" in said(c))
        assert "Answered" not in c.kinds()
        await c.pilot.press("ctrl+r")
        await c.until(lambda: c.app.ended == ["succeeded"])
        answered: Any = c.event("Answered")
        assert answered.answer == "retry"
        assert answered.edited.text == "run-act --slowly"
        assert c.view.progress.steps["act"].shown.command == "run-act --slowly"
        assert "with its text changed" in str(answered.note)


async def test_a_failure_to_which_its_own_form_leads_back_takes_keys_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_shown(c, FailureScreen)
        monkeypatch.setattr(dialog, "ARM_SECONDS", 600.0)
        for _ in range(2):
            await c.pilot.press("s")
            await until_shown(c, ReasonScreen)
            await c.pilot.press(*"by hand", "escape")
            await until_shown(c, FailureScreen)
            assert dialog.UNSEEN not in said(c)


async def test_an_edit_that_is_left_leads_back_to_the_failure(tmp_path: Path) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_shown(c, FailureScreen)
        await c.pilot.press("e")
        await until_shown(c, EditTextScreen)
        await c.pilot.press("escape")
        await until_shown(c, FailureScreen)
        assert c.view.waiting
        await c.pilot.press("c")
        await c.until(lambda: c.app.ended)
        assert c.view.progress.steps["act"].status == "warned"


async def test_where_the_output_is_short_the_failure_has_the_room_that_it_leaves(
    tmp_path: Path,
) -> None:
    reason = "\n".join(f"reason {n}" for n in range(6))
    bad = Play(stdout=b"boom\n", outcome=Outcome(ok=False, exit_code=3, reason=reason))
    async with console(tmp_path, *STEPS, plays=[bad, Play()]) as c:
        await until_shown(c, FailureScreen)
        await c.until(lambda: "reason 5" in said(c))
        box = c.app.screen.query_one(".dialog-message")
        assert box.max_scroll_y == 0
        assert not c.app.screen.query_one(".dialog-more").display


async def test_no_key_is_offered_for_the_answer_while_a_dialog_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_shown(c, FailureScreen)
        banner, calls = c.view.query_one(WaitingBanner), list[bool]()
        monkeypatch.setattr(banner, "show", lambda *_: calls.append(banner.display))
        closed = c.view._questions._closed

        def closed_later(question: Question, answer: Answer | None) -> None:
            c.view.take_in()  # as where a frame comes between a dialog and its answer
            closed(question, answer)

        monkeypatch.setattr(c.view._questions, "_closed", closed_later)
        await c.pilot.press("e")
        await until_shown(c, EditTextScreen)
        await c.pilot.press("escape")
        await until_shown(c, FailureScreen)
        assert not any(calls)
        await c.pilot.press("escape")
        await c.until(lambda: banner.display)
        await c.pilot.press("ctrl+x")
        await c.until(lambda: not banner.display)
        await c.pilot.press("escape")
        await c.until(lambda: banner.display)


def told(c: Console) -> str:
    """What is said beside the screen."""
    return "\n".join(f"{notice.title}\n{notice.message}" for notice in c.app._notifications)


async def type_into_what_the_answer_needs(c: Console, key: str) -> None:
    """Open what a way on asks for, and type `by hand` there."""
    await until_shown(c, FailureScreen)
    await c.pilot.press(key)
    await c.until(lambda: c.app.screen.query(Input) or c.app.screen.query(TextArea))
    await c.pilot.press(*"by hand")


@pytest.mark.parametrize("key", ["s", "e"])
async def test_what_an_answer_needs_closes_with_its_question_and_tells_what_was_typed(
    tmp_path: Path, key: str
) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await type_into_what_the_answer_needs(c, key)
        c.live.cancel("bea")
        await c.until(lambda: len(c.app.screen_stack) == 1)
        await c.until(lambda: c.app.ended == ["cancelled"])
        assert "no answer is needed any more" in told(c)
        assert "by hand" in told(c)
        assert not c.view.waiting


async def test_a_difference_closes_with_its_question_and_tells_the_text(tmp_path: Path) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await type_into_what_the_answer_needs(c, "e")
        await c.pilot.press("ctrl+r")
        await until_shown(c, DifferenceScreen)
        c.live.cancel("bea")
        await c.until(lambda: len(c.app.screen_stack) == 1)
        assert "by hand" in told(c)


async def test_what_an_answer_needs_closes_from_under_the_help(tmp_path: Path) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_shown(c, FailureScreen)
        await c.pilot.press("e")
        await until_shown(c, EditTextScreen)
        await c.pilot.press(*"by hand")
        await c.pilot.press("ctrl+p")
        c.live.cancel("bea")
        await c.until(lambda: c.app.ended == ["cancelled"])
        await c.pilot.press("escape")
        await c.until(lambda: len(c.app.screen_stack) == 1)
        assert "by hand" in told(c)


@pytest.mark.parametrize("key", ["s", "e"])
async def test_what_was_typed_and_put_aside_is_told_when_its_question_closes(
    tmp_path: Path, key: str
) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await type_into_what_the_answer_needs(c, key)
        await c.pilot.press("escape")
        await until_shown(c, FailureScreen)
        c.live.cancel("bea")
        await c.until(lambda: len(c.app.screen_stack) == 1 and "by hand" in told(c))


async def test_where_nothing_was_typed_nothing_is_said(tmp_path: Path) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_shown(c, FailureScreen)
        await c.pilot.press("e")
        await until_shown(c, EditTextScreen)
        c.live.cancel("bea")
        await c.until(lambda: len(c.app.screen_stack) == 1)
        assert not told(c)


async def test_it_is_left_for_later_and_the_run_can_be_resumed(tmp_path: Path) -> None:
    async with console(tmp_path, *STEPS, plays=PLAYS) as c:
        await until_shown(c, FailureScreen)
        await c.pilot.press("l")
        await c.until(lambda: c.app.ended == ["interrupted"])
        assert "left for later by ada" in c.view.progress.reason
        assert "Answered" not in c.kinds()


UNDONE = shell("drain", undo=shell("fill"))
LINES = b"".join(b"step %d\n" % n for n in range(60))
LOG = LINES + b"level=error msg=denied\n" + LINES
FAILS_LOUDLY = (Play(), Play(stdout=LOG, outcome=BAD), Play())


def in_the_pane(c: Console) -> str:
    return "\n".join(c.output())


@pytest.mark.parametrize("asked", [True, False])
async def test_at_80x24_the_output_has_the_room_and_begins_with_its_first_error(
    tmp_path: Path, asked: bool
) -> None:
    act = shell("act", on_failure="confirm") if asked else shell("act")
    async with console(tmp_path, UNDONE, act, plays=FAILS_LOUDLY, size=(80, 24)) as c:
        await until_shown(c, FailureScreen)
        await c.until(lambda: "level=error msg=denied" in in_the_pane(c))
        await c.until(lambda: len(c.output()) >= 7)

        assert "last lines" not in said(c)
        await c.pilot.press("pagedown")
        await c.until(lambda: "level=error" not in in_the_pane(c))
        assert isinstance(c.app.screen, FailureScreen)


async def test_the_output_is_followed_again_when_a_step_runs_again(tmp_path: Path) -> None:
    act = shell("act", on_failure="confirm")
    async with console(tmp_path, UNDONE, act, plays=FAILS_LOUDLY) as c:
        await until_shown(c, FailureScreen)
        await c.until(lambda: not c.view.query_one(OutputLines).following)
        await c.pilot.press("r")
        await c.until(lambda: c.app.ended == ["succeeded"])
        assert c.view.query_one(OutputLines).following


async def test_what_failed_is_shown_before_what_can_be_undone(tmp_path: Path) -> None:
    async with console(tmp_path, UNDONE, shell("act"), plays=FAILS_LOUDLY) as c:
        await until_shown(c, FailureScreen)
        await c.until(lambda: "1 step can be undone" in said(c))
        assert "Continue" not in said(c)
        await c.pilot.press("u")
        await until_shown(c, UndoScreen)
        await c.pilot.press("escape")
        await until_shown(c, FailureScreen)
        await c.pilot.press("escape")
        await c.until(lambda: c.view.query_one(WaitingBanner).display)
        await c.pilot.press("!")
        await until_shown(c, FailureScreen)
        await c.pilot.press("u")
        await until_shown(c, UndoScreen)
        await c.pilot.press("space", "tab", "enter")
        await c.until(lambda: c.app.ended == ["failed"])
        chosen: Any = c.event("UndoChosen")
        assert chosen.steps == ("drain:undo",)
        assert not c.view.failed_unasked


async def test_a_run_that_failed_ends_with_nothing_undone_by_two_keys(tmp_path: Path) -> None:
    async with console(tmp_path, UNDONE, shell("act"), plays=FAILS_LOUDLY) as c:
        await until_shown(c, FailureScreen)
        await c.pilot.press("a")
        assert "UndoChosen" not in c.kinds()
        await c.pilot.press("enter")
        await c.until(lambda: c.app.ended == ["failed"])
        chosen: Any = c.event("UndoChosen")
        assert not chosen.steps
        assert not c.view.failed_unasked


async def test_a_run_that_failed_is_broken_off_to_go_on_as_was_decided(tmp_path: Path) -> None:
    async with console(tmp_path, UNDONE, shell("act"), plays=FAILS_LOUDLY) as c:
        await until_shown(c, FailureScreen)
        await c.pilot.press("s")
        await until_shown(c, ReasonScreen)
        await c.pilot.press(*"by hand", "enter")
        await c.until(lambda: c.app.ended == ["interrupted"])
        assert c.view.going_on is not None
        step, going = c.view.going_on
        assert (step, going.skipped) == ("act", {"act": "by hand"})


async def test_what_is_undone_is_chosen_before_a_step_that_asked_is_given_up(
    tmp_path: Path,
) -> None:
    act = shell("act", on_failure="confirm")
    async with console(tmp_path, UNDONE, act, plays=FAILS_LOUDLY) as c:
        await until_shown(c, FailureScreen)
        await c.pilot.press("u")
        await until_shown(c, UndoScreen)
        assert "Answered" not in c.kinds()
        await c.pilot.press("space", "tab", "enter")
        await c.until(lambda: c.app.ended == ["failed"])
        assert c.kinds().count("UndoChosen") == 1
        chosen: Any = c.event("UndoChosen")
        assert chosen.steps == ("drain:undo",)
        assert c.app.waits == [True, False]


@pytest.mark.parametrize("asked", [True, False])
async def test_of_a_failed_step_that_printed_nothing_the_output_says_so(
    tmp_path: Path, asked: bool
) -> None:
    act = shell("act", on_failure="confirm") if asked else shell("act")
    plays = (Play(), Play(outcome=BAD))
    async with console(tmp_path, UNDONE, act, plays=plays, size=(80, 24)) as c:
        await until_shown(c, FailureScreen)
        await c.until(lambda: "printed nothing" in in_the_pane(c))


async def test_the_item_that_failed_is_named(tmp_path: Path) -> None:
    steps = (shell("act", on_failure="confirm", foreach=("eu1", "us3")),)
    async with console(tmp_path, *steps, plays=(Play(), Play(outcome=BAD))) as c:
        await until_shown(c, FailureScreen)
        assert "Failed: act[1] · us3" in said(c)
