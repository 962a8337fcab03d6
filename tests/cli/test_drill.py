"""`pup-tui drill`: which there are, and what comes and goes in one."""

from __future__ import annotations

import time
from pathlib import Path

from pup_tui.cli.drill import DrillWatch
from pup_tui.datadog.sandbox.scenarios import SCENARIOS
from pup_tui.datadog.sandbox.timeline import Timeline
from pup_tui.datadog.sandbox.world import World
from pup_tui.drills.scenario import SHIPPED, read_scenario
from pup_tui.drills.score import score_of
from pup_tui.journal.inbox import InboxRow, kept_alerts, put_aside
from pup_tui.journal.reader import read_journal
from pup_tui.journal.store import Journal
from tests.support.program import Program


def test_they_are_listed_with_the_best_of_each(program: Program) -> None:
    listed = program("drill", "--list", "--json").json
    assert [each["scenario"] for each in listed] == list(SHIPPED)
    assert all(each["best"] is None and each["title"] for each in listed)
    assert "not-the-flag" in program("drill", "--list").out


def test_one_that_there_is_not_and_no_terminal_are_told(program: Program) -> None:
    unknown = program("drill", "planed-work")
    assert (unknown.code, "planned-work" in unknown.err) == (2, True)
    refused = program("drill")
    assert (refused.code, "terminal" in refused.err) == (2, True)


def kept(state: Path) -> list[InboxRow]:
    with read_journal(state) as journal:
        return [] if journal is None else kept_alerts(journal, time.time())


def watch(state: Path, name: str) -> tuple[DrillWatch, World]:
    scenario = read_scenario(name)
    world = World(Timeline(time.monotonic, time.time, 1.0))
    SCENARIOS[scenario.world](world)
    return DrillWatch(state, world, scenario), world


def test_alerts_come_in_their_time_and_go_when_it_is_over(tmp_path: Path) -> None:
    drill, world = watch(tmp_path, "flag-turned-on")
    drill.look()
    assert kept(tmp_path) == []
    drill._began -= 10
    drill.look()
    assert [row.status for row in kept(tmp_path)] == ["firing"]
    drill.looked()
    assert world.fault is not None
    world.fault.applied.add("flag new-checkout")
    world.direct_fault(0.0)
    world.timeline._began -= 600
    drill.look()
    assert [row.status for row in kept(tmp_path)] == ["resolved"]
    score = score_of(read_scenario("flag-turned-on"), drill.facts())
    assert score.over is not None
    assert score.look is not None


def test_a_false_alarm_ends_when_it_is_put_aside(tmp_path: Path) -> None:
    drill, _ = watch(tmp_path, "false-alarm")
    drill._began -= 10
    drill.look()
    (row,) = kept(tmp_path)
    assert not drill.is_over()
    journal = Journal.open(tmp_path)
    put_aside(journal, row.number, time.time())
    journal.close()
    assert drill.is_over()
