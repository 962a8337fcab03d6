"""What a run and its steps came to, read off the events of the run: what all figures are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from pup_tui.core.events import (
    Answered,
    AnyEvent,
    AttemptFinished,
    AttemptStarted,
    Resumed,
    RunCreated,
    TimerFired,
)
from pup_tui.core.ids import UNDO, Timer, is_kept, static_id
from pup_tui.core.state import StepStatus

FAILED = (StepStatus.FAILED, StepStatus.WARNED, StepStatus.IGNORED)
"""How a step ends that failed, whatever was made of it."""

_KNOWN = (StepStatus.SUCCEEDED, *FAILED)


class EndedStep(Struct, frozen=True, kw_only=True):
    """What became of a step in one run; each item of a foreach counts for itself.

    `step` is its id without items, and `is_first` tells that it is the first of that id in the run. Of one
    that made attempts and was neither cancelled nor lost it `is_known` what became of it. `seconds` is how
    long it took when it succeeded last: from its first attempt, or from the next one after somebody was asked
    about it; None where it did not succeed. `waited` is how many seconds it waited for somebody's word, None
    where the record does not say so. `retries` counts the attempts that its `retry` or a person's answer
    asked for. `failed` tells that it did so at least once, as `failures` has it, and `message` why it did
    last. `undone` tells that it was taken back.
    """

    step: str
    is_first: bool
    is_known: bool
    seconds: float | None
    waited: float | None
    retries: int
    failed: bool
    undone: bool
    message: str


class EndedRun(Struct, frozen=True, kw_only=True):
    """What the events of a run say of all of it, beside its end.

    `look` and `profile` are as in `RunCreated`. `alerted_at` is when its alert began, as that says it, empty
    without one. `waited` is how many seconds the run only waited for somebody's word, None where the record
    does not say so.
    """

    look: bool
    profile: str
    alerted_at: str
    waited: float | None
    steps: tuple[EndedStep, ...]


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
        yield from (step for step, status in (event.ended or {}).items() if status in FAILED)


def ended_run(events: Iterable[AnyEvent]) -> EndedRun:
    """What a run that is over came to, by all of its events."""
    events = list(events)
    told = _Told()
    for event in events:
        told.take(event)
    failed = told.acted.intersection(failures(events))
    created = events[0] if events and isinstance(events[0], RunCreated) else None
    alerted_at = None if created is None else created.alert.get("started_at")
    return EndedRun(
        look=created is not None and created.look,
        profile="" if created is None else created.profile,
        alerted_at=alerted_at if isinstance(alerted_at, str) else "",
        waited=told.run_waited,
        steps=tuple(told.steps(failed)),
    )


class _Told:
    """Fills with what events tell, one after the other."""

    def __init__(self) -> None:
        self.acted: set[str] = set()
        self.run_waited: float | None = None
        self._began: dict[str, float] = {}
        self._known: set[str] = set()
        self._seconds: dict[str, float] = {}
        self._waited: dict[str, float] = {}
        self._retries: dict[str, int] = {}
        self._undone: set[str] = set()
        self._asked: dict[str, str] = {}
        self._said: dict[str, str] = {}
        self._messages: dict[str, str] = {}

    def take(self, event: AnyEvent) -> None:
        match event:
            case Resumed():
                self._began.clear()
            case AttemptStarted():
                step = _step_of(event.attempt)
                self.acted.add(step)
                self._began.setdefault(step, event.at.clock)
            case AttemptFinished():
                self._said[_step_of(event.attempt)] = event.reason
            case TimerFired() if event.timer.startswith(f"{Timer.RETRY}:"):
                self._count_retry(event.timer.removeprefix(f"{Timer.RETRY}:"))
        for step, status in (event.ended or {}).items():
            self._end(step, status, event)
        self._note(event)
        if isinstance(event, Answered):
            # What the person took to decide is no time of the step.
            self._began.pop(event.step, None)
            if event.answer == "retry":
                # Of the next attempt it is not known yet what it says.
                said = self._said.pop(event.step, "")
                self._messages[event.step] = self._asked.pop(event.step, "") or said
                self._count_retry(event.step)

    def _count_retry(self, step: str) -> None:
        self._retries[step] = self._retries.get(step, 0) + 1

    def _end(self, step: str, status: str, event: AnyEvent) -> None:
        since = self._began.pop(step, None)
        if since is not None and status in _KNOWN:
            self._known.add(step)
            if status == StepStatus.SUCCEEDED:
                self._seconds[step] = max(0.0, event.at.clock - since)
        if status in FAILED:
            # Why somebody was asked about it says more than what they answered.
            said = event.of_ended[step].reason if step in event.of_ended else ""
            self._messages[step] = self._asked.pop(step, "") or said or self._said.get(step, "")
        if step.endswith(UNDO) and status == StepStatus.SUCCEEDED:
            self._undone.add(_taken_back(step))

    def _note(self, event: AnyEvent) -> None:
        for step, end in event.of_ended.items():
            if not step:
                self.run_waited = end.waited
                continue
            if step not in (event.ended or {}):
                self._asked[step] = self._messages[step] = end.reason or self._said.get(step, "")
            if end.waited:
                self._waited[step] = end.waited

    def steps(self, failed: set[str]) -> Iterator[EndedStep]:
        """What became of each; one of which nothing is known, neither waiting nor retries, says nothing."""
        seen: set[str] = set()
        for step in sorted(self._known | failed | self._waited.keys() | self._retries.keys()):
            is_known = step in self._known or step in failed
            static = static_id(step)
            yield EndedStep(
                step=static,
                is_first=is_known and static not in seen,
                is_known=is_known,
                seconds=self._seconds.get(step),
                waited=None if self.run_waited is None else self._waited.get(step, 0.0),
                retries=self._retries.get(step, 0),
                failed=step in failed,
                undone=step in self._undone,
                message=self._messages.get(step, "") if step in failed else "",
            )
            if is_known:
                seen.add(static)


def _step_of(attempt: str) -> str:
    return attempt.rpartition("#")[0]


def _taken_back(undo: str) -> str:
    """The step that an undo step takes back, whichever of its attempts."""
    step = undo.removesuffix(UNDO)
    return step.rpartition("#")[0] if is_kept(step) else step
