"""A run that broke off while a step was taken back: somebody says whether it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pup_tui.core.events import CancelRequested, Resumed
from pup_tui.core.standing import standing
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

HANGS = Result(hangs=True)

STEPS = """
steps:
  - {name: a, kind: shell, run: echo a, undo: {kind: shell, run: echo no a}}
  - {name: b, kind: shell, run: echo b, capture: B, undo: {kind: shell, run: 'echo no {{ B }}'}}
  - {name: between, kind: shell, run: echo between}
  - {name: c, kind: shell, run: echo c, undo: {kind: shell, run: echo no c}}
  - {name: bad, kind: shell, run: 'false'}
"""
UNDONE = ["c:undo", "b:undo", "a:undo"]


def half_undone(
    text: str = STEPS, undo: Sequence[str] = UNDONE, more: Mapping[str, list[Result]] = {}
) -> Player:
    """A run that broke off in the middle of `b:undo`."""
    results = {
        "b": [Result(captures={"B": "1"}), Result(captures={"B": "2"})],
        "b:undo": [HANGS, OK],
        "bad": [FAILS, OK],
        **more,
    }
    return Player(program_of(text), results=results, undo=undo).create().play()


def resumed(player: Player, answer: str) -> list[str]:
    """The attempts that follow from the answer, given where it is asked for."""
    began = len(player.started)
    player.resume().play()
    assert len(player.started) == began
    asked = player.asked[-1].question
    assert (asked.kind, asked.step, asked.upcoming) == ("half-undone", "b", "echo no 1")
    player.answer("b", answer).play()
    return [action.attempt for action in player.started[began:]]


@pytest.mark.proves("P11")
def test_it_is_told_apart_from_what_was_taken_back() -> None:
    player = half_undone()
    stood = standing(player.machine.program, player.machine.state)
    assert (stood.half_undone, stood.undone) == (("b",), ("c",))
    assert (stood.finished, stood.half_behind) == (("a",), ("between",))
    assert stood.begun == ("b:undo",)


@pytest.mark.proves("P11")
@pytest.mark.parametrize(
    ("answer", "attempts"),
    [
        ("taken-back", ["b#2", "between#2", "c#2", "bad#2"]),
        ("stays", ["c#2", "bad#2"]),
        ("undo", ["b:undo#2", "b#2", "between#2", "c#2", "bad#2"]),
        ("abort", ["a:undo#1"]),
    ],
)
def test_what_the_operator_says_decides_what_runs(answer: str, attempts: list[str]) -> None:
    player = half_undone()
    assert resumed(player, answer) == attempts
    status = "aborted" if answer == "abort" else "succeeded"
    assert player.machine.state.status == status


@pytest.mark.proves("P11")
def test_what_stays_done_keeps_what_it_made_and_can_be_taken_back_later() -> None:
    player = half_undone(more={"bad": [FAILS, FAILS]})
    assert resumed(player, "stays")[-4:] == ["bad#2", "c:undo#2", "b:undo#2", "a:undo#1"]
    assert player.started[-2].shown == "echo no 1"


def test_the_undo_runs_with_the_names_of_what_it_takes_back_and_leaves_none() -> None:
    text = STEPS.replace("run: echo b,", "run: \"echo {{ B | default('none') }}\",")
    player = half_undone(text)
    resumed(player, "undo")
    shown = {action.attempt: action.shown for action in player.started}
    assert (shown["b:undo#2"], shown["b#2"]) == ("echo no 1", "echo none")


@pytest.mark.proves("P11")
def test_an_undo_that_fails_again_leaves_the_question_open() -> None:
    player = half_undone(undo=UNDONE[:2], more={"b:undo": [HANGS, FAILS, OK]})
    assert resumed(player, "undo") == ["b:undo#2"]
    assert player.statuses()["b"] == "unknown"
    assert player.machine.state.status == "failed"
    assert resumed(player, "undo")[:2] == ["b:undo#3", "b#2"]
    assert player.machine.state.status == "succeeded"


@pytest.mark.proves("P11")
@pytest.mark.parametrize("answered", [False, True], ids=["unanswered", "undoing"])
def test_a_run_that_breaks_off_once_more_asks_once_more(answered: bool) -> None:
    player = half_undone(more={"b:undo": [HANGS, HANGS, OK]})
    player.resume().play()
    if answered:
        player.answer("b", "undo").play()
    stood = standing(player.machine.program, player.machine.state)
    assert (stood.half_undone, stood.finished) == (("b",), ("a",))
    assert resumed(player, "stays") == ["c#2", "bad#2"]


@pytest.mark.proves("P11")
def test_once_it_is_answered_it_is_not_asked_again() -> None:
    player = half_undone(more={"c": [OK, HANGS, OK]})
    assert resumed(player, "undo")[-1] == "c#2"
    stood = standing(player.machine.program, player.machine.state)
    assert (stood.half_undone, stood.undone, stood.unknown) == ((), (), ("c",))


@pytest.mark.proves("P11")
def test_the_run_may_be_cancelled_while_it_is_asked_or_undone() -> None:
    for answers in ((), ("undo",)):
        player = half_undone(more={"b:undo": [HANGS, HANGS, OK]})
        player.resume().play()
        for answer in answers:
            player.answer("b", answer).play()
        player.tell(CancelRequested(at=player.moment, by="ada"))
        player.play()
        assert player.machine.state.status == "cancelled"
        assert resumed(player, "taken-back") == ["b#2", "between#2", "c#2", "bad#2"]


@pytest.mark.proves("P11")
@pytest.mark.parametrize(
    ("answer", "attempts"),
    [
        ("taken-back", ["b/one#2", "b/two#2", "bad#2"]),
        ("stays", ["bad#2"]),
        ("undo", ["b:undo#2", "b/one#2", "b/two#2", "bad#2"]),
    ],
)
def test_a_block_is_asked_about_as_a_whole(answer: str, attempts: list[str]) -> None:
    text = """
