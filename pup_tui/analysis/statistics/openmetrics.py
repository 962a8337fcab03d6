"""Statistics as OpenMetrics text, such as the textfile collector of node-exporter reads it.

That one knows the older text format of Prometheus: so nothing stands here but gauges and summaries, which
both read alike, and no moments of samples, which it refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pup_tui.analysis.statistics.statistics import OUTCOMES, RunbookStatistics
from pup_tui.core.figures import TimeSpan
from pup_tui.output.sanitize import safe_text

MetricSample = tuple[str, dict[str, str], float]
"""What stands behind the family's name, the labels, and the value."""

MetricFamily = tuple[str, str, str, list[MetricSample]]
"""A name, its type, what it means, and its samples."""


def openmetrics(found: Iterable[RunbookStatistics]) -> str:
    """The statistics of runbooks, each with a label `runbook`; a family without samples is left out."""
    lines: list[str] = []
    for name, kind, about, samples in _families(list(found)):
        if not samples:
            continue
        whole = f"pup_tui_{name}"
        lines += [f"# HELP {whole} {about}", f"# TYPE {whole} {kind}"]
        lines += [
            f"{whole}{suffix}{_labels(labels)} {value!r}" for suffix, labels, value in samples
        ]
    return "\n".join([*lines, "# EOF", ""])


def _families(found: list[RunbookStatistics]) -> Iterator[MetricFamily]:
    yield (
        *("runs", "gauge", "Past runs by how they ended."),
        [
            ("", {"runbook": each.id, "outcome": outcome}, float(each.runs.ends.get(outcome, 0)))
            for each in found
            for outcome in OUTCOMES
        ],
    )
    yield (
        *("run_seconds", "summary", "Seconds that runs worked which succeeded."),
        _spans(({"runbook": each.id}, each.runs.seconds) for each in found),
    )
    yield (
        *("run_waited_seconds", "summary", "Seconds that runs waited for people alone."),
        _spans(({"runbook": each.id}, each.runs.waited) for each in found),
    )
    yield (
        *(
            "alert_to_success_seconds",
            "summary",
            "Seconds from an alert to the success of its run.",
        ),
        _spans(({"runbook": each.id}, each.runs.recovered) for each in found),
    )
    for name, about, values in (
        ("runs_retried", "Past runs in which something was tried again.", "retried"),
        ("runs_undone", "Past runs in which something was taken back.", "undone"),
        ("runs_warned", "Past runs with warnings.", "warned"),
        ("looks", "Runs of what only looks, for a plan; they count nowhere else.", "looks"),
    ):
        its = [("", {"runbook": each.id}, float(getattr(each.runs, values))) for each in found]
        yield name, "gauge", about, its
    yield from _moments(found)
    yield (
        *("toil_saved_seconds", "gauge", "Seconds that successes saved over work by hand."),
        [
            ("", {"runbook": each.id}, each.toil_saved)
            for each in found
            if each.toil_saved is not None
        ],
    )
    yield from _steps(found)


def _moments(found: list[RunbookStatistics]) -> Iterator[MetricFamily]:
    yield (
        *("last_success_timestamp_seconds", "gauge", "When the last run began that succeeded."),
        [
            ("", {"runbook": each.id, "profile": profile}, at)
            for each in found
            for profile, at in sorted(each.runbook.fresh.succeeded.items())
        ],
    )
    yield (
        *("last_rehearsal_timestamp_seconds", "gauge", "When it was rehearsed last."),
        [
            ("", {"runbook": each.id}, each.runbook.fresh.rehearsal.rehearsed_at)
            for each in found
            if each.runbook.fresh.rehearsal is not None
        ],
    )


def _steps(found: list[RunbookStatistics]) -> Iterator[MetricFamily]:
    steps = [
        ({"runbook": each.id, "step": step}, figures)
        for each in found
        for step, figures in sorted(each.steps.items())
    ]
    yield (
        *("step_seconds", "summary", "Seconds that a step took where it succeeded."),
        _spans((labels, figures.seconds) for labels, figures in steps),
    )
    yield (
        *("step_waited_seconds", "summary", "Seconds that a step waited for somebody's word."),
        _spans((labels, figures.waited) for labels, figures in steps),
    )
    for name, about, values in (
        ("step_ends", "How often it was told what became of a step.", "known"),
        ("step_failures", "How many of these failed at least once.", "failed"),
        ("step_retries", "How often a step was tried again.", "retries"),
        ("step_undone", "How often a step was taken back.", "undone"),
    ):
        its = [("", labels, float(getattr(figures, values))) for labels, figures in steps]
        yield name, "gauge", about, its


def _spans(spans: Iterable[tuple[dict[str, str], TimeSpan]]) -> list[MetricSample]:
    samples: list[MetricSample] = []
    for labels, span in spans:
        for quantile, value in (("0.5", span.p50), ("0.95", span.p95)):
            if value is not None:
                samples.append(("", {**labels, "quantile": quantile}, value))
        if span.n:
            samples.append(("_count", labels, float(span.n)))
    return samples


def _labels(labels: Mapping[str, str]) -> str:
    told = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{told}}}"


def _escaped(value: str) -> str:
    return safe_text(value).replace("\\", "\\\\").replace('"', '\\"')
