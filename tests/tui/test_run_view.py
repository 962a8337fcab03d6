from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from textual.widgets import Button, Input, Static

from pup_tui.drivers.replay import replay
from pup_tui.runbook.model import (
    ConfirmStep,
    GroupStep,
    HttpStep,
    ManualStep,
    PupStep,
    ShellStep,
    WaitStep,
)
from pup_tui.runbook.parts import Poll, Retry, ShownTable, StepLink, Table
from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.failure import FailureScreen
from pup_tui.tui.dialogs.manual import ManualScreen
from pup_tui.tui.dialogs.reason import ReasonScreen
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.widgets.poll_widget import PollWidget, WaitWidget
from pup_tui.tui.widgets.run_header import RunHeader
from pup_tui.tui.widgets.run_view import RunView
from pup_tui.tui.widgets.step_detail import StepDetail
from pup_tui.tui.widgets.step_list import StepList
from tests.support.executors import Play
from tests.support.run_console import (
    HOSTILE,
    RUN,
    Host,
    console,
    plain,
    program_of,
    rows,
    said,
    shell,
)


@pytest.fixture(autouse=True)
def _dialogs_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 0.0)


async def test_steps_are_shown_with_glyph_and_word_and_the_output_of_the_running_one(
    tmp_path: Path,
) -> None:
    hold = asyncio.Event()
    plays = [Play(stdout=b"one\n"), Play(stdout=b"two\nthree\n", hold=hold)]
    async with console(tmp_path, shell("a"), shell("b"), shell("c"), plays=plays) as c:
        await c.until(lambda: "three" in "\n".join(c.output()))
        first, second, third = c.rows()[:3]
        assert "✔ 1 a" in first
        assert "succeeded" in first
        assert "● 2 b" in second
        assert "running" in second
        assert "· 3 c" in third
        assert "pending" in third
        assert "$ run-b" in c.text(StepDetail)
        assert "…7X9K2Q" in c.text(RunHeader)
        assert "● running" in c.text(RunHeader)
        hold.set()
        await c.until(lambda: c.app.ended == ["succeeded"])
        await c.until(lambda: "✔ succeeded" in c.text(RunHeader))


async def test_moving_stops_the_following_but_not_the_run(tmp_path: Path) -> None:
    first, second = asyncio.Event(), asyncio.Event()
    plays = [Play(hold=first), Play(hold=second)]
    steps = shell("a"), shell("b"), shell("c")
    async with console(tmp_path, *steps, plays=plays) as c:
        await c.until(lambda: c.view.progress.steps["a"].status == "running")
        await c.pilot.press("j", "j")
        assert c.view.query_one(StepList).selected == 2
        first.set()
        await c.until(lambda: c.view.progress.steps["b"].status == "running")
        assert c.view.query_one(StepList).selected == 2
        assert "f follows the run" in c.text(RunHeader)
        await c.pilot.press("f")
        assert c.view.query_one(StepList).selected == 1
        second.set()
        await c.until(lambda: c.app.ended)


@pytest.mark.parametrize("by", ["the built-in client", "/opt/pup", f"/{'x' * 60}/pup"])
async def test_what_ran_a_subcommand_stands_behind_it(tmp_path: Path, by: str) -> None:
    plays = [Play(outcome=Outcome(ok=True, exit_code=0, ran_by=by))]
    async with console(tmp_path, shell("a"), plays=plays) as c:
        await c.until(lambda: c.app.ended == ["succeeded"])
        wanted = f"#runby{by.replace(' ', '')}"
        await c.until(lambda: wanted in "".join(c.text(StepDetail).split()))


async def test_a_failed_step_is_selected_at_the_end_with_its_reason(tmp_path: Path) -> None:
    bad = Outcome(ok=False, exit_code=3, reason="it ended with exit code 3")
    steps = shell("a"), shell("b"), shell("clean", when="cleanup")
    plays = [Play(stderr=b"boom\n", outcome=bad), Play()]
    async with console(tmp_path, *steps, plays=plays) as c:
        await c.until(lambda: c.app.ended == ["failed"])
        await c.until(lambda: "exit code 3" in c.text(StepDetail))
        assert "1 of 3 succeeded · 1 failed · 1 not begun" in c.text(RunHeader)
        assert "✖" in c.text(StepDetail)
        assert "▌ boom" in c.output()
        await c.pilot.press("j")
        assert "`a` failed" in c.text(StepDetail)
        c.view.settle()
        await c.until(lambda: "1 failed · 1 skipped" in c.text(RunHeader))
        assert "↷" in c.text(StepDetail)


