"""A run that was interrupted, cancelled, or that failed goes on where it stood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pup_tui.core.events import Answered, AttemptStarted, CancelRequested, Interrupted
from pup_tui.core.notices import (
    RunFinished,
    RunResumed,
    StepFinished,
    StepPolled,
    StepRetrying,
)
from pup_tui.core.program import Program
from pup_tui.core.standing import standing, with_done, without_attempts
from pup_tui.core.state import RunStatus, StepStatus
from pup_tui.core.undoing import offers_later
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

HANGS = Result(hangs=True)

THREE = """
steps:
  - {name: a, kind: shell, run: echo a, capture: A}
  - {name: b, kind: shell, run: 'echo {{ A }}', capture: B}
  - {name: c, kind: shell, run: 'echo {{ A }} {{ B }}'}
"""


def attempts(player: Player) -> list[str]:
    return [action.attempt for action in player.started]


def status_of(player: Player) -> str:
    return str(player.machine.state.status)


def broken_off(
    text: str, results: Mapping[str, Sequence[Result]], **options: Sequence[str]
) -> tuple[Program, Player]:
    program = program_of(text)
    player = Player(program, results=results, undo=options.get("undo"))
    player.create().play()
    return program, player


A_THEN_HANGS = {
    "a": [Result(captures={"A": "1"})],
    "b": [HANGS, Result(captures={"B": "2"})],
}


@pytest.mark.proves("P11")
def test_what_finished_stays_and_what_did_not_is_asked_about() -> None:
    program, player = broken_off(THREE, A_THEN_HANGS)
    assert standing(program, player.machine.state).unknown == ("b",)
    player.resume().play()
    assert attempts(player) == ["a#1", "b#1"]
    asked = player.asked[-1].question
    assert (asked.kind, asked.step, asked.captures) == ("unknown", "b", ("B",))
    assert asked.upcoming == "echo 1"
    player.answer("b", "retry").play()
    assert attempts(player) == ["a#1", "b#1", "b#2", "c#1"]
    assert status_of(player) == "succeeded"
    told = next(notice for notice in player.notices if isinstance(notice, RunResumed))
    assert (told.leg, told.operator, told.finished, told.unknown) == (2, "grace", 1, ("b",))


@pytest.mark.proves("P11")
def test_an_attempt_that_never_acted_is_as_if_it_had_not_been_asked_for() -> None:
    program, player = broken_off(THREE, A_THEN_HANGS)
    stood = without_attempts(player.machine.state, ["b"])
    assert (standing(program, stood).unknown, standing(program, stood).begun) == ((), ())
    player.resume(never_begun=("b",)).play()
    assert attempts(player) == ["a#1", "b#1", "b#1", "c#1"]
    assert status_of(player) == "succeeded"
    told = next(notice for notice in player.notices if isinstance(notice, RunResumed))
    assert told.unknown == ()


def test_an_attempt_that_never_acted_is_no_try_of_its_retry() -> None:
    text = THREE.replace("capture: B", "capture: B, retry: {attempts: 2, delay: 1s}")
    made = {"a": A_THEN_HANGS["a"], "b": [FAILS, HANGS, Result(captures={"B": "2"})]}
    _, player = broken_off(text, made)
    player.resume(never_begun=("b",)).play()
    assert attempts(player) == ["a#1", "b#1", "b#2", "b#2", "c#1"]
    assert status_of(player) == "succeeded"


def test_a_poll_whose_first_attempt_never_acted_begins_with_all_its_time() -> None:
    text = """
steps:
  - {name: p, kind: shell, run: look, poll: {until: exit_code == 0, interval: 5s, timeout: 60s}}
"""
    _, player = broken_off(text, {"p": [HANGS, Result(until=False), Result(until=True)]})
    player.resume(later=1000, never_begun=("p",)).play()
    assert attempts(player) == ["p#1", "p#1", "p#2"]
    assert status_of(player) == "succeeded"


def test_an_undo_that_never_acted_has_taken_nothing_back() -> None:
    program, player = broken_off(
        TAKEN_BACK, {"breaks": [FAILS, OK], "up:undo": [HANGS, OK]}, undo=["up:undo"]
    )
    assert standing(program, player.machine.state).half_undone == ("up",)
    stood = without_attempts(player.machine.state, ["up:undo"])
    assert standing(program, stood).half_undone == ()
    began = len(player.started)
    player.resume(never_begun=("up:undo",)).play()
    assert "up#2" not in attempts(player)[began:]


@pytest.mark.proves("P11")
def test_what_was_to_be_taken_back_and_was_not_stays() -> None:
    text = """
steps:
  - {name: one, kind: shell, run: echo up, undo: {kind: shell, run: echo down}}
  - {name: two, kind: shell, run: echo up, undo: {kind: shell, run: echo down}}
  - {name: breaks, kind: shell, run: 'false'}
