"""Statistics in words, the same for every face: facts about one runbook, remarks about all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pup_tui.analysis.freshness import told_freshness, told_success
from pup_tui.analysis.statistics.statistics import OUTCOMES, stale
from pup_tui.analysis.statistics.strips import GLYPHS, bars, strip
from pup_tui.core.figures import FEWEST_RUNS
from pup_tui.journal.figures import LAST
from pup_tui.template.duration import format_duration

if TYPE_CHECKING:
    from pup_tui.analysis.statistics.statistics import FailingStep, RunbookStatistics
    from pup_tui.core.figures import TimeSpan
    from pup_tui.journal.figures import RunFigures, StepFigures

NONE = "–"
"""Stands where too few runs say something."""

WHICH = f"p50 and p95 of what succeeded; shares and p95 from {FEWEST_RUNS} runs on"
"""What the columns of both tables are made of."""

RUNBOOK_HEADS = ("runbook", "n", "ok", "p50", "p95", f"last {LAST}")
STEP_HEADS = ("step", "n", "fails", "p50", "p95", "waited")

TOOK = "took"
"""The fact that is how long each of the last runs took, as bars."""

MOST_FAILING = 5
"""Steps that are told of as failing most."""

ToldFact = tuple[str, str]
"""What a line is about, and what it says."""


def percent(share: float | None) -> str:
    """A share in whole per cent; one that is not quite none or all is not told as that."""
    if share is None:
        return NONE
    rounded = round(100 * share)
    if 0 < share < 1:
        rounded = min(99, max(1, rounded))
    return f"{rounded} %"


def short(seconds: float | None) -> str:
    """A time in at most seven characters."""
    return NONE if seconds is None else format_duration(seconds, compact=True)


def runbook_cells(found: RunbookStatistics) -> tuple[str, ...]:
    """What stands below `RUNBOOK_HEADS`."""
    runs = found.runs
    times = short(runs.seconds.p50), short(runs.seconds.p95)
    last = strip(run.status for run in runs.last)
    return found.id, f"{runs.runs:,}", percent(runs.succeeds), *times, last


def step_cells(step: str, figures: StepFigures) -> tuple[str, ...]:
    """What stands below `STEP_HEADS`. A step that only asks counts how often somebody was waited for."""
    times = short(figures.seconds.p50), short(figures.seconds.p95), short(figures.waited.p50)
    return step, f"{figures.runs or figures.waited.n:,}", percent(figures.fails), *times


def legend(found: Sequence[RunbookStatistics]) -> str:
    """What the glyphs mean that stand in the strips of these."""
    seen = {run.status for each in found for run in each.runs.last}
    return "  ".join(f"{GLYPHS[each]} {each}" for each in OUTCOMES if each in seen)


def told_failing(each: FailingStep) -> ToldFact:
    """Which step of which runbook, and how often it failed and why."""
    return f"{each.runbook} {each.step}", _failed(each.figures, each.message)


def _failed(figures: StepFigures, message: str) -> str:
    rate = "" if figures.fails is None else f", {percent(figures.fails)}"
    why = f": {message}" if message else ""
    return f"{figures.failed:,} of {figures.known:,}{rate}{why}"


def reasons(figures: StepFigures) -> Iterator[str]:
    """Why a step failed, each with how often."""
    for message, count in figures.messages:
        yield f"{count:,} × {message or 'no reason is recorded'}"


def remarks(found: Sequence[RunbookStatistics], now: float) -> Iterator[ToldFact]:
    """What is to be said of all: what they save, and which of them are not to be relied on."""
    saved = [(each.toil_saved, each) for each in found if each.toil_saved is not None]
    if saved:
        number = sum(each.runs.seconds.n for _, each in saved)
        told = f"{_amount(sum(seconds for seconds, _ in saved))} by {number:,} runs that succeeded"
        yield "Toil saved", told
    old = [f"{each.id} ({told_success(each.runbook.fresh, now)})" for each in stale(found, now)]
    if old:
        yield f"Stale ({len(old)})", ", ".join(old)
    never = [each.id for each in found if each.is_never_run and each.runbook.is_installed]
    if never:
        yield f"Never run ({len(never)})", ", ".join(never)
    if looks := sum(each.runs.looks for each in found):
        yield "Looks for a plan", f"{looks:,}, which count nowhere else"


def facts(found: RunbookStatistics, now: float, profile: str) -> Iterator[ToldFact]:
    """What is known of one runbook, with the `profile` that is in use."""
    runs = found.runs
    yield "proven", " · ".join(told_freshness(found.runbook.fresh, now, profile))
    rate = "" if runs.succeeds is None else f", {percent(runs.succeeds)} succeeded"
    yield "runs", f"{runs.runs:,}{rate}"
    if runs.runs:
        yield "ended", " · ".join(f"{runs.ends.get(each, 0):,} {each}" for each in OUTCOMES)
        yield which_last(runs), strip(run.status for run in runs.last)
    if runs.seconds.n:
        yield TOOK, bars([run.seconds for run in runs.last])
    times = ("worked", runs.seconds), ("waited", runs.waited), ("alert to success", runs.recovered)
    yield from ((name, _told_span(span)) for name, span in times if span.n)
    several = (
        (runs.retried, "with retries"),
        (runs.undone, "with something taken back"),
        (runs.warned, "with warnings"),
    )
    if told := " · ".join(f"{count:,} {what}" for count, what in several if count):
        yield "of these", told
    if runs.looks:
        yield "looks", f"{runs.looks:,} for a plan, which count nowhere else"
    if found.toil_saved is not None and found.runbook.manual_time is not None:
        by_hand = format_duration(found.runbook.manual_time)
        yield "toil saved", f"{_amount(found.toil_saved)}: by hand it takes {by_hand} each time"


def which_last(runs: RunFigures) -> str:
    """The fact that is how the last runs ended, one by one."""
    return f"last {len(runs.last)}"


def _told_span(span: TimeSpan) -> str:
    times = (("p50", span.p50), ("p95", span.p95))
    told = [f"{name} {format_duration(at)}" for name, at in times if at is not None]
    return " · ".join([*told, f"n {span.n:,}"])


def _amount(seconds: float) -> str:
    return f"{'−' if seconds < 0 else ''}{format_duration(abs(seconds))}"