async def test_a_command_that_has_no_room_says_that_there_is_more(tmp_path: Path) -> None:
    step = structs.replace(shell("a"), run="echo " + " ".join(f"word{n}" for n in range(100)))
    async with console(tmp_path, step, plays=[Play()]) as c:
        await c.until(lambda: c.app.ended == ["succeeded"])
        await c.until(lambda: c.text(StepDetail).endswith(" …"))
        detail = c.view.query_one(StepDetail)
        assert "$ echo word0 " in c.text(StepDetail)
        assert len(c.text(StepDetail).splitlines()) == detail.content_size.height


async def test_an_output_alone_on_the_screen_says_of_which_step_it_is(tmp_path: Path) -> None:
    steps = shell("a", name="Look at it"), shell("b", name="Act")
    async with console(tmp_path, *steps, plays=[Play(stdout=b"one\n"), Play()]) as c:
        await c.until(lambda: c.app.ended == ["succeeded"])
        assert "› " not in c.text(RunHeader)
        c.view.query_one(StepList).focus()
        await c.pilot.press("g", "enter", "z")
        await c.until(lambda: "› Look at it" in c.text(RunHeader))
        # There is nothing to follow any more.
        assert c.view.check_action("follow_run", ()) is False
        await c.pilot.press("z")
        await c.until(lambda: "› " not in c.text(RunHeader))


async def test_a_death_by_signal_is_told_with_its_exit_code(tmp_path: Path) -> None:
    died = Outcome(ok=False, exit_code=137, signal="SIGKILL", reason="killed by SIGKILL")
    async with console(tmp_path, shell("a"), plays=[Play(outcome=died)]) as c:
        await c.until(lambda: c.app.ended == ["failed"])
        await c.until(lambda: "exit code 137 (SIGKILL)" in c.text(StepDetail))


async def test_what_stands_beside_a_step_is_told_as_far_as_it_is_known(tmp_path: Path) -> None:
    told, links = (
        "Errors of {{ ENV }}: {{ OUT }}",
        (StepLink(title="Board", url="https://a.io/{{ ENV }}"),),
    )
    step = shell("a", capture="OUT", description=told, links=links)
    hold = asyncio.Event()
    play = Play(stdout=b"5\n", hold=hold)
    async with console(tmp_path, step, plays=[play]) as c:
        await c.until(lambda: "Errors of production: {{ OUT }}" in c.text(StepDetail))
        assert "Board https://a.io/production" in c.text(StepDetail)
        hold.set()
        await c.until(lambda: "Errors of production: 5" in c.text(StepDetail))


async def test_a_confirmation_names_what_comes_next_and_where(tmp_path: Path) -> None:
    confirm = ConfirmStep(id="ask", name="Ask", message="Go on?")
    async with console(tmp_path, confirm, shell("go")) as c:
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        shown = "\n".join(plain(s) for s in c.app.screen.query(Static) if s.content)
        assert "Go on?" in shown
        assert "run-go" in shown
        assert "production" in shown
        assert isinstance(c.app.focused, Button)
        assert c.app.focused.id == "no"
        assert c.view.status == "waiting"
        await c.pilot.press("y")
        await c.until(lambda: c.app.ended == ["succeeded"])
        answered: Any = c.event("Answered")
        assert (answered.answer, answered.by) == ("yes", "ada")
        assert c.app.waits == [True, False]
        await c.pilot.press("k")
        await c.until(lambda: "asked: Go on?" in c.text(StepDetail))


async def test_enter_on_a_new_confirmation_says_no(tmp_path: Path) -> None:
    confirm = ConfirmStep(id="ask", name="Ask", message="Go on?")
    async with console(tmp_path, confirm, shell("go")) as c:
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        await c.pilot.press("enter")
        await c.until(lambda: c.app.ended == ["aborted"])


