"""Plays a run against scripted surroundings, with time that stands still unless a timer is waited for."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from msgspec import structs

from pup_tui.core.actions import (
    AnyAction,
    Ask,
    CancelTimer,
    ListItems,
    LookUpTool,
    ResolveValues,
    SetTimer,
    StartAttempt,
    StopAttempt,
    TakeLock,
    Tell,
    ends_in,
    known_of_ends,
)
from pup_tui.core.events import (
    NOTHING_LEFT_OUT,
    Answered,
    AnyEvent,
    AttemptFinished,
    AttemptStarted,
    Findings,
    ItemsListed,
    Judgement,
    LockAnswered,
    Moment,
    Resumed,
    RunCreated,
    Source,
    TimerFired,
    ToolLookedUp,
    UndoChosen,
    ValuesResolved,
)
from pup_tui.core.machine import Machine
from pup_tui.core.notices import AnyNotice
from pup_tui.core.program import Program
from pup_tui.core.standing import half_undone, without_attempts


@dataclass
class Result:
    """What one attempt comes to; `hangs` leaves it running until it is stopped.

    With `by_itself` it was over when the stop reached it, and comes to the same all the same. It `lags` so
    many seconds behind its record, and then `takes` some.
    """

    ok: bool = True
    reason: str = ""
    exit_code: int | None = None
    captures: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    until: bool | None = None
    fail_if: bool | None = None
    retry_on: bool | None = None
    assertions: tuple[bool | None, ...] = ()
    value: float | None = None
    takes: float = 1.0
    lags: float = 0.0
    hangs: bool = False
    unknown: bool = False
    by_itself: bool = False
    again_in: float | None = None
    unreachable: bool = False


OK = Result()
FAILS = Result(ok=False, reason="exited with 1", exit_code=1)
LOST = Result(ok=False, reason="cannot reach web-1: no route to host", unreachable=True)


class Player:
    """Carries out a machine's actions as a script says, one event after the other."""

    def __init__(
        self,
        program: Program,
        *,
        results: Mapping[str, Sequence[Result]] | None = None,
        answers: Mapping[str, Sequence[str]] | None = None,
        tools: Mapping[str, bool] | None = None,
        undo: Sequence[str] | None = None,
        locks: Mapping[str, str] | None = None,
        inventories: Mapping[str, Sequence[Any] | str] | None = None,
    ) -> None:
        """`inventories` are what they give, by the step, `p` and `q` where nothing is said; a text is why one
        gives nothing.
        """
        self.machine = Machine(program)
        self.events: list[AnyEvent] = []
        self.recorded: list[AnyEvent] = []
        """The events as a journal has them, with how steps ended because of each."""
        self.actions: list[AnyAction] = []
        self.notices: list[AnyNotice] = []
        self.started: list[StartAttempt] = []
        self.asked: list[Ask] = []
        self.listed: list[str] = []
        """The steps whose inventories were asked."""
        self._results = {step: list(given) for step, given in (results or {}).items()}
        self._answers = {step: list(given) for step, given in (answers or {}).items()}
        self._tools = dict(tools or {})
        self._undo = undo
        self._locks = dict(locks or {})
        self._inventories = dict(inventories or {})
        self._clock = 0.0
        self._order = count()
        self._due: list[tuple[float, int, Callable[[Moment], AnyEvent]]] = []
        self._timers: dict[str, int] = {}
        self._running: dict[str, tuple[StartAttempt, Result, float]] = {}

    @property
    def moment(self) -> Moment:
        return Moment(wall=1_700_000_000.0 + self._clock, clock=self._clock)

    def create(self, **values: Any) -> Player:
        """Begin the run with these variables; `without` is what is left out of it, `barred` what may not
        begin."""
        without = values.pop("without", NOTHING_LEFT_OUT)
        left_out = values.pop("left_out", ())
        secrets = values.pop("secrets", ())
        barred = values.pop("barred", ())
        self.tell(
            RunCreated(
                at=self.moment,
                run="01RUN",
                runbook="test",
                source=Source(path="test.yaml", sha256="0" * 64),
                operator="ada",
                host="here",
                values=values,
                left_out=left_out,
                secrets=secrets,
                without=without,
                read_only=bool(barred),
                barred=barred,
            )
        )
        return self

    def tell(self, event: AnyEvent) -> None:
        """Hand the machine an event and carry out the actions that follow."""
        self.events.append(event)
        actions = self.machine.handle(event)
        self.recorded.append(
            structs.replace(event, ended=ends_in(actions), of_ended=known_of_ends(actions))
        )
        for action in actions:
            self.actions.append(action)
            self._perform(action)

    def play(self, until: Callable[[Player], bool] | None = None) -> Player:
        """Let everything happen that is due, until nothing is or `until` holds."""
        while self._due and not (until is not None and until(self)):
            due, _, make = heapq.heappop(self._due)
            self._clock = max(self._clock, due)
            event = make(self.moment)
            if not isinstance(event, TimerFired) or event.timer in self._timers:
                self.tell(event)
        return self

    def answer(self, step: str, answer: str, values: Mapping[str, Any] | None = None) -> Player:
        """Answer a question that the script leaves open."""
        given = dict(values or {})
        self.tell(Answered(at=self.moment, step=step, answer=answer, by="ada", values=given))
        return self

    def crash(self) -> Player:
        """Lose all that was under way: attempts, timers, questions."""
        self._due.clear()
        self._timers.clear()
        self._running.clear()
        return self

    def resume(self, later: float = 0.0, **given: Any) -> Player:
        """Go on, `later` seconds after the last event."""
        self._clock += later
        self.crash()
        stood = without_attempts(self.machine.state, given.get("never_begun", ()))
        given.setdefault("counts_lost", True)
        given.setdefault("exact", True)
        given.setdefault("asks_again", True)
        given.setdefault("half_undone", tuple(half_undone(self.machine.program, stood)))
        self.tell(Resumed(at=self.moment, by="grace", host="there", **given))
        return self

    def undo(self, steps: Sequence[str]) -> Player:
        """Say what is to be taken back, where the script does not."""
        self.tell(UndoChosen(at=self.moment, steps=tuple(steps), by="ada"))
        return self

    def later(self, seconds: float, make: Callable[[Moment], AnyEvent]) -> int:
        """Have a fact arrive after a while."""
        number = next(self._order)
        heapq.heappush(self._due, (self._clock + seconds, number, make))
        return number

    def statuses(self) -> dict[str, str]:
        return {
            step: str(state.status) if state.status else f"({state.phase})"
            for step, state in self.machine.state.steps.items()
        }

    def _perform(self, action: AnyAction) -> None:
        match action:
            case Tell(notice=notice):
                self.notices.append(notice)
            case StartAttempt():
                self._start(action)
            case StopAttempt(attempt=attempt):
                self._stop(attempt)
            case LookUpTool(step=step, tool=tool):
                found = self._tools.get(tool, True)
                self.later(0, lambda at: ToolLookedUp(at=at, step=step, tool=tool, found=found))
            case ResolveValues():
                self._resolve(action)
            case TakeLock(step=step, value=value):
                holder = self._locks.get(value, "")
                self.later(
                    0, lambda at: LockAnswered(at=at, step=step, held=not holder, holder=holder)
                )
            case ListItems(step=step):
                self._list(step)
            case Ask():
                self._ask(action)
            case SetTimer(timer=timer, seconds=seconds):
                self._set_timer(timer, seconds)
            case CancelTimer(timer=timer):
                self._timers.pop(timer, None)

    def _set_timer(self, timer: str, seconds: float) -> None:
        def fire(at: Moment) -> AnyEvent:
            mine = self._timers.get(timer) == number
            return TimerFired(at=at, timer=timer if mine else "overtaken:")

        number = self.later(seconds, fire)
        self._timers[timer] = number

    def _start(self, action: StartAttempt) -> None:
        self.started.append(action)
        attempt = action.attempt
        script = self._results.get(action.step, [])
        result = script.pop(0) if len(script) > 1 else script[0] if script else OK
        self._running[attempt] = (action, result, self.moment.clock + result.lags)
        self.later(
            0,
            lambda at: AttemptStarted(
                at=at, attempt=attempt, command=action.shown, sent=action.sent
            ),
        )
        if not result.hangs:
            self.later(result.lags + result.takes, lambda at: self._finish(at, action, result))

    def _stop(self, attempt: str) -> None:
        running = self._running.get(attempt)
        if running is not None:
            action, result, began = running
            acted = self.moment.clock + 0.1 - began
            ends = result if result.by_itself else Result(ok=False, unknown=result.unknown)
            stopped = replace(ends, takes=acted)
            self.later(0.1, lambda at: self._finish(at, action, stopped))

    def _finish(self, at: Moment, action: StartAttempt, result: Result) -> AnyEvent:
        self._running.pop(action.attempt, None)
        wanted = action.wanted
        judged = result.assertions or tuple(True for _ in wanted.assertions)
        return AttemptFinished(
            at=at,
            attempt=action.attempt,
            ok=result.ok,
            duration=result.takes,
            exit_code=result.exit_code,
            reason=result.reason,
            unknown=result.unknown,
            by_itself=result.by_itself,
            again_in=result.again_in,
            unreachable=result.unreachable,
            findings=Findings(
                captures=dict(result.captures) if result.ok else {},
                missing=dict(result.missing),
                results=dict(result.results),
                secrets=result.secrets,
                until=None if wanted.until is None else Judgement(result.until, "as scripted"),
                fail_if=None if wanted.fail_if is None else Judgement(result.fail_if),
                retry_on=None if wanted.retry_on is None else Judgement(result.retry_on),
                assertions=tuple(Judgement(holds) for holds in judged),
                value=result.value,
            ),
        )

    def _resolve(self, action: ResolveValues) -> None:
        """Values as they are given, else literal defaults."""
        values: dict[str, Any] = {}
        for name, variable in action.variables.items():
            if name in action.given:
                values[name] = action.given[name]
            elif variable.has_default:
                values[name] = variable.default
        missing = [n for n, v in action.variables.items() if n not in values and v.required]
        left_out = tuple(n for n in action.variables if n not in values and n not in missing)
        resolved = ValuesResolved(
            at=self.moment,
            step=action.step,
            values=values,
            left_out=left_out,
            secrets=action.secrets,
            problems=tuple(f"`{name}` is required" for name in missing),
        )
        self.later(0, lambda at: structs.replace(resolved, at=at))

    def _list(self, step: str) -> None:
        self.listed.append(step)
        found = self._inventories.get(step, ("p", "q"))
        told = found if isinstance(found, str) else ""
        items = () if isinstance(found, str) else tuple(found)
        self.later(1, lambda at: ItemsListed(at=at, step=step, items=items, problem=told))

    def _ask(self, action: Ask) -> None:
        self.asked.append(action)
        if action.question.kind == "undo" and self._undo is not None:
            steps = tuple(self._undo)
            self.later(1, lambda at: UndoChosen(at=at, steps=steps, by="ada"))
            return
        step = action.question.step
        script = self._answers.get(step, [])
        if script:
            answer = script.pop(0)
            self.later(1, lambda at: Answered(at=at, step=step, answer=answer, by="ada"))
