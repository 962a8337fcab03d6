"""Drives one run in this process: events to the machine, actions to executors, clock, journal, watchers."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from pup_tui.aside import aside, told_limit
from pup_tui.core.actions import (
    AnyAction,
    Ask,
    CancelTimer,
    EndRun,
    ListItems,
    LookUpTool,
    Record,
    ResolveValues,
    SetTimer,
    StartAttempt,
    StopAttempt,
    TakeLock,
    Tell,
    Withdraw,
)
from pup_tui.core.events import (
    Answered,
    AnyEvent,
    AttemptFinished,
    AttemptFollows,
    AttemptStarted,
    CancelRequested,
    EditedText,
    Findings,
    Interrupted,
    Lock,
    LockAnswered,
    Moment,
    NoteAdded,
    PollAccepted,
    PollExtended,
    PollNudged,
    PollStopped,
    Resumed,
    RunCreated,
    TimerFired,
    ToolLookedUp,
    UndoChosen,
    WaitCut,
)
from pup_tui.core.ids import Timer, upwards
from pup_tui.core.machine import Machine
from pup_tui.core.notices import AnyNotice, StepPaused, rfc3339
from pup_tui.core.program import Program
from pup_tui.core.requests import ShellRequest, StepRequest
from pup_tui.core.state import RunState, RunStatus, StepStatus
from pup_tui.drivers.children import Children
from pup_tui.drivers.clock import Clock, Handle
from pup_tui.drivers.faults import told_fault
from pup_tui.drivers.handling import finished, handled, intent_of
from pup_tui.drivers.lock_value import check_masked
from pup_tui.drivers.locks import HeldLocks, InvalidLock, LockError, LockHeld
from pup_tui.drivers.masking import Masking
from pup_tui.drivers.outputs import AttemptOutput, Outputs
from pup_tui.drivers.tools import is_command, is_command_there
from pup_tui.drivers.unrecorded import Unrecorded
from pup_tui.drivers.watcher import Watcher
from pup_tui.journal.errors import JournalError
from pup_tui.journal.records import RunSummary
from pup_tui.journal.writer import Recorder
from pup_tui.output.passage import Passage
from pup_tui.output.pipeline import Captured
from pup_tui.steps.executor import Context, Executor, Outcome, Stop, Terminal
from pup_tui.steps.leftovers import Leftovers
from pup_tui.steps.notes import note
from pup_tui.steps.start_errors import told

if TYPE_CHECKING:
    from pup_tui.drivers.values import Listing, Resolve

CLEANUP_LIMIT = 20.0
"""Seconds from a SIGTERM on in which a run may clean up: SIGKILL follows before long (Kubernetes: 30)."""


class Surroundings(Struct, frozen=True, kw_only=True):
    """What a run acts in: who carries out its requests, with what environment, and where output goes.

    `locks` are those that it holds: the run takes those of the runbooks that it calls, and lets go of all.
    `resolve` finds the values of what it calls, `list_items` the items that inventories have; without it none
    is asked. `leftovers` outlive it.
    """

    executors: Mapping[type[StepRequest], Executor]
    environ: Mapping[str, str]
    cwd: Path
    outputs: Path
    clock: Clock
    log: Recorder
    masking: Masking
    locks: HeldLocks
    resolve: Resolve
    list_items: Listing | None = None
    grace: float = 5.0
    terminal: Terminal | None = None
    leftovers: Leftovers | None = None


class _Timer(Struct, frozen=True):
    """A timer of the machine that runs; `due` is by the clock of the run."""

    handle: Handle
    due: float


class _Attempt(Struct):
    action: StartAttempt
    stop: Stop = field(default_factory=Stop)
    task: asyncio.Task[None] | None = None


class LocalRun:
    """One run under way. Everything goes through one queue: the order of events is that of the run."""

    def __init__(
        self,
        program: Program,
        first: RunCreated | Resumed,
        around: Surroundings,
        state: RunState | None = None,
    ) -> None:
        """A run that begins with the event `first`; one that is resumed has the `state` in which it stood."""
        self.run = first.run if isinstance(first, RunCreated) else _known(state).run
        self.program = program
        self._first = first
        self._around = around
        self._machine = Machine(program, state)
        self._events: asyncio.Queue[AnyEvent] = asyncio.Queue()
        self._watchers: list[Watcher] = []
        self._attempts: dict[str, _Attempt] = {}
        self._timers: dict[str, _Timer] = {}
        self._resolving: set[asyncio.Task[None]] = set()
        self._over = False
        self.stopped_by = ""
        """Who, or what, first ended the run before its end; empty while nobody has."""
        self._unrecorded = Unrecorded()
        leg = 1 if state is None else state.leg + 1
        self._children = Children(around.outputs, leg)
        self.outputs = Outputs(
            around.outputs, program, around.masking, self._on_passage, self._on_output_error
        )

    @property
    def masking(self) -> Masking:
        """What hides its secrets."""
        return self._around.masking

    @property
    def state(self) -> RunState:
        """The run's state at this moment: to be read, never changed."""
        return self._machine.state

    @property
    def lock(self) -> Lock | None:
        """What the run holds by its own `lock`; one that it broke says from whom it was taken."""
        return self._first.lock

    @property
    def values(self) -> Mapping[str, Any]:
        """The variables that it began with; secrets among them are in memory only."""
        return self._first.values

    @property
    def cwd(self) -> Path:
        """Where its processes work."""
        return self._around.cwd

    @property
    def clock(self) -> Clock:
        return self._around.clock

    def watch(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    async def drive(self) -> RunState:
        """Carry the run to its end.

        Raises JournalError if it can no longer be recorded; what was running is then stopped, and those who
        watch are told how it ended. However it ends, the run is owned no longer then.
        """
        try:
            await self._carry()
        except JournalError as error:
            why = f"it can no longer be recorded: {error.message}: {error.path}"
            now = self._now()
            took, waited = self.state.took(now.clock), self.state.waited_by(now.clock)
            for notice in self._unrecorded.notices(self.state, why, now.wall, took, waited):
                self._tell(notice)
            raise
        return self.state

    async def _carry(self) -> None:
        try:
            self._children.open()
            await self._take(self._first)
            while not self._over:
                await self._take(await self._events.get())
        finally:
            # Once: afterwards the run may be resumed, and is owned by somebody else.
            await self._close()
        while not self._events.empty():
            # It was remarked in the moment in which the run ended.
            if isinstance(left := self._events.get_nowait(), NoteAdded):
                await self._note_late(left)

    # What people want of it

    def answer(
        self,
        step: str,
        answer: str,
        by: str,
        note: str = "",
        *,
        values: Mapping[str, Any] | None = None,
        left_out: Iterable[str] = (),
        secrets: Iterable[str] = (),
        made: Iterable[Any] = (),
        changed: Mapping[str, Any] | None = None,
        edited: EditedText | None = None,
    ) -> None:
        """Answer the question of `step`; what is not asked is not answered.

        A yes to an `input` step brings its `values`, checked already; `secrets` names those that are secret,
        beside what the file says of captures, and each of `made` is what was made out of secrets on the way
        to them. `changed` and `edited` go with the step's next attempt: ValueError where a secret stands in
        them, since they are recorded.
        """
        if self._around.masking.is_secret([changed, msgspec.to_builtins(edited)]):
            raise ValueError("a secret stands in it, which the record would keep")
        given = dict(values or {})
        captured = self.program.node(step).step.secret_captures
        answered = Answered(
            at=self._now(),
            step=step,
            answer=answer,
            by=by,
            note=note,
            values=given,
            left_out=tuple(left_out),
            secrets=self._around.masking.find(given, {*secrets, *captured}, parts=made),
            changed=dict(changed or {}),
            edited=edited,
        )
        self._post(answered)

    def undo(self, steps: Iterable[str], by: str, note: str = "") -> None:
        """Answer which of the offered undo steps shall run."""
        self._post(UndoChosen(at=self._now(), steps=tuple(steps), by=by, note=note))

    async def note(self, text: str, by: str) -> None:
        """Record what somebody remarks about the run, also where that has ended: JournalError if it cannot
        be then.
        """
        await self._note(NoteAdded(at=self._now(), by=by, note=text))

    async def _note(self, noted: NoteAdded) -> None:
        if not self._over:
            self._post(noted)
            return
        recorded: list[AnyEvent] = []
        actions = self._handled(noted, recorded)
        await self._around.log.add_to_past(self.run, *recorded)
        for action in actions:
            await self._perform(action)

    async def _note_late(self, noted: NoteAdded) -> None:
        """Record a remark after the end, which it changes nothing about: those who watch are told where it
        cannot be.
        """
        try:
            await self._note(noted)
        except JournalError as error:
            note = self._around.masking.text(noted.note)
            told = f"the note `{note}` was not recorded: {error.message}"
            self._each(lambda watcher: watcher.trouble(told))

    def cancel(self, by: str, reason: str = "") -> None:
        self.stopped_by = self.stopped_by or by
        self._post(CancelRequested(at=self._now(), by=by, reason=reason))

    def terminate(self, by: str) -> None:
        """Cancel for somebody who does not wait: a cleanup that takes too long is stopped, and said to be."""
        self.cancel(by)
        why = f"the cleanup had not ended {CLEANUP_LIMIT:g} s after {by}"
        self._around.clock.call_later(CLEANUP_LIMIT, lambda: self.interrupt(why))

    def interrupt(self, reason: str) -> None:
        self.stopped_by = self.stopped_by or reason
        self._post(Interrupted(at=self._now(), reason=reason))

    def check_now(self, step: str, by: str) -> None:
        self._post(PollNudged(at=self._now(), step=step, by=by))

    def extend_poll(self, step: str, seconds: float, by: str) -> None:
        self._post(PollExtended(at=self._now(), step=step, seconds=seconds, by=by))

    def stop_poll(self, step: str, by: str) -> None:
        self._post(PollStopped(at=self._now(), step=step, by=by))

    def accept_poll(self, step: str, by: str, reason: str) -> None:
        self._post(PollAccepted(at=self._now(), step=step, by=by, reason=reason))

    def cut_wait(self, step: str, by: str) -> None:
        self._post(WaitCut(at=self._now(), step=step, by=by))

    # The pump

    def _now(self) -> Moment:
        return self._around.clock.now()

    def _post(self, event: AnyEvent) -> None:
        if not self._over:
            self._events.put_nowait(event)

    async def _take(self, event: AnyEvent) -> None:
        """Let the machine handle an event, make it durable, and only then do what follows from it.

        The intents of attempts that it begins are in the same commit: both are known before either is shown.
        """
        recorded: list[AnyEvent] = []
        actions = self._handled(event, recorded)
        summary = self._summary(recorded[-1])
        await self._around.log.append(self.run, *recorded, summary=summary)
        if isinstance(event, AttemptFinished):
            self._children.ended(event.attempt)
        for action in actions:
            await self._perform(action)

    def _handled(self, event: AnyEvent, recorded: list[AnyEvent]) -> list[AnyAction]:
        """What follows from an event, and from the intents behind it; `recorded` fills with all of them."""
        return handled(self._machine, self._around.masking, event, recorded, self._intent)

    def _summary(self, event: AnyEvent) -> RunSummary | None:
        state = self.state
        if state.status is RunStatus.RUNNING:
            return None
        statuses = [step.status for step in state.steps.values()]
        return RunSummary(
            status=state.status,
            reason=self._around.masking.text(state.reason),
            warnings=statuses.count(StepStatus.WARNED),
            duration=state.took(event.at.clock),
            ended_wall=event.at.wall,
        )

    async def _perform(self, action: AnyAction) -> None:
        match action:
            case Tell(notice=notice):
                self._unrecorded.told(notice)
                self._tell(self._around.masking.notice(notice))
            case StartAttempt():
                self._start(action)
            case StopAttempt(attempt=attempt):
                if attempt in self._attempts:
                    self._attempts[attempt].stop.set()
            case SetTimer(timer=timer, seconds=seconds):
                self._set_timer(timer, seconds)
            case CancelTimer(timer=timer):
                self._cancel_timer(timer)
            case Ask(question=question):
                masked_question = self._around.masking.question(question)
                self._each(lambda watcher: watcher.question(masked_question))
            case Withdraw(step=step):
                self._each(lambda watcher: watcher.withdrawn(step))
            case LookUpTool() | ResolveValues() | ListItems() | TakeLock():
                await self._find_out(action)
            case EndRun():
                self._over = True
            case Record():
                pass  # It was made durable together with the event.

    async def _find_out(self, action: LookUpTool | ResolveValues | ListItems | TakeLock) -> None:
        """Ask the world around the run; the answer is one more event."""
        match action:
            case LookUpTool(remote=None, step=step, tool=tool, shell=shell):
                found = is_command(tool, self._around.environ, self._around.cwd, shell)
                self._post(ToolLookedUp(at=self._now(), step=step, tool=tool, found=found))
            case LookUpTool():
                self._look_elsewhere(action)
            case ResolveValues() | ListItems():
                self._begin_resolving(action)
            case TakeLock():
                self._post(await self._take_lock(action))

    def _look_elsewhere(self, action: LookUpTool) -> None:
        """Ask another computer for a program while the run goes on."""

        async def find() -> None:
            around = self._around
            context = Context(
                environ=around.environ,
                cwd=around.cwd,
                run=self.run,
                step=action.step,
                grace=around.grace,
                inherit=around.locks.inherit,
            )
            found = await is_command_there(action, around.executors[ShellRequest], context)
            step, tool = action.step, action.tool
            self._post(ToolLookedUp(at=self._now(), step=step, tool=tool, found=found))

        self._find_aside(find(), f"tool of {action.step}")

    def _find_aside(self, finding: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(finding, name=name)
        self._resolving.add(task)
        task.add_done_callback(self._resolving.discard)

    def _begin_resolving(self, action: ResolveValues | ListItems) -> None:
        """Find values, or items, while the run goes on: a command may take its time to give one."""
        from pup_tui.drivers.values import list_items, nothing_listed, resolve_values

        async def find() -> None:
            around = self._around
            place = (around.cwd, around.masking, self._now)
            if isinstance(action, ListItems):
                listing = around.list_items or nothing_listed
                self._post(await list_items(action, listing, *place))
            else:
                self._post(await resolve_values(action, around.resolve, *place))

        self._find_aside(find(), f"values of {action.step}")

    async def _take_lock(self, action: TakeLock) -> LockAnswered:
        around, holder, problem = self._around, "", ""
        try:
            check_masked(action.value, around.masking)
            await aside(around.locks.take, action.value, self._now().wall)
        except LockHeld as held:
            holder = "; ".join(filter(None, (held.by, held.why)))
        except (LockError, InvalidLock) as error:
            problem = str(error)
        return LockAnswered(
            at=self._now(),
            step=action.step,
            held=not (holder or problem),
            holder=holder,
            problem=problem,
        )

    def _each(self, tell: Callable[[Watcher], None]) -> None:
        for watcher in list(self._watchers):
            try:
                tell(watcher)
            except Exception as error:
                self._watchers.remove(watcher)
                told = "a watcher of a run failed and is told no more; the run goes on"
                asyncio.get_running_loop().call_exception_handler(
                    {"message": told, "exception": error}
                )

    def _tell(self, notice: AnyNotice) -> None:
        self._each(lambda watcher: watcher.notice(notice))

    def _on_passage(self, step: str, passage: Passage) -> None:
        self._each(lambda watcher: watcher.output(step, passage))

    def _on_output_error(self, step: str, error: OSError) -> None:
        why = self._why_not_kept(step, error)
        told = f"the output of {step} is not whole in the record: {why}"
        if step in {attempt.action.step for attempt in self._attempts.values()}:
            told = (
                f"the output of {step} cannot be kept: {why}: the step goes on, but it is no success, and "
                "what it prints from here on is not in the record"
            )
        self._each(lambda watcher: watcher.trouble(told))

    def _why_not_kept(self, step: str, error: OSError) -> str:
        return f"{self.outputs.path(step)}: {told(error)}"

    # Timers

    def _set_timer(self, timer: str, seconds: float) -> None:
        self._cancel_timer(timer)

        def fire() -> None:
            self._timers.pop(timer, None)
            self._post(TimerFired(at=self._now(), timer=timer))

        due = self._now().clock + seconds
        self._timers[timer] = _Timer(self._around.clock.call_later(seconds, fire), due)

    def _time_left(self, step: str) -> float | None:
        """In how many seconds an attempt of the step is ended by a limit of its own, or of what holds it."""
        limits = (
            f"{kind}:{each}" for each in upwards(step) for kind in (Timer.TIMEOUT, Timer.POLL)
        )
        due = [self._timers[limit].due for limit in limits if limit in self._timers]
        return max(0.0, min(due) - self._now().clock) if due else None

    def _pauses(self, step: str, seconds: float, reason: str) -> None:
        told = StepPaused(
            ts=rfc3339(self._now().wall), run=self.run, step=step, seconds=seconds, reason=reason
        )
        self._tell(self._around.masking.notice(told))

    def _cancel_timer(self, timer: str) -> None:
        running = self._timers.pop(timer, None)
        if running is not None:
            running.handle.cancel()

    # Attempts

    def _intent(self, action: StartAttempt) -> AttemptStarted:
        """What is recorded before an attempt acts: after a crash its effect is known to be possible."""
        self._attempts[action.attempt] = _Attempt(action)
        return intent_of(action, self._now(), self._around.masking)

    def _start(self, action: StartAttempt) -> None:
        attempt = self._attempts[action.attempt]
        attempt.task = asyncio.create_task(self._attempt(attempt), name=f"attempt {action.attempt}")

    async def _attempt(self, attempt: _Attempt) -> None:
        action, around = attempt.action, self._around
        context = Context(
            environ=around.environ,
            cwd=around.cwd,
            run=self.run,
            step=action.step,
            directory=action.directory,
            grace=around.grace,
            inherit=around.locks.inherit,
            terminal=around.terminal,
            leftovers=around.leftovers,
            began=partial(self._children.began, action.step, action.attempt),
            pauses=partial(self._pauses, action.step),
            time_left=partial(self._time_left, action.step),
            follows=partial(self._follows, action.attempt),
            follow=action.follow,
            mask=around.masking.text,
        )
        began = self._now().clock
        try:
            self._children.begins(action.step, action.attempt)
        except OSError as error:
            why = f"it cannot be noted that it begins: {error.filename}: {told(error)}"
            self._end_without_acting(action, why)
            return
        try:
            output = self.outputs.begin(action.step, action.output_limit)
        except OSError as error:
            why = f"its output cannot be kept: {self._why_not_kept(action.step, error)}"
            self._end_without_acting(action, why)
            return
        outcome = await _carry_out(around.executors, action, output, attempt.stop, context)
        outcome = replace(outcome, reason=around.masking.told(outcome.reason, action.made))
        duration = max(0.0, self._now().clock - began)
        captured = output.end()
        if outcome.said is not None:
            captured = captured.saying(outcome.said)
        if output.error is not None:
            why = f"its output could not be kept: {self._why_not_kept(action.step, output.error)}"
            # What ended well is not to be done twice for that: whoever goes on is asked.
            well = "it ended well" if outcome.ok else ""
            told_all = "; ".join(filter(None, (outcome.reason, well, why)))
            unknown = outcome.is_unknown or outcome.ok
            outcome = replace(outcome, ok=False, is_unknown=unknown, reason=told_all)
        try:
            findings = Findings()
            if action.wanted.anything:
                from pup_tui.drivers.findings import find

                findings = await aside(
                    find, action.wanted, captured, outcome, duration, around.masking
                )
        except Exception as error:
            findings = Findings()
            outcome = replace(outcome, ok=False, reason=told_fault(error))
        if action.wanted.show is not None:
            await self._make_shown(action, captured, outcome, findings, output)
        self._end_attempt(action, outcome, duration, findings, output.kept)

    def _follows(self, attempt: str, what: str) -> None:
        """Record what an attempt has begun elsewhere; nothing that holds a secret is."""
        if self._around.masking.text(what) == what:
            self._post(AttemptFollows(at=self._now(), attempt=attempt, what=what))

    async def _make_shown(
        self,
        action: StartAttempt,
        captured: Captured,
        outcome: Outcome,
        findings: Findings,
        output: AttemptOutput,
    ) -> None:
        """Make what people are shown of the output. The attempt is over: that takes none of its time."""
        from pup_tui.drivers.showing import is_to_show, keep_shown

        if not is_to_show(action.wanted, outcome, findings):
            return
        for timer in (Timer.TIMEOUT, Timer.POLL):
            self._cancel_timer(f"{timer}:{action.step}")
        path = self.outputs.path(action.step)
        why_not = await keep_shown(path, action.wanted, captured, outcome, self._around.masking)
        if why_not:
            note(output, f"shown as it is: {why_not}")
            output.end()

    def _end_without_acting(self, action: StartAttempt, why: str) -> None:
        self._end_attempt(action, Outcome(ok=False, reason=why), 0.0, Findings(), None)

    def _end_attempt(
        self,
        action: StartAttempt,
        outcome: Outcome,
        duration: float,
        findings: Findings,
        kept: int | None,
    ) -> None:
        self._attempts.pop(action.attempt, None)
        ended = finished(action.attempt, self._now(), outcome, duration, findings, kept)
        self._unrecorded.ended(action.step, ended)
        self._post(ended)

    async def _close(self) -> None:
        """Leave nothing behind: no timer, no process, no open file."""
        self._over = True
        for timer in list(self._timers):
            self._cancel_timer(timer)
        resolving = list(self._resolving)
        for task in resolving:
            task.cancel()
        await asyncio.gather(*resolving, return_exceptions=True)
        left = [attempt for attempt in self._attempts.values() if attempt.task is not None]
        for attempt in left:
            attempt.stop.set()
        await asyncio.gather(*(a.task for a in left if a.task), return_exceptions=True)
        self._children.close()
        try:
            self.outputs.close()
        finally:
            try:
                await aside(self._around.locks.release)
            finally:
                await self._around.log.let_go(self.run)


def _known(state: RunState | None) -> RunState:
    if state is None:
        raise ValueError("a run that is resumed stood somewhere")
    return state


async def _carry_out(
    executors: Mapping[type[StepRequest], Executor],
    action: StartAttempt,
    output: AttemptOutput,
    stop: Stop,
    context: Context,
) -> Outcome:
    """Run the executor; a fault of ours fails the step instead of leaving the run hanging."""
    try:
        executor = executors[type(action.request)]
        return await executor.run(action.request, output, stop, context)
    except Exception as error:
        if told_limit(error) is None:
            output.write("stderr", traceback.format_exc().encode())
        return Outcome(ok=False, reason=told_fault(error))