async def test_escape_puts_a_question_away_unanswered_and_enter_brings_it_back(
    tmp_path: Path,
) -> None:
    confirm = ConfirmStep(id="ask", name="Ask", message="Go on?")
    async with console(tmp_path, confirm, shell("go")) as c:
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        await c.pilot.press("escape")
        await c.until(lambda: not isinstance(c.app.screen, ConfirmScreen))
        assert c.view.query_one("#run-banner").display
        assert "Answered" not in c.kinds()
        await c.pilot.press("j", "enter")
        assert isinstance(c.app.screen, ConfirmScreen)
        await c.pilot.press("escape", "exclamation_mark")
        assert isinstance(c.app.screen, ConfirmScreen)
        await c.pilot.press("n")
        await c.until(lambda: c.app.ended == ["aborted"])
        assert not c.view.query_one("#run-banner").display


async def test_a_question_waits_while_something_is_being_typed(tmp_path: Path) -> None:
    hold = asyncio.Event()
    confirm = ConfirmStep(id="ask", name="Ask", message="Go on?")
    steps = shell("a"), confirm, shell("go")
    async with console(tmp_path, *steps, plays=[Play(hold=hold), Play()]) as c:
        await c.until(lambda: c.view.progress.steps["a"].status == "running")
        c.app.query_one("#elsewhere").focus()
        hold.set()
        await c.until(lambda: c.view.waiting)
        await c.pilot.press("y", "enter")
        assert c.app.query_one("#elsewhere", Input).value == "y"
        assert not isinstance(c.app.screen, ConfirmScreen)
        c.view.focus()
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))


async def test_a_question_waits_until_its_run_is_looked_at(tmp_path: Path) -> None:
    hold = asyncio.Event()
    confirm = ConfirmStep(id="ask", name="Ask", message="Go on?")
    async with console(tmp_path, shell("a"), confirm, plays=[Play(hold=hold)]) as c:
        await c.until(lambda: c.view.progress.steps["a"].status == "running")
        c.view.display = False
        await c.pilot.pause()
        hold.set()
        await c.until(lambda: c.app.waits == [True])
        assert not isinstance(c.app.screen, ConfirmScreen)
        c.view.display = True
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))


async def test_a_question_that_ran_out_of_time_leaves_the_screen(tmp_path: Path) -> None:
    confirm = ConfirmStep(id="ask", name="Ask", message="Go on?", timeout="10s")
    async with console(tmp_path, confirm, shell("go")) as c:
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        assert "closes as a no in 0:10" in said(c)
        c.clock.advance(4)
        await c.until(lambda: "closes as a no in 0:06" in said(c))
        c.clock.advance(7)
        await c.until(lambda: c.app.ended == ["aborted"])
        await c.until(lambda: not isinstance(c.app.screen, ConfirmScreen))
        assert c.app.waits == [True, False]


@pytest.mark.parametrize("aside", [False, True])
async def test_a_note_on_manual_work_that_nobody_needs_any_more_is_told(
    tmp_path: Path, aside: bool
) -> None:
    async with console(tmp_path, ManualStep(id="m", name="Look", message="By hand")) as c:
        await c.until(lambda: isinstance(c.app.screen, ManualScreen))
        c.app.screen.query_one("#manual-note", Input).value = "half done"
        if aside:
            await c.pilot.press("escape")
            await c.until(lambda: len(c.app.screen_stack) == 1)
        c.live.cancel("bea")
        await c.until(lambda: len(c.app.screen_stack) == 1 and c.app._notifications)
        [told] = c.app._notifications
        assert told.title == "Look: no answer is needed any more"
        assert "half done" in told.message


async def test_manual_work_is_done_when_everything_is_ticked(tmp_path: Path) -> None:
    manual = ManualStep(id="m", name="Look", message="By hand", checklist=("one", "two"))
    async with console(tmp_path, manual) as c:
        await c.until(lambda: isinstance(c.app.screen, ManualScreen))
        await c.pilot.press("space", "tab")
        await c.pilot.press("space")
        await c.pilot.press("tab", "o", "k", "tab", "tab", "enter")
        await c.until(lambda: c.app.ended == ["succeeded"])
        answered: Any = c.event("Answered")
        assert (answered.answer, answered.note) == ("yes", "ok")