"""
    _, player = broken_off(
        text, {"breaks": [FAILS, OK], "two:undo": [HANGS]}, undo=["two:undo", "one:undo"]
    )
    player.tell(CancelRequested(at=player.moment, by="ada"))
    player.play()
    assert player.statuses()["one:undo"] == "skipped"
    began = len(player.started)
    player.resume().play()
    player.answer("two", "taken-back").play()
    assert attempts(player)[began:] == ["two#2", "breaks#2"]


def test_it_was_done_and_what_it_made_is_known() -> None:
    _, player = broken_off(THREE, A_THEN_HANGS)
    player.resume().play().answer("b", "done", {"B": "typed"}).play()
    assert attempts(player) == ["a#1", "b#1", "c#1"]
    assert "echo 1 typed" in player.started[-1].shown
    assert player.machine.state.steps["b"].reason == "it was done, says ada"


@pytest.mark.parametrize(
    ("answer", "status", "last"),
    [("skip", RunStatus.SUCCEEDED, "c#1"), ("abort", RunStatus.ABORTED, "b#1")],
)
def test_it_is_left_out_or_ends_the_run(answer: str, status: RunStatus, last: str) -> None:
    text = THREE.replace(" {{ B }}", "")
    _, player = broken_off(text, A_THEN_HANGS)
    player.resume().play().answer("b", answer).play()
    assert player.machine.state.status is status
    assert attempts(player)[-1] == last


def test_a_step_that_may_be_done_twice_is_not_asked_about() -> None:
    program, player = broken_off(
        THREE.replace("capture: B", "capture: B, idempotent: true"), A_THEN_HANGS
    )
    assert standing(program, player.machine.state).unknown == ()
    player.resume().play()
    assert status_of(player) == "succeeded"


def test_a_group_that_may_be_done_twice_holds_steps_that_may() -> None:
    text = """
steps:
  - name: g
    kind: group
    idempotent: true
    steps:
      - {name: a, kind: shell, run: echo a}
"""
    _, player = broken_off(text, {"g/a": [HANGS, OK]})
    player.resume().play()
    assert status_of(player) == "succeeded"


def test_a_failed_step_is_where_a_failed_run_goes_on() -> None:
    _, player = broken_off(
        THREE, {"b": [FAILS, Result(captures={"B": "2"})], "a": A_THEN_HANGS["a"]}
    )
    assert status_of(player) == "failed"
    player.resume().play()
    assert attempts(player) == ["a#1", "b#1", "b#2", "c#1"]
    assert status_of(player) == "succeeded"


@pytest.mark.parametrize("how", ["cancelled", "interrupted"])
def test_an_attempt_that_was_stopped_from_outside_is_unknown(how: str) -> None:
    program = program_of(THREE)
    player = Player(program, results=A_THEN_HANGS)
    player.create().play()
    if how == "cancelled":
        player.tell(CancelRequested(at=player.moment, by="ada"))
    else:
        player.tell(Interrupted(at=player.moment, reason="the terminal was lost"))
    player.play()
    assert str(player.machine.state.status) == how
    player.resume().play()
    assert player.asked[-1].question.kind == "unknown"


def test_the_no_that_ended_the_run_is_asked_again_and_other_answers_stand() -> None:
    text = """
steps:
  - {name: one, kind: confirm, message: First?}
  - {name: a, kind: shell, run: echo a}
  - {name: two, kind: confirm, message: Second?}
  - {name: b, kind: shell, run: echo b}
"""
    program = program_of(text)
    player = Player(program, answers={"one": ["yes"], "two": ["no", "yes"]})
    player.create().play()
    assert status_of(player) == "aborted"
    player.resume().play()
    assert [ask.question.step for ask in player.asked] == ["one", "two", "two"]
    assert attempts(player) == ["a#1", "b#1"]


LEFT_AT_A_FAILURE = """
steps:
  - {name: a, kind: shell, run: echo a}
  - name: g
    kind: group
    on_failure: confirm
    steps:
      - {name: b, kind: shell, run: 'false', on_failure: ON_FAILURE}
  - {name: c, kind: shell, run: echo c}
"""


@pytest.mark.parametrize(("policy", "asked"), [("confirm", "g/b"), ("fail", "g")])
@pytest.mark.parametrize("legs", [1, 2])
def test_a_question_about_a_failure_that_the_terminal_took_along_is_asked_again(
    policy: str, asked: str, legs: int
) -> None:
    text = LEFT_AT_A_FAILURE.replace("ON_FAILURE", policy)
    program, player = broken_off(text, {"g/b": [FAILS]})
    for leg in range(1, legs + 1):
        question = player.asked[-1].question
        assert (question.kind, question.step, len(player.asked)) == ("failure", asked, leg)
        player.tell(Interrupted(at=player.moment, reason="the terminal was lost"))
        player.play()
        assert status_of(player) == "interrupted"
        assert standing(program, player.machine.state).failed == {}
        player.resume().play()
    assert player.asked[-1].question == question
    assert len(player.asked) == legs + 1
    player.answer(asked, "continue").play()
    assert attempts(player) == ["a#1", "g/b#1", "c#1"]
    assert player.statuses()[asked] == "warned"


def test_legs_that_do_not_say_so_ran_again_what_the_question_was_about() -> None:
    _, player = broken_off(LEFT_AT_A_FAILURE.replace("ON_FAILURE", "confirm"), {"g/b": [FAILS, OK]})
    player.tell(Interrupted(at=player.moment, reason="the terminal was lost"))
    player.play().resume(asks_again=False).play()
    assert attempts(player) == ["a#1", "g/b#1", "g/b#2", "c#1"]


def test_blocks_go_on_inside() -> None:
    text = """
