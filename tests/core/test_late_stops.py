"""Attempts that had ended by themselves before the stop reached them: what they came to is what counts."""

from __future__ import annotations

from textwrap import indent

import pytest

from pup_tui.core.events import CancelRequested, Interrupted, PollAccepted, PollStopped
from tests.support.player import Player, Result
from tests.support.runbooks import program_of

DONE = Result(hangs=True, by_itself=True)
BROKEN = Result(ok=False, reason="exited with 3", exit_code=3, hangs=True, by_itself=True)
STOPPED = Result(hangs=True)


def shell(name: str, keys: str = "") -> str:
    return f"- {{name: {name}, kind: shell, run: ls{keys and ', '}{keys}}}\n"


def steps(*texts: str) -> str:
    return "steps:\n" + indent("".join(texts), "  ")


def block(kind: str, inside: str, keys: str = "") -> str:
    return f"- name: b\n  kind: {kind}\n  {keys or 'steps:'}\n" + (
        ("  steps:\n" if keys else "") + indent(inside, "    ")
    )


@pytest.mark.proves("P31")
def test_what_ended_in_time_is_not_attempted_again() -> None:
    program = program_of(steps(shell("a", "timeout: 5s, retry: {attempts: 2}")))
    player = Player(program, results={"a": [DONE]}).create().play()
    assert player.statuses() == {"a": "succeeded"}
    assert len(player.started) == 1


@pytest.mark.proves("P31")
def test_what_failed_in_time_says_how() -> None:
    program = program_of(steps(shell("a", "timeout: 5s")))
    player = Player(program, results={"a": [BROKEN]}).create().play()
    state = player.machine.state.steps["a"]
    assert (state.status, state.reason, state.exit_code) == ("failed", "exited with 3", 3)


@pytest.mark.proves("P31")
def test_what_it_captured_is_there_for_what_follows() -> None:
    program = program_of(
        steps(shell("a", "timeout: 5s, capture: {X: output}"), shell("b", "env: {Y: '{{ X }}'}"))
    )
    made = Result(captures={"X": "made"}, hangs=True, by_itself=True)
    player = Player(program, results={"a": [made]}).create().play()
    assert player.statuses() == {"a": "succeeded", "b": "succeeded"}


@pytest.mark.proves("P31")
@pytest.mark.parametrize(
    ("result", "status"), [(DONE, "succeeded"), (BROKEN, "failed"), (STOPPED, "cancelled")]
)
def test_a_cancelled_run_knows_what_its_step_did(result: Result, status: str) -> None:
    program = program_of(steps(shell("a", "retry: {attempts: 2}"), shell("b")))
    player = Player(program, results={"a": [result]}).create()
    player.later(5, lambda at: CancelRequested(at=at, by="ada"))
    player.play()
    assert player.statuses() == {"a": status, "b": "skipped"}
    assert player.machine.state.status == "cancelled"
    assert len(player.started) == 1


@pytest.mark.proves("P31")
def test_an_interrupted_run_knows_what_its_step_did() -> None:
    player = Player(program_of(steps(shell("a"), shell("b"))), results={"a": [DONE]}).create()
    player.later(5, lambda at: Interrupted(at=at, reason="the terminal was lost"))
    player.play()
    assert player.statuses() == {"a": "succeeded", "b": "(pending)"}
    assert player.machine.state.status == "interrupted"


@pytest.mark.proves("P31")
def test_a_step_beside_one_that_failed_keeps_its_end() -> None:
    program = program_of(steps(block("parallel", shell("a") + shell("c"), "fail_fast: true")))
    fails = Result(ok=False, reason="exited with 1", exit_code=1)
    player = Player(program, results={"b/a": [fails], "b/c": [DONE]}).create().play()
    assert player.statuses() == {"b": "failed", "b/a": "failed", "b/c": "succeeded"}


