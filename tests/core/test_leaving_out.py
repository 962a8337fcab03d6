"""Steps that are left out of a run: the others go on, and past their questions on a word only."""

from __future__ import annotations

import pytest

from pup_tui.core.events import LeftOutSteps
from pup_tui.core.state import RunStatus
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

HANGS = Result(hangs=True)


def without(*steps: str, **captures: dict[str, object]) -> LeftOutSteps:
    return LeftOutSteps(dict.fromkeys(steps, "done by hand"), captures)


def attempts(player: Player) -> list[str]:
    return [action.attempt for action in player.started]


def asked(player: Player) -> list[tuple[str, str]]:
    return [(action.question.step, action.question.message) for action in player.asked]


def status_of(player: Player) -> RunStatus:
    return player.machine.state.status


def test_they_are_skipped_with_the_reason_and_by_whom() -> None:
    player = Player(
        program_of("steps: [{name: a, kind: shell, run: ls}, {name: b, kind: shell, run: ls}]")
    )
    player.create(without=without("a")).play()
    assert attempts(player) == ["b#1"]
    assert player.machine.state.steps["a"].reason == "skipped by ada: done by hand"
    assert status_of(player) is RunStatus.SUCCEEDED


def test_what_is_given_for_them_is_what_they_would_have_made() -> None:
    text = """
    steps:
      - {name: a, kind: shell, run: ls, capture: A}
      - {name: b, kind: shell, run: 'echo {{ A }}'}
    """
    player = Player(program_of(text))
    player.create(without=without("a", a={"A": "typed"})).play()
    assert player.started[0].shown == "echo typed"


def test_what_a_group_would_have_made_is_known_behind_it_also_in_a_later_leg() -> None:
    text = """
    steps:
      - name: g
        kind: group
        steps: [{name: a, kind: shell, run: ls, capture: A}]
      - {name: b, kind: shell, run: ls}
      - {name: c, kind: shell, run: 'echo {{ A }}'}
    """
    player = Player(program_of(text), results={"b": [FAILS, OK]})
    player.create(without=without("g", g={"A": "typed"})).play()
    assert status_of(player) is RunStatus.FAILED
    player.resume().play()
    assert player.started[-1].shown == "echo typed"
    assert player.machine.state.steps["g/a"].reason == "skipped by ada: done by hand"


GATES = {
    "a confirmation": "{name: g, kind: confirm, message: Sure?}",
    "manual work": "{name: g, kind: manual, message: Do it}",
    "values": "{name: g, kind: input, vars: {V: {}}}",
    "a dangerous step": "{name: g, kind: shell, run: ls, danger: true}",
    "a step with a question of its own": "{name: g, kind: shell, run: ls, confirm: Sure?}",
    "a group that asks": "{name: g, kind: group, steps: [{name: c, kind: confirm, message: Sure?}]}",
}


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES.keys())
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_past_a_question_goes_only_who_is_asked(gate: str, answer: str) -> None:
    text = f"""
    steps:
      - {gate}
      - {{name: a, kind: shell, run: ls}}
      - {{name: b, kind: shell, run: ls}}
    """
    player = Player(program_of(text))
    player.create(without=without("g")).play()
    assert attempts(player) == []
    assert asked(player) == [("a", "Go on past `g`? Nobody was asked there.")]
    player.answer("a", answer).play()
    if answer == "yes":
        assert (attempts(player), status_of(player)) == (["a#1", "b#1"], RunStatus.SUCCEEDED)
    else:
        assert (attempts(player), status_of(player)) == ([], RunStatus.ABORTED)
    assert len(player.asked) == 1


def test_what_asks_itself_asks_for_both() -> None:
    text = """
    steps:
      - {name: g, kind: confirm, message: Sure?}
      - {name: a, kind: shell, run: ls, danger: true}
    """
    player = Player(program_of(text), answers={"a": ["yes", "yes"]})
    player.create(without=without("g")).play()
    assert [message.partition("?")[0] for _, message in asked(player)] == [
        "Go on past `g`",
        "This step changes or destroys things. Run “a”",
    ]
    assert attempts(player) == ["a#1"]