steps:
  - name: g
    kind: group
    steps:
      - {name: l, kind: shell, run: 'echo {{ item }}', foreach: [x, y, z], capture: L}
      - {name: all, kind: shell, run: 'echo {{ L }}'}
  - name: par
    kind: parallel
    steps:
      - {name: p, kind: shell, run: echo p}
      - {name: q, kind: shell, run: echo q}
"""
    made = {f"g/l[{n}]": [Result(captures={"L": str(n)})] for n in range(3)}
    made["g/l[1]"] = [HANGS, Result(captures={"L": "1"})]
    program = program_of(text)
    player = Player(program, results={**made, "par/q": [FAILS, OK]})
    player.create().play()
    player.resume().play().answer("g/l[1]", "retry").play()
    assert player.machine.state.frames[""].captured["L"] == ["0", "1", "2"]
    assert status_of(player) == "failed"
    player.resume().play()
    once = ["g/l[0]#1", "g/l[1]#1", "g/l[1]#2", "g/l[2]#1", "g/all#1", "par/p#1", "par/q#1"]
    assert attempts(player) == [*once, "par/q#2"]
    assert status_of(player) == "succeeded"


TAKEN_BACK = """
steps:
  - {name: before, kind: shell, run: echo before}
  - {name: up, kind: shell, run: echo up, undo: {kind: shell, run: echo down}}
  - {name: after, kind: shell, run: echo after}
  - {name: breaks, kind: shell, run: 'false'}
  - {name: tell, kind: shell, run: echo, when: on_failure}
  - {name: tidy, kind: shell, run: echo, when: cleanup}
"""


def test_what_was_taken_back_runs_again_with_all_behind_it() -> None:
    program, player = broken_off(TAKEN_BACK, {"breaks": [FAILS, OK]}, undo=["up:undo"])
    found = standing(program, player.machine.state)
    assert (found.finished, found.undone) == (("before",), ("up",))
    assert found.repeated == ("tell", "tidy")
    began = len(player.started)
    player.resume().play()
    assert attempts(player)[began:] == ["up#2", "after#2", "breaks#2", "tidy#2"]


def test_what_was_not_taken_back_stays() -> None:
    _, player = broken_off(TAKEN_BACK, {"breaks": [FAILS, OK]}, undo=[])
    began = len(player.started)
    player.resume().play()
    assert attempts(player)[began:] == ["breaks#2", "tidy#2"]


@pytest.mark.proves("F06")
def test_a_poll_makes_one_attempt_more_though_its_time_is_over() -> None:
    text = """
steps:
  - {name: p, kind: shell, run: look, poll: {until: exit_code == 0, interval: 5s, timeout: 60s}}
"""
    program = program_of(text)
    player = Player(program, results={"p": [Result(until=False), Result(until=False), HANGS, OK]})
    player.create().play(until=lambda p: "p#3" in str(p.events[-1]))
    player.resume(later=1000).play()
    assert attempts(player) == ["p#1", "p#2", "p#3"]
    player.answer("p", "retry").play()
    assert attempts(player)[-1] == "p#4"
    assert "within 60 s" in player.machine.state.steps["p"].reason


TRIED_AGAIN = """
steps:
  - name: g
    kind: {kind}
    retry: {{attempts: 2, delay: 60s}}
    steps:
      - {{name: lease, kind: shell, run: lease, undo: {{kind: shell, run: release}}, capture: L}}
      - {{name: apply, kind: shell, run: 'apply {{{{ steps.lease.outcome }}}}'}}
"""


def stop(player: Player, *, killed: bool) -> Player:
    """Let the run break off: killed, or told to stop."""
    if not killed:
        player.later(0, lambda at: Interrupted(at=at, reason="the terminal was lost"))
        player.play()
    return player


@pytest.mark.proves("F06")
@pytest.mark.parametrize("killed", [True, False])
def test_a_block_between_two_attempts_waits_for_the_next_one_of_its_retry(killed: bool) -> None:
    program = program_of(TRIED_AGAIN.format(kind="group"))
    results = {"g/lease": [Result(captures={"L": "1"})], "g/apply": [FAILS]}
    player = Player(program, results=results).create()
    player.play(until=lambda p: isinstance(p.notices[-1], StepRetrying))
    due = player.moment.clock + 60
    stop(player, killed=killed).resume(later=20)
    player.play(until=lambda p: len(p.started) == 3)
    assert attempts(player)[2] == "g/lease#2"
    assert player.moment.clock == pytest.approx(due if killed else due + 20)
    player.play()
    assert attempts(player)[:4] == ["g/lease#1", "g/apply#1", "g/lease#2", "g/apply#2"]
    assert player.machine.state.completed == ["g/lease#1", "g/lease"]


LOOKED_AGAIN = """
steps:
  - name: g
    kind: group
    poll: {interval: 5s, timeout: 60s, until: 'elapsed >= 0 and N == "ok"', fail_if: N == "bad"}
    steps: [{name: look, kind: shell, run: look, capture: N}]
