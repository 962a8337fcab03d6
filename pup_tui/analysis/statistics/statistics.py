"""The statistics of runbooks: what the journal counts, and what is known of each of them today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from pup_tui.analysis.freshness import Freshness
from pup_tui.core.state import RunStatus
from pup_tui.journal.figures import Figures, RunFigures, StepFigures

NO_RUNS = RunFigures(ends={})

OUTCOMES = (
    RunStatus.SUCCEEDED,
    RunStatus.FAILED,
    RunStatus.ABORTED,
    RunStatus.CANCELLED,
    RunStatus.INTERRUPTED,
)
"""How a run ends, told apart: that an operator said no is no failure, and neither is that they stopped it."""


class KnownRunbook(Struct, frozen=True, kw_only=True):
    """What is known today of a runbook. `manual_time` is what its work takes by hand, in seconds.

    One that only past runs tell of is not installed (`is_installed`).
    """

    id: str
    fresh: Freshness = field(default_factory=Freshness)
    manual_time: float | None = None
    is_installed: bool = True


class RunbookStatistics(Struct, frozen=True, kw_only=True):
    """What the runs of one runbook say; `steps` are by their ids, without items."""

    runbook: KnownRunbook
    runs: RunFigures
    steps: Mapping[str, StepFigures]

    @property
    def id(self) -> str:
        return self.runbook.id

    @property
    def is_never_run(self) -> bool:
        return self.runbook.fresh.ran is None and not self.runs.runs

    @property
    def toil_saved(self) -> float | None:
        """Seconds that its successes have saved: what the work takes by hand, less the median of what a run
        worked, for each of them. None where nobody states what it takes by hand.
        """
        times = self.runs.seconds
        if self.runbook.manual_time is None or times.p50 is None:
            return None
        return (self.runbook.manual_time - times.p50) * times.n

    def worst_steps(self) -> list[tuple[str, StepFigures]]:
        """Its steps, what fails most first."""
        return sorted(self.steps.items(), key=lambda item: (-_weight(item[1]), item[0]))


class FailingStep(Struct, frozen=True):
    """A step that failed, of which runbook, and what past runs say of it."""

    runbook: str
    step: str
    figures: StepFigures

    @property
    def message(self) -> str:
        """Why it failed most often; empty where nothing is recorded of that."""
        return self.figures.messages[0][0] if self.figures.messages else ""


def statistics(
    figures: Figures, known: Iterable[KnownRunbook], *, only: str | None = None
) -> dict[str, RunbookStatistics]:
    """The statistics of all that was run or is known, by the id, what ran most first.

    With `only`, those of that one.
    """
    by_id = {each.id: each for each in known}
    ids = [only] if only is not None else [*figures.runs, *by_id]
    found = {
        each: RunbookStatistics(
            runbook=by_id.get(each) or KnownRunbook(id=each, is_installed=False),
            runs=figures.runs.get(each, NO_RUNS),
            steps=figures.steps.get(each, {}),
        )
        for each in dict.fromkeys(ids)
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1].runs.runs, item[0])))


def fails_most(found: Iterable[RunbookStatistics]) -> list[FailingStep]:
    """The steps of all runbooks that failed, most often first."""
    failing = (
        FailingStep(each.id, step, figures)
        for each in found
        for step, figures in each.steps.items()
        if figures.failed
    )
    return sorted(failing, key=lambda each: (-each.figures.failed, each.runbook, each.step))


def stale(found: Iterable[RunbookStatistics], now: float) -> Iterator[RunbookStatistics]:
    """The installed runbooks that were run, and of which nothing has told for long that they work."""
    for each in found:
        is_in_use = each.runbook.is_installed and not each.is_never_run
        if is_in_use and each.runbook.fresh.is_stale(now):
            yield each


def _weight(figures: StepFigures) -> float:
    return figures.failed / figures.known if figures.known else 0.0
