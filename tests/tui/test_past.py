from __future__ import annotations

import pytest

from pup_tui.core.events import Interrupted, LeftOutSteps
from pup_tui.core.notices import StepFinished, StepStarted
from pup_tui.core.program import compile_program
from pup_tui.core.standing import without_attempts
from pup_tui.core.state import StepPhase
from pup_tui.journal.records import OWNER_GONE
from pup_tui.runbook.model import ConfirmStep, GroupStep, Runbook, ShellStep
from pup_tui.tui.past import broken_off, completed
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.run_times import RunTimes
from tests.support.player import FAILS, Player, Result
from tests.support.runbooks import program_of


def test_of_a_run_that_broke_off_inside_a_block_the_step_is_what_has_to_be_looked_at() -> None:
    inner = ShellStep(id="a", name="a", run="a"), ShellStep(id="b", name="b", run="b")
    steps = (GroupStep(id="g", name="G", steps=inner),)
    program = compile_program("t", Runbook(name="t", steps=steps))
    player = Player(program, results={"g/a": [Result(hangs=True)]}).create().play()
    run = RunProgress(program)
    ended = broken_off(player.machine.state, "crashed", ts="", duration=1.0)
    for notice in (*player.notices, *ended):
        run.apply(notice)
    assert [step.status for step in run] == ["unknown", "unknown", "pending"]
    assert run.trouble is run.steps["g/a"]
    reasons = {n.step: n.reason for n in ended if isinstance(n, StepFinished)}
    assert "look whether it was done" in reasons["g/a"]
    assert "inside of it" in reasons["g"]


def test_the_block_in_which_a_run_was_interrupted_is_not_shown_as_running() -> None:
    steps = (GroupStep(id="g", name="G", steps=(ConfirmStep(id="a", name="a", message="?"),)),)
    program = compile_program("t", Runbook(name="t", steps=steps))
    player = Player(program).create().play(until=lambda player: bool(player.asked))
    player.tell(Interrupted(at=player.moment, reason="the terminal was lost"))
    run = RunProgress(program)
    broken = broken_off(player.machine.state, "the terminal was lost", ts="", duration=1.0)
    for notice in completed(player.notices, broken):
        run.apply(notice)
    assert [step.status for step in run] == ["unknown", "cancelled"]
    assert run.over


BREAKS_OFF = """
steps:
  - {name: tried, kind: shell, run: a, retry: {attempts: 2, delay: 60s}}
  - {name: polled, kind: shell, run: a, poll: {until: exit_code == 0, interval: 60s}}
  - {name: wait, kind: wait, duration: 60s}
  - {name: ask, kind: confirm, message: 'Go on?'}
  - {name: failing, kind: shell, run: a, on_failure: confirm}
  - {name: running, kind: shell, run: a}
"""
LEFT = {
    "tried": ("cancelled", "between two attempts, and the last one had ended"),
    "polled": ("cancelled", "between two attempts, and the last one had ended"),
    "wait": ("cancelled", "while it waited"),
    "ask": ("cancelled", "before it was answered"),
    "failing": ("failed", "exited with 1"),
    "running": ("unknown", "look whether it was done"),
}


COME_TO = (StepPhase.PAUSED, StepPhase.ASKING, StepPhase.FAILURE)


@pytest.mark.parametrize("step", LEFT)
def test_only_what_was_in_the_middle_is_to_be_looked_at(step: str) -> None:
    results = {
        "tried": [FAILS, Result()],
        "polled": [Result(until=False), Result(until=True)],
        "failing": [FAILS],
        "running": [Result(hangs=True)],
    }
    program = program_of(BREAKS_OFF)
    player = Player(program, results=results).create()

    def has_come_to_it(player: Player) -> bool:
        return player.machine.state.steps[step].phase in COME_TO

    player.play(until=has_come_to_it)
    for asked, answer in (("ask", "yes"), ("failing", "continue")):
        if not has_come_to_it(player):
            player.answer(asked, answer).play(until=has_come_to_it)
    ended = broken_off(player.machine.state, "crashed", ts="", duration=1.0)
    (told,) = (each for each in ended if isinstance(each, StepFinished))
    status, why = LEFT[step]
    assert (told.step, told.status) == (step, status)
    assert why in told.reason


