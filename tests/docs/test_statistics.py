"""What the manual says of statistics is what the program tells."""

from __future__ import annotations

import re
from pathlib import Path

from pup_tui.analysis.freshness import STALE_AFTER, Freshness
from pup_tui.analysis.statistics.openmetrics import openmetrics
from pup_tui.analysis.statistics.statistics import KnownRunbook, RunbookStatistics
from pup_tui.analysis.statistics.told import RUNBOOK_HEADS
from pup_tui.core.figures import FEWEST_RUNS, TimeSpan
from pup_tui.journal.figures import RunFigures, StepFigures
from pup_tui.journal.records import RehearsalRecord
from pup_tui.tui.past import RECENT
from pup_tui.tui.usual import SLOW_TIMES
from tests.support.program import program_in

TIMES = TimeSpan(9, 1.0, 2.0)
NOTHING_LACKS = RunbookStatistics(
    runbook=KnownRunbook(
        id="a",
        manual_time=600.0,
        fresh=Freshness(
            succeeded={"production": 1.0},
            ran=1.0,
            rehearsal=RehearsalRecord(
                path="/a.yaml",
                runbook="a",
                tree="",
                rehearsed_at=1.0,
                cases=1,
                failed=0,
                points=1,
                reached=1,
            ),
        ),
    ),
    runs=RunFigures(
        ends={"succeeded": 9},
        seconds=TimeSpan(9, 1.0, 2.0),
        waited=TimeSpan(9, 1.0, 2.0),
        recovered=TimeSpan(9, 1.0, 2.0),
    ),
    steps={"s": StepFigures(runs=9, known=9, seconds=TIMES, waited=TIMES)},
)
"""A runbook of which everything is known."""

MANUAL = (Path(__file__).parent.parent.parent / "docs" / "statistics.md").read_text()


def test_every_metric_is_in_the_table_and_no_other() -> None:
    told = set(re.findall(r"`(pup_tui_\w+)`", MANUAL))
    printed = set(re.findall(r"^# TYPE (\w+)", openmetrics([NOTHING_LACKS]), re.M))
    assert told == printed


def test_the_labels_are_those_of_the_table() -> None:
    rows = re.findall(r"^\| ((?:`pup_tui_\w+`(?:, )?)+) \| ([^|]+) \|", MANUAL, re.M)
    for names, labels in rows:
        wanted = set(re.findall(r"`(\w+)`", labels))
        for name in re.findall(r"`(\w+)`", names):
            found = re.findall(rf"^{name}\{{(.*?)\}} ", openmetrics([NOTHING_LACKS]), re.M)
            assert {label for each in found for label in re.findall(r'(\w+)="', each)} == wanted


def test_the_numbers_are_those_that_hold() -> None:
    assert f"{STALE_AFTER / 86_400:g} days" in MANUAL
    assert (FEWEST_RUNS, RECENT, SLOW_TIMES) == (5, 50, 3)
    assert f"`▲ {SLOW_TIMES}× usual`" in MANUAL
    assert f"newest {RECENT}" in MANUAL
    assert " ".join(RUNBOOK_HEADS) in re.sub(" +", " ", MANUAL)


def test_the_example_of_toil_runs_and_is_stated(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    (text,) = re.findall(r"```yaml\n(.*?)```", MANUAL, re.S)
    program.write("restart-workers", text)
    assert program("run", "restart-workers.yaml").code == 0
    told = program("stats", "--runbooks", ".", "--runbook", "restart-workers")
    assert "by hand it takes 20 m 00 s each time" in told.out
