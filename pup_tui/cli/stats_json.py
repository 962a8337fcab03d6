"""The statistics of a runbook as they stand in JSON. Times are seconds, shares from 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pup_tui.analysis.statistics.statistics import OUTCOMES
from pup_tui.core.notices import rfc3339, rfc3339_or_none

if TYPE_CHECKING:
    from pup_tui.analysis.freshness import Freshness
    from pup_tui.analysis.statistics.statistics import RunbookStatistics
    from pup_tui.core.figures import TimeSpan
    from pup_tui.journal.figures import StepFigures


def statistics_json(found: RunbookStatistics, now: float) -> dict[str, Any]:
    runs = found.runs
    return {
        "runs": runs.runs,
        **{outcome.value: runs.ends.get(outcome, 0) for outcome in OUTCOMES},
        "looks": runs.looks,
        "success_rate": runs.succeeds,
        **_span_json(runs.seconds),
        "waited": _span_json(runs.waited),
        "alert_to_success": _span_json(runs.recovered),
        "retried": runs.retried,
        "undone": runs.undone,
        "warned": runs.warned,
        "last": [run.status for run in runs.last],
        **freshness_json(found.runbook.fresh, now),
        "never_run": found.is_never_run,
        "installed": found.runbook.is_installed,
        "manual_time": found.runbook.manual_time,
        "toil_saved": found.toil_saved,
        "steps": [_step_json(step, figures) for step, figures in found.worst_steps()],
    }


def freshness_json(fresh: Freshness, now: float) -> dict[str, Any]:
    """What speaks for a runbook. `changed` is null where nobody can tell."""
    rehearsed = fresh.rehearsal
    return {
        "last_success": rfc3339_or_none(fresh.last_success),
        "last_success_by_profile": {
            profile: rfc3339(at) for profile, at in sorted(fresh.succeeded.items())
        },
        "changed": fresh.is_changed,
        "last_rehearsed": None if rehearsed is None else rfc3339(rehearsed.rehearsed_at),
        "rehearsal": None
        if rehearsed is None
        else {
            "cases": rehearsed.cases,
            "failed": rehearsed.failed,
            "changed": fresh.rehearsal_is_old,
        },
        "stale": fresh.is_stale(now),
    }


def _span_json(span: TimeSpan) -> dict[str, Any]:
    return {"n": span.n, "p50": span.p50, "p95": span.p95}


def _step_json(step: str, figures: StepFigures) -> dict[str, Any]:
    return {
        "step": step,
        "runs": figures.runs,
        "known": figures.known,
        "failed": figures.failed,
        "failure_rate": figures.fails,
        **_span_json(figures.seconds),
        "waited": _span_json(figures.waited),
        "retries": figures.retries,
        "undone": figures.undone,
        "messages": [{"message": told, "n": count} for told, count in figures.messages],
    }
