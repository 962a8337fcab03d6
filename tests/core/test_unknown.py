"""Attempts of which nobody knows whether they were done."""

from __future__ import annotations

import pytest

from pup_tui.core.events import AttemptFollows, CancelRequested
from pup_tui.core.standing import standing
from pup_tui.core.state import StepPhase
from tests.support.player import OK, Player, Result
from tests.support.runbooks import program_of

LOST = Result(ok=False, reason="the connection was lost", unknown=True)

STEPS = """
steps:
  - name: change
    kind: sql
    url: "sqlite://"
    query: select 1
    on_failure: ignore
    retry: {attempts: 3, delay: 1s}
    undo: {kind: shell, run: undo}
  - {name: after, kind: shell, run: echo}
  - {name: tell, kind: shell, run: echo, when: on_failure}
"""


def test_it_is_neither_tried_again_nor_taken_as_done_or_undone() -> None:
    player = Player(program_of(STEPS), results={"change": [LOST]}).create().play()
    assert player.statuses() == {"change": "unknown", "after": "skipped", "tell": "succeeded"}
    assert player.machine.state.status == "failed"
    assert player.machine.state.steps["change"].reason == "the connection was lost"
    assert player.machine.state.steps["change"].attempts == 1


def test_a_poll_ends_with_it() -> None:
    polls = """
steps:
  - {name: p, kind: sql, url: "sqlite://", query: select 1, poll: {until: empty, interval: 1s}}
"""
    waits = Result(until=False)
    player = Player(program_of(polls), results={"p": [waits, LOST, OK]}).create().play()
    assert player.statuses() == {"p": "unknown"}
    assert player.machine.state.status == "failed"


AROUND = {
    "group": "kind: group",
    "parallel": "kind: parallel",
    "poll": "kind: group, poll: {until: attempt > 0, interval: 1s}",
    "items": "kind: group, foreach: [1, 2], keep_going: true",
    "called": "kind: group, on_failure: ignore",
    "asked": "kind: group, on_failure: confirm",
}


@pytest.mark.parametrize("given", AROUND.values(), ids=AROUND)
@pytest.mark.parametrize("retry", ["retry: {attempts: 3, delay: 1s}, ", ""])
def test_what_holds_it_is_not_attempted_again_either(given: str, retry: str) -> None:
    retry = "" if "poll" in given else retry
    text = f"""
steps:
  - {{name: g, {retry}{given}, steps: [{{name: x, kind: http, url: "http://h/"}}]}}
  - {{name: after, kind: shell, run: echo}}
"""
    x = "g[0]/x" if "foreach" in given else "g/x"
    player = Player(program_of(text), results={x: [LOST, OK]}, answers={x: ["done"]})
    player.create().play()
    assert player.machine.state.steps[x].attempts == 1
    assert (player.statuses()["g"], player.statuses()[x]) == ("unknown", "unknown")
    assert player.statuses()["after"] == "skipped"
    assert player.machine.state.status == "failed"
    assert player.machine.state.reason == f"`{x}` failed: the connection was lost"
    assert not player.asked
    assert set(standing(player.machine.program, player.machine.state).begun) == {
        step for step, status in player.statuses().items() if status == "unknown" and "/" in step
    }
    player.resume().play()
    assert [each.question.step for each in player.asked] == [x]
    assert player.machine.state.status == "succeeded"


def test_a_group_that_times_out_around_it_is_not_attempted_again() -> None:
    text = """
steps:
  - name: g
    kind: group
    timeout: 5s
    retry: {attempts: 2, delay: 1s}
    steps:
      - {name: x, kind: http, method: POST, url: "http://h/"}
"""
    stopped = Result(hangs=True, ok=False, unknown=True)
    player = Player(program_of(text), results={"g/x": [stopped, OK]}).create().play()
    assert player.statuses() == {"g": "unknown", "g/x": "unknown"}


FLOWS = """
steps:
  - name: g
    kind: group
    steps:
      - name: flow
        kind: datadog-workflow
        workflow_id: w
        confirm: Sure?
        retry: {attempts: 2, delay: 1s}
  - {name: after, kind: shell, run: echo}
"""
INSTANCE = "the word of its executor"


def runs(player: Player) -> bool:
    return player.machine.state.steps["g/flow"].phase is StepPhase.RUNNING


def _broken_off(results: list[Result]) -> Player:
    """A run that was killed while its workflow went on."""
    player = Player(program_of(FLOWS), results={"g/flow": results}, answers={"g/flow": ["yes"]})
    player.create().play(until=runs)
    player.tell(AttemptFollows(at=player.moment, attempt="g/flow#1", what=INSTANCE))
    return player


