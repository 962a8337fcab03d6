"""How long steps usually take and how often they fail, by the events of past runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil

from msgspec import Struct

from pup_tui.core.events import Answered, AnyEvent, AttemptFinished, AttemptStarted, Resumed
from pup_tui.core.ids import static_id
from pup_tui.core.state import RunStatus, StepStatus

FEWEST_RUNS = 5
"""Runs from which on figures say anything: of fewer neither a share nor a usual time is told."""

_FAILED = (StepStatus.FAILED, StepStatus.WARNED, StepStatus.IGNORED)
_KNOWN = (StepStatus.SUCCEEDED, *_FAILED)


class StepFigures(Struct, frozen=True):
    """What `runs` past runs say of a step; items of a foreach count each for itself.

    `usual` is the median of the seconds that it took where it succeeded, `slow` what 95 of 100 stayed within,
    `fails` the share (0 to 1) that failed at least once, as `failures` has it: whatever a person made of it,
    and whether it succeeded after that. They are None where fewer runs than `FEWEST_RUNS` say something.
    """

    runs: int
    usual: float | None = None
    slow: float | None = None
    fails: float | None = None


class _Ends(Struct):
    """`known` is how often it was told what became of it, once for each run and item; `failed` of these."""

    runs: int = 0
    known: int = 0
    failed: int = 0
    seconds: list[float] = []

    def figures(self) -> StepFigures:
        if self.runs < FEWEST_RUNS:
            return StepFigures(self.runs)
        return StepFigures(
            self.runs, *_usual_and_slow(self.seconds), fails=self.failed / self.known
        )


def _usual_and_slow(seconds: Sequence[float]) -> tuple[float | None, float | None]:
    if len(seconds) < FEWEST_RUNS:
        return None, None
    return percentile(seconds, 50), percentile(seconds, 95)


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of the values that so many of a hundred do not exceed."""
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]


def failures(events: Iterable[AnyEvent]) -> Iterator[str]:
    """The steps of a run that failed, each time that they did, whatever a person made of it.

    What was asked of an attempt of which nobody knows the end is about no failure.
    """
    unknown = set[str]()
    for event in events:
        match event:
            case AttemptStarted():
                unknown.add(_step_of(event.attempt))
            case AttemptFinished(unknown=False):
                unknown.discard(_step_of(event.attempt))
            case Answered(answer="retry" | "skip") if event.step not in unknown:
                yield event.step
        yield from (step for step, status in (event.ended or {}).items() if status in _FAILED)


def _step_of(attempt: str) -> str:
    return attempt.rpartition("#")[0]


def figures_of(runs: Iterable[Sequence[AnyEvent]]) -> dict[str, StepFigures]:
    """What the events of past runs say of each step that made attempts, by its id without items."""
    found: dict[str, _Ends] = {}
    for events in runs:
        acted = {_step_of(event.attempt) for event in events if isinstance(event, AttemptStarted)}
        failed = acted.intersection(failures(events))
        known = dict.fromkeys(failed)
        for step, status, seconds in _ends(events):
            known[step] = None
            if status == StepStatus.SUCCEEDED:
                found.setdefault(static_id(step), _Ends()).seconds.append(seconds)
        for step in known:
            ends = found.setdefault(static_id(step), _Ends())
            ends.known += 1
            ends.failed += step in failed
        for step in {static_id(step) for step in known}:
            found[step].runs += 1
    return {step: ends.figures() for step, ends in found.items()}


def _ends(events: Iterable[AnyEvent]) -> Iterator[tuple[str, str, float]]:
    """The steps of a run that made attempts, as they ended, each with its seconds.

    These are counted from its first attempt, or from the next one after somebody was asked about it.
    """
    began: dict[str, float] = {}
    for event in events:
        if isinstance(event, Resumed):
            began.clear()
        elif isinstance(event, AttemptStarted):
            began.setdefault(_step_of(event.attempt), event.at.clock)
        for step, status in (event.ended or {}).items():
            since = began.pop(step, None)
            if since is not None and status in _KNOWN:
                yield step, status, max(0.0, event.at.clock - since)
        if isinstance(event, Answered):
            # What the person took to decide is no time of the step.
            began.pop(event.step, None)


LAST = 20
"""Outcomes that are told one by one."""


class RunbookFigures(Struct, frozen=True):
    """What the `runs` of a runbook that are over say; durations are seconds of those that succeeded.

    `succeeds` is the share (0 to 1) that did, None as in `StepFigures`; `last` are the newest outcomes, the
    oldest of them first.
    """

    runs: int
    last: tuple[str, ...]
    succeeds: float | None = None
    usual: float | None = None
    slow: float | None = None


def runbook_figures(ends: Sequence[tuple[str, float | None]]) -> RunbookFigures:
    """What runs say, each with its status and how long it took, the newest first."""
    last = tuple(status for status, _ in reversed(ends[:LAST]))
    if len(ends) < FEWEST_RUNS:
        return RunbookFigures(len(ends), last)
    good = [took for status, took in ends if status == RunStatus.SUCCEEDED]
    known = [took for took in good if took is not None]
    share = len(good) / len(ends)
    return RunbookFigures(len(ends), last, share, *_usual_and_slow(known))
