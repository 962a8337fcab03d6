"""Steps that were skipped only since their run ended are still to come when it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pup_tui.core.events import CancelRequested
from pup_tui.core.standing import standing
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

HANGS = Result(hangs=True)

INSIDE = {
    "a group": "{name: g, kind: group, steps: [{name: one, kind: shell, run: echo}]}",
    "a group in a group": "{name: g, kind: group, steps: [{name: h, kind: group, steps: "
    "[{name: one, kind: shell, run: echo}]}]}",
    "parallel steps": "{name: g, kind: parallel, steps: [{name: one, kind: shell, run: echo}, "
    "{name: two, kind: shell, run: echo}]}",
    "a group that asks": "{name: g, kind: group, confirm: Go on?, steps: "
    "[{name: one, kind: shell, run: echo}]}",
    "items": "{name: g, kind: group, foreach: [x], steps: [{name: one, kind: shell, run: echo}]}",
}


def attempted(player: Player) -> list[str]:
    return [action.attempt for action in player.started]


def played(
    text: str,
    results: Mapping[str, Sequence[Result]] | None = None,
    answers: Mapping[str, Sequence[str]] | None = None,
) -> Player:
    return Player(program_of(text), results=results, answers=answers).create().play()


@pytest.mark.proves("P11")
@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("end", ["failed", "cancelled", "refused"])
def test_what_stands_in_a_block_that_did_not_begin_runs(inside: str, end: str) -> None:
    first = "{name: a, kind: confirm, message: Go on?}"
    if end != "refused":
        first = "{name: a, kind: shell, run: echo, idempotent: true}"
    text = f"steps:\n  - {first}\n  - {INSIDE[inside]}\n  - {{name: z, kind: shell, run: echo}}\n"
    results = {"a": [FAILS if end == "failed" else HANGS, OK]}
    answers = {"a": ["no", "yes"], "g": ["yes"]}
    player = played(text, results, answers)
    if end == "cancelled":
        player.tell(CancelRequested(at=player.moment, by="ada"))
        player.play()
    stood = standing(player.machine.program, player.machine.state)
    assert stood.finished == ()
    player.resume().play()
    ran = [attempt.rpartition("#")[0] for attempt in attempted(player)]
    assert player.machine.state.status == "succeeded"
    assert ran[-1] == "z"
    assert any(step.endswith("one") for step in ran)
    assert set(player.statuses().values()) == {"succeeded"}


@pytest.mark.proves("P11")
def test_a_no_to_a_group_keeps_what_is_in_it_for_later() -> None:
    text = f"steps:\n  - {INSIDE['a group that asks']}\n"
    player = played(text, answers={"g": ["no", "yes"]})
    player.resume().play()
    assert attempted(player) == ["g/one#1"]
    assert player.machine.state.status == "succeeded"


@pytest.mark.proves("P11")
def test_what_was_done_in_a_block_that_a_later_leg_did_not_reach_stays_done() -> None:
    text = """
steps:
  - {name: a, kind: shell, run: echo, capture: {A: {secret: true}}, idempotent: true}
  - {name: g, kind: group, steps: [{name: one, kind: shell, run: echo}, {name: two, kind: shell, run: echo}]}
"""
    made = Result(captures={"A": "s"}, secrets=("A",))
    player = played(text, {"a": [made, FAILS, made], "g/two": [FAILS, OK]})
    player.resume(again=("a",)).play()
    assert attempted(player) == ["a#1", "g/one#1", "g/two#1", "a#2"]
    player.resume().play()
    assert attempted(player)[4:] == ["a#3", "g/two#2"]


@pytest.mark.proves("P11")
def test_a_group_that_its_own_condition_left_out_stays_left_out() -> None:
    text = """
steps:
  - {name: g, kind: group, if: 'false', steps: [{name: one, kind: shell, run: echo}]}
  - {name: a, kind: shell, run: echo}
"""
    player = played(text, {"a": [FAILS, OK]})
    player.resume().play()
    assert attempted(player) == ["a#1", "a#2"]
    assert player.statuses() == {"g": "skipped", "g/one": "skipped", "a": "succeeded"}


WARNS = """
steps:
  - name: p
    kind: parallel
    max_parallel: {most}
    on_failure: {policy}
    steps:
      - {{name: a, kind: shell, run: a}}
      - {{name: b, kind: shell, run: b}}
      - {{name: c, kind: shell, run: c}}
  - {{name: z, kind: shell, run: z}}
"""


@pytest.mark.proves("P11")
@pytest.mark.parametrize("policy", ["warn", "ignore"])
@pytest.mark.parametrize("most", [1, 3])
def test_a_failure_that_does_not_count_takes_nothing_that_a_cancel_kept_from_its_turn(
    policy: str, most: int
) -> None:
    text = WARNS.format(policy=policy, most=most)
    player = played(text, {"p/a": [FAILS, OK], "p/b": [HANGS, OK]})
    player.tell(CancelRequested(at=player.moment, by="ada"))
    player.play()
    player.resume().play()
    assert player.asked[-1].question.step == "p/b"
    player.answer("p/b", "retry").play()
    assert sorted(attempted(player)) == ["p/a#1", "p/a#2", "p/b#1", "p/b#2", "p/c#1", "z#1"]
    assert player.machine.state.status == "succeeded"


LOST = """
steps:
  - {name: a, kind: shell, run: a}
  - {name: g, kind: group, steps: [{name: one, kind: shell, run: one}]}
  - {name: z, kind: shell, run: z}
"""


@pytest.mark.proves("P11")
def test_a_leg_that_passed_such_steps_by_is_read_as_it_was_and_the_next_runs_them() -> None:
    player = played(LOST, {"a": [FAILS, OK], "z": [FAILS, OK]})
    player.resume(exact=False).play()
    assert attempted(player) == ["a#1", "a#2", "z#1"]
    assert player.statuses() == {
        "a": "succeeded",
        "g": "succeeded",
        "g/one": "skipped",
        "z": "failed",
    }
    player.resume().play()
    assert attempted(player)[3:] == ["g/one#1", "z#2"]
    assert player.machine.state.status == "succeeded"