steps:
  - name: b
    kind: group
    undo: {kind: shell, run: 'echo no {{ B }}'}
    steps:
      - {name: one, kind: shell, run: echo one, capture: B}
      - {name: two, kind: shell, run: echo two}
  - {name: bad, kind: shell, run: 'false'}
"""
    one = [Result(captures={"B": "1"}), Result(captures={"B": "2"})]
    player = half_undone(text, ["b:undo"], {"b/one": one})
    assert resumed(player, answer) == attempts
    assert player.machine.state.status == "succeeded"


@pytest.mark.proves("P11")
def test_a_step_beside_others_is_asked_about_though_one_before_it_was_taken_back() -> None:
    text = """
steps:
  - name: p
    kind: parallel
    steps:
      - {name: x, kind: shell, run: echo x, undo: {kind: shell, run: echo no x}}
      - {name: b, kind: shell, run: echo b, capture: B, undo: {kind: shell, run: 'echo no {{ B }}'}}
  - {name: bad, kind: shell, run: 'false'}
"""
    made = {"p/x": [Result(takes=5), OK], "p/b": [Result(captures={"B": "1"})]}
    undo = ["p/x:undo", "p/b:undo"]
    player = half_undone(text, undo, {**made, "p/b:undo": [HANGS]})
    began = len(player.started)
    player.resume().play()
    assert [action.attempt for action in player.started[began:]] == ["p/x#2"]
    player.answer("p/b", "stays").play()
    assert [action.attempt for action in player.started[began:]] == ["p/x#2", "bad#2"]


def test_a_leg_that_was_recorded_without_the_question_is_read_as_it_was() -> None:
    player = half_undone()
    began = len(player.started)
    player.resume(half_undone=()).play()
    assert any(isinstance(event, Resumed) for event in player.events)
    again = [action.attempt for action in player.started[began:]]
    assert again == ["b#2", "between#2", "c#2", "bad#2"]


AGAIN = """
steps:
  - name: g
    kind: group
    retry: {attempts: 2, delay: 1s}
    steps:
      - {name: x, kind: shell, run: echo x, undo: {kind: shell, run: echo no x}}
      - {name: y, kind: shell, run: echo y}
  - {name: bad, kind: shell, run: 'false'}
"""


def undone_again(undo: Sequence[str], first: Result = OK) -> Player:
    """A run whose block ran twice, of which that was taken back, and which has failed once more since."""
    results = {"g/y": [FAILS, OK], "bad": [FAILS], "g/x#1:undo": [first, OK]}
    player = Player(program_of(AGAIN), results=results, undo=undo).create().play()
    return player.resume().play()


@pytest.mark.proves("P11")
@pytest.mark.parametrize(
    ("undo", "again", "offered"),
    [
        (["g/x:undo", "g/x#1:undo"], ["g/x#3", "g/y#3", "bad#2", "g/x:undo#2"], ["g/x:undo"]),
        (["g/x#1:undo"], ["bad#2"], ["g/x:undo"]),
        (["g/x:undo"], ["g/x#3", "g/y#3", "bad#2", "g/x:undo#2"], ["g/x:undo", "g/x#1:undo"]),
    ],
)
def test_what_an_earlier_attempt_of_a_block_did_is_taken_back_once(
    undo: list[str], again: list[str], offered: list[str]
) -> None:
    """And what has been made again since stands."""
    player = undone_again(undo)
    made = [action.attempt for action in player.started]
    assert made[5 + len(undo) :] == again
    assert [offer.step for offer in player.asked[-1].question.offers] == offered


@pytest.mark.proves("P11")
@pytest.mark.parametrize("first", [HANGS, FAILS])
def test_where_its_undo_did_not_finish_that_is_said_when_it_is_offered(first: Result) -> None:
    player = undone_again(["g/x#1:undo"], first)
    newest, earlier = player.asked[-1].question.offers
    assert (newest.doubtful, earlier.doubtful) == (False, True)
    assert "did not finish, look whether it was taken back" in earlier.name
    assert player.started[-1].attempt == "g/x#1:undo#2"
    player.resume().play()
    assert [offer.step for offer in player.asked[-1].question.offers] == ["g/x:undo"]


@pytest.mark.proves("P11")
def test_the_doubt_stays_until_somebody_has_decided() -> None:
    results = {"g/y": [FAILS, OK], "bad": [FAILS], "g/x#1:undo": [HANGS]}
    player = Player(program_of(AGAIN), results=results).create().play()
    player.undo(["g/x#1:undo"]).play()
    for _ in range(2):
        player.resume().play()
        offers = player.asked[-1].question.offers
        assert [(offer.step, offer.doubtful) for offer in offers] == [
            ("g/x:undo", False),
            ("g/x#1:undo", True),
        ]
        player.undo([]).play()