@pytest.mark.proves("P31")
@pytest.mark.parametrize(
    ("inside", "result", "status"),
    [
        (shell("a"), DONE, "succeeded"),
        (shell("a"), STOPPED, "failed"),
        (shell("a") + shell("c"), DONE, "failed"),
    ],
    ids=["whole", "stopped", "something left"],
)
def test_a_block_that_was_whole_has_not_timed_out(inside: str, result: Result, status: str) -> None:
    program = program_of(steps(block("group", inside, "timeout: 5s")))
    player = Player(program, results={"b/a": [result]}).create().play()
    state = player.machine.state.steps["b"]
    assert state.status == status
    assert state.reason == ("" if status == "succeeded" else "timed out after 5 s")


@pytest.mark.proves("P31")
def test_a_whole_block_in_a_cancelled_run_has_succeeded() -> None:
    program = program_of(steps(block("group", block("parallel", shell("a")))))
    player = Player(program, results={"b/b_2/a": [DONE]}).create()
    player.later(5, lambda at: CancelRequested(at=at, by="ada"))
    player.play()
    assert player.statuses() == {"b": "succeeded", "b/b_2": "succeeded", "b/b_2/a": "succeeded"}


POLL = "poll: {until: output == 'x', timeout: 5s, interval: 1s}"


def seen(met: bool) -> Result:
    return Result(until=met, hangs=True, by_itself=True)


@pytest.mark.proves("P31")
@pytest.mark.parametrize(("met", "status"), [(True, "succeeded"), (False, "failed")])
def test_a_poll_whose_time_is_over_takes_what_its_last_attempt_saw(met: bool, status: str) -> None:
    player = Player(program_of(steps(shell("a", POLL))), results={"a": [seen(met)]}).create().play()
    state = player.machine.state.steps["a"]
    assert state.status == status
    assert met or "not met within 5 s" in state.reason
    assert len(player.started) == 1


@pytest.mark.proves("P31")
@pytest.mark.parametrize(("met", "status"), [(True, "succeeded"), (False, "failed")])
def test_a_poll_that_somebody_stopped_makes_no_further_attempt(met: bool, status: str) -> None:
    player = Player(program_of(steps(shell("a", POLL))), results={"a": [seen(met)]}).create()
    player.later(2, lambda at: PollStopped(at=at, step="a", by="ada"))
    player.play()
    state = player.machine.state.steps["a"]
    assert state.status == status
    assert met or "before ada stopped it" in state.reason
    assert len(player.started) == 1


@pytest.mark.proves("P31")
@pytest.mark.parametrize(("met", "status"), [(True, "succeeded"), (False, "cancelled")])
def test_a_poll_in_a_cancelled_run(met: bool, status: str) -> None:
    player = Player(program_of(steps(shell("a", POLL))), results={"a": [seen(met)]}).create()
    player.later(2, lambda at: CancelRequested(at=at, by="ada"))
    player.play()
    assert player.statuses() == {"a": status}
    assert player.machine.state.status == "cancelled"


@pytest.mark.proves("P31")
def test_a_poll_that_was_accepted_is_met_whatever_its_attempt_saw() -> None:
    player = Player(program_of(steps(shell("a", POLL))), results={"a": [seen(False)]}).create()
    player.later(2, lambda at: PollAccepted(at=at, step="a", by="ada", reason="I looked"))
    player.play()
    state = player.machine.state.steps["a"]
    assert (state.status, state.reason) == ("succeeded", "accepted as met by ada: I looked")


@pytest.mark.proves("P31")
@pytest.mark.parametrize(("ready", "status"), [("'yes'", "succeeded"), ("'no'", "failed")])
def test_a_block_that_polls_is_judged_if_it_was_whole(ready: str, status: str) -> None:
    keys = f'poll: {{until: "X == {ready}", timeout: 5s, interval: 1s}}'
    program = program_of(steps(block("group", shell("a", "capture: {X: output}"), keys)))
    made = Result(captures={"X": "yes"}, hangs=True, by_itself=True)
    player = Player(program, results={"b/a": [made]}).create().play()
    assert player.machine.state.steps["b"].status == status
    assert len(player.started) == 1