async def test_a_failure_shows_the_last_lines_and_decides_nothing_by_itself(
    tmp_path: Path,
) -> None:
    bad = Outcome(ok=False, exit_code=7, reason="exit code 7")
    plays = [Play(stderr=b"first\nlast words\n", outcome=bad), Play(stdout=b"fine\n")]
    async with console(tmp_path, shell("a", on_failure="confirm"), plays=plays) as c:
        await c.until(lambda: isinstance(c.app.screen, FailureScreen))
        await c.until(lambda: {"▌ first", "▌ last words"}.issubset(c.output()))
        await c.pilot.press("enter", "escape")
        assert not isinstance(c.app.screen, FailureScreen)
        assert "Answered" not in c.kinds()
        await c.pilot.press("exclamation_mark", "r")
        await c.until(lambda: c.app.ended == ["succeeded"])
        answered: Any = c.event("Answered")
        assert answered.answer == "retry"


async def test_what_is_tried_again_after_it_was_run_again_counts_on_and_asks_nothing_any_more(
    tmp_path: Path,
) -> None:
    bad = Play(outcome=Outcome(ok=False, exit_code=1, reason="exited with 1"))
    step = shell("a", on_failure="confirm", retry=Retry(attempts=2, delay="1s"))
    async with console(tmp_path, step, plays=[bad, bad, bad, Play()]) as c:
        await c.until(lambda: "attempt 1 of 2 failed" in c.text(StepDetail))
        c.clock.advance(1)
        await c.until(lambda: isinstance(c.app.screen, FailureScreen))
        await c.pilot.press("r")
        told = "attempt 3 (try 1 of 2) failed: exited with 1, again in"
        await c.until(lambda: told in c.text(StepDetail))
        assert "? exited with 1" not in c.text(StepDetail)


POLLING = PupStep(
    id="poll",
    name="Poll",
    run="metrics query",
    poll=Poll(until="value < 5", interval="30s", timeout="5m"),
)


async def test_a_poll_shows_what_it_saw_and_obeys_its_keys(tmp_path: Path) -> None:
    async with console(tmp_path, POLLING, plays=[Play(stdout=b"9\n"), Play(stdout=b"8\n")]) as c:
        await c.until(lambda: c.view.progress.steps["poll"].last_poll is not None)
        poll = c.view.query_one(PollWidget)
        await c.until(lambda: "9" in plain(poll.query_one("#poll-seen", Static)))
        assert "attempt 1" in plain(poll.query_one("#poll-until", Static))
        assert "value < 5" in plain(poll.query_one("#poll-until", Static))
        assert "of 5m 00s · next in 30 s" in plain(poll.query_one("#poll-time", Static))
        await c.pilot.press("c")
        await c.until(lambda: "last 8" in plain(poll.query_one("#poll-seen", Static)))
        assert "attempt 2" in plain(poll.query_one("#poll-until", Static))
        await c.pilot.press("x")
        await c.until(lambda: "of 10m 00s" in plain(poll.query_one("#poll-time", Static)))
        await c.pilot.press("m")
        assert isinstance(c.app.screen, ReasonScreen)
        await c.pilot.press("enter")
        assert "PollAccepted" not in c.kinds()
        await c.pilot.press("s", "e", "e", "n", "enter")
        await c.until(lambda: c.app.ended == ["succeeded"])
        await c.until(lambda: "accepted as met by ada: seen" in c.text(StepDetail))
        assert "answered" not in c.text(StepDetail)
        assert "exit code" not in c.text(StepDetail)
        accepted: Any = c.event("PollAccepted")
        assert (accepted.reason, accepted.by) == ("seen", "ada")


