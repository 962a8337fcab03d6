"""How somebody did in a drill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pup_tui.drills.best import best_scores, keep_best
from pup_tui.drills.scenario import read_scenario
from pup_tui.drills.score import DrillFacts, DrillRun, DrillScore, better, score_of, told_score

SCENARIO = read_scenario("not-the-flag")
CAME = 1_800_000_000.0


def ran(runbook: str, after: float) -> DrillRun:
    return DrillRun(runbook=runbook, started_at=CAME + after)


def scored(**facts: Any) -> DrillScore:
    return score_of(SCENARIO, DrillFacts(came_at=CAME, **facts))


def test_times_count_from_the_first_alert() -> None:
    score = scored(
        looked_at=CAME + 12,
        runs=(ran("rollback-feature-flag", 40), ran("deploy-service", 150)),
        over_at=CAME + 185,
    )
    assert (score.look, score.right, score.over) == (12, 150, 185)
    assert (score.runbook, score.in_vain) == ("deploy-service", ("rollback-feature-flag",))


def test_who_runs_something_at_once_has_looked_by_then() -> None:
    assert scored(runs=(ran("deploy-service", 5),)).look == 5


def test_who_does_nothing_comes_to_nothing() -> None:
    score = scored()
    assert (score.look, score.right, score.over, score.in_vain) == (None, None, None, ())
    told = "\n".join(told_score(SCENARIO, score, None))
    assert "it was deploy-service" in told
    assert score_of(SCENARIO, DrillFacts(came_at=None)).over is None


def test_what_is_run_when_it_is_over_does_not_count() -> None:
    score = scored(
        runs=(ran("deploy-service", 10), ran("rollback-feature-flag", 90)), over_at=CAME + 60
    )
    assert score.in_vain == ()


def test_it_is_told_why_something_was_in_vain_and_what_there_was_to_learn() -> None:
    score = scored(
        runs=(ran("rollback-feature-flag", 9), ran("deploy-service", 99)), over_at=CAME + 130
    )
    told = told_score(SCENARIO, score, DrillScore(look=1, right=2, over=140))
    assert any("the flag was off" in line for line in told)
    assert any("2m 20s  beaten" in line for line in told)
    assert "The obvious runbook was the wrong one" in "\n".join(told)


@pytest.mark.parametrize(
    ("one", "other", "is_better"),
    [
        (None, None, False),
        (10.0, None, True),
        (9.0, 10.0, True),
        (10.0, 9.0, False),
        (None, 9.0, False),
    ],
)
def test_the_sooner_one_is_better(one: float | None, other: float | None, is_better: bool) -> None:
    before = None if other is None else DrillScore(look=None, right=None, over=other)
    assert better(DrillScore(look=None, right=None, over=one), before) is is_better


def test_the_best_of_each_is_kept(tmp_path: Path) -> None:
    assert best_scores(tmp_path) == {}
    score = DrillScore(look=1.0, right=2.0, over=3.0, runbook="r", in_vain=("x",))
    keep_best(tmp_path, "not-the-flag", score)
    keep_best(tmp_path, "bad-version", DrillScore(look=None, right=None, over=9.0))
    assert best_scores(tmp_path)["not-the-flag"] == score
    assert (tmp_path / "drills.json").stat().st_mode & 0o777 == 0o600
    (tmp_path / "drills.json").write_text("{")
    assert best_scores(tmp_path) == {}
