"""Plays a case: the same machine as of any run, with recorded answers in place of the world.

Nothing here starts a process, opens a connection or a file, or waits: time passes when nothing else is left
to happen, to the next timer that is due.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import coroutine
from typing import Any, Final, Protocol

import msgspec
from msgspec import Struct

from pup_tui.catalog.inputs import Sources, resolve_call, resolve_question
from pup_tui.core.actions import (
    AnyAction,
    Ask,
    CancelTimer,
    EndRun,
    ListItems,
    LookUpTool,
    Question,
    ResolveValues,
    SetTimer,
    StartAttempt,
    StopAttempt,
    TakeLock,
    Tell,
)
from pup_tui.core.events import (
    Answered,
    AnyEvent,
    AttemptFinished,
    AttemptStarted,
    CancelRequested,
    Findings,
    LockAnswered,
    Moment,
    RunCreated,
    TimerFired,
    ToolLookedUp,
    UndoChosen,
)
from pup_tui.core.ids import is_item, static_id
from pup_tui.core.machine import Machine
from pup_tui.core.notices import StepFinished, StepPolled
from pup_tui.core.program import Program
from pup_tui.core.sent import NOTHING_SENT, Sent, Shown
from pup_tui.core.state import RunState
from pup_tui.drivers.clock import FakeClock, Handle
from pup_tui.drivers.findings import find
from pup_tui.drivers.handling import finished, handled, intent_of
from pup_tui.drivers.masking import Masking
from pup_tui.drivers.showing import check_shown, is_to_show
from pup_tui.drivers.values import list_items, resolve_values
from pup_tui.rehearsal.digest import digest_of
from pup_tui.rehearsal.outcomes import answered
from pup_tui.rehearsal.problems import CaseFailed, problem_at
from pup_tui.rehearsal.questions import CANCEL, NOBODY, Questions
from pup_tui.rehearsal.reading import PlacedAnswer, PlacedCase
from pup_tui.rehearsal.stand_ins import with_stand_ins
from pup_tui.rehearsal.tape import Asked, Tape
from pup_tui.rehearsal.trace import Trace
from pup_tui.runbook.problems import Problem
from pup_tui.spelling import as_typed
from pup_tui.steps.executor import Outcome, told_to_stop
from pup_tui.template.errors import TemplateError

OPERATOR: Final = "operator"
"""Who begins and answers rehearsed runs."""

MOST_ATTEMPTS: Final = 10_000
"""Attempts of a case: a poll that nothing ends would go on for ever."""

MOST_READ: Final = 256 * 1024**2
"""Characters that all attempts of a case print: conditions and captures read them each time."""

_TURN: Final = 200
"""Events after which whoever else there is gets a turn, such as a Ctrl-C."""

_BY: Final = "Ctrl-C"


class GivesAnswers(Protocol):
    """Where the answers come from; raises CaseFailed where there is none."""

    async def answer(self, asked: Asked) -> PlacedAnswer: ...

    def unused(self) -> Iterable[Problem]:
        """What speaks against the case at its end: answers that were not used."""
        ...


class _Attempt(Struct):
    action: StartAttempt
    answer: PlacedAnswer
    handle: Handle | None = None


class RehearsedRun:
    """One case under way; `state` is that of its run, `problems` are what speaks against it besides."""

    def __init__(
        self,
        program: Program,
        case: PlacedCase,
        created: RunCreated,
        masking: Masking,
        sources: Sources,
        clock: FakeClock,
        tape: GivesAnswers | None = None,
    ) -> None:
        """The case's own answers serve where there is no other `tape`."""
        self.program = program
        self.trace = Trace()
        self.problems: list[Problem] = []
        self._case = case
        self._masking = masking
        self._sources = sources
        self._clock = clock
        self._machine = Machine(program)
        self._tape = Tape(case) if tape is None else tape
        self._questions = Questions(case, program)
        self._events: deque[AnyEvent] = deque([created])
        self._timers: dict[str, Handle] = {}
        self._attempts: dict[str, _Attempt] = {}
        self._times: Counter[str] = Counter()
        self._sent: dict[str, Sent] = {}
        self._read = 0
        self._secrets = {name: as_typed(created.values[name]) for name in created.secrets}
        self._missing_used: set[str] = set()
        self._inventories_used: set[str] = set()
        self._over = False
        self.undone: list[str] = []

    @property
    def state(self) -> RunState:
        return self._machine.state

    def masked(self, text: str) -> str:
        """A text without the secrets of the run, made up as they are."""
        return self._masking.text(text)

    async def play(self) -> None:
        """Carry the case to its end. Raises CaseFailed where it cannot go on."""
        taken = 0
        while not self._over:
            taken += 1
            if taken % _TURN == 0:
                await _a_turn_for_others()
            if self._events:
                await self._take(self._events.popleft())
            elif not self._clock.to_next():
                told = (
                    "the run waits for what never comes: nobody answers, and no time limit ends it"
                )
                raise CaseFailed(problem_at(self._case.node, told, "answer the question"))
        self.problems += self._tape.unused()
        self.problems += self._questions.unused()
        for tool in self._case.said.missing:
            if tool not in self._missing_used:
                told = f"no optional step looks for the tool `{tool}`"
                node = self._case.at("missing")
                self.problems.append(problem_at(node, told, "leave it out of `missing`"))
        for step in self._case.said.items:
            if step not in self._inventories_used:
                told = f"the inventory of `{step}` was not asked"
                node = self._case.at("items", step)
                self.problems.append(problem_at(node, told, "leave it out of `items`"))

    # The pump

    def _now(self) -> Moment:
        return self._clock.now()

    def _post(self, event: AnyEvent) -> None:
        self._events.append(event)

    async def _take(self, event: AnyEvent) -> None:
        self._note_secrets(event)
        recorded: list[AnyEvent] = []
        for action in handled(self._machine, self._masking, event, recorded, self._intent):
            await self._perform(action)

    def _intent(self, action: StartAttempt) -> AttemptStarted:
        return intent_of(action, self._now(), self._masking)

    async def _perform(self, action: AnyAction) -> None:
        match action:
            case Tell(notice=StepFinished() as notice):
                self._note_end(notice)
            case Tell(notice=StepPolled(step=step, met=met)):
                self.trace.judged.add((static_id(step), "until", met))
            case StartAttempt():
                await self._start(action)
            case StopAttempt(attempt=attempt):
                self._stop(attempt)
            case SetTimer(timer=timer, seconds=seconds):
                self._set_timer(timer, seconds)
            case CancelTimer(timer=timer):
                self._cancel_timer(timer)
            case Ask(question=question):
                await self._answer(question)
            case LookUpTool(step=step, tool=tool):
                self._look_up(step, tool)
            case ResolveValues() | ListItems() | TakeLock():
                self._post(await self._found(action))
            case EndRun():
                self._over = True

    def _set_timer(self, timer: str, seconds: float) -> None:
        self._cancel_timer(timer)

        def fire() -> None:
            self._timers.pop(timer, None)
            self._post(TimerFired(at=self._now(), timer=timer))

        self._timers[timer] = self._clock.call_later(seconds, fire)

    def _cancel_timer(self, timer: str) -> None:
        running = self._timers.pop(timer, None)
        if running is not None:
            running.cancel()

    def _look_up(self, step: str, tool: str) -> None:
        found = tool not in self._case.said.missing
        if not found:
            self._missing_used.add(tool)
            self.trace.absent.add(static_id(step))
        self._post(ToolLookedUp(at=self._now(), step=step, tool=tool, found=found))

    async def _found(self, action: ResolveValues | ListItems | TakeLock) -> AnyEvent:
        """What the world around a run would say."""
        match action:
            case ResolveValues():
                return await self._resolved(action)
            case ListItems():
                return await self._listed(action)
            case TakeLock(step=step):
                return LockAnswered(at=self._now(), step=step, held=True)

    async def _resolved(self, action: ResolveValues) -> AnyEvent:
        async def resolve(call: ResolveValues, cwd: Path) -> Any:
            return await resolve_call(with_stand_ins(call), self._sources)

        return await resolve_values(action, resolve, Path(), self._masking, self._now)

    async def _listed(self, action: ListItems) -> AnyEvent:
        step, said = action.step, self._case.said.items
        key = next((key for key in (step, static_id(step)) if key in said), None)
        if key is None:
            told = f"`{step}` asks an inventory, and there is no answer"
            hint = f"add `{static_id(step)}: [ITEM, …]` to `items`"
            raise CaseFailed(problem_at(self._case.at("items"), told, hint))
        self._inventories_used.add(key)

        async def listing(wanted: ListItems, cwd: Path) -> Sequence[Any]:
            given = said[key]
            if isinstance(given, str):
                raise ValueError(given)
            return given

        return await list_items(action, listing, Path(), self._masking, self._now)

    # Attempts

    async def _start(self, action: StartAttempt) -> None:
        step = action.step
        self._times[step] += 1
        if self._times.total() > MOST_ATTEMPTS:
            told = f"more than {MOST_ATTEMPTS:,} attempts are made"
            raise CaseFailed(problem_at(self._case.node, told, "give poll or wait a shorter limit"))
        self.trace.begun.add(static_id(step))
        answer = await self._tape.answer(self._asked(action))
        attempt = _Attempt(action, answer)
        self._attempts[action.attempt] = attempt
        finish = partial(self._finish, attempt)
        if answer.takes:
            attempt.handle = self._clock.call_later(answer.takes, finish)
        else:
            finish()

    def _asked(self, action: StartAttempt) -> Asked:
        step = action.step
        poll = self.state.steps[step].poll
        if poll is None or self.state.steps[step].attempts == poll.first:
            self._sent[step] = action.sent
        text = Shown(action.shown, self._sent.get(step, NOTHING_SENT)).text
        return Asked(
            step,
            self._times[step],
            action.request,
            self._masking.text(text),
            self._item_names(step),
            lambda: digest_of(action.request, self._secrets),
            is_secret=bool(action.made),
            clock=self._now().clock,
        )

    def _item_names(self, step: str) -> tuple[str, ...]:
        """The label and the value of the innermost item that a step is, or stands in."""
        item = step[: step.rfind("]") + 1]
        if not is_item(item):
            return ()
        frame, node = self.state.frames.get(item), self.program.node(item)
        value = None if frame is None else frame.values.get(node.step.as_)
        return (self.state.steps[item].label, as_typed(value))

    def _finish(self, attempt: _Attempt) -> None:
        """Let an attempt end as its answer says, and judge what it printed."""
        action, answer = attempt.action, attempt.answer
        del self._attempts[action.attempt]
        outcome, output = answered(action.request, answer.said)
        self._read += len(output.stdout) + len(output.stderr)
        if self._read > MOST_READ:
            told = f"its attempts print more than {MOST_READ // 1024**2} MiB in all"
            raise CaseFailed(
                problem_at(answer.node, told, "give shorter answers, or fewer attempts")
            )
        reason = self._masking.told(outcome.reason, action.made)
        outcome = msgspec.structs.replace(outcome, reason=reason)
        findings = Findings()
        if action.wanted.anything:
            findings = find(action.wanted, output, outcome, answer.takes, self._masking)
        self.trace.note_judged(action.step, findings)
        if is_to_show(action.wanted, outcome, findings) and not findings.missing:
            try:
                check_shown(action.wanted, output, outcome)
            except TemplateError as error:
                told = f"what `{action.step}` is to show cannot be made: {error.told}"
                told = self._masking.text(told)
                self.problems.append(problem_at(answer.node, told, "fix its `show`, or the answer"))
        self._end(action, outcome, answer.takes, findings)

    def _stop(self, attempt: str) -> None:
        running = self._attempts.pop(attempt, None)
        if running is not None and running.handle is not None:
            running.handle.cancel()
            self._end(running.action, told_to_stop(), 0.0, Findings())

    def _end(
        self, action: StartAttempt, outcome: Outcome, duration: float, findings: Findings
    ) -> None:
        self._post(finished(action.attempt, self._now(), outcome, duration, findings, None))

    # Questions

    async def _answer(self, question: Question) -> None:
        if question.kind == "undo":
            self._undo(question)
            return
        given = self._questions.answer(question)
        self.trace.said.add((static_id(question.step), given.word))
        if given.word == NOBODY:
            return
        if given.word == CANCEL:
            self._post(CancelRequested(at=self._now(), by=_BY))
            return
        event = Answered(at=self._now(), step=question.step, answer=given.word, by=OPERATOR)
        if question.kind == "input" and given.word == "yes":
            event = await self._with_values(event, question, given.values or {})
        self._post(event)

    def _undo(self, question: Question) -> None:
        wanted = self._questions.undone([offer.step for offer in question.offers])
        if wanted is None:
            self._post(CancelRequested(at=self._now(), by=_BY))
        else:
            self._post(UndoChosen(at=self._now(), steps=tuple(wanted), by=OPERATOR))

    async def _with_values(
        self, event: Answered, question: Question, values: Mapping[str, Any]
    ) -> Answered:
        found = await resolve_question(question, as_given(values), self._sources)
        if found.problems or found.unknown:
            told = [str(problem) for problem in found.problems]
            told += [f"`{name}` has no value" for name in found.unknown]
            raise self._questions.wrong_values(question, self._masking.text("; ".join(told)))
        secrets = self._masking.find(found.values, found.secrets, parts=found.made)
        return msgspec.structs.replace(
            event, values=dict(found.values), left_out=found.left_out, secrets=secrets
        )

    # What is noted

    def _note_secrets(self, event: AnyEvent) -> None:
        """Remember the secrets that an event brings, by name: a digest does not depend on them."""
        values = getattr(event, "values", None)
        secrets = getattr(event, "secrets", ())
        if isinstance(event, AttemptFinished):
            values, secrets = event.findings.captures, event.findings.secrets
        for name in secrets:
            if values and name in values:
                self._secrets[name] = as_typed(values[name])

    def _note_end(self, notice: StepFinished) -> None:
        self.trace.note_end(notice, has_begun=self.state.steps[notice.step].began is not None)
        is_undo = notice.step in self.state.offered
        if is_undo and notice.status == "succeeded":
            self.undone.append(notice.step)


@coroutine
def _a_turn_for_others() -> Iterator[None]:
    """Let the event loop do what else there is; nothing is waited for."""
    yield


def as_given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the file as they were typed, without those that are left empty."""
    return {name: _as_typed(value) for name, value in values.items() if value is not None}


def _as_typed(value: Any) -> Any:
    """A value as it was typed: texts are read as the type of a variable asks."""
    if isinstance(value, list):
        return [_as_typed(item) for item in value]
    return value if isinstance(value, dict) else as_typed(value)