async def test_a_block_that_rests_between_attempts_is_followed_and_obeys_the_keys(
    tmp_path: Path,
) -> None:
    poll = Poll(until="attempt == 3", interval="30s", timeout="5m")
    block = GroupStep(id="g", name="Both", steps=(shell("a"),), poll=poll)
    async with console(tmp_path, block, plays=[Play(), Play(), Play()]) as c:
        told = c.view.query_one(PollWidget).query_one("#poll-until", Static)
        await c.until(lambda: c.view.progress.current == "g" and "attempt 1" in plain(told))
        await c.pilot.press("c")
        await c.until(lambda: c.view.progress.current == "g" and "attempt 2" in plain(told))
        await c.pilot.press("c")
        await c.until(lambda: c.app.ended == ["succeeded"])
        assert c.view.progress.steps["g/a"].attempts == 3


async def test_a_poll_of_metrics_is_a_plot_of_its_newest_attempt(tmp_path: Path) -> None:
    def answer(*values: int) -> bytes:
        points = [[1_700_000_000_000 + n * 60_000, value] for n, value in enumerate(values)]
        return json.dumps({"series": [{"scope": "host:a", "pointlist": points}]}).encode() + b"\n"

    plays = [Play(stdout=answer(70, 80)), Play(stdout=answer(70, 80, 90))]
    async with console(tmp_path, POLLING, plays=plays) as c:
        await c.until(lambda: "  host:a · min 70 · max 80 · last 80" in c.output())
        await c.pilot.press("c")
        await c.until(lambda: "  host:a · min 70 · max 90 · last 90" in c.output())


async def test_stopping_a_poll_is_asked_about(tmp_path: Path) -> None:
    async with console(tmp_path, POLLING, plays=[Play(stdout=b"9\n")]) as c:
        await c.until(lambda: c.view.progress.steps["poll"].last_poll is not None)
        await c.pilot.press("s", "enter")
        assert "PollStopped" not in c.kinds()
        await c.pilot.press("s", "y")
        await c.until(lambda: c.app.ended == ["failed"])


async def test_the_buttons_of_a_poll_can_be_clicked(tmp_path: Path) -> None:
    async with console(tmp_path, POLLING, plays=[Play(stdout=b"9\n")]) as c:
        await c.until(lambda: c.view.progress.steps["poll"].last_poll is not None)
        await c.until(lambda: c.view.query_one("#poll-keys").region.height)
        await c.pilot.click("#poll-keys Button")
        await c.until(lambda: "PollNudged" in c.kinds())


async def test_a_wait_counts_down_and_can_be_cut_short(tmp_path: Path) -> None:
    async with console(tmp_path, WaitStep(id="w", name="Rest", duration="90s")) as c:
        await c.until(lambda: c.view.progress.steps["w"].status == "running")
        c.clock.advance(30)
        told = c.view.query_one(WaitWidget).query_one("#wait-time", Static)
        await c.until(lambda: told.content and plain(told) == "1m 00s left of 1m 30s")
        await c.pilot.press("c")
        await c.until(lambda: c.app.ended == ["succeeded"])


async def test_an_unfinished_line_is_shown_although_nobody_tells(tmp_path: Path) -> None:
    plays = [Play(stdout=b"Password: ", hold=asyncio.Event())]
    async with console(tmp_path, shell("a"), plays=plays) as c:
        await c.until(lambda: c.view.progress.steps["a"].status == "running")
        c.clock.advance(1)
        await c.until(lambda: "  Password:" in c.output())


async def test_cancelling_the_run_is_asked_about(tmp_path: Path) -> None:
    async with console(tmp_path, shell("a"), plays=[Play(hold=asyncio.Event())]) as c:
        await c.until(lambda: c.view.progress.steps["a"].status == "running")
        await c.pilot.press("ctrl+x", "enter")
        assert "CancelRequested" not in c.kinds()
        await c.pilot.press("ctrl+x", "y")
        await c.until(lambda: c.app.ended == ["cancelled"])


async def test_the_question_whether_to_cancel_leaves_with_its_run(tmp_path: Path) -> None:
    hold = asyncio.Event()
    async with console(tmp_path, shell("a"), plays=[Play(hold=hold)]) as c:
        await c.until(lambda: c.view.progress.steps["a"].status == "running")
        await c.pilot.press("ctrl+x")
        assert isinstance(c.app.screen, ConfirmScreen)
        hold.set()
        await c.until(lambda: c.app.ended == ["succeeded"])
        await c.until(lambda: not isinstance(c.app.screen, ConfirmScreen))