def test_what_the_newest_leg_had_not_come_to_is_as_it_was_left() -> None:
    text = "steps: [{name: a, kind: shell, run: a}, {name: b, kind: shell, run: b}]"
    results = {"a": [Result(), Result(hangs=True)], "b": [FAILS]}
    player = Player(program_of(text), results=results).create().play()
    player.resume(again=("a",)).play()
    ended = broken_off(player.machine.state, "crashed", ts="", duration=1.0)
    told = {each.step: each for each in ended if isinstance(each, StepFinished)}
    assert (told["a"].status, told["b"].status) == ("unknown", "failed")
    assert told["b"].reason == "exited with 1"


def test_what_was_only_about_to_begin_is_pending_when_a_run_broke_off() -> None:
    program = program_of(
        "steps: [{name: a, kind: shell, run: a}, {name: b, kind: shell, run: b}]\n"
    )
    player = Player(program, results={"a": [Result(hangs=True)]}).create().play()
    run = RunProgress(program)
    state = without_attempts(player.machine.state, ["a"])
    for notice in (*player.notices, *broken_off(state, "crashed", ts="", duration=1.0)):
        run.apply(notice)
    assert [step.status for step in run] == ["pending", "pending"]
    assert run.over


RESUMED = """
steps:
  - name: each
    kind: group
    foreach: [x, y]
    as: it
    steps:
      - {name: a, kind: shell, run: 'a {{ it }}', undo: {kind: shell, run: back}}
      - {name: b, kind: shell, run: 'b {{ it }}'}
  - {name: c, kind: shell, run: c}
"""


def test_a_run_that_was_resumed_is_shown_with_all_that_its_legs_did() -> None:
    program = program_of(RESUMED)
    player = Player(program, results={"each[1]/b": [Result(hangs=True), Result()]}).create().play()
    run = RunProgress(program)

    def take_in() -> None:
        """What was told since the last time, and what the state knows of items."""
        while player.notices:
            notice = player.notices.pop(0)
            run.apply(notice)
            if isinstance(notice, StepStarted):
                run.learn_items(notice.step, player.machine.state)

    take_in()
    broken = broken_off(player.machine.state, OWNER_GONE, ts="", duration=1.0)
    for notice in broken:
        run.apply(notice)
    assert (run.status, run.end_unseen) == ("interrupted", True)
    assert RunTimes(None, run).elapsed() is None
    player.resume()
    take_in()
    assert (run.status, run.end_unseen) == ("running", False)
    assert run.duration is None
    assert run.resumed is not None
    assert (run.resumed.leg, run.resumed.operator) == (2, "grace")
    assert run.steps["each[0]/b"].status == "succeeded"
    assert run.steps["each[0]/b"].shown.command == "b x"
    assert run.steps["each[1]/b"].status == "waiting"
    assert run.current == "each[1]/b"
    assert [run.steps[f"each[{n}]"].name for n in (0, 1)] == ["[0] x", "[1] y"]
    assert (run.done, run.total) == (3, 5)
    player.answer("each[1]/b", "retry").play()
    take_in()
    assert {step.status for step in run} == {"succeeded"}
    assert (run.status, run.done, run.total) == ("succeeded", 5, 5)


def test_what_a_run_left_out_is_shown_as_skipped_for_its_reason() -> None:
    program = program_of(
        "steps: [{name: a, kind: shell, run: ls}, {name: b, kind: shell, run: ls}]\n"
    )
    player = Player(program).create(without=LeftOutSteps({"a": "done by hand"})).play()
    run = RunProgress(program)
    for notice in player.notices:
        run.apply(notice)
    step = run.steps["a"]
    assert (step.status, step.reason) == ("skipped", "skipped by ada: done by hand")
