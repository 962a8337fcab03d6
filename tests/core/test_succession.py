"""A run that goes on with another text of its runbook, by the ids of its steps."""

from __future__ import annotations

import pytest

from pup_tui.core.events import Source
from pup_tui.core.program import Program
from pup_tui.core.standing import standing
from pup_tui.core.state import RunStatus
from pup_tui.core.succession import missing, not_again, not_there, succeed
from pup_tui.drivers.replay import replay
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

OTHER = Source(path="test.yaml", sha256="1" * 64)

LOOP = """
steps:
  - name: each
    kind: group
    foreach: [x, y]
    steps:
      - {name: a, kind: shell, run: ls, undo: {kind: shell, run: back}}
      - {name: b, kind: shell, run: ls}
"""


def attempts(player: Player) -> list[str]:
    return [action.attempt for action in player.started]


def goes_on(player: Player, before: Program, text: str) -> Program:
    after = succeed(before, program_of(text))
    player.machine.program = after
    player.resume(source=OTHER).play()
    return after


def test_what_a_block_has_not_ended_takes_in_and_what_has_does_not() -> None:
    before = program_of(LOOP)
    player = Player(before, results={"each[1]/b": [FAILS, OK]}).create().play()
    text = LOOP + "      - {name: c, kind: shell, run: ls}\n"
    after = goes_on(player, before, text)
    assert attempts(player)[4:] == ["each[1]/b#2", "each[1]/c#1"]
    steps = player.machine.state.steps
    assert steps["each[0]/c"].reason == "`each[0]` had ended before it was added"
    assert player.machine.state.status is RunStatus.SUCCEEDED
    assert replay(before, player.events, {2: after}).state == player.machine.state


def test_an_undo_that_the_text_no_longer_has_is_not_offered() -> None:
    before = program_of(LOOP)
    player = Player(before, results={"each[1]/b": [FAILS, FAILS]}, undo=()).create().play()
    goes_on(player, before, LOOP.replace(", undo: {kind: shell, run: back}", ""))
    assert player.machine.state.status is RunStatus.FAILED
    assert [action.question.kind for action in player.asked] == ["undo"]


UNDONE = """
steps:
  - {name: a, kind: shell, run: ls, undo: {kind: shell, run: back}}
  - {name: b, kind: shell, run: ls}
"""
WITHOUT_UNDO = UNDONE.replace(", undo: {kind: shell, run: back}", "")


def test_what_was_taken_back_runs_again_where_the_text_has_its_undo_no_longer() -> None:
    before = program_of(UNDONE)
    player = Player(before, results={"b": [FAILS, OK]}, undo=["a:undo"]).create().play()
    assert standing(program_of(WITHOUT_UNDO), player.machine.state).undone == ("a",)
    goes_on(player, before, WITHOUT_UNDO)
    assert attempts(player) == ["a#1", "b#1", "a:undo#1", "a#2", "b#2"]


def test_the_undo_of_a_step_of_which_nobody_knows_whether_it_was_taken_back_is_missing() -> None:
    before = program_of(UNDONE)
    results = {"b": [FAILS], "a:undo": [Result(hangs=True)]}
    player = Player(before, results=results, undo=["a:undo"]).create().play()
    state = player.machine.state
    assert missing(before, program_of(WITHOUT_UNDO), state) == ["a:undo"]
    assert missing(before, before, state) == []


BEHIND = """
steps:
  - {name: a, kind: shell, run: ls, undo: {kind: shell, run: back}}
  - {name: c, kind: shell, run: ls}
  - {name: b, kind: shell, run: ls}
"""
A, C, B = (line + "\n" for line in BEHIND.splitlines()[2:])


@pytest.mark.parametrize(
    "text",
    [
        "steps:\n" + C + B,
        "steps:\n" + A + B,
        "steps:\n" + C + A + B,
        "steps:\n" + B,
    ],
    ids=["what was taken back is gone", "it is gone", "it is before", "all is gone"],
)
def test_what_was_done_behind_a_step_that_was_taken_back_has_to_run_again(text: str) -> None:
    before = program_of(BEHIND)
    state = Player(before, results={"b": [FAILS]}, undo=["a:undo"]).create().play().machine.state
    assert standing(before, state).behind == ("c",)
    assert not_again(before, program_of(text), state) == ["c"]
    assert not_again(before, before, state) == []


def test_what_settled_a_step_has_to_settle_it_still() -> None:
    text = """
steps:
  - {name: a, kind: shell, run: up, undo: {kind: shell, run: back}}
  - {name: s, kind: shell, run: down, settles: a}
  - {name: b, kind: shell, run: ls}
"""
    before = program_of(text)
    state = Player(before, results={"b": [FAILS]}).create().play().machine.state
    assert standing(before, state).undone == ("a",)
    assert not_again(before, program_of(text.replace(", settles: a", "")), state) == ["a", "s"]
    assert not_again(before, before, state) == []


def test_what_was_taken_back_or_cleaned_up_may_be_gone_and_is_told() -> None:
    before = program_of(UNDONE + "  - {name: tidy, kind: shell, when: cleanup, run: ls}\n")
    state = Player(before, results={"b": [FAILS]}, undo=["a:undo"]).create().play().machine.state
    after = program_of("steps: [{name: b, kind: shell, run: ls}]\n")
    assert missing(before, after, state) == not_again(before, after, state) == []
    assert not_there(before, after, state) == ["a", "tidy"]
    assert not_there(before, before, state) == []


def test_steps_that_moved_keep_the_place_of_their_output_and_new_ones_get_a_free_one() -> None:
    before = program_of(
        "steps: [{name: a, kind: shell, run: ls}, {name: b, kind: shell, run: ls}]\n"
    )
    after = succeed(
        before,
        program_of("steps: [{name: n, kind: shell, run: ls}, {name: b, kind: shell, run: ls}]\n"),
    )
    third = succeed(after, program_of("steps: [{name: m, kind: shell, run: ls}]\n"))
    assert [after.place("b"), after.place("n")] == [1, 2]
    assert third.place("m") == 3


def test_what_is_missing_is_what_was_done_or_may_have_been() -> None:
    text = """
steps:
  - {name: done, kind: shell, run: ls}
  - {name: no, kind: shell, run: ls, if: 1 == 2}
  - {name: warned, kind: shell, run: ls, on_failure: warn}
  - {name: hangs, kind: shell, run: ls}
  - {name: waits, kind: shell, run: ls}
"""
    before = program_of(text)
    results = {"hangs": [Result(hangs=True)], "warned": [FAILS]}
    state = Player(before, results=results).create().play().machine.state
    other = program_of("steps: [{name: other, kind: shell, run: ls}]\n")
    assert missing(before, other, state) == ["done", "warned", "hangs"]
    assert missing(before, program_of(text), state) == []