async def test_the_question_whether_to_stop_a_poll_leaves_with_its_step(tmp_path: Path) -> None:
    plays = [Play(stdout=b"9\n"), Play(stdout=b"1\n"), Play(hold=asyncio.Event())]
    async with console(tmp_path, POLLING, shell("b"), plays=plays) as c:
        await c.until(lambda: c.view.progress.steps["poll"].last_poll is not None)
        await c.pilot.press("s")
        c.clock.advance(31)
        await c.until(lambda: c.view.progress.steps["b"].status == "running")
        await c.until(lambda: not isinstance(c.app.screen, ConfirmScreen))


async def test_a_second_failure_says_so_and_shows_its_own_last_lines(tmp_path: Path) -> None:
    bad = Outcome(ok=False, exit_code=1, reason="exited with 1")
    plays = [Play(stderr=b"first\n", outcome=bad), Play(stderr=b"second\n", outcome=bad)]
    async with console(tmp_path, shell("a", on_failure="confirm"), plays=plays) as c:
        await c.until(lambda: isinstance(c.app.screen, FailureScreen))
        assert "attempt" not in said(c)
        assert "exit code" not in said(c)
        await c.pilot.press("r")
        await c.until(lambda: isinstance(c.app.screen, FailureScreen) and "attempt 2" in said(c))
        await c.until(lambda: "▌ second" in c.output())


async def test_a_run_that_comes_back_into_sight_is_up_to_date_at_once(tmp_path: Path) -> None:
    async with console(tmp_path, shell("a"), plays=[Play(hold=asyncio.Event())]) as c:
        await c.until(lambda: c.view.progress.steps["a"].status == "running")
        c.view.display = False
        await c.pilot.pause()
        c.clock.advance(143)
        c.view.display = True
        # It is laid out in the first, and told that it shows in the second.
        await c.pilot.pause()
        await c.pilot.pause()
        assert "00:02:23" in c.text(RunHeader)


async def test_enlarged_steps_take_all_the_height(tmp_path: Path) -> None:
    steps = [shell(f"s{i}") for i in range(30)]
    async with console(tmp_path, *steps) as c:
        await c.until(lambda: c.app.ended)
        before = c.view.query_one(StepList).region.height
        assert before >= 6
        await c.pilot.press("z")
        await c.pilot.pause()
        enlarged = c.view.query_one(StepList).region
        detail = c.view.query_one(StepDetail).region
        assert enlarged.height > before
        assert enlarged.bottom == detail.y
        assert detail.bottom == c.view.region.bottom
        await c.pilot.press("z")
        await c.pilot.pause()
        assert c.view.query_one(StepList).region.height == before


async def test_a_long_command_keeps_its_indent(tmp_path: Path) -> None:
    step = ShellStep(id="a", name="a", run="echo " + "word " * 30)
    async with console(tmp_path, step) as c:
        await c.until(lambda: c.app.ended)
        await c.until(lambda: "$ echo" in c.text(StepDetail))
        lines = c.text(StepDetail).splitlines()
        assert lines[0].startswith("$ echo word")
        assert lines[1].startswith("  word")
        assert "1 of 1 succeeded " in c.text(RunHeader) + " "


async def test_the_output_behind_a_dialog_scrolls(tmp_path: Path) -> None:
    lines = b"".join(b"line %d\n" % i for i in range(200))
    bad = Outcome(ok=False, exit_code=1, reason="no")
    plays = [Play(stdout=lines, outcome=bad)]
    async with console(tmp_path, shell("a", on_failure="confirm"), plays=plays) as c:
        await c.until(lambda: isinstance(c.app.screen, FailureScreen))
        await c.until(lambda: "line 199" in "\n".join(c.output()))
        await c.pilot.press("pageup", "pageup", "pageup")
        assert isinstance(c.app.screen, FailureScreen)
        assert "line 199" not in "\n".join(c.output())


