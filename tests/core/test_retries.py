"""Failed steps that are attempted again."""

from __future__ import annotations

import pytest

from pup_tui.core.events import PollNudged, TimerFired
from pup_tui.core.notices import StepPolled, StepRetrying, StepStarted
from pup_tui.core.retries import retry_limits
from pup_tui.runbook.parts import Retry
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of


def one(keys: str) -> str:
    return f"steps:\n  - name: a\n    kind: shell\n    run: ls\n    {keys}\n"


def test_a_failed_attempt_is_followed_by_another() -> None:
    program = program_of(one("retry: {attempts: 3, delay: 2s, backoff: 3}"))
    player = Player(program, results={"a": [FAILS, FAILS, OK]}).create().play()
    assert player.statuses() == {"a": "succeeded"}
    told = [(n.attempt, n.delay) for n in player.notices if isinstance(n, StepRetrying)]
    assert told == [(1, 2.0), (2, 6.0)]
    attempts = [n.attempt for n in player.notices if isinstance(n, StepStarted)]
    assert attempts == [1, 2, 3]


def test_the_last_failure_counts() -> None:
    program = program_of(one("retry: {attempts: 2}"))
    player = Player(program, results={"a": [FAILS]}).create().play()
    assert player.statuses() == {"a": "failed"}
    assert len(player.started) == 2


@pytest.mark.parametrize(("holds", "attempts"), [(True, 2), (False, 1), (None, 1)])
def test_on_says_which_failures_are_worth_it(holds: bool | None, attempts: int) -> None:
    program = program_of(one("retry: {attempts: 2, on: exit_code == 7}"))
    result = Result(ok=False, reason="exited with 7", retry_on=holds)
    player = Player(program, results={"a": [result]}).create().play()
    assert len(player.started) == attempts


def test_an_attempt_that_timed_out_is_retried() -> None:
    program = program_of(one("timeout: 5s\n    retry: {attempts: 2}"))
    player = Player(program, results={"a": [Result(hangs=True), OK]}).create().play()
    assert player.statuses() == {"a": "succeeded"}


def test_a_broken_assertion_is_retried() -> None:
    program = program_of(one("assert: output == 'x'\n    retry: {attempts: 2}"))
    player = Player(program, results={"a": [Result(assertions=(False,)), OK]}).create().play()
    assert player.statuses() == {"a": "succeeded"}


def test_what_cannot_be_rendered_is_not_retried() -> None:
    program = program_of(
        """
        vars: {X: {required: false}}
        steps:
          - {name: a, kind: http, url: "{{ X }}", retry: {attempts: 3}}
        """
    )
    player = Player(program).create(left_out=("X",)).play()
    assert player.statuses() == {"a": "failed"}
    assert player.started == []


def test_the_wait_can_be_cut_short() -> None:
    program = program_of(one("retry: {attempts: 2, delay: 1h, max_delay: 1h}"))
    player = Player(program, results={"a": [FAILS, OK]}).create()
    player.later(3, lambda at: PollNudged(at=at, step="a", by="ada"))
    player.play()
    assert player.statuses() == {"a": "succeeded"}
    ended = player.machine.state.steps["a"].ended
    assert ended is not None
    assert ended < 10


def test_the_defaults_hold_for_steps_that_make_attempts() -> None:
    program = program_of(
        """
        defaults: {retry: {attempts: 2}}
        steps:
          - name: g
            kind: group
            steps: [{name: a, kind: shell, run: ls}]
        """
    )
    player = Player(program, results={"g/a": [FAILS]}).create().play()
    assert len(player.started) == 2


def test_a_block_is_retried_as_a_whole() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            retry: {attempts: 2}
            steps:
              - {name: a, kind: shell, run: do a}
              - {name: b, kind: shell, run: do b}
        """
    )
    player = Player(program, results={"g/b": [FAILS, OK]}).create().play()
    assert [action.shown for action in player.started] == ["do a", "do b", "do a", "do b"]
    assert [action.attempt for action in player.started] == ["g/a#1", "g/b#1", "g/a#2", "g/b#2"]
    assert player.statuses() == {"g": "succeeded", "g/a": "succeeded", "g/b": "succeeded"}


def test_a_poll_that_was_not_met_begins_again() -> None:
    poll = "poll: {interval: 1s, until: empty, max_attempts: 2}\n    retry: {attempts: 2}"
    results = [Result(until=False), Result(until=False), Result(until=False), Result(until=True)]
    player = Player(program_of(one(poll)), results={"a": results}).create().play()
    assert player.statuses() == {"a": "succeeded"}


@pytest.mark.parametrize(
    ("tries", "delay"), [(1, 1.0), (2, 2.0), (3, 4.0), (7, 60.0), (5000, 60.0)]
)
def test_delays_grow_up_to_a_limit(tries: int, delay: float) -> None:
    assert retry_limits(Retry(attempts=9999), {}).delay_after(tries) == delay


def test_a_block_that_was_given_up_is_not_retried() -> None:
    program = program_of(
        """
        steps:
          - name: p
            kind: parallel
            fail_fast: true
            steps:
              - {name: a, kind: shell, run: ls}
              - name: g
                kind: group
                retry: {attempts: 2}
                on_failure: confirm
                steps: [{name: b, kind: shell, run: ls, on_failure: confirm}]
        """
    )
    results = {"p/a": [Result(ok=False, reason="exited with 1", takes=5)], "p/g/b": [FAILS]}
    player = Player(program, results=results).create().play()
    assert player.statuses() == {"p": "failed", "p/a": "failed", "p/g": "failed", "p/g/b": "failed"}
    assert len(player.started) == 2
    assert [ask.question.step for ask in player.asked] == ["p/g/b"]


def test_items_that_a_shorter_list_no_longer_has_stay_what_they_were() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            retry: {attempts: 2}
            steps:
              - {name: list, kind: shell, run: ls, capture: HOSTS}
              - name: each
                kind: group
                foreach: HOSTS
                undo: {kind: shell, run: "undo {{ item }}"}
                steps:
                  - {name: do, kind: shell, run: "make {{ item }}"}
                  - {name: tidy, kind: shell, run: "tidy {{ item }}", when: cleanup}
              - {name: check, kind: shell, run: check}
        """
    )
    results = {
        "g/list": [Result(captures={"HOSTS": ["x", "y"]}), Result(captures={"HOSTS": ["x"]})],
        "g/check": [FAILS],
    }
    player = Player(program, results=results, undo=["g/each[1]#1:undo"]).create().play()
    assert "(pending)" not in player.statuses().values()
    shown = [action.shown for action in player.started]
    assert shown[-3:] == ["undo y", "tidy x", "tidy y"]