def test_values_that_are_given_answer_an_input_step() -> None:
    text = """
    steps:
      - {name: g, kind: input, vars: {V: {}}}
      - {name: a, kind: shell, run: 'echo {{ V }}'}
    """
    player = Player(program_of(text))
    player.create(without=without("g", g={"V": "typed"})).play()
    assert (player.asked, player.started[0].shown) == ([], "echo typed")


def test_the_end_of_a_group_leaves_the_question_to_what_is_behind_it() -> None:
    text = """
    steps:
      - name: o
        kind: group
        steps: [{name: a, kind: shell, run: ls}, {name: g, kind: confirm, message: Sure?}]
      - {name: tidy, kind: shell, run: ls, when: cleanup}
      - {name: p, kind: parallel, steps: [{name: b, kind: shell, run: ls}, {name: c, kind: shell, run: ls}]}
    """
    player = Player(program_of(text), answers={"p": ["yes"]})
    player.create(without=without("o/g")).play()
    assert asked(player) == [("p", "Go on past `o/g`? Nobody was asked there.")]
    assert attempts(player) == ["o/a#1", "p/b#1", "p/c#1", "tidy#1"]


def test_items_are_one_step_and_asked_about_once() -> None:
    text = """
    steps:
      - name: g
        kind: group
        foreach: [x, y]
        steps:
          - {name: sure, kind: confirm, message: Sure?}
          - {name: a, kind: shell, run: ls}
    """
    player = Player(program_of(text), answers={"g[0]/a": ["yes"]})
    player.create(without=without("g/sure")).play()
    assert asked(player) == [("g[0]/a", "Go on past `g/sure`? Nobody was asked there.")]
    assert attempts(player) == ["g[0]/a#1", "g[1]/a#1"]


def test_a_yes_stands_when_the_run_is_resumed() -> None:
    text = """
    steps:
      - {name: g, kind: confirm, message: Sure?}
      - {name: a, kind: shell, run: ls}
      - {name: b, kind: shell, run: ls}
    """
    player = Player(program_of(text), results={"b": [FAILS, OK]}, answers={"a": ["yes"]})
    player.create(without=without("g")).play()
    player.resume().play()
    assert len(player.asked) == 1
    assert attempts(player) == ["a#1", "b#1", "b#2"]


def test_cleanup_runs_where_its_block_ran() -> None:
    text = """
    steps:
      - name: g
        kind: group
        steps: [{name: a, kind: shell, run: ls}, {name: tidy, kind: shell, run: ls, when: cleanup}]
      - {name: b, kind: shell, run: ls}
      - {name: end, kind: shell, run: ls, when: cleanup}
    """
    for left, ran in (
        (("g",), ["b#1", "end#1"]),
        (("g/a",), ["b#1", "g/tidy#1", "end#1"]),
        (("g/a", "g/tidy", "b"), ["end#1"]),
    ):
        player = Player(program_of(text))
        player.create(without=without(*left)).play()
        assert attempts(player) == ran


def test_a_failed_step_that_is_skipped_had_its_question() -> None:
    text = """
    steps:
      - {name: a, kind: shell, run: ls, danger: true}
      - {name: b, kind: shell, run: ls}
    """
    player = Player(program_of(text), results={"a": [FAILS]}, answers={"a": ["yes"]})
    player.create().play()
    player.resume(skipped={"a": "not needed"}).play()
    assert attempts(player) == ["a#1", "b#1"]
    assert len(player.asked) == 1


def test_a_run_that_breaks_off_goes_on_without_what_it_leaves_out() -> None:
    text = """
    steps:
      - {name: a, kind: shell, run: ls}
      - {name: b, kind: shell, run: ls, capture: B}
      - {name: c, kind: shell, run: 'echo {{ B }}'}
    """
    player = Player(program_of(text), results={"a": [HANGS, OK]})
    player.create(without=without("b", b={"B": "typed"})).play()
    player.resume().play().answer("a", "retry").play()
    assert [action.shown for action in player.started] == ["ls", "ls", "echo typed"]