def test_what_goes_on_elsewhere_is_followed_without_a_question() -> None:
    player = _broken_off([Result(hangs=True), OK])
    stood = standing(player.machine.program, player.machine.state)
    assert (stood.unknown, stood.followed) == ((), ("g/flow",))
    player.resume().play()
    assert player.statuses() == {"g": "succeeded", "g/flow": "succeeded", "after": "succeeded"}
    assert [each.follow for each in player.started] == ["", INSTANCE, ""]
    assert [each.question.kind for each in player.asked] == ["confirm"]


def test_a_run_that_is_killed_again_follows_it_again() -> None:
    player = _broken_off([Result(hangs=True), Result(hangs=True), OK])
    player.resume().play(until=runs)
    player.resume().play()
    assert [each.follow for each in player.started] == ["", INSTANCE, INSTANCE, ""]
    assert player.machine.state.status == "succeeded"


def test_what_failed_elsewhere_is_tried_again_as_if_it_had_been_followed_all_along() -> None:
    failed = Result(ok=False, reason="the workflow ended as FAILED")
    player = _broken_off([Result(hangs=True), failed, OK]).resume().play()
    assert [each.follow for each in player.started] == ["", INSTANCE, "", ""]
    assert player.machine.state.status == "succeeded"
    player = _broken_off([Result(hangs=True), failed, failed]).resume().play()
    assert player.machine.state.steps["g/flow"].reason == failed.reason


def test_what_was_lost_sight_of_is_followed_again_and_not_begun_anew() -> None:
    lost = Result(ok=False, reason="lost", unknown=True, takes=5.0)
    player = _broken_off([lost, OK]).play()
    assert player.statuses()["g/flow"] == "unknown"
    stood = standing(player.machine.program, player.machine.state)
    assert (stood.unknown, stood.followed) == ((), ("g/flow",))
    player.resume().play()
    assert [each.follow for each in player.started] == ["", INSTANCE, ""]


@pytest.mark.parametrize(
    ("says", "ends", "follow"),
    [
        ("done", "succeeded", []),
        ("skip", "skipped", []),
        ("retry", "succeeded", [""]),
        ("abort", "unknown", None),
    ],
)
def test_of_what_cannot_be_followed_any_more_somebody_is_asked(
    says: str, ends: str, follow: list[str] | None
) -> None:
    lost = Result(ok=False, reason="lost", unknown=True, takes=5.0)
    player = _broken_off([Result(hangs=True), lost, OK]).resume().play()
    (question,) = [each.question for each in player.asked if each.question.kind == "unknown"]
    assert question.message == "What it had begun cannot be followed: lost"
    player.answer("g/flow", says).play()
    assert player.statuses()["g/flow"] == ends
    if follow is not None:
        assert [each.follow for each in player.started] == ["", INSTANCE, *follow, ""]
        return
    assert (player.statuses()["g"], player.machine.state.status) == ("unknown", "aborted")
    assert standing(player.machine.program, player.machine.state).followed == ("g/flow",)


def test_of_what_is_not_followed_any_more_nobody_is_asked() -> None:
    lost = Result(hangs=True, ok=False, unknown=True)
    player = _broken_off([Result(hangs=True), lost]).resume().play(until=runs)
    player.tell(CancelRequested(at=player.moment, by="ada"))
    player.play()
    assert [each.question.kind for each in player.asked] == ["confirm"]
    assert player.statuses()["g/flow"] == "unknown"


def test_of_what_has_ended_nothing_is_followed() -> None:
    failed = Result(ok=False, reason="FAILED", takes=5.0)
    player = _broken_off([failed, failed]).play()
    stood = standing(player.machine.program, player.machine.state)
    assert (player.statuses()["g/flow"], stood.followed) == ("failed", ())


def test_what_is_followed_is_told_as_it_was_begun() -> None:
    player = _broken_off([Result(hangs=True), OK])
    player.machine.program = program_of(FLOWS.replace("workflow_id: w", "workflow_id: another"))
    player.resume().play()
    first, followed, _ = player.started
    assert "another" not in first.shown
    assert (followed.follow, followed.shown) == (INSTANCE, first.shown)


def test_a_step_that_is_something_else_now_follows_nothing() -> None:
    player = _broken_off([Result(hangs=True), OK])
    text = FLOWS.replace(
        "kind: datadog-workflow\n        workflow_id: w", "kind: shell\n        run: ls"
    )
    player.machine.program = program_of(text)
    player.resume().play()
    assert [each.follow for each in player.started] == [""]
    assert player.asked[-1].question.kind == "unknown"
