from __future__ import annotations

from collections.abc import Sequence

import pytest

from pup_tui.core.events import Answered, AnyEvent
from pup_tui.core.figures import FEWEST_RUNS, figures_of, percentile
from tests.support.player import FAILS, Player, Result
from tests.support.runbooks import program_of

ONE = "steps: [{name: a, kind: shell, run: a}]"


def events(text: str, *results: Result, step: str = "a") -> Sequence[AnyEvent]:
    """The events of a run as they are recorded."""
    player = Player(program_of(text), results={step: results}).create().play()
    return player.recorded


def test_the_usual_time_is_the_median_of_what_succeeded() -> None:
    runs = [events(ONE, Result(takes=takes)) for takes in (1, 40, 41, 42, 500)]
    figures = figures_of([*runs, events(ONE, FAILS)])["a"]
    assert (figures.runs, figures.usual, figures.slow) == (6, 41, 500)
    assert figures.fails == pytest.approx(1 / 6)


def test_too_few_runs_say_nothing() -> None:
    runs = [events(ONE, FAILS)] * (FEWEST_RUNS - 1)
    few = figures_of(runs)["a"]
    assert (few.runs, few.usual, few.fails) == (FEWEST_RUNS - 1, None, None)
    enough = figures_of([*runs, events(ONE, Result(takes=3))])["a"]
    assert (enough.fails, enough.usual) == (0.8, None)


def test_items_of_a_foreach_are_one_step_and_one_run() -> None:
    text = "steps: [{name: a, kind: shell, run: a, foreach: [1, 2, 3]}]"
    figures = figures_of([events(text)] * 4)["a"]
    assert (figures.runs, figures.usual) == (4, None)
    assert figures_of([events(text)] * 5)["a"].usual == 1


def test_attempts_of_a_retry_belong_together() -> None:
    text = "steps: [{name: a, kind: shell, run: a, retry: {attempts: 2, delay: 10s}}]"
    figures = figures_of([events(text, FAILS, Result(takes=4))] * 5)["a"]
    assert (figures.usual, figures.fails) == (1 + 10 + 4, 0)


def test_what_a_person_took_to_decide_is_no_time_of_the_step() -> None:
    text = "steps: [{name: a, kind: shell, run: a, on_failure: confirm}]"
    player = Player(program_of(text), results={"a": [FAILS, Result(takes=7)]}).create()
    player.play(until=lambda player: bool(player.asked))
    player.later(600, lambda at: Answered(at=at, step="a", answer="retry", by="ada"))
    player.play()
    assert figures_of([player.recorded] * 5)["a"].usual == 7


@pytest.mark.parametrize("answer", ["skip", "retry", "continue", "abort"])
def test_a_failure_counts_once_in_a_run_whatever_a_person_made_of_it(answer: str) -> None:
    text = "steps: [{name: a, kind: shell, run: a, on_failure: confirm}]"
    player = Player(program_of(text), results={"a": [FAILS, Result(takes=7)]}).create()
    player.play(until=lambda player: bool(player.asked))
    player.later(600, lambda at: Answered(at=at, step="a", answer=answer, by="ada"))
    player.play()
    figures = figures_of([player.recorded] * 3 + [events(ONE)] * 7)["a"]
    assert (figures.runs, figures.fails) == (10, 0.3)


def test_each_item_that_failed_counts_and_the_group_around_them_does_not() -> None:
    text = "steps: [{name: a, kind: shell, run: a, foreach: [1, 2], keep_going: true}]"
    failed = Player(program_of(text), results={"a[1]": [FAILS]}).create().play().recorded
    figures = figures_of([failed] * 5)
    assert list(figures) == ["a"]
    assert (figures["a"].runs, figures["a"].fails) == (5, 0.5)


def test_the_smallest_that_so_many_do_not_exceed() -> None:
    assert percentile(list(range(1, 101)), 95) == 95
    assert percentile([3.0], 95) == 3
    assert percentile([1.0, 2.0], 50) == 1
