"""The machine's transitions: attempts, questions, polls, waits, cancelling, and facts that come too late."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pup_tui.core.actions import EndRun, StopAttempt, Withdraw
from pup_tui.core.events import (
    Answered,
    AttemptFinished,
    CancelRequested,
    Interrupted,
    PollAccepted,
    PollExtended,
    PollNudged,
    PollStopped,
    TimerFired,
    WaitCut,
)
from pup_tui.core.notices import (
    RunFinished,
    StepAnswered,
    StepFinished,
    StepPolled,
    StepStarted,
    StepWaiting,
)
from pup_tui.core.state import RunState
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

TWO = """
steps:
  - {name: a, kind: shell, run: echo a}
  - {name: b, kind: shell, run: echo b}
"""
POLL = """
steps:
  - name: wait for it
    id: p
    kind: shell
    run: probe
    poll: {interval: 10s, timeout: 60s, until: value < 5}
"""


def test_a_run_tells_its_story_in_order() -> None:
    player = Player(program_of(TWO)).create(NAME="x").play()
    types = [notice.__struct_config__.tag for notice in player.notices]
    assert types == [
        "run.started",
        "step.started",
        "step.finished",
        "step.started",
        "step.finished",
        "run.finished",
    ]
    finished = player.notices[-1]
    assert isinstance(finished, RunFinished)
    assert (finished.status, finished.counts, finished.duration) == (
        "succeeded",
        {"succeeded": 2},
        2.0,
    )


def test_values_reach_the_request() -> None:
    program = program_of("vars: {X: 1}\nsteps: [{name: a, kind: shell, run: 'echo {{ X }}'}]")
    player = Player(program).create(X="; touch pwned").play()
    request: Any = player.started[0].request
    assert "pwned" not in request.script
    assert list(request.values.values()) == ["; touch pwned"]
    assert player.started[0].shown == "echo '; touch pwned'"


def test_captures_reach_later_steps() -> None:
    program = program_of(
        """
        steps:
          - {name: a, kind: shell, run: make, capture: {ID: json.id}}
          - {name: b, kind: shell, run: "use {{ ID }}"}
        """
    )
    player = Player(program, results={"a": [Result(captures={"ID": "x-1"})]}).create().play()
    assert player.started[1].shown == "use x-1"
    finished = next(n for n in player.notices if isinstance(n, StepFinished))
    assert finished.captured == ("ID",)


def test_results_that_later_steps_name_are_wanted_and_kept() -> None:
    program = program_of(
        """
        steps:
          - {name: a, kind: shell, run: make}
          - {name: b, kind: shell, run: "use {{ steps.a.exit_code }}"}
        """
    )
    player = Player(program, results={"a": [Result(results={"exit_code": 0})]}).create().play()
    assert player.started[0].wanted.results == ("exit_code",)
    assert player.started[1].shown == "use 0"


def test_results_of_a_step_that_did_not_run_may_have_a_default() -> None:
    program = program_of(
        """
        steps:
          - {name: a, kind: shell, if: "1 > 2", run: make}
          - {name: b, kind: shell, run: "use {{ steps.a.output | default('none') }}"}
          - {name: c, kind: shell, run: "use {{ steps.a.output }}"}
        """
    )
    player = Player(program).create().play()
    assert player.started[0].shown == "use none"
    assert player.machine.state.steps["c"].reason == "it needs steps.a.output, and `a` did not run"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("run: 'use {{ J.b }}'", "`J` has no `b`"),
        ("run: 'use {{ J.b.c }}'", "`J` has no `b`"),
        ("run: 'use {{ J.l[3] }}'", "`J.l[3]` is not defined"),
        ("run: 'use {{ J.b.c | upper }}'", "`J.b` is not defined"),
        ("run: 'use {{ steps.a.json.x }}'", "`steps.a.json` has no `x`"),
        ("{run: use, foreach: J.b}", "`J` has no `b`"),
        ("{run: use, foreach: [1], label: '{{ J.b }}'}", "`J` has no `b`"),
        ("{run: use, if: J.b.c}", "`J` has no `b`"),
    ],
)
def test_what_a_capture_lacks_is_told_as_that_with_what_to_do(text: str, missing: str) -> None:
    keys = text if text.startswith("{") else f"{{{text}}}"
    program = program_of(
        f"""
        steps:
          - {{name: a, kind: shell, run: make, capture: {{J: json}}}}
          - {{name: b, kind: shell, {keys[1:-1]}}}
        """
    )
    printed = {"a": 1, "l": [1]}
    first = Result(captures={"J": printed}, results={"json": printed})
    player = Player(program, results={"a": [first]}).create().play()
    reason = player.machine.state.steps["b"].reason
    assert missing in reason
    assert "`| default(…)`" in reason


def test_a_field_that_a_step_does_not_have_is_named() -> None:
    program = program_of(
        """
        steps:
          - {name: a, kind: shell, run: make}
          - {name: b, kind: shell, run: "use {{ steps.a.status }}"}
        """
    )
    player = Player(program).create().play()
    assert player.machine.state.steps["b"].reason == (
        "it needs steps.a.status, which `a` does not have"
    )


@pytest.mark.parametrize(
    ("when", "status"), [("on_success", "failed"), ("always", "skipped"), ("cleanup", "skipped")]
)
def test_a_capture_that_was_not_made(when: str, status: str) -> None:
    program = program_of(
        f"""
        steps:
          - {{name: a, kind: shell, if: "1 > 2", run: make, capture: ID}}
          - {{name: b, kind: shell, when: {when}, run: "use {{{{ ID }}}}"}}
        """
    )
    player = Player(program).create().play()
    assert player.statuses()["b"] == status
    assert "ID" in player.machine.state.steps["b"].reason


def test_a_capture_that_gives_nothing_fails_the_step() -> None:
    program = program_of("steps: [{name: a, kind: shell, run: make, capture: {ID: json.id}}]")
    player = Player(program, results={"a": [Result(missing={"ID": "gives nothing"})]})
    player.create().play()
    assert player.machine.state.steps["a"].reason == "capture ID: gives nothing"
    assert player.machine.state.frames[""].captured == {}


def test_an_assertion_is_enforced_and_what_cannot_be_known_fails() -> None:
    program = program_of(
        "steps: [{name: a, kind: shell, run: x, assert: {that: json.n > 1, message: too few}}]"
    )
    for holds, status in ((True, "succeeded"), (False, "failed"), (None, "failed")):
        player = Player(program, results={"a": [Result(assertions=(holds,))]}).create().play()
        assert player.statuses() == {"a": status}
    assert "too few" in player.machine.state.steps["a"].reason


def test_an_optional_tool_that_is_not_installed_is_skipped() -> None:
    program = program_of("steps: [{name: a, kind: shell, optional: true, run: lb-cli drain}]")
    player = Player(program, tools={"lb-cli": False}).create().play()
    assert player.statuses() == {"a": "skipped"}
    assert player.machine.state.steps["a"].reason == "`lb-cli` is not installed"
    assert not any(isinstance(notice, StepStarted) for notice in player.notices)


def test_an_optional_workflow_without_an_id_is_skipped() -> None:
    program = program_of(
        """
        vars: {ID: ""}
        steps: [{name: a, kind: datadog-workflow, optional: true, workflow_id: "{{ ID }}"}]
        """
    )
    player = Player(program).create(ID="").play()
    assert player.statuses() == {"a": "skipped"}


def test_a_timeout_stops_the_attempt_and_fails_the_step() -> None:
    program = program_of("steps: [{name: a, kind: shell, run: sleep 99, timeout: 5s}]")
    player = Player(program, results={"a": [Result(hangs=True)]}).create().play()
    assert any(isinstance(action, StopAttempt) for action in player.actions)
    assert player.machine.state.steps["a"].reason == "timed out after 5 s"


def test_a_retry_after_a_failure_starts_another_attempt() -> None:
    program = program_of("steps: [{name: a, kind: shell, run: x, on_failure: confirm}]")
    player = Player(program, results={"a": [FAILS, OK]}, answers={"a": ["retry"]}).create().play()
    assert player.statuses() == {"a": "succeeded"}
    assert [action.attempt for action in player.started] == ["a#1", "a#2"]


# Questions


def test_a_confirm_shows_what_a_yes_leads_to() -> None:
    program = program_of(
        """
        vars: {X: 1}
        steps:
          - {name: ask, kind: confirm, message: "Delete {{ X }}?", expect: "{{ X }}", danger: true}
          - {name: b, kind: shell, run: "delete {{ X }}"}
        """
    )
    player = Player(program).create(X="db").play()
    question = player.asked[0].question
    assert (question.message, question.expect, question.danger) == ("Delete db?", "db", True)
    assert question.upcoming == "delete db"
    waiting = next(n for n in player.notices if isinstance(n, StepWaiting))
    assert (waiting.for_, waiting.expect) == ("confirm", "db")


def test_a_confirm_that_stands_for_a_dangerous_step_is_dangerous() -> None:
    program = program_of(
        """
        steps:
          - {name: ask, kind: confirm, message: Go on?}
          - {name: b, kind: shell, danger: true, run: drop}
          - {name: ask again, kind: confirm, message: Go on?}
          - {name: c, kind: shell, run: look}
        """
    )
    player = Player(program, answers={"ask": ["yes"], "ask_again": ["yes"]}).create().play()
    assert [asked.question.danger for asked in player.asked] == [True, False]


def test_a_question_times_out_as_a_refusal() -> None:
    program = program_of("steps: [{name: ask, kind: confirm, message: Go?, timeout: 30s}]")
    player = Player(program).create().play()
    assert player.asked[0].question.timeout == 30
    assert player.machine.state.status == "aborted"
    assert any(isinstance(action, Withdraw) for action in player.actions)


def test_an_answer_that_is_no_yes_is_a_no() -> None:
    program = program_of("steps: [{name: ask, kind: confirm, message: Go?}]")
    player = Player(program, answers={"ask": ["perhaps"]}).create().play()
    assert player.machine.state.status == "aborted"


def test_an_answer_that_nobody_asked_for_changes_nothing() -> None:
    player = Player(program_of(TWO)).create()
    before = msgspec.json.encode(player.machine.state)
    player.tell(Answered(at=player.moment, step="a", answer="yes", by="ada"))
    player.tell(Answered(at=player.moment, step="nowhere", answer="yes", by="ada"))
    assert msgspec.json.encode(player.machine.state) == before


# Polls


def _polled(player: Player) -> list[StepPolled]:
    return [notice for notice in player.notices if isinstance(notice, StepPolled)]


def test_a_poll_repeats_until_the_condition_holds() -> None:
    script = [Result(until=False, value=9.0), Result(until=None), Result(until=True, value=3.0)]
    player = Player(program_of(POLL), results={"p": script}).create().play()
    assert player.statuses() == {"p": "succeeded"}
    assert [(n.attempt, n.met, n.value) for n in _polled(player)] == [
        (1, False, 9.0),
        (2, False, None),
        (3, True, 3.0),
    ]
    assert sum(isinstance(n, StepStarted) for n in player.notices) == 1
    assert player.machine.state.steps["p"].attempts == 3


def test_the_earlier_values_reach_the_condition() -> None:
    script = [Result(until=False, value=9.0), Result(until=False, value=7.0), Result(until=True)]
    player = Player(program_of(POLL), results={"p": script}).create().play()
    assert [action.wanted.history for action in player.started] == [(), (9.0,), (9.0, 7.0)]


def test_an_attempt_that_errors_is_not_yet_even_if_the_condition_would_hold() -> None:
    script = [Result(ok=False, reason="exited with 1", until=True), Result(until=True)]
    player = Player(program_of(POLL), results={"p": script}).create().play()
    assert [(n.met, n.error) for n in _polled(player)] == [(False, "exited with 1"), (True, None)]


def test_a_poll_fails_at_its_timeout_with_the_last_value() -> None:
    player = Player(program_of(POLL), results={"p": [Result(until=False, value=7.5)]})
    player.create().play()
    reason = player.machine.state.steps["p"].reason
    assert player.statuses() == {"p": "failed"}
    assert "within 60 s" in reason
    assert "7.5" in reason


def test_a_poll_whose_attempt_hangs_is_stopped_at_its_timeout() -> None:
    player = Player(program_of(POLL), results={"p": [Result(hangs=True)]}).create().play()
    assert player.statuses() == {"p": "failed"}
    assert any(isinstance(action, StopAttempt) for action in player.actions)


def test_an_attempt_of_a_poll_that_times_out_is_not_yet() -> None:
    program = program_of(POLL.replace("    poll:", "    timeout: 5s\n    poll:"))
    script = [Result(hangs=True), Result(until=True)]
    player = Player(program, results={"p": script}).create().play()
    assert player.statuses() == {"p": "succeeded"}
    assert _polled(player)[0].error == "timed out after 5 s"


def test_fail_if_and_max_attempts_end_a_poll() -> None:
    program = program_of(POLL.replace("until:", "fail_if: value > 100, until:"))
    player = Player(program, results={"p": [Result(until=False, fail_if=True)]}).create().play()
    assert "fail_if" in player.machine.state.steps["p"].reason
    player = Player(program, results={"p": [Result(until=True, fail_if=True)]}).create().play()
    assert "fail_if" in player.machine.state.steps["p"].reason
    assert not _polled(player)[0].met
    program = program_of(POLL.replace("until:", "max_attempts: 2, until:"))
    player = Player(program, results={"p": [Result(until=False)]}).create().play()
    assert player.machine.state.steps["p"].attempts == 2
    assert "after 2 attempts" in player.machine.state.steps["p"].reason


def _poll_that_waits() -> Player:
    player = Player(program_of(POLL), results={"p": [Result(until=False, value=9.0)]}).create()
    return player.play(until=lambda p: bool(_polled(p)))


def test_a_poll_can_be_checked_now() -> None:
    player = _poll_that_waits()
    player.tell(PollNudged(at=player.moment, step="p", by="ada"))
    player.play(until=lambda p: len(_polled(p)) == 2)
    assert _polled(player)[1].elapsed < 10


def test_a_poll_can_be_stopped_and_then_has_failed() -> None:
    player = _poll_that_waits()
    player.tell(PollStopped(at=player.moment, step="p", by="ada"))
    assert player.statuses() == {"p": "failed"}
    assert "ada" in player.machine.state.steps["p"].reason


def test_a_poll_can_be_accepted_and_says_by_whom() -> None:
    player = _poll_that_waits()
    player.tell(PollAccepted(at=player.moment, step="p", by="ada", reason="seen on the graph"))
    assert player.statuses() == {"p": "succeeded"}
    assert player.machine.state.steps["p"].reason == "accepted as met by ada: seen on the graph"


def test_a_poll_can_be_extended() -> None:
    player = _poll_that_waits()
    player.tell(PollExtended(at=player.moment, step="p", seconds=600, by="ada"))
    player.play()
    assert "within 660 s" in player.machine.state.steps["p"].reason
    extended = next(notice for notice in player.notices if isinstance(notice, StepAnswered))
    assert (extended.answer, extended.by, extended.note) == ("extend", "ada", "600 s more")


def test_a_workflow_is_followed_by_its_executor_and_judged_once() -> None:
    program = program_of(
        """
        steps:
          - name: w
            kind: datadog-workflow
            workflow_id: "1"
            poll: {interval: 1s, timeout: 20s, until: status == SUCCEEDED}
        """
    )
    player = Player(program, results={"w": [Result(until=False)]}).create().play()
    assert player.statuses() == {"w": "failed"}
    assert len(player.started) == 1
    player = Player(program, results={"w": [Result(hangs=True)]}).create().play()
    assert player.machine.state.steps["w"].reason == "timed out after 20 s"


# Waiting


def test_a_wait_ends_by_itself_or_is_cut_short() -> None:
    program = program_of("steps: [{name: a, kind: wait, duration: 5m}]")
    player = Player(program).create().play()
    assert player.statuses() == {"a": "succeeded"}
    assert player.moment.clock == 300
    player = Player(program).create()
    player.tell(WaitCut(at=player.moment, step="a", by="ada"))
    assert player.machine.state.steps["a"].reason == "cut short by ada"


# Ends


CLEAN = TWO + "  - {name: c, kind: shell, when: cleanup, run: tidy}\n"


def _cancel(player: Player) -> None:
    player.tell(CancelRequested(at=player.moment, by="Ctrl-C"))


def test_a_cancelled_run_stops_what_runs_and_cleans_up() -> None:
    player = Player(program_of(CLEAN), results={"a": [Result(hangs=True)]}).create()
    _cancel(player)
    player.play()
    assert player.statuses() == {"a": "cancelled", "b": "skipped", "c": "succeeded"}
    assert player.machine.state.status == "cancelled"


def test_a_second_cancel_leaves_the_cleanup() -> None:
    player = Player(program_of(CLEAN), results={"a": [Result(hangs=True)]}).create()
    _cancel(player)
    _cancel(player)
    player.play()
    assert player.statuses() == {"a": "cancelled", "b": "skipped", "c": "skipped"}


def test_a_cancel_in_the_cleanup_stops_it() -> None:
    player = Player(program_of(CLEAN), results={"c": [Result(hangs=True)]}).create()
    player.play(until=lambda p: len(p.started) == 3)
    _cancel(player)
    player.play()
    assert player.statuses()["c"] == "cancelled"
    assert player.machine.state.status == "cancelled"


def test_a_cancel_withdraws_a_question() -> None:
    program = program_of("steps: [{name: ask, kind: confirm, message: Go?}]")
    player = Player(program).create()
    _cancel(player)
    assert player.statuses() == {"ask": "cancelled"}
    assert any(isinstance(action, Withdraw) for action in player.actions)


def test_a_cleanup_that_times_out_after_a_cancel_has_failed() -> None:
    program = program_of(CLEAN.replace("run: tidy", "run: tidy, timeout: 3s"))
    script = {"a": [Result(hangs=True)], "c": [Result(hangs=True)]}
    player = Player(program, results=script).create()
    _cancel(player)
    player.play()
    assert player.statuses()["c"] == "failed"


def test_an_interrupted_run_keeps_what_has_not_begun() -> None:
    player = Player(program_of(CLEAN), results={"a": [Result(hangs=True)]}).create()
    player.tell(Interrupted(at=player.moment, reason="the terminal was lost"))
    player.play()
    assert player.machine.state.status == "interrupted"
    assert player.statuses() == {"a": "cancelled", "b": "(pending)", "c": "(pending)"}


def test_a_late_end_of_an_old_attempt_is_dropped() -> None:
    program = program_of("steps: [{name: a, kind: shell, run: x, on_failure: confirm}]")
    player = Player(program, results={"a": [FAILS, Result(hangs=True)]}, answers={"a": ["retry"]})
    player.create().play(until=lambda p: len(p.started) == 2)
    late = AttemptFinished(at=player.moment, attempt="a#1", ok=True, duration=1.0)
    before = msgspec.json.encode(player.machine.state)
    player.tell(late)
    assert msgspec.json.encode(player.machine.state) == before


def test_nothing_happens_after_the_end() -> None:
    player = Player(program_of(TWO)).create().play()
    assert sum(isinstance(action, EndRun) for action in player.actions) == 1
    done = len(player.actions)
    _cancel(player)
    player.tell(TimerFired(at=player.moment, timer="timeout:a"))
    assert len(player.actions) == done


def test_a_secret_is_named_in_the_state_and_hidden_in_the_story() -> None:
    program = program_of(
        """
        vars: {TOKEN: {type: secret}}
        steps:
          - {name: a, kind: shell, run: "login {{ TOKEN }}", capture: KEY}
        """
    )
    script = {"a": [Result(captures={"KEY": "k-hunter2"}, secrets=("KEY",))]}
    player = Player(program, results=script).create(TOKEN="hunter2", secrets=("TOKEN",)).play()
    started = msgspec.to_builtins(player.notices[0])
    assert started["vars"] == {"TOKEN": "***"}
    assert player.machine.state.frames[""].secrets == ["TOKEN", "KEY"]


def test_the_state_round_trips_through_json_at_every_event() -> None:
    script = {"a": [FAILS, OK]}
    program = program_of(TWO.replace("run: echo a", "run: echo a, on_failure: confirm"))
    player = Player(program, results=script, answers={"a": ["retry"]}).create()
    seen = 0
    while player.machine.state.status == "running" or seen == 0:
        state = player.machine.state
        assert msgspec.json.decode(msgspec.json.encode(state), type=RunState) == state
        seen += 1
        before = len(player.events)
        player.play(until=lambda p, before=before: len(p.events) > before)  # type: ignore[misc]
    assert seen > 5


@pytest.mark.parametrize(
    "step",
    [
        "{name: b, kind: shell, run: ls, timeout: '{{ N | default(5) }}s'}",
        (
            "{name: b, kind: group, timeout: '{{ N | default(5) }}s', steps: ["
            "{name: hangs, kind: shell, run: ls}]}"
        ),
        "{name: b, kind: shell, run: ls, timeout: 5s, retry: {attempts: '{{ N | default(2) }}'}}",
    ],
)
def test_limits_hold_as_they_were_when_the_step_began(step: str) -> None:
    program = program_of(
        f"""
        steps:
          - name: p
            kind: parallel
            steps:
              - {{name: a, kind: shell, run: ls, capture: N}}
              - {step}
        """
    )
    hangs = [Result(hangs=True)]
    results = {"p/a": [Result(captures={"N": "many"})], "p/b": hangs, "p/b/hangs": hangs}
    player = Player(program, results=results).create().play()
    assert player.statuses()["p/b"] == "failed"
    assert player.machine.state.status == "failed"