async def test_what_was_overwritten_is_shown_from_the_list_of_steps(tmp_path: Path) -> None:
    plays = [Play(stdout=b"ERROR data lost\rall good\n")]
    async with console(tmp_path, shell("a"), plays=plays) as c:
        await c.until(lambda: "⏎all good" in "\n".join(c.output()))
        assert c.view.query_one(StepList).has_focus
        await c.pilot.press("u")
        await c.until(lambda: "ERROR data lost ⏎ all good" in "\n".join(c.output()))


async def test_hostile_names_and_output_are_shown_as_text(tmp_path: Path) -> None:
    steps = shell("a", HOSTILE), ConfirmStep(id="ask", name=HOSTILE, message=HOSTILE)
    plays = [Play(stdout=HOSTILE.encode() + b"\n")]
    async with console(tmp_path, *steps, plays=plays, size=(160, 40)) as c:
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        shown = "\n".join(plain(s) for s in c.app.screen.query(Static) if s.content)
        drawn = "\n".join([*c.rows(), *c.output(), c.text(RunHeader), shown])
        assert "[@click=app.quit]" in shown
        assert "[/usr/bin]" in c.rows()[0]
        assert not set("\x1b\x07\u202e\x9b") & set(drawn)
        assert "\x1b]0" not in c.app.export_screenshot()
        await c.pilot.press("y")
        await c.until(lambda: c.app.ended)


async def test_a_past_run_is_shown_as_it_was_and_asks_nothing(tmp_path: Path) -> None:
    confirm = ConfirmStep(id="ask", name="Ask", message="Go on?")
    program = program_of(confirm, POLLING, shell("b"))
    async with console(tmp_path, confirm, POLLING, plays=[Play(stdout=b"1\n")]) as c:
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        await c.pilot.press("y")
        await c.until(lambda: c.app.ended == ["succeeded"])
        past = replay(program_of(confirm, POLLING), c.log.events)
        output_path = c.live.outputs.path
    view = RunView(program, RUN, output_path, live=None, operator="bob")
    for notice in past.notices:
        view.notice(notice)
    app = Host(view)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        view.take_in()
        await pilot.pause()
        assert app.screen is app.screen_stack[0]
        assert "succeeded" in plain(view.query_one(RunHeader))
        assert "past run" in plain(view.query_one(RunHeader))
        assert rows(view.query_one(OutputLines))[0].strip() == "1"
        assert not view.query_one("#poll-keys").display
        await pilot.press("c", "s", "ctrl+x", "exclamation_mark")
        assert app.screen is app.screen_stack[0]


@pytest.mark.parametrize(("size", "wide"), [((80, 24), False), ((200, 50), True)])
async def test_steps_stand_above_or_beside_the_output(
    tmp_path: Path, size: tuple[int, int], wide: bool
) -> None:
    async with console(tmp_path, shell("a"), shell("b"), size=size) as c:
        await c.until(lambda: c.app.ended)
        steps, output = (
            c.view.query_one("#run-steps").region,
            c.view.query_one("#run-output").region,
        )
        assert (output.x >= steps.right) is wide
        assert (output.y >= steps.bottom) is not wide
        await c.pilot.press("tab", "z")
        assert c.view.query_one("#run-output").region.width == size[0]
        assert not c.view.query_one("#run-steps").display
        await c.pilot.press("escape")
        assert c.view.query_one("#run-steps").display


async def test_an_output_is_shown_as_its_step_says_and_the_pager_opens_what_was_printed(
    tmp_path: Path,
) -> None:
    plays = [
        Play(stdout=b'[{"n": "[red]a[/]"}]\n'),
        Play(stdout=b'{"a": 1.10}\n'),
        Play(stdout=b"printed\n"),
        Play(stdout=b"no json\n"),
    ]
    steps = (
        shell("a", show=ShownTable(table=Table(rows="json"))),
        shell("b", show="json"),
        shell("c", show="none"),
        shell("d", show="json"),
    )
    async with console(tmp_path, *steps, plays=plays) as c:
        await c.until(lambda: c.app.ended == ["succeeded"])
        await c.until(lambda: "  no json" in c.output())
        assert "▌ [pup-tui] shown as it is: the output is not JSON" in c.output()
        await c.pilot.press("k")
        await c.until(lambda: "  Its output is not shown" in "\n".join(c.output()))
        assert "0002-c.log" in "".join(line.strip() for line in c.output())
        assert "printed" not in "\n".join(c.output())
        await c.pilot.press("k")
        await c.until(lambda: c.output()[:3] == ["  {", '    "a": 1.10', "  }"])
        await c.pilot.press("k")
        await c.until(lambda: c.output()[:3] == ["  n", "  ---------", "  [red]a[/]"])
        await c.pilot.press("o")
        await c.until(lambda: c.app.paged)
        assert c.app.paged == [c.live.outputs.path("a")]


