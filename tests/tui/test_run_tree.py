"""The run view over steps inside others: what is followed, what is told of retries, items and undo."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pup_tui.drivers.replay import replay
from pup_tui.runbook.model import GroupStep, ParallelStep, ShellStep
from pup_tui.runbook.parts import Poll, Retry
from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.dialogs.failure import FailureScreen
from pup_tui.tui.dialogs.undo import UndoScreen
from pup_tui.tui.widgets.poll_widget import PollWidget
from pup_tui.tui.widgets.run_header import RunHeader
from pup_tui.tui.widgets.run_view import RunView
from pup_tui.tui.widgets.step_detail import StepDetail
from tests.support.executors import Play
from tests.support.run_console import RUN, Host, console, program_of, said, shell

FAILED = Outcome(ok=False, exit_code=3, reason="exited with 3")


@pytest.fixture(autouse=True)
def _dialogs_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 0.0)


async def test_of_steps_side_by_side_the_first_is_followed_until_it_ends(tmp_path: Path) -> None:
    first, second = asyncio.Event(), asyncio.Event()
    plays = [Play(stdout=b"of a\n", hold=first), Play(stdout=b"of b\n", hold=second)]
    both = ParallelStep(id="p", name="Both", steps=(shell("a"), shell("b")))
    async with console(tmp_path, both, plays=plays) as c:
        await c.until(lambda: c.view.progress.steps["p/b"].status == "running")
        await c.until(lambda: "of a" in c.output()[0])
        assert "▾ Both 0 of 2" in c.rows()[0]
        assert "0 of 2 succeeded" in c.text(RunHeader)
        first.set()
        await c.until(lambda: "of b" in c.output()[0])
        assert "Both 1 of 2" in c.rows()[0]
        second.set()
        await c.until(lambda: c.app.ended == ["succeeded"])


async def test_selecting_another_stops_no_stream(tmp_path: Path) -> None:
    first, second = asyncio.Event(), asyncio.Event()
    plays = [Play(stdout=b"of a\n", hold=first), Play(stdout=b"of b\n", hold=second)]
    both = ParallelStep(id="p", name="Both", steps=(shell("a"), shell("b")))
    async with console(tmp_path, both, plays=plays) as c:
        await c.until(lambda: c.view.progress.steps["p/b"].status == "running")
        await c.pilot.press("j")
        await c.until(lambda: "of b" in c.output()[0])
        await c.pilot.press("k")
        await c.until(lambda: "of a" in c.output()[0])
        first.set()
        second.set()
        await c.until(lambda: c.app.ended == ["succeeded"])
        assert "of a" in c.output()[0]


async def test_items_are_named_by_their_values_and_have_their_own_outputs(tmp_path: Path) -> None:
    plays = [Play(stdout=b"first\n"), Play(stdout=b"second\n")]
    step = shell("a", foreach=("web-1", "web-2"))
    async with console(tmp_path, step, plays=plays) as c:
        await c.until(lambda: c.app.ended == ["succeeded"])
        await c.until(lambda: "2 of 2" in c.rows()[0])
        assert ["[0] web-1" in c.rows()[1], "[1] web-2" in c.rows()[2]] == [True, True]
        await c.pilot.press("g", "j")
        await c.until(lambda: "first" in c.output()[0])
        await c.pilot.press("j")
        await c.until(lambda: "second" in c.output()[0])


async def test_a_failed_attempt_is_told_with_when_the_next_one_begins(tmp_path: Path) -> None:
    plays = [Play(stderr=b"boom\n", outcome=FAILED), Play(stdout=b"fine\n")]
    step = shell("a", retry=Retry(attempts=3, delay="20s"))
    async with console(tmp_path, step, plays=plays) as c:
        await c.until(
            lambda: "attempt 1 of 3 failed: exited with 3, again in" in c.text(StepDetail)
        )
        assert "retrying" in c.rows()[0]
        c.clock.advance(12)
        await c.until(lambda: "again in 8.0 s" in c.text(StepDetail))
        c.clock.advance(8)
        await c.until(lambda: c.app.ended == ["succeeded"])
        await c.until(lambda: "2 attempts" in c.text(StepDetail))


async def test_a_wait_for_a_rate_limit_counts_down(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    limited = (60.0, "rate limit of Datadog (api)")
    async with console(tmp_path, shell("a"), plays=[Play(pauses=limited, hold=goes_on)]) as c:
        await c.until(
            lambda: "goes on in 1m 00s: rate limit of Datadog (api)" in c.text(StepDetail)
        )
        c.clock.advance(52)
        await c.until(lambda: "goes on in 8.0 s" in c.text(StepDetail))
        c.clock.advance(8)
        await c.until(lambda: "goes on" not in c.text(StepDetail))
        goes_on.set()
        await c.until(lambda: c.app.ended == ["succeeded"])
        assert "goes on" not in c.text(StepDetail)


async def test_the_dialog_after_the_last_attempt_shows_its_own_lines(tmp_path: Path) -> None:
    plays = [Play(stderr=b"one\n", outcome=FAILED), Play(stderr=b"two\n", outcome=FAILED)]
    step = shell("a", retry=Retry(attempts=2, delay="1s"), on_failure="confirm")
    async with console(tmp_path, step, plays=plays) as c:
        await c.until(lambda: "again in" in c.text(StepDetail))
        c.clock.advance(1)
        await c.until(lambda: isinstance(c.app.screen, FailureScreen))
        assert "attempt 2" in said(c)
        await c.until(lambda: "two" in "\n".join(c.output()))
        assert "one\n" not in said(c)


async def test_the_dialog_about_a_group_shows_the_last_lines_of_what_failed_in_it(
    tmp_path: Path,
) -> None:
    plays = [Play(stdout=b"fine\n"), Play(stderr=b"no such host\n", outcome=FAILED)]
    group = GroupStep(id="g", name="G", steps=(shell("a"), shell("b")), on_failure="confirm")
    async with console(tmp_path, group, plays=plays) as c:
        await c.until(lambda: isinstance(c.app.screen, FailureScreen))
        await c.until(lambda: "no such host" in "\n".join(c.output()))
        assert "fine" not in said(c)


async def test_of_several_polls_the_selected_one_is_shown(tmp_path: Path) -> None:
    poll = Poll(interval="30s", timeout="5m", until="value < 5")
    other = Poll(interval="30s", timeout="5m", until="value > 90")
    plays = [Play(stdout=b"11\n"), Play(stdout=b"22\n")]
    both = ParallelStep(id="p", name="Both", steps=(shell("a", poll=poll), shell("b", poll=other)))
    async with console(tmp_path, both, plays=plays) as c:
        await c.until(lambda: c.view.progress.steps["p/b"].last_poll is not None)
        until = c.view.query_one(PollWidget).query_one("#poll-until")
        await c.until(lambda: "value < 5" in str(until.render()))
        await c.pilot.press("j")
        await c.until(lambda: "value > 90" in str(until.render()))
        await c.pilot.press("c")
        await c.until(lambda: "PollNudged" in c.kinds())
        nudged = c.event("PollNudged")
        assert getattr(nudged, "step", None) == "p/b"


async def test_what_is_taken_back_is_chosen_and_shown_at_the_end(tmp_path: Path) -> None:
    undo = ShellStep(id="", name="Put a back", run="back-a")
    group = GroupStep(id="g", name="Group", steps=(shell("a", undo=undo),))
    plays = [Play(), Play(outcome=FAILED), Play(stdout=b"it is back\n")]
    async with console(tmp_path, group, shell("b"), plays=plays) as c:
        await c.until(lambda: isinstance(c.app.screen, FailureScreen))
        await c.pilot.press("u")
        await c.until(lambda: isinstance(c.app.screen, UndoScreen))
        await c.pilot.press("asterisk", "tab")
        c.app.screen.query_one("#undo").focus()
        await c.pilot.press("enter")
        await c.until(lambda: c.app.ended == ["failed"])
        await c.until(lambda: any("undo" in row for row in c.rows()))
        rows = [row.strip() for row in c.rows() if row.strip()]
        assert rows[3] == "undo"
        assert "Put a back" in rows[4]
        past = replay(program_of(group, shell("b")), c.log.events)
        output_path = c.live.outputs.path
    view = RunView(c.view.program, RUN, output_path, live=None, operator="bob", past=past.state)
    for notice in past.notices:
        view.notice(notice)
    async with Host(view).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        view.take_in()
        shown = [step.status for step in view.progress]
        assert shown == ["succeeded", "succeeded", "failed", "succeeded"]
