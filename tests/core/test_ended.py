"""What a run and its steps came to, by the events that are recorded of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from pup_tui.core.ended import EndedStep, ended_run
from pup_tui.core.events import Answered, AnyEvent
from tests.support.player import FAILS, Player, Result
from tests.support.runbooks import program_of

ONE = "steps: [{name: a, kind: shell, run: a}]"
ASKS_ON_FAILURE = "steps: [{name: a, kind: shell, run: a, on_failure: confirm}]"


def events(text: str, *results: Result, step: str = "a") -> Sequence[AnyEvent]:
    """The events of a run as they are recorded."""
    player = Player(program_of(text), results={step: results}).create().play()
    return player.recorded


def steps_of(recorded: Sequence[AnyEvent]) -> dict[str, EndedStep]:
    """The steps of a run by their ids, of which there is one each."""
    found = ended_run(recorded).steps
    assert len({step.step for step in found}) == len(found)
    return {step.step: step for step in found}


def asked_about_a_failure(answer: str, *, later: float = 600) -> Player:
    results = {"a": [FAILS, Result(takes=7)]}
    player = Player(program_of(ASKS_ON_FAILURE), results=results).create()
    player.play(until=lambda player: bool(player.asked))
    player.later(later, lambda at: Answered(at=at, step="a", answer=answer, by="ada"))
    return player.play()


def test_a_step_that_succeeded_has_its_time() -> None:
    step = steps_of(events(ONE, Result(takes=4)))["a"]
    assert (step.is_known, step.is_first, step.seconds) == (True, True, 4)
    assert (step.failed, step.retries, step.undone, step.waited, step.message) == (
        *(False, 0, False, 0.0),
        "",
    )


def test_one_that_failed_has_its_reason_and_no_time() -> None:
    step = steps_of(events(ONE, FAILS))["a"]
    assert (step.is_known, step.failed, step.seconds) == (True, True, None)
    assert step.message == "exited with 1"


@pytest.mark.parametrize(
    ("keys", "result", "told"),
    [
        ("timeout: 2s", Result(hangs=True), "timed out after 2 s"),
        ("capture: {X: json.a}", Result(missing={"X": "no a"}), "capture X: no a"),
        (
            "capture: {X: json.a}, assert: {that: json.b, message: There is nothing.}",
            Result(missing={"X": "no a"}, assertions=(False,)),
            "assertion failed: There is nothing.",
        ),
        (
            "capture: {X: json.a}, assert: {that: X > 3, message: It is too little.}",
            Result(missing={"X": "no a"}, assertions=(None,)),
            "capture X: no a",
        ),
        (
            "poll: {until: value > 3, max_attempts: 1}",
            Result(until=False, value=1.0),
            "the condition was not met after 1 attempts: value > 3; last value: 1",
        ),
    ],
)
def test_the_reason_is_the_one_that_people_are_told(keys: str, result: Result, told: str) -> None:
    text = f"steps: [{{name: a, kind: shell, run: a, {keys}}}]"
    assert steps_of(events(text, result))["a"].message == told


def test_attempts_of_a_retry_belong_together() -> None:
    text = "steps: [{name: a, kind: shell, run: a, retry: {attempts: 2, delay: 10s}}]"
    step = steps_of(events(text, FAILS, Result(takes=4)))["a"]
    assert (step.seconds, step.retries, step.failed, step.message) == (1 + 10 + 4, 1, False, "")


def test_attempts_of_a_poll_are_no_retries() -> None:
    text = "steps: [{name: a, kind: shell, run: a, poll: {until: value > 3, interval: 1s}}]"
    tries = [Result(until=False, value=1.0), Result(until=True, value=4.0)]
    step = steps_of(events(text, *tries))["a"]
    assert (step.retries, step.failed, step.seconds) == (0, False, 3)


def test_a_group_that_is_tried_again_is_known_by_that() -> None:
    text = (
        "steps:\n  - {name: g, kind: group, retry: {attempts: 2, delay: 1s}, steps: "
        "[{name: a, kind: shell, run: a}]}\n"
    )
    player = Player(program_of(text), results={"g/a": [FAILS, Result(takes=4)]}).create().play()
    found = steps_of(player.recorded)
    assert (found["g"].retries, found["g"].is_known) == (1, False)
    assert (found["g/a"].failed, found["g/a"].seconds) == (True, 4)


def test_what_a_person_took_to_decide_is_told_apart() -> None:
    recorded = asked_about_a_failure("retry").recorded
    step = steps_of(recorded)["a"]
    assert (step.seconds, step.retries) == (7, 1)
    assert step.waited == pytest.approx(599, abs=2)
    assert ended_run(recorded).waited == step.waited


@pytest.mark.parametrize("answer", ["skip", "retry", "continue", "abort"])
def test_a_failure_counts_once_with_its_own_reason_whatever_a_person_made_of_it(
    answer: str,
) -> None:
    step = steps_of(asked_about_a_failure(answer).recorded)["a"]
    assert (step.is_known, step.failed, step.message) == (True, True, "exited with 1")


def test_a_step_that_only_asks_is_known_by_how_long_it_waited() -> None:
    player = Player(program_of("steps: [{name: a, kind: confirm, message: Sure?}]")).create()
    player.play(until=lambda player: bool(player.asked))
    player.later(30, lambda at: Answered(at=at, step="a", answer="yes", by="ada"))
    found = steps_of(player.play().recorded)
    assert list(found) == ["a"]
    step = found["a"]
    assert (step.waited, step.is_known, step.is_first, step.seconds) == (30, False, False, None)


def test_what_an_older_version_recorded_does_not_say_how_long_anybody_was_waited_for() -> None:
    recorded = [replace(event, of_ended={}) for event in asked_about_a_failure("retry").recorded]
    found = ended_run(recorded)
    assert found.waited is None
    (step,) = found.steps
    assert (step.waited, step.failed, step.message, step.seconds) == (
        *(None, True, "exited with 1"),
        7,
    )


def test_items_of_a_foreach_count_each_and_the_first_of_them_for_the_run() -> None:
    text = "steps: [{name: a, kind: shell, run: a, foreach: [1, 2, 3], keep_going: true}]"
    player = Player(program_of(text), results={"a[1]": [FAILS]}).create().play()
    found = ended_run(player.recorded).steps
    assert [step.step for step in found] == ["a"] * 3
    assert [step.failed for step in found] == [False, True, False]
    assert [step.is_first for step in found] == [True, False, False]


def test_what_was_taken_back_is_told_of_the_step_that_it_was() -> None:
    text = (
        "steps:\n  - {name: a, kind: shell, run: a, undo: {kind: shell, run: u}}\n"
        "  - {name: b, kind: shell, run: b}\n"
    )
    player = Player(program_of(text), results={"b": [FAILS]}, undo=["a:undo"]).create().play()
    found = steps_of(player.recorded)
    assert {step: found[step].undone for step in ("a", "b")} == {"a": True, "b": False}


def test_a_leg_that_goes_on_keeps_what_an_earlier_one_did() -> None:
    text = "steps:\n  - {name: a, kind: shell, run: a}\n  - {name: b, kind: shell, run: b}\n"
    player = Player(
        program_of(text), results={"a": [Result(takes=5)], "b": [FAILS, Result(takes=2)]}
    )
    player.create().play().resume(later=1_000).play()
    found = steps_of(player.recorded)
    assert (found["a"].seconds, found["b"].seconds, found["b"].failed) == (5, 2, True)


def test_what_was_cancelled_or_lost_says_nothing() -> None:
    assert ended_run(events(ONE, Result(ok=False, unknown=True))).steps == ()


def test_the_alert_and_the_profile_come_with_the_run() -> None:
    first, *rest = events(ONE)
    began = "2026-11-30T02:41:00Z"
    first = replace(first, alert={"started_at": began, "title": "x"}, profile="production")
    found = ended_run([first, *rest])
    assert (found.alerted_at, found.profile, found.look) == (began, "production", False)