"""


@pytest.mark.proves("F06")
@pytest.mark.parametrize("killed", [True, False])
@pytest.mark.parametrize(("seen", "status"), [("ok", "succeeded"), ("bad", "failed")])
def test_a_block_between_two_looks_looks_again(killed: bool, seen: str, status: str) -> None:
    looks = [Result(captures={"N": "no"}), Result(captures={"N": seen})]
    player = Player(program_of(LOOKED_AGAIN), results={"g/look": looks}).create()
    player.play(until=lambda p: isinstance(p.notices[-1], StepPolled))
    stop(player, killed=killed).resume(later=1000).play()
    assert attempts(player) == ["g/look#1", "g/look#2"]
    assert status_of(player) == status


def test_a_block_that_asked_about_its_failure_asks_again() -> None:
    text = """
steps:
  - {name: g, kind: group, on_failure: confirm, steps: [{name: a, kind: shell, run: a}]}
  - {name: b, kind: shell, run: b}
"""
    player = Player(program_of(text), results={"g/a": [FAILS]}).create()
    player.play(until=lambda p: bool(p.asked))
    player.resume().play()
    assert attempts(player) == ["g/a#1"]
    assert player.asked[-1].question.kind == "failure"
    player.answer("g", "continue").play()
    assert attempts(player) == ["g/a#1", "b#1"]


def test_a_wait_goes_on_with_what_is_left_of_it() -> None:
    program = program_of("steps:\n  - {name: w, kind: wait, duration: 100s}\n")
    player = Player(program)
    player.create()
    player.resume(later=70)
    began = player.moment.clock
    player.play()
    assert player.moment.clock - began == pytest.approx(30)
    assert status_of(player) == "succeeded"


def test_a_run_that_succeeded_is_over() -> None:
    _, player = broken_off(THREE, {"a": A_THEN_HANGS["a"], "b": [Result(captures={"B": "2"})]})
    player.resume().play()
    assert attempts(player) == ["a#1", "b#1", "c#1"]
    assert status_of(player) == "succeeded"


NAMED = """
steps:
  - name: a
    kind: shell
    run: make
    capture: {ID: {value: json.id}, UNUSED: {value: json.id}, TOKEN: {value: json.token, secret: true}}
  - {name: b, kind: shell, run: 'use {{ ID }} {{ TOKEN | default("") }}'}
"""


def test_of_what_an_attempt_captured_only_what_others_name_is_asked_for() -> None:
    _, player = broken_off(NAMED, {"a": [HANGS, OK]})
    player.resume().play()
    asked = player.asked[-1].question
    assert (asked.captures, asked.secrets) == (("ID", "TOKEN"), ("TOKEN",))


def test_a_secret_that_an_earlier_leg_captured_is_missing_in_each_that_follows() -> None:
    text = """
steps:
  - {name: a, kind: shell, run: a, capture: {A: {secret: true}}}
  - {name: b, kind: shell, run: b, capture: {B: {secret: true}}}
  - {name: c, kind: shell, run: 'c {{ A }} {{ B }}'}
"""
    made = {name: [Result(captures={name.upper(): "s"}, secrets=(name.upper(),))] for name in "ab"}
    program, player = broken_off(text, {**made, "c": [HANGS], "a": [*made["a"], HANGS]})
    state = player.machine.state
    assert standing(program, state).hidden == {"a": ("A",), "b": ("B",)}
    player.resume(again=("a",), captures={"b": {"B": "s"}}).play()
    assert standing(program, state).hidden == {"b": ("B",)}


@pytest.mark.parametrize("inside", ["", "foreach: [x], as: it, "])
def test_a_step_that_runs_again_for_its_secret_does_so_in_a_block_that_has_ended(
    inside: str,
) -> None:
    text = f"""
steps:
  - name: g
    kind: group
    {inside.replace(", ", chr(10) + "    ")}
    steps:
      - {{name: login, kind: shell, run: login, capture: {{A: {{secret: true}}}}}}
      - {{name: other, kind: shell, run: other}}
  - {{name: c, kind: shell, run: c}}
"""
    login = "g[0]/login" if inside else "g/login"
    made = Result(captures={"A": "s"}, secrets=("A",))
    program, player = broken_off(text, {login: [made, made], "c": [FAILS, OK]})
    assert list(standing(program, player.machine.state).hidden) == [login]
    player.resume(again=(login,)).play()
    assert status_of(player) == "succeeded"
    assert attempts(player)[3:] == [f"{login}#2", "c#2"]


def test_a_step_that_is_skipped_stays_so_though_its_leg_breaks_off_before() -> None:
    text = """
