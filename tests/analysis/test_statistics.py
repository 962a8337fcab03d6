"""What is told of counts and times: nothing of too few runs, and nothing that nobody stated."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.analysis.freshness import Freshness
from pup_tui.analysis.statistics.openmetrics import openmetrics
from pup_tui.analysis.statistics.statistics import (
    KnownRunbook,
    RunbookStatistics,
    fails_most,
    stale,
    statistics,
)
from pup_tui.analysis.statistics.strips import GLYPHS, bars, strip
from pup_tui.analysis.statistics.told import facts, percent, remarks, runbook_cells, step_cells
from pup_tui.core.figures import TimeSpan
from pup_tui.journal.figures import Figures, LastRun, RunFigures, StepFigures

NOW = 1_800_000_000.0
DAY = 86_400.0


def runs(succeeded: int, failed: int = 0, **more: Any) -> RunFigures:
    ends = {"succeeded": succeeded, "failed": failed}
    return RunFigures(ends={status: count for status, count in ends.items() if count}, **more)


def found(
    figures: RunFigures, *, steps: dict[str, StepFigures] | None = None, **known: Any
) -> RunbookStatistics:
    return RunbookStatistics(runbook=KnownRunbook(id="a", **known), runs=figures, steps=steps or {})


def test_under_five_runs_no_share_is_told_and_the_number_always_is() -> None:
    last = [LastRun("succeeded", 181.0)] * 3 + [LastRun("failed", None)]
    few = found(runs(3, 1, seconds=TimeSpan(3, 181.0), last=last))
    assert runbook_cells(few) == ("a", "4", "–", "3m 01s", "–", "✔✔✔✖")
    many = found(runs(38, 3, seconds=TimeSpan(38, 72.0, 243.0)))
    assert runbook_cells(many)[:5] == ("a", "41", "93 %", "1m 12s", "4m 03s")


@pytest.mark.parametrize(
    ("figures", "cells"),
    [
        (StepFigures(runs=4, known=4, failed=4), ("4", "–", "–", "–", "–")),
        (
            StepFigures(runs=9, known=90, failed=3, seconds=TimeSpan(87, 40.0, 50.0)),
            ("9", "3 %", "40 s", "50 s", "–"),
        ),
        (StepFigures(waited=TimeSpan(7, 60.0, 90.0)), ("7", "–", "–", "–", "1m 00s")),
    ],
)
def test_cells_of_a_step(figures: StepFigures, cells: tuple[str, ...]) -> None:
    assert step_cells("s", figures) == ("s", *cells)


def test_a_share_is_none_or_all_only_where_it_is() -> None:
    assert [percent(share) for share in (None, 0, 0.001, 0.5, 0.999, 1)] == [
        "–", "0 %", "1 %", "50 %", "99 %", "100 %"
    ]  # fmt: skip


def test_toil_is_saved_only_where_somebody_states_what_it_takes_by_hand() -> None:
    worked = runs(40, 2, seconds=TimeSpan(40, 60.0, 90.0))
    assert found(worked).toil_saved is None
    assert found(worked, manual_time=1_260.0).toil_saved == 40 * 1_200
    assert found(runs(0, 2), manual_time=1_260.0).toil_saved is None
    assert found(worked, manual_time=30.0).toil_saved == -40 * 30
    told = dict(facts(found(worked, manual_time=30.0), NOW, ""))
    assert told["toil saved"].startswith("−20 m 00 s")


def test_what_ends_differently_is_told_apart() -> None:
    ends = {"succeeded": 1, "failed": 2, "aborted": 3, "cancelled": 4, "interrupted": 5}
    told = dict(facts(found(RunFigures(ends=ends)), NOW, ""))
    assert told["ended"] == ("1 succeeded · 2 failed · 3 aborted · 4 cancelled · 5 interrupted")
    assert len(set(GLYPHS.values())) == len(GLYPHS) == len(ends)
    assert strip(ends) == "✔✖⊘■…"


def test_waiting_and_looking_stand_apart_from_work() -> None:
    figures = runs(
        6,
        seconds=TimeSpan(6, 40.0, 60.0),
        waited=TimeSpan(6, 300.0, 400.0),
        recovered=TimeSpan(2, 900.0),
        looks=3,
        retried=2,
    )
    told = dict(facts(found(figures), NOW, ""))
    assert told["worked"] == "p50 40 s · p95 1 m 00 s · n 6"
    assert told["waited"] == "p50 5 m 00 s · p95 6 m 40 s · n 6"
    assert told["alert to success"] == "p50 15 m 00 s · n 2"
    assert told["of these"] == "2 with retries"
    assert told["looks"].startswith("3 for a plan")
    assert told["runs"] == "6, 100 % succeeded"


def test_bars_are_as_high_as_their_share_of_the_greatest() -> None:
    assert bars([0.0, 5.0, 10.0, None]) == "▁▅█ "
    assert bars([]) == ""
    assert bars([0.0, 0.0]) == "▁▁"


def test_what_fails_most_stands_first_with_its_reason() -> None:
    rare = StepFigures(runs=9, known=9, failed=1, messages=(("exited with 1", 1),))
    often = StepFigures(runs=9, known=9, failed=4, messages=(("timed out", 3), ("x", 1)))
    each = found(
        runs(9), steps={"rare": rare, "often": often, "never": StepFigures(runs=9, known=9)}
    )
    assert [(step.step, step.message) for step in fails_most([each])] == [
        ("often", "timed out"),
        ("rare", "exited with 1"),
    ]
    assert [step for step, _ in each.worst_steps()] == ["often", "rare", "never"]


def test_all_that_ran_or_is_known_is_there_what_ran_most_first() -> None:
    figures = Figures(runs={"gone": runs(2), "b": runs(7)})
    every = statistics(figures, [KnownRunbook(id="b"), KnownRunbook(id="unused")])
    assert list(every) == ["b", "gone", "unused"]
    assert [each.runbook.is_installed for each in every.values()] == [True, False, True]
    assert [each.is_never_run for each in every.values()] == [False, False, True]
    assert list(statistics(figures, [], only="none")) == ["none"]


def test_what_is_not_to_be_relied_on_is_named() -> None:
    old = found(runs(2), fresh=Freshness(succeeded={"": NOW - 120 * DAY}, ran=NOW - 120 * DAY))
    assert list(stale([old], NOW)) == [old]
    told = dict(
        remarks([old, RunbookStatistics(runbook=KnownRunbook(id="b"), runs=runs(0), steps={})], NOW)
    )
    assert told == {"Stale (1)": "a (last succeeded 120 days ago)", "Never run (1)": "b"}


def hostile() -> RunbookStatistics:
    return RunbookStatistics(
        runbook=KnownRunbook(
            id='a"b\\c\nd\x1b[31m',
            manual_time=600.0,
            fresh=Freshness(succeeded={"": 1.0, "production": 2.0}, ran=2.0),
        ),
        runs=runs(
            38,
            3,
            seconds=TimeSpan(38, 72.0, 243.0),
            waited=TimeSpan(3, 1.0),
            recovered=TimeSpan(1, 9.5),
        ),
        steps={"s/x": StepFigures(runs=9, known=9, failed=1, seconds=TimeSpan(8, 1.5, 2.5))},
    )


def test_openmetrics_is_read_by_the_parsers_of_prometheus() -> None:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
    from prometheus_client.parser import text_string_to_metric_families as older

    text = openmetrics([hostile(), found(runs(0))])
    families = {family.name: family for family in strict(text)}  # type: ignore[no-untyped-call]
    assert {family.type for family in families.values()} == {"gauge", "summary"}
    assert {family.name for family in older(text)} == set(families)
    samples = families["pup_tui_runs"].samples
    failed = {s.labels["runbook"]: s.value for s in samples if s.labels["outcome"] == "failed"}
    assert failed == {'a"b\\c\\nd\\x1b[31m': 3.0, "a": 0.0}
    times = [
        (sample.name, sample.labels.get("quantile"), sample.value)
        for sample in families["pup_tui_run_seconds"].samples
    ]
    assert times == [
        ("pup_tui_run_seconds", "0.5", 72.0),
        ("pup_tui_run_seconds", "0.95", 243.0),
        ("pup_tui_run_seconds_count", None, 38.0),
    ]
    assert all(
        sample.timestamp is None for family in families.values() for sample in family.samples
    )


def test_openmetrics_of_nothing_is_whole() -> None:
    assert openmetrics([]) == "# EOF\n"
