"""How steps and attempts are counted, which every face tells in the same words."""

from __future__ import annotations

from collections import Counter

import pytest

from pup_tui.core.counting import told_attempt, told_counts
from pup_tui.core.notices import RunFinished, StepStarted
from pup_tui.core.plan import plan
from pup_tui.core.plan_count import count_planned
from pup_tui.runbook.step_count import count_in_file
from pup_tui.tui.run_progress import RunProgress
from tests.format.test_generated import program_from
from tests.format.test_resumed import Chance
from tests.support.player import FAILS, LOST, Player
from tests.support.runbooks import program_of

NESTED = """
steps:
  - {name: a, kind: shell, run: a}
  - {name: g, kind: group, steps: [{name: b, kind: shell, run: b}, {name: c, kind: shell, run: c}]}
  - {name: each, kind: shell, run: d, foreach: [1, 2, 3]}
  - {name: none, kind: shell, run: e, foreach: [], if: "1 == 2"}
  - {name: f, kind: shell, run: f}
"""


def test_what_holds_others_is_not_counted_beside_them() -> None:
    player = Player(program_of(NESTED), results={"g/c": [FAILS]}).create().play()
    end = player.notices[-1]
    assert isinstance(end, RunFinished)
    assert end.counts == {"succeeded": 2, "failed": 1, "skipped": 3}
    assert told_counts(end.counts, over=True) == ["2 of 6 succeeded", "1 failed", "3 skipped"]


def test_a_host_that_was_not_reached_is_counted_for_itself_by_every_face() -> None:
    text = NESTED.replace("[1, 2, 3]", "[x, y, z]").replace(
        "run: d", "run: d, host: '{{ item }}', keep_going: true"
    )
    results = {"each[0]": [LOST], "each[1]": [FAILS]}
    player = Player(program_of(text), results=results).create().play()
    end = player.notices[-1]
    assert isinstance(end, RunFinished)
    assert told_counts(end.counts, over=True) == [
        *("4 of 8 succeeded", "1 failed", "1 unreachable", "2 skipped")
    ]
    progress = RunProgress(player.machine.program)
    for notice in player.notices:
        progress.apply(notice)
        if isinstance(notice, StepStarted):
            progress.learn_items(notice.step, player.machine.state)
    assert dict(+Counter(progress.counts)) == end.counts
    assert told_counts(progress.steps["each"].held, over=True) == [
        *("1 of 3 succeeded", "1 failed", "1 unreachable")
    ]
    progress.come_again()
    assert dict(+Counter(progress.counts)) == {"pending": 8}


@pytest.mark.parametrize("seed", range(8))
def test_the_console_counts_as_the_end_of_a_run_is_told(seed: int) -> None:
    player = Chance(program_from(seed), seed, fails=True)
    player.create().play()
    progress = RunProgress(player.machine.program)
    for notice in player.notices:
        progress.apply(notice)
        if isinstance(notice, StepStarted):
            progress.learn_items(notice.step, player.machine.state)
    end = player.notices[-1]
    assert isinstance(end, RunFinished)
    assert dict(+Counter(progress.counts)) == end.counts
    assert not progress.may_grow


def header(progress: RunProgress) -> str:
    return told_counts(progress.counts, over=False, more=progress.may_grow)[0]


def planned(text: str) -> str:
    program = program_of(text)
    steps = plan(program, {"MORE": "1 2"}, (), "ada", lambda _: None)
    return count_planned(program, steps).told


def test_before_a_run_as_many_steps_are_told_as_it_will_have() -> None:
    program = program_of(NESTED)
    assert count_in_file(program.runbook.steps).told == "6+ steps in 1 group"
    begins = RunProgress(program)
    assert header(begins) == "0 of 6+ succeeded"
    assert planned(NESTED) == "8 steps in 1 group"
    player = Player(program).create().play()
    for notice in player.notices:
        begins.apply(notice)
        if isinstance(notice, StepStarted):
            begins.learn_items(notice.step, player.machine.state)
    assert header(begins) == "7 of 8 succeeded"


EACH_OF_MANY = """
vars: {MORE: {required: true}}
steps:
  - name: each
    kind: group
    foreach: "{{ MORE | split }}"
    steps: [{name: b, kind: shell, run: b}, {name: c, kind: shell, run: c}]
  - {name: later, kind: shell, run: d, foreach: steps.each.outcome}
  - {name: one, kind: shell, run: e}
"""


def test_of_what_is_not_known_yet_at_least_as_many_are_told() -> None:
    program = program_of(EACH_OF_MANY)
    assert count_in_file(program.runbook.steps).told == "4+ steps in 1 group"
    assert planned(EACH_OF_MANY) == "6+ steps in 1 group"
    assert header(RunProgress(program)) == "0 of 4+ succeeded"


def test_of_a_run_under_way_nothing_is_told_of_what_is_to_come() -> None:
    counts = {"succeeded": 1, "running": 1, "pending": 2}
    assert told_counts(counts, over=False) == ["1 of 4 succeeded"]
    assert told_counts(counts, over=True) == ["1 of 4 succeeded", "2 not begun"]


def test_an_attempt_is_told_with_how_many_there_can_be() -> None:
    assert told_attempt(2) == "attempt 2"
    assert told_attempt(2, most=3) == "attempt 2 of 3"
    assert told_attempt(2, tried=2, most=3) == "attempt 2 of 3"
    assert told_attempt(4, tried=1, most=3) == "attempt 4 (try 1 of 3)"