steps:
  - {name: first, kind: shell, run: one, idempotent: true}
  - {name: a, kind: shell, run: echo a}
  - {name: b, kind: shell, run: echo b}
"""
    _, player = broken_off(text, {"first": [OK, HANGS, OK], "a": [FAILS]})
    player.resume(again=("first",), skipped={"a": "done by hand"}).play()
    player.resume().play()
    assert player.statuses() == {"first": "succeeded", "a": "skipped", "b": "succeeded"}
    assert player.machine.state.steps["a"].reason == "skipped by grace: done by hand"


def test_a_step_that_failed_is_told_as_such_though_others_were_taken_back() -> None:
    text = """
steps:
  - {name: a, kind: shell, run: echo a, undo: {kind: shell, run: echo undo}}
  - name: g
    kind: group
    steps: [{name: b, kind: shell, run: echo b}]
"""
    program, player = broken_off(text, {"g/b": [FAILS]}, undo=["a:undo"])
    stood = standing(program, player.machine.state)
    assert (stood.undone, list(stood.failed)) == (("a",), ["g/b"])
    player.resume(skipped={"g/b": "by hand"}).play()
    assert attempts(player) == ["a#1", "g/b#1", "a:undo#1", "a#2"]
    assert status_of(player) == "succeeded"


def test_another_value_counts_from_the_step_that_runs_again() -> None:
    text = """
vars: {X: {default: old}}
steps:
  - {name: a, kind: shell, run: 'echo {{ X }}'}
  - {name: b, kind: shell, run: 'echo {{ X }}'}
"""
    player = Player(program_of(text), results={"b": [FAILS, OK]}).create(X="old").play()
    player.resume(changed={"X": "new"}).play()
    assert [action.shown for action in player.started] == ["echo old", "echo old", "echo new"]
    assert player.machine.state.status == "succeeded"


def ended_of(player: Player) -> dict[str, StepFinished]:
    return {each.step: each for each in player.notices if isinstance(each, StepFinished)}


TIMED = """
steps:
  - {name: a, kind: shell, run: a}
  - name: g
    kind: group
    steps:
      - {name: b, kind: shell, run: b, idempotent: true}
      - {name: c, kind: confirm, message: 'Go on?'}
      - {name: w, kind: wait, duration: 60s}
"""


def test_the_time_between_two_legs_is_no_steps_and_not_the_runs() -> None:
    program = program_of(TIMED)
    made = {"a": [Result(takes=2)], "g/b": [HANGS, Result(takes=7)]}
    player = Player(program, results=made).create()
    player.later(7, lambda at: Interrupted(at=at, reason="the terminal was lost"))
    player.play()
    first = player.machine.state.took(player.moment.clock)
    assert 7 <= first < 10

    player.resume(later=3600).play(until=lambda player: bool(player.asked))
    player.later(4, lambda at: Interrupted(at=at, reason="the terminal was lost"))
    player.play().resume(later=3600).play(until=lambda player: len(player.asked) == 2)
    player.later(6, lambda at: Answered(at=at, step="g/c", answer="yes", by="ada"))
    player.play()

    ended = ended_of(player)
    assert ended["a"].duration == 2
    assert ended["g/b"].duration == pytest.approx(first - 2 + 7)
    assert ended["g/c"].duration == 0
    assert ended["g/c"].waited == pytest.approx(4 + 6)
    assert ended["g/w"].duration == 60
    assert ended["g"].duration == pytest.approx(first - 2 + 7 + 60)
    assert ended["g"].waited == pytest.approx(4 + 6)
    over = player.notices[-1]
    assert isinstance(over, RunFinished)
    assert over.duration == pytest.approx(first + 7 + 60)
    assert over.waited == pytest.approx(4 + 6)


def test_a_retry_goes_on_by_the_wall_and_its_step_has_the_time_of_its_attempts() -> None:
    text = "steps: [{name: a, kind: shell, run: a, retry: {attempts: 3, delay: 60s}}]"
    _, player = broken_off(text, {"a": [Result(ok=False, takes=5), HANGS]})
    player.resume(later=3600).play().answer("a", "done").play()
    assert ended_of(player)["a"].duration == 5 + 60


@pytest.mark.parametrize(
    ("counts", "most"), [(True, 3), (False, 4)], ids=["counting", "of an older leg"]
)
def test_an_attempt_that_nobody_knows_counts_as_one_of_its_poll(counts: bool, most: int) -> None:
    text = """
steps:
  - {name: p, kind: shell, run: look, poll: {until: exit_code == 0, interval: 5s, max_attempts: 3}}
