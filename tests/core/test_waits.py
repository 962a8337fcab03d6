from __future__ import annotations

import pytest

from pup_tui.core.events import Answered
from pup_tui.core.notices import RunFinished, StepFinished
from tests.support.player import FAILS, Player, Result
from tests.support.runbooks import program_of

FAILING = """
steps:
  - {name: a, kind: shell, run: a}
  - {name: b, kind: shell, run: b, on_failure: confirm}
"""


def ended(player: Player, step: str) -> tuple[float, float]:
    """For how long a step worked, and waited for somebody."""
    told = next(n for n in player.notices if isinstance(n, StepFinished) and n.step == step)
    return told.duration, told.waited


def over(player: Player) -> tuple[float, float]:
    told = player.notices[-1]
    assert isinstance(told, RunFinished)
    return told.duration, told.waited


def answer_later(player: Player, seconds: float, step: str, answer: str) -> None:
    player.later(seconds, lambda at: Answered(at=at, step=step, answer=answer, by="ada"))


def test_a_step_that_broke_at_once_has_not_worked_while_it_waited_for_a_person() -> None:
    player = Player(program_of(FAILING), results={"b": [FAILS]}).create()
    player.play(until=lambda player: bool(player.asked))
    answer_later(player, 11, "b", "abort")
    player.play()
    assert ended(player, "b") == (1.0, 11.0)
    assert over(player) == (2.0, 11.0)


def test_the_clock_stands_while_a_run_only_waits() -> None:
    player = Player(program_of(FAILING), results={"b": [FAILS]}).create()
    state = player.play(until=lambda player: bool(player.asked)).machine.state
    now = player.moment.clock
    assert (state.took(now + 30), state.waited_by(now + 30)) == (2.0, 30.0)
    assert state.step_took("b", now + 30) == 1.0


def test_what_comes_after_a_question_is_work_once_more() -> None:
    player = Player(program_of(FAILING), results={"b": [FAILS, Result(takes=4)]}).create()
    player.play(until=lambda player: bool(player.asked))
    answer_later(player, 11, "b", "retry")
    player.play()
    assert ended(player, "b") == (5.0, 11.0)
    assert over(player) == (6.0, 11.0)


def test_a_step_works_only_while_its_attempts_act() -> None:
    slow, again = Result(ok=False, reason="no", lags=6, takes=2), Result(lags=5, takes=3)
    text = "steps: [{name: a, kind: shell, run: a, retry: {attempts: 2, delay: 4s}}]"
    player = Player(program_of(text), results={"a": [slow, again]}).create().play()
    assert ended(player, "a") == (9.0, 0.0)


def test_of_an_attempt_that_is_stopped_the_time_counts_in_which_it_acted() -> None:
    text = "steps: [{name: a, kind: shell, run: a, timeout: 7s}]"
    player = Player(program_of(text), results={"a": [Result(lags=4, hangs=True)]}).create().play()
    worked, waited = ended(player, "a")
    assert (worked, waited) == pytest.approx((3.1, 0.0))


BESIDE = """
steps:
  - name: both
    kind: parallel
    steps:
      - {name: ask, kind: confirm, message: 'Go on?'}
      - {name: work, kind: shell, run: work}
"""


def test_a_run_works_on_while_one_of_its_steps_waits() -> None:
    player = Player(program_of(BESIDE), results={"both/work": [Result(takes=8)]}).create()
    answer_later(player, 10, "both/ask", "yes")
    player.play()
    assert ended(player, "both/ask") == (0.0, 10.0)
    assert ended(player, "both/work") == (8.0, 0.0)
    assert ended(player, "both") == (8.0, 2.0)
    assert over(player) == (8.0, 2.0)


def test_a_question_before_a_step_is_not_taken_off_its_work() -> None:
    text = "steps: [{name: a, kind: shell, run: a, confirm: 'Sure?'}]"
    player = Player(program_of(text), results={"a": [Result(takes=3)]}).create()
    player.play(until=lambda player: bool(player.asked))
    answer_later(player, 20, "a", "yes")
    player.play()
    assert ended(player, "a") == (3.0, 20.0)
    assert over(player) == (3.0, 20.0)


def test_what_can_be_taken_back_is_waited_for_as_well() -> None:
    text = """
steps:
  - {name: a, kind: shell, run: a, undo: {kind: shell, run: back}}
  - {name: b, kind: shell, run: b}
"""
    player = Player(program_of(text), results={"b": [FAILS]}).create().play()
    state = player.machine.state
    now = player.moment.clock
    assert (state.took(now + 9), state.waited_by(now + 9)) == (2.0, 9.0)