async def test_a_failed_output_is_shown_whatever_its_step_says(tmp_path: Path) -> None:
    bad = Outcome(ok=False, exit_code=3, reason="it ended with exit code 3")
    plays = [Play(stdout=b"evidence\n", outcome=bad)]
    async with console(tmp_path, shell("a", show="none"), plays=plays) as c:
        await c.until(lambda: c.app.ended == ["failed"])
        await c.until(lambda: "  evidence" in c.output())


async def test_a_key_shows_another_step_at_once_and_lays_nothing_out(tmp_path: Path) -> None:
    plays = [Play(stdout=b"one\n"), Play(stdout=b"two\n")]
    async with console(tmp_path, shell("a"), shell("b"), plays=plays) as c:
        await c.until(lambda: c.view.progress.over)
        steps = c.view.query_one(StepList)
        steps.action_first()
        await c.until(lambda: "one" in "\n".join(c.output()))
        laid_out: list[object] = []
        c.app.screen.screen_layout_refresh_signal.subscribe(c.app, laid_out.append)
        steps.action_move(1)
        assert "$ run-b" in c.text(StepDetail)
        await c.until(lambda: "two" in "\n".join(c.output()))
        assert not laid_out


async def test_what_is_said_of_a_step_gets_the_lines_that_it_needs(tmp_path: Path) -> None:
    long = ShellStep(id="b", name="b", run="echo " + "word " * 40)
    async with console(tmp_path, shell("a"), long, plays=[Play(), Play()]) as c:
        await c.until(lambda: c.view.progress.over)
        steps, detail = c.view.query_one(StepList), c.view.query_one(StepDetail)
        steps.action_first()
        await c.until(lambda: "$ run-a" in c.text(StepDetail))
        few = detail.size.height
        steps.action_last()
        await c.until(lambda: detail.size.height > few)
        steps.action_first()
        await c.until(lambda: detail.size.height == few)


async def test_what_a_failure_keeps_from_its_turn_is_not_told_as_still_to_come(
    tmp_path: Path,
) -> None:
    hold = asyncio.Event()
    steps = (
        shell("a", "First"),
        shell("b", "Clear up", when="on_failure"),
        shell("c", "Second"),
        GroupStep(id="g", name="Third", steps=(shell("d", "Inside"),)),
        shell("e", "Tell", when="always"),
    )
    plays = [Play(outcome=Outcome(ok=False, exit_code=1, reason="no luck")), Play(hold=hold)]
    async with console(tmp_path, *steps, plays=plays) as c:
        await c.until(lambda: "running" in c.rows()[1])
        words = ["failed", "running", "held back", "held back", "held back", "pending"]
        for word, row in zip(words, c.rows(), strict=True):
            assert word in row
        await c.pilot.press("j", "j", "j")
        await c.until(lambda: "`a` failed" in c.text(StepDetail))
        hold.set()
        await c.until(lambda: c.app.ended)


async def test_a_url_that_is_a_secret_is_nowhere_on_the_screen(tmp_path: Path) -> None:
    step = HttpStep(id="a", name="a", url="{{ HOOK }}")
    secrets = {"HOOK": "HTTP://127.0.0.1:1/api/T00SECRETtoken?wait=true"}
    async with console(tmp_path, step, secrets=secrets) as c:
        await c.until(lambda: c.app.ended == ["failed"])
        await c.until(lambda: "GET ***: Connection refused" in c.text(StepDetail))
        assert "T00" not in said(c) + "".join(c.rows() + c.output())
