"""What happened in a run, moment by moment, out of what its watchers were told and what its record says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any

from pup_tui.analysis.report.facts import EntryKind, ReportedDecision, ReportedLeg, TimelineEntry
from pup_tui.analysis.report.people import People
from pup_tui.analysis.report.words import Foreign, Sentence, SentencePiece
from pup_tui.core.events import (
    Answered,
    AnyEvent,
    CancelRequested,
    EditedText,
    Interrupted,
    PollNudged,
    PollStopped,
    Resumed,
    RunCreated,
    WaitCut,
)
from pup_tui.core.ids import UNDO
from pup_tui.core.notices import (
    AnyNotice,
    RunFinished,
    RunNoted,
    RunResumed,
    RunStarted,
    StepAnswered,
    StepFinished,
    StepPolled,
    StepRetrying,
    StepStarted,
    StepWaiting,
    moment_of,
)
from pup_tui.core.questions import NOBODY
from pup_tui.core.told_alert import told_alert
from pup_tui.spelling import as_typed
from pup_tui.template.duration import format_duration

SHORT = 1.0
"""Seconds within which the beginning and the end of a step are one entry."""

_ROUTINE = frozenset({"succeeded", "skipped"})


def unasked_decisions(events: Iterable[AnyEvent]) -> Iterator[ReportedDecision]:
    """What people decided without being asked: what a run leaves out, changes, or stops."""
    for event in events:
        decided = partial(ReportedDecision, at=event.at.wall)
        match event:
            case RunCreated(operator=by):
                for step, why in event.without.steps.items():
                    yield decided(step=step, answer="skip", by=by, note=why)
            case Resumed(by=by, changed=changed, edited=edited):
                yield from _changes(decided, "", by, changed, edited)
            case Answered(by=by, step=step, changed=changed, edited=text):
                yield from _changes(decided, step, by, changed, {step: text} if text else {})
            case CancelRequested(by=by, reason=reason):
                yield decided(step="", answer="cancel the run", by=by, note=reason)
            case PollStopped(by=by, step=step):
                yield decided(step=step, answer="stop polling", by=by)
            case PollNudged(by=by, step=step):
                yield decided(step=step, answer="check now", by=by)
            case WaitCut(by=by, step=step):
                yield decided(step=step, answer="go on now", by=by)


def _changes(
    decided: Callable[..., ReportedDecision],
    step: str,
    by: str,
    changed: Mapping[str, Any],
    edited: Mapping[str, EditedText],
) -> Iterator[ReportedDecision]:
    if changed:
        yield decided(step=step, answer="change variables", by=by, values=dict(changed))
    for each, text in edited.items():
        values = {"text": text.text, **text.values}
        yield decided(step=each, answer="run another text", by=by, values=values)


def answer_of(notice: StepAnswered, question: str = "") -> ReportedDecision:
    """An answer as a decision."""
    return ReportedDecision(
        at=moment_of(notice.ts),
        step=notice.step,
        answer=notice.answer,
        by=notice.by,
        question=question,
        note=notice.note,
        values=notice.values,
    )


def told_by(by: str, people: People) -> Sentence:
    """Who decided something, behind what they decided."""
    if by == NOBODY:
        return (", since nobody was asked",)
    return (" by ", Foreign(people.person(by)))


class TimelineOf:
    """The timeline of one run; `names` are those of its steps by their ids."""

    def __init__(self, run: str, names: Mapping[str, str], people: People) -> None:
        self._run = run
        self._names = names
        self._people = people

    def entries(
        self,
        notices: Sequence[AnyNotice],
        events: Iterable[AnyEvent],
        decisions: Iterable[ReportedDecision],
        legs: Iterable[ReportedLeg],
        alert: Mapping[str, Any],
    ) -> list[TimelineEntry]:
        """All that happened, in its order; `decisions` are those that are no answers, which notices tell."""
        # Of what happened at one moment, first what led to the rest.
        found = [
            *self._of_alert(alert),
            *map(self._of_decision, decisions),
            *self._of_interruptions(events),
            *self._of_notices(notices),
            *self._ends_of(legs),
        ]
        return sorted(found, key=lambda entry: entry.at)

    def _entry(self, at: float, kind: EntryKind, *words: Any, **more: Any) -> TimelineEntry:
        return TimelineEntry(at=at, run=self._run, kind=kind, words=words, **more)

    def _because(self, reason: str) -> Sentence:
        return (": ", Foreign(self._people.text(reason))) if reason else ()

    def step_words(self, step: str) -> Sentence:
        """A step as sentences name it."""
        if step == UNDO:
            return ("what is taken back",)
        name = self._names.get(step, "")
        return (Foreign(name), " (", Foreign(step), ")") if name else (Foreign(step),)

    def _of_alert(self, alert: Mapping[str, Any]) -> Iterator[TimelineEntry]:
        """When the alert says that it began and ended."""
        places = ((alert.get("started_at"), "began"), (_extra(alert, "ended_at"), "ended"))
        for told, what in places:
            try:
                at = moment_of(str(told))
            except (ValueError, OverflowError):
                continue
            words = ("the alert says that it ", what, ": ", Foreign(told_alert(alert)))
            yield self._entry(at, EntryKind.ALERT, *words)

    def _of_notices(self, notices: Sequence[AnyNotice]) -> Iterator[TimelineEntry]:
        """What watchers were told; what one sentence tells as well as two is one.

        Steps that a later leg of the run finds done are told again as it comes to them, and are no news.
        """
        polled: dict[str, int] = {}
        begun: set[str] = set()
        before: AnyNotice | None = None
        for notice, following in zip_longest(notices, notices[1:]):
            match notice:
                case StepStarted(step=step):
                    begun.add(step)
                    if _is_short(notice, following):
                        yield self._ran(moment_of(notice.ts), following)
                    elif not _is_about(following, step, StepWaiting):
                        yield from self._of_notice(notice)
                case StepFinished(step=step) if notice.attempts and step not in begun:
                    pass
                case StepFinished() if _is_short(before, notice):
                    pass
                case StepFinished(step=step, status="succeeded") if _is_about(
                    before, step, StepAnswered
                ):
                    pass
                case RunResumed():
                    begun.clear()
                    yield from self._of_notice(notice)
                case StepPolled():
                    polled[notice.step] = polled.get(notice.step, 0) + 1
                    if polled[notice.step] == 1 or notice.met:
                        yield self._polled(notice, polled[notice.step])
                case _:
                    yield from self._of_notice(notice)
            before = notice

    def _of_notice(self, notice: AnyNotice) -> Iterator[TimelineEntry]:
        at = moment_of(notice.ts)
        match notice:
            case RunStarted():
                yield self._entry(at, EntryKind.RUN, *self._began(notice))
            case RunFinished():
                words = (f"the run ended: {notice.status}", *self._because(_why(notice)))
                yield self._entry(at, EntryKind.RUN, *words)
            case RunResumed():
                who = Foreign(self._people.person(notice.operator))
                words = (f"the run goes on (leg {notice.leg}), resumed by ", who)
                yield self._entry(at, EntryKind.RUN, *words)
            case StepAnswered():
                yield self._of_decision(answer_of(notice))
            case RunNoted():
                who = Foreign(self._people.person(notice.by))
                note = Foreign(self._people.text(notice.note))
                yield self._entry(at, EntryKind.NOTE, who, " notes: ", note)
            case StepStarted():
                attempt = f" begins attempt {notice.attempt}" if notice.attempt > 1 else " begins"
                words = (*self.step_words(notice.step), attempt)
                yield self._entry(at, EntryKind.STEP, *words, step=notice.step, routine=True)
            case StepWaiting():
                words = (*self.step_words(notice.step), " asks", *self._because(notice.question))
                yield self._entry(at, EntryKind.QUESTION, *words, step=notice.step)
            case StepRetrying():
                tried = f" failed in attempt {notice.attempt} of {notice.attempts}"
                words = (*self.step_words(notice.step), tried, *self._because(notice.reason))
                yield self._entry(at, EntryKind.STEP, *words, step=notice.step)
            case StepFinished():
                yield self._ran(at, notice)

    def _began(self, notice: RunStarted) -> Sentence:
        words: list[SentencePiece] = ["the run begins: ", Foreign(notice.runbook)]
        words += [f", steps: {notice.steps}, by ", Foreign(self._people.person(notice.operator))]
        if notice.profile:
            words += (", with the profile ", Foreign(notice.profile))
        if notice.read_only:
            words.append(", and may change nothing")
        return words

    def _ran(self, at: float, end: Any) -> TimelineEntry:
        how = f" {end.status}"
        if end.signal or end.exit_code:
            how += f" ({end.signal or f'exit code {end.exit_code}'})"
        if end.duration:
            how += f" after {format_duration(end.duration)}"
        if end.attempts > 1:
            how += f", attempts: {end.attempts}"
        words = (*self.step_words(end.step), how, *self._because(end.reason))
        is_routine = end.status in _ROUTINE
        return self._entry(at, EntryKind.STEP, *words, step=end.step, routine=is_routine)

    def _polled(self, notice: StepPolled, check: int) -> TimelineEntry:
        saw = (
            notice.error
            or notice.status
            or ("" if notice.value is None else as_typed(notice.value))
        )
        met = "is met" if notice.met else "is not met yet"
        words = (*self.step_words(notice.step), f" check {check}: its condition {met}")
        words = (*words, ", it saw ", Foreign(saw)) if saw else words
        return self._entry(
            moment_of(notice.ts), EntryKind.STEP, *words, step=notice.step, routine=not notice.met
        )

    def _of_interruptions(self, events: Iterable[AnyEvent]) -> Iterator[TimelineEntry]:
        for event in events:
            if isinstance(event, Interrupted):
                words = ("the run is interrupted", *self._because(event.reason))
                yield self._entry(event.at.wall, EntryKind.RUN, *words)

    def _of_decision(self, decision: ReportedDecision) -> TimelineEntry:
        step = (*self.step_words(decision.step), ": ") if decision.step else ()
        answer = Foreign(self._people.text(decision.answer))
        note = (" (", Foreign(self._people.text(decision.note)), ")") if decision.note else ()
        words = (*step, answer, *told_by(decision.by, self._people), *note)
        return self._entry(decision.at, EntryKind.DECISION, *words, step=decision.step)

    def _ends_of(self, legs: Iterable[ReportedLeg]) -> Iterator[TimelineEntry]:
        """How the legs ended that others followed, which no notice tells."""
        for leg in legs:
            if leg.stopped is not None:
                words = (f"leg {leg.number} ended: {leg.status}", *self._because(leg.reason))
                yield self._entry(leg.stopped, EntryKind.RUN, *words)


def _is_short(start: AnyNotice | None, end: AnyNotice | None) -> bool:
    """Whether a step was over so soon that one moment tells both."""
    if not (isinstance(start, StepStarted) and _is_about(end, start.step, StepFinished)):
        return False
    return end is not None and moment_of(end.ts) - moment_of(start.ts) < SHORT


def _is_about(notice: AnyNotice | None, step: str, kind: type[AnyNotice]) -> bool:
    return isinstance(notice, kind) and getattr(notice, "step", None) == step


def _why(notice: RunFinished) -> str:
    return notice.reason.removeprefix(f"{notice.status}: ")


def _extra(alert: Mapping[str, Any], name: str) -> Any:
    extra = alert.get("extra")
    return extra.get(name) if isinstance(extra, dict) else None