"""
    player = Player(program_of(text), results={"p": [HANGS, Result(until=False)]}).create()
    player.play(until=lambda p: any(isinstance(event, AttemptStarted) for event in p.events))
    player.resume(counts_lost=counts)
    player.answer("p", "retry").play()
    assert attempts(player) == [f"p#{number}" for number in range(1, most + 1)]
    assert status_of(player) == "failed"


STOPPED = """
steps:
  - {name: a, kind: shell, run: echo a}
  - name: g
    kind: KIND
    steps:
      - {name: before, kind: shell, run: echo before}
      - {name: guard, kind: stop, status: STATUS, message: too full}
      - {name: b, kind: shell, run: echo b}
  - {name: c, kind: shell, run: echo c}
"""


@pytest.mark.parametrize("status", ["aborted", "failed"])
@pytest.mark.parametrize(
    "kind",
    [
        "group",
        "group, foreach: [x, y]",
        "group, foreach: [x, y], keep_going: true",
        "parallel, max_parallel: 1",
    ],
)
def test_a_stop_that_ended_the_run_is_judged_again(kind: str, status: str) -> None:
    program = program_of(
        STOPPED.replace("kind: KIND", kind.join(("kind: ", "")).replace(", ", "\n    ")).replace(
            "STATUS", status
        )
    )
    player = Player(program).create().play()
    assert status_of(player) == status
    before = attempts(player)
    for _ in range(2):
        player.resume().play()
        assert (attempts(player), status_of(player)) == (before, status)
        assert player.machine.state.reason == "too full"
    assert not {"b", "c", "g/b", "g[0]/b"} & {each.partition("#")[0] for each in before}


def test_a_stop_behind_a_failure_is_judged_again_and_one_that_did_not_hold_is_not() -> None:
    text = """
steps:
  - {name: no, kind: stop, status: failed, if: "false"}
  - {name: a, kind: shell, run: echo a}
  - {name: guard, kind: stop, when: always}
  - {name: b, kind: shell, run: echo b, when: always}
"""
    program = program_of(text)
    player = Player(program, results={"a": [FAILS, OK]}).create().play()
    assert status_of(player) == "failed"
    assert standing(program, player.machine.state).finished == ("no",)
    player.resume().play()
    assert (attempts(player), status_of(player)) == (["a#1", "a#2"], "succeeded")


@pytest.mark.parametrize("result", [FAILS, HANGS])
def test_what_a_stop_kept_from_running_does_not_run_where_only_the_cleanup_is_left(
    result: Result,
) -> None:
    text = """
steps:
  - {name: enough, kind: stop}
  - {name: z, kind: shell, run: echo z}
  - {name: last, kind: shell, run: echo last, when: cleanup}
"""
    program = program_of(text)
    player = Player(program, results={"last": [result, OK]}).create().play()
    player.resume().play()
    assert attempts(player) == ["last#1", "last#2"]
    assert player.machine.state.steps["z"].status is StepStatus.SKIPPED


def test_what_stood_beside_a_stop_is_finished_and_no_more() -> None:
    text = """
steps:
  - name: g
    kind: parallel
    steps:
      - {name: slow, kind: shell, run: echo slow}
      - {name: enough, kind: stop}
  - {name: z, kind: shell, run: echo z}
"""
    program = program_of(text)
    player = Player(program, results={"g/slow": [HANGS, OK]}).create().play()
    player.resume().play().answer("g/slow", "retry").play()
    assert (attempts(player), status_of(player)) == (["g/slow#1", "g/slow#2"], "succeeded")
    assert player.machine.state.steps["z"].status is StepStatus.SKIPPED


CALLING = """
steps:
  - {name: r, kind: runbook, runbook: called}
  - {name: z, kind: shell, run: z}
"""


def calling(status: str) -> Program:
    """A program that calls a runbook whose first step stops it so."""
    called = f"""
    name: called
    steps:
      - {{name: s, kind: stop, status: {status}}}
      - {{name: y, kind: shell, run: y}}
    """
    return program_of(CALLING, files={"called.yaml": called})


def test_a_called_runbook_that_stopped_as_failed_is_stopped_again() -> None:
    player = Player(calling("failed")).create().play()
    player.resume().play()
    assert (attempts(player), status_of(player)) == ([], "failed")


def test_a_called_runbook_that_had_nothing_to_do_stays_over() -> None:
    player = Player(calling("succeeded"), results={"z": [FAILS, OK]}).create().play()
    player.resume().play()
    assert (attempts(player), status_of(player)) == (["z#1", "z#2"], "succeeded")


def test_a_called_runbook_that_stopped_is_stopped_again_where_its_cleanup_is_left() -> None:
    called = """
name: called
steps:
  - {name: s, kind: stop}
  - {name: y, kind: shell, run: y}
  - {name: last, kind: shell, run: echo last, when: cleanup}
"""
    text = "steps: [{name: r, kind: runbook, runbook: called}]"
    program = program_of(text, files={"called.yaml": called})
    player = Player(program, results={"r/last": [FAILS, OK]}).create().play()
    player.resume().play()
    assert attempts(player) == ["r/last#1", "r/last#2"]
    assert player.machine.state.steps["r/y"].status is StepStatus.SKIPPED


BESIDE = """
steps:
  - name: p
    kind: KIND
    max_parallel: 2
    steps:
      - {name: a, kind: shell, run: a, if: item == 1}
      - {name: b, kind: shell, run: b, if: item != 1}
      - {name: s, kind: stop, status: failed, message: enough, if: item == 2}
