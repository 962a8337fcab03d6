from __future__ import annotations

from pup_tui.core.events import Interrupted
from pup_tui.core.notices import StepFinished
from pup_tui.core.program import compile_program
from pup_tui.runbook.model import ConfirmStep, GroupStep, Runbook, ShellStep
from pup_tui.tui.past import broken_off, completed
from pup_tui.tui.run_progress import RunProgress
from tests.support.player import Player, Result


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