def test_a_timer_that_fires_too_late_changes_nothing() -> None:
    program = program_of(one("timeout: 5s\n    poll: {interval: 1s, until: empty}"))
    player = Player(program, results={"a": [Result(until=False), Result(until=True)]}).create()
    player.play(until=lambda p: any(isinstance(n, StepPolled) for n in p.notices))
    player.tell(TimerFired(at=player.moment, timer="timeout:a"))
    assert player.play().statuses() == {"a": "succeeded"}


def test_a_poll_whose_time_is_up_while_an_attempt_is_being_stopped_ends() -> None:
    poll = "timeout: 3s\n    poll: {interval: 1s, timeout: 3050ms, until: empty}"
    player = Player(program_of(one(poll)), results={"a": [Result(hangs=True)]}).create().play()
    assert player.statuses() == {"a": "failed"}
    assert len(player.started) == 1


LIMITED = "the rate limit of Datadog resets in {:g} s: try again later"


def limited(again_in: float) -> Result:
    return Result(ok=False, reason=LIMITED.format(again_in), again_in=again_in)


@pytest.mark.parametrize(
    ("keys", "again_in", "delays"),
    [
        ("retry: {attempts: 3, delay: 1s}", 2.5, [2.5]),
        ("retry: {attempts: 3, delay: 1s}", 0.2, [1.0]),
        ("retry: {attempts: 3, delay: 1s}", 3.0, [3.0]),
        ("retry: {attempts: 3, delay: 1s}", 4.0, []),
        ("timeout: 9s\n    retry: {attempts: 3, delay: 1s}", 10.0, [10.0]),
        ("timeout: 9s\n    retry: {attempts: 3, delay: 1s}", 13.0, []),
        ("retry: {attempts: 900, backoff: 1.001}", 1e9, []),
    ],
)
def test_a_limit_is_waited_for_if_the_retries_last_that_long(
    keys: str, again_in: float, delays: list[float]
) -> None:
    player = Player(program_of(one(keys)), results={"a": [limited(again_in), OK]})
    player.create().play()
    assert [n.delay for n in player.notices if isinstance(n, StepRetrying)] == delays
    step = player.machine.state.steps["a"]
    assert step.status == ("succeeded" if delays else "failed")
    assert step.reason == ("" if delays else LIMITED.format(again_in))


@pytest.mark.parametrize(("again_in", "began"), [(20.0, [0.0, 21.0]), (2.0, [0.0, 6.0])])
def test_the_next_attempt_of_a_poll_waits_for_a_limit(again_in: float, began: list[float]) -> None:
    poll = "poll: {interval: 5s, timeout: 60s, until: empty}"
    results = {"a": [limited(again_in), Result(until=True)]}
    player = Player(program_of(one(poll)), results=results).create().play()
    assert player.statuses() == {"a": "succeeded"}
    polled = [n for n in player.notices if isinstance(n, StepPolled)]
    assert [n.elapsed - 1 for n in polled] == began


def test_a_limit_that_outlasts_a_poll_ends_it_at_once() -> None:
    poll = "poll: {interval: 5s, timeout: 60s, until: empty}"
    player = Player(program_of(one(poll)), results={"a": [limited(59.0)]}).create().play()
    step = player.machine.state.steps["a"]
    assert (step.status, step.attempts) == ("failed", 1)
    assert step.reason == LIMITED.format(59)


@pytest.mark.parametrize(
    ("keys", "again_in", "attempts"),
    [
        ("retry: {attempts: 3, delay: 1s}", 2.5, 2),
        ("retry: {attempts: 3, delay: 1s}", 50.0, 1),
        ("poll: {interval: 1s, timeout: 60s, until: attempt == 2}", 50.0, 2),
        ("poll: {interval: 1s, timeout: 60s, until: attempt == 2}", 60.0, 1),
    ],
)
def test_a_block_waits_for_what_a_step_in_it_was_told(
    keys: str, again_in: float, attempts: int
) -> None:
    program = program_of(
        f"""
        steps:
          - name: g
            kind: group
            {keys}
            steps:
              - name: h
                kind: group
                steps: [{{name: a, kind: shell, run: ls}}]
        """
    )
    player = Player(program, results={"g/h/a": [limited(again_in), OK]}).create().play()
    step = player.machine.state.steps["g"]
    assert step.attempts == attempts
    if attempts == 1:
        assert step.reason == f"`g/h/a` failed: {LIMITED.format(again_in)}"
    else:
        assert step.status == "succeeded"


def test_what_a_former_attempt_was_told_no_longer_counts() -> None:
    program = program_of(one("retry: {attempts: 3, delay: 1s, backoff: 1}"))
    player = Player(program, results={"a": [limited(2.0), FAILS, OK]}).create().play()
    assert [n.delay for n in player.notices if isinstance(n, StepRetrying)] == [2.0, 1.0]