"""


@pytest.mark.parametrize("leg", ["", "cancelled"])
def test_what_a_stop_kept_from_its_turn_beside_it_does_not_get_it_when_the_run_is_resumed(
    leg: str,
) -> None:
    loop = BESIDE.replace("kind: KIND", "kind: group\n    foreach: [1, 2, 3]")
    steps = """
steps:
  - name: p
    kind: parallel
    max_parallel: 2
    steps:
      - {name: a, kind: shell, run: a}
      - name: g
        kind: group
        steps:
          - {name: b, kind: shell, run: b}
          - {name: s, kind: stop, status: failed, message: enough}
      - {name: c, kind: shell, run: c}
"""
    long = Result(takes=9.0)
    for text, first in ((loop, "p[0]/a"), (steps, "p/a")):
        player = Player(program_of(text), results={first: [long]}).create().play()
        before = attempts(player)
        assert len(before) == 2
        if leg:
            player.resume().play(until=lambda p: True)
            player.tell(CancelRequested(at=player.moment, by="ada"))
            player.play()
        player.resume().play()
        assert (attempts(player), player.machine.state.reason) == (before, "enough")


def test_what_waits_for_a_stop_begins_where_that_does_not_hold_any_more() -> None:
    text = """
vars: {FULL: "yes"}
steps:
  - name: p
    kind: parallel
    max_parallel: 2
    steps:
      - {name: a, kind: shell, run: a}
      - name: g
        kind: group
        steps:
          - {name: b, kind: shell, run: b}
          - {name: s, kind: stop, status: failed, if: FULL == 'yes'}
      - {name: c, kind: shell, run: c}
"""
    player = Player(program_of(text), results={"p/a": [Result(takes=9.0)]}).create(FULL="yes")
    player.play().resume(changed={"FULL": "no"}).play()
    assert (attempts(player), status_of(player)) == (["p/a#1", "p/g/b#1", "p/c#1"], "succeeded")


def test_a_stop_that_is_judged_again_is_none_of_what_runs_again() -> None:
    text = "steps: [{name: a, kind: shell, run: a}, {name: s, kind: stop, status: failed}]"
    program = program_of(text)
    player = Player(program).create().play()
    found = standing(program, player.machine.state)
    assert (found.finished, found.behind, found.repeated) == (("a",), (), ())


LATE_STOPS = {
    "a stop for a failure": "{name: s, kind: stop, when: on_failure}",
    "a stop in any case": "{name: s, kind: stop, when: always, status: failed}",
    "a group with nothing else": "{name: g, kind: group, when: always, steps: [{name: s, kind: stop}]}",
    "a runbook that the cleanup calls": "{name: r, kind: runbook, runbook: other, when: cleanup}",
}


@pytest.mark.parametrize("stop", LATE_STOPS)
def test_a_stop_for_a_failure_or_at_the_end_is_none_of_what_runs_again(stop: str) -> None:
    program = program_of(
        f"steps: [{{name: a, kind: shell, run: a}}, {LATE_STOPS[stop]}]",
        files={"other.yaml": "name: other\nsteps: [{name: s, kind: stop, status: failed}]"},
    )
    player = Player(program, results={"a": [FAILS, OK]}).create().play()
    assert standing(program, player.machine.state).repeated == ()
    assert status_of(player.resume().play()) in {"succeeded", "failed"}


def test_what_a_block_did_beside_a_late_stop_runs_again_with_it() -> None:
    text = """
steps:
  - {name: a, kind: shell, run: a}
  - {name: g, kind: group, when: always, steps: [{name: b, kind: shell, run: b}, {name: s, kind: stop}]}
"""
    program = program_of(text)
    player = Player(program, results={"a": [FAILS]}).create().play()
    assert standing(program, player.machine.state).repeated == ("g",)


IN_A_GROUP = """
steps:
  - {name: up, kind: shell, run: echo up, undo: {kind: shell, run: echo down}}
  - name: g
    kind: group
    on_failure: confirm
    steps:
      - {name: in, kind: shell, run: echo in, undo: {kind: shell, run: echo out}}
      - {name: breaks, kind: shell, run: 'false', on_failure: confirm}
  - {name: after, kind: shell, run: echo after}
  - {name: tell, kind: shell, run: echo, when: always}
  - {name: tidy, kind: shell, run: echo, when: cleanup}
