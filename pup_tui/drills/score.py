"""How a drill went: pure functions over what happened in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from pup_tui.drills.scenario import DrillScenario

NOT: Final = "–"
"""Stands where it did not come to something."""


class DrillRun(Struct, frozen=True, kw_only=True):
    """A run that was made in a drill: which runbook, and when, in seconds since 1970."""

    runbook: str
    started_at: float
    looked_only: bool = False


class DrillFacts(Struct, frozen=True, kw_only=True):
    """What happened: when the first alert came, when somebody first looked into one, what was run in order,
    and when it was over. All in seconds since 1970; None where it did not come to that.
    """

    came_at: float | None
    looked_at: float | None = None
    runs: tuple[DrillRun, ...] = ()
    over_at: float | None = None


class DrillScore(Struct, frozen=True, kw_only=True):
    """Seconds from the first alert to each of these; None where it did not come to that."""

    look: float | None
    right: float | None
    over: float | None
    runbook: str = ""
    in_vain: tuple[str, ...] = ()


def score_of(scenario: DrillScenario, facts: DrillFacts) -> DrillScore:
    """How somebody did. What ended behind the end of the drill does not count."""
    came = facts.came_at
    over = facts.over_at
    counted = [run for run in facts.runs if over is None or run.started_at <= over]
    right = next((run for run in counted if run.runbook in scenario.right), None)
    first = [facts.looked_at, *(run.started_at for run in counted[:1])]
    looked = min((at for at in first if at is not None), default=None)
    vain = [run.runbook for run in counted if run.runbook not in scenario.right]
    return DrillScore(
        look=_after(came, looked),
        right=_after(came, None if right is None else right.started_at),
        over=_after(came, over),
        runbook="" if right is None else right.runbook,
        in_vain=tuple(dict.fromkeys(vain)),
    )


def _after(came: float | None, at: float | None) -> float | None:
    return None if came is None or at is None else max(0.0, at - came)


def told_score(scenario: DrillScenario, score: DrillScore, best: DrillScore | None) -> list[str]:
    """How it went, in lines; `best` is the best one before."""
    lines = [
        f"Drill: {scenario.title}",
        f"  first look      {_told(score.look)}",
    ]
    if scenario.right:
        named = f"  {score.runbook}" if score.runbook else f"  it was {' or '.join(scenario.right)}"
        lines.append(f"  right runbook   {_told(score.right)}{named}")
    lines.append(f"  mitigated       {_told(score.over)}")
    for runbook in score.in_vain:
        why = scenario.in_vain.get(runbook, "it does not help here")
        lines.append(f"  tried in vain   {runbook}: {why}")
    if best is not None and best.over is not None:
        won = score.over is not None and score.over < best.over
        lines.append(f"  best so far     {_told(best.over)}{'  beaten' if won else ''}")
    return [*lines, "", *scenario.lesson.strip().splitlines()]


def _told(seconds: float | None) -> str:
    if seconds is None:
        return f"{NOT:>7}"
    minutes, rest = divmod(round(seconds), 60)
    return f"{f'{minutes}m {rest:02}s' if minutes else f'{rest} s':>7}"


def better(one: DrillScore, other: DrillScore | None) -> bool:
    """Whether a score is better than another: mitigated at all, then sooner."""
    if one.over is None:
        return False
    return other is None or other.over is None or one.over < other.over


def changed_nothing(runs: Sequence[DrillRun]) -> bool:
    """Whether nothing was run but what only looks."""
    return all(run.looked_only for run in runs)