"""


def offered(player: Player) -> list[str]:
    return [offer.step for offer in player.asked[-1].question.offers]


@pytest.mark.parametrize("text", [TAKEN_BACK, IN_A_GROUP])
def test_a_run_that_goes_on_only_to_take_back_begins_nothing_else(text: str) -> None:
    failing = "breaks" if text == TAKEN_BACK else "g/breaks"
    program, player = broken_off(text, {failing: [FAILS]})
    if text == IN_A_GROUP:
        player.tell(Interrupted(at=player.moment, reason="left for later"))
    else:
        player.undo([])
    player.play()
    can_be = [offer.step for offer in offers_later(program, player.machine.state)]
    began = len(player.started)
    player.resume(only_undo=True).play()
    assert offered(player) == can_be
    assert can_be == (["up:undo"] if text == TAKEN_BACK else ["g/in:undo", "up:undo"])
    player.undo(can_be).play()
    assert attempts(player)[began:-1] == [f"{step}#1" for step in can_be]
    assert attempts(player)[-1].startswith("tidy#")
    statuses = player.statuses()
    assert (statuses["up"], statuses[failing]) == ("succeeded", "failed")
    assert status_of(player) == ("failed" if text == TAKEN_BACK else "aborted")
    assert "closed gate" not in player.machine.state.reason
    assert not offers_later(program, player.machine.state)


def test_what_was_taken_back_is_not_offered_once_more() -> None:
    program, player = broken_off(TAKEN_BACK, {"breaks": [FAILS, OK]}, undo=["up:undo"])
    assert not offers_later(program, player.machine.state)
    player.resume(only_undo=True).play()
    assert status_of(player) == "failed"


WITH_MUCH_DONE = """
steps:
  - {name: up, kind: shell, run: echo up, undo: {kind: shell, run: echo down}}
  - name: g
    kind: group
    steps:
      - {name: in, kind: shell, run: echo in, undo: {kind: shell, run: echo out}}
      - {name: settled, kind: shell, run: echo, undo: {kind: shell, run: echo}}
      - {name: out, kind: shell, run: echo, settles: settled}
  - name: each
    kind: group
    foreach: [1, 2]
    steps: [{name: one, kind: shell, run: echo}]
  - {name: unwanted, kind: shell, run: echo, if: 1 == 2}
  - {name: after, kind: shell, run: echo after}
  - {name: breaks, kind: shell, run: 'false'}
  - {name: kept, kind: shell, run: echo}
  - {name: tell, kind: shell, run: echo, when: on_failure}
  - name: last
    kind: group
    when: always
    steps: [{name: report, kind: shell, run: echo}, {name: end, kind: stop}]
  - {name: tidy, kind: shell, run: echo, when: cleanup}
"""


def stands(program: Program, player: Player) -> dict[str, object]:
    """How a run stands and would go on."""
    told = {id_: said for id_, said in player.statuses().items() if said != "(pending)"}
    return {"statuses": told, "standing": standing(program, player.machine.state)}


@pytest.mark.parametrize("undone", [[], ["g/in:undo"], ["up:undo"], ["g/in:undo", "up:undo"]])
def test_what_was_done_stands_as_it_is_where_a_run_goes_on_only_to_take_back(
    undone: list[str],
) -> None:
    program, player = broken_off(WITH_MUCH_DONE, {"breaks": [FAILS]}, undo=undone)
    before = stands(program, player)
    can_be = [offer.step for offer in offers_later(program, player.machine.state)]
    for _ in range(2):
        player.resume(only_undo=True).play()
        assert not can_be or offered(player) == can_be
        assert stands(program, player) == before
        assert [offer.step for offer in offers_later(program, player.machine.state)] == can_be


def test_what_was_done_stands_as_it_is_where_taking_back_breaks_off() -> None:
    results = {"breaks": [FAILS], "g/in:undo": [HANGS]}
    program, player = broken_off(WITH_MUCH_DONE, results)
    player.undo([]).play()
    before = player.statuses()
    player.resume(only_undo=True).play()
    player.undo(["g/in:undo"]).play()
    assert player.statuses() == {**before, "tidy": "(pending)", "g/in:undo": "(running)"}
    player.resume(only_undo=True, taken_back=("g/in",)).play()
    assert offered(player) == ["up:undo"]
    player.undo([]).play()
    assert player.statuses() == {**before, "g/in:undo": "succeeded"}
    found = standing(program, player.machine.state)
    assert (found.undone, found.half_undone) == (("g/in", "g/settled"), ())


def test_an_item_that_the_newest_leg_did_not_come_to_can_have_been_done() -> None:
    text = """
    steps:
      - {name: a, kind: shell, run: a, idempotent: true}
      - {name: each, kind: shell, run: b, foreach: [1, 2], undo: {kind: shell, run: c}}
    """
    program, player = broken_off(text, {"a": [OK, HANGS], "each[0]": [HANGS]})
    player.resume(again=("a",)).play()
    assert standing(program, player.machine.state).unknown == ("each[0]",)
    done = with_done(program, player.machine.state, {"each[0]": {}}, "ada")
    assert [offer.step for offer in offers_later(program, done)] == ["each[0]:undo"]
    player.resume(only_undo=True, done={"each[0]": {}}).play()
    assert offered(player) == ["each[0]:undo"]
