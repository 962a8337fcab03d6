"""A run as a pure state machine: events in, actions out; no clock, no process, no screen.

Every event in every state has a defined result. What a step does with an event stands in one table,
`TRANSITIONS`; an event that the table does not name for the step's phase (a late exit after a cancel, a timer
that was overtaken) changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from pup_tui.core import attempts, order, polls, questions
from pup_tui.core.actions import AnyAction, EndRun, LookUpTool, Withdraw
from pup_tui.core.events import (
    Answered,
    AnyEvent,
    AttemptFinished,
    AttemptStarted,
    CancelRequested,
    Event,
    Interrupted,
    PollAccepted,
    PollExtended,
    PollNudged,
    PollStopped,
    RunCreated,
    TimerFired,
    ToolLookedUp,
    WaitCut,
)
from pup_tui.core.notices import SourceNotice
from pup_tui.core.program import Node, Program
from pup_tui.core.run import Run, Timer
from pup_tui.core.scope import truth_of
from pup_tui.core.state import RunPhase, RunState, StepPhase, StepState, StepStatus
from pup_tui.runbook.model import ConfirmStep, ManualStep, ShellStep, WaitStep
from pup_tui.template.errors import TemplateError
from pup_tui.template.shell import first_word


class Machine:
    """One run. `state` is all it knows, `handle` the only way to change it."""

    def __init__(self, program: Program, state: RunState | None = None) -> None:
        self.program = program
        self.state = RunState() if state is None else state

    def handle(self, event: AnyEvent) -> list[AnyAction]:
        """Take in one fact and return what is now wanted, in order."""
        run = Run(self.program, self.state, event.at)
        transition = RUN_TRANSITIONS.get((self.state.phase, type(event)))
        if transition is not None:
            transition(run, event)
            _advance(run)
        return list(run.wishes)


# The run


def _create(run: Run, event: Event) -> None:
    assert isinstance(event, RunCreated)
    state = run.state
    state.run, state.runbook, state.operator = event.run, event.runbook, event.operator
    state.created = event.at.wall
    state.values, state.left_out = dict(event.values), list(event.left_out)
    state.secrets = list(event.secrets)
    state.steps = {node.id: StepState() for node in run.program.nodes}
    state.phase = RunPhase.RUNNING
    source = SourceNotice(path=event.source.path, sha256=event.source.sha256)
    run.wishes.tell_run_started(len(run.program.nodes), source)


def _cancel(run: Run, event: Event) -> None:
    """The first request leads to the cleanup; one that comes later leaves the cleanup as well."""
    assert isinstance(event, CancelRequested)
    state = run.state
    if state.cancelled is not None or state.phase is RunPhase.CLEANUP:
        state.cleanup_cancelled = True
    if state.cancelled is None:
        because = f" ({event.reason})" if event.reason else ""
        state.cancelled = f"cancelled by {event.by}{because}"
    _leave_current(run, state.cancelled)


def _interrupt(run: Run, event: Event) -> None:
    assert isinstance(event, Interrupted)
    run.state.interrupted = f"interrupted: {event.reason}"
    _leave_current(run, run.state.interrupted)


def _leave_current(run: Run, why: str) -> None:
    """Give up the step in progress: at once, or when its executor has reported back."""
    if run.state.current is None:
        return
    node = run.program.node(run.state.current)
    step = run.step(node)
    if step.phase in (StepPhase.STARTING, StepPhase.RUNNING, StepPhase.STOPPING):
        run.stop_attempt(node, why)
        return
    if step.phase in (StepPhase.ASKING, StepPhase.FAILURE):
        run.wishes.add(Withdraw(step=node.id))
    if step.phase is StepPhase.FAILURE:
        run.end(node, StepStatus.FAILED, step.failing or why)
    else:
        run.end(node, StepStatus.CANCELLED, why)


def _advance(run: Run) -> None:
    """Go on from step to step until one has to wait for something, or the run is over."""
    state = run.state
    while state.phase is not RunPhase.ENDED:
        if state.current is not None:
            node = run.program.node(state.current)
            if run.step(node).phase is not StepPhase.READY:
                return
            _enter(run, node)
            continue
        upcoming = order.next_node(run.program, state)
        if upcoming is None:
            _end_run(run)
        else:
            _take_up(run, upcoming)


def _end_run(run: Run) -> None:
    state = run.state
    state.phase = RunPhase.ENDED
    state.status, state.reason = order.outcome(run.program, state)
    run.wishes.tell_run_finished()
    run.wishes.add(EndRun(status=state.status))


def _take_up(run: Run, node: Node) -> None:
    """It is this step's turn: skip it, or find out whether its `if` and its tool let it start."""
    if node.step.when == "cleanup":
        run.state.phase = RunPhase.CLEANUP
    blocked = order.why_not(node, run.state)
    if blocked is not None:
        order.note_gate_passed_over(node, run.state)
        run.end(node, StepStatus.SKIPPED, blocked)
        return
    run.state.current = node.id
    if not _wanted(run, node):
        return
    tool = first_word(node.step.run) if isinstance(node.step, ShellStep) else None
    if node.step.optional and tool is not None:
        run.step(node).phase = StepPhase.LOOKING_UP
        run.wishes.add(LookUpTool(step=node.id, tool=tool))
    else:
        run.ready(node)


def _wanted(run: Run, node: Node) -> bool:
    """Whether the step's `if` holds; where not, or where that cannot be told, the step has ended."""
    if node.step.if_ is None:
        return True
    try:
        holds = truth_of(node.step.if_, run.scope(), run.program.declared)
    except TemplateError as error:
        run.cannot_render(node, error)
        return False
    if not holds:
        run.end(node, StepStatus.SKIPPED, f"its `if` does not hold: {node.step.if_}")
    return holds


def _enter(run: Run, node: Node) -> None:
    """Start what the step does."""
    try:
        match node.step:
            case ConfirmStep() | ManualStep():
                questions.ask_step(run, node)
            case WaitStep():
                questions.wait(run, node)
            case _:
                attempts.enter(run, node)
    except TemplateError as error:
        run.cannot_render(node, error)


# One step


def _step_event(run: Run, event: Event) -> None:
    """Hand an event to the step in progress; what is meant for another step or attempt changes nothing."""
    step_id, key = _addressed(event)
    if step_id is None or step_id != run.state.current:
        return
    node = run.program.node(step_id)
    if isinstance(event, AttemptStarted | AttemptFinished) and event.attempt != run.attempt(node):
        return
    transition = TRANSITIONS.get((run.step(node).phase, key))
    if transition is not None:
        transition(run, node, event)


def _addressed(event: Event) -> tuple[str | None, type[Event] | Timer | None]:
    """The step an event is about, and the event's column in the table."""
    if isinstance(event, TimerFired):
        kind, _, step = event.timer.partition(":")
        return step, Timer(kind) if kind in set(Timer) else None
    if isinstance(event, AttemptStarted | AttemptFinished):
        return event.attempt.rpartition("#")[0], type(event)
    return getattr(event, "step", None), type(event)


def _tool_known(run: Run, node: Node, event: Event) -> None:
    assert isinstance(event, ToolLookedUp)
    if event.found:
        run.ready(node)
    else:
        run.end(node, StepStatus.SKIPPED, f"`{event.tool}` is not installed")


Transition = Callable[[Run, Node, Event], None]

TRANSITIONS: dict[tuple[StepPhase, type[Event] | Timer | None], Transition] = {
    (StepPhase.LOOKING_UP, ToolLookedUp): _tool_known,
    #
    (StepPhase.ASKING, Answered): questions.answered,
    (StepPhase.ASKING, Timer.ANSWER): questions.answer_timed_out,
    (StepPhase.FAILURE, Answered): questions.failure_answered,
    #
    (StepPhase.STARTING, AttemptStarted): attempts.started,
    (StepPhase.STARTING, AttemptFinished): attempts.finished,
    (StepPhase.STARTING, Timer.TIMEOUT): attempts.timed_out,
    (StepPhase.STARTING, Timer.POLL): polls.deadline,
    (StepPhase.STARTING, PollExtended): polls.extend,
    (StepPhase.STARTING, PollStopped): polls.stop,
    (StepPhase.STARTING, PollAccepted): polls.accept,
    #
    (StepPhase.RUNNING, AttemptFinished): attempts.finished,
    (StepPhase.RUNNING, Timer.TIMEOUT): attempts.timed_out,
    (StepPhase.RUNNING, Timer.POLL): polls.deadline,
    (StepPhase.RUNNING, PollExtended): polls.extend,
    (StepPhase.RUNNING, PollStopped): polls.stop,
    (StepPhase.RUNNING, PollAccepted): polls.accept,
    #
    (StepPhase.STOPPING, AttemptStarted): attempts.started,
    (StepPhase.STOPPING, AttemptFinished): attempts.stopped,
    #
    (StepPhase.PAUSED, Timer.WAIT): questions.waited,
    (StepPhase.PAUSED, WaitCut): questions.waited,
    (StepPhase.PAUSED, Timer.NEXT): polls.again,
    (StepPhase.PAUSED, Timer.POLL): polls.deadline,
    (StepPhase.PAUSED, PollNudged): polls.again,
    (StepPhase.PAUSED, PollExtended): polls.extend,
    (StepPhase.PAUSED, PollStopped): polls.stop,
    (StepPhase.PAUSED, PollAccepted): polls.accept,
}
"""What a step does with an event in each phase."""

_STEP_EVENTS: tuple[type[Event], ...] = (
    ToolLookedUp,
    AttemptStarted,
    AttemptFinished,
    TimerFired,
    Answered,
    PollNudged,
    PollExtended,
    PollStopped,
    PollAccepted,
    WaitCut,
)

RUN_TRANSITIONS: dict[tuple[RunPhase, type[Event]], Callable[[Run, Event], None]] = {
    (RunPhase.NEW, RunCreated): _create,
    (RunPhase.RUNNING, CancelRequested): _cancel,
    (RunPhase.RUNNING, Interrupted): _interrupt,
    (RunPhase.CLEANUP, CancelRequested): _cancel,
    (RunPhase.CLEANUP, Interrupted): _interrupt,
    **{(RunPhase.RUNNING, kind): _step_event for kind in _STEP_EVENTS},
    **{(RunPhase.CLEANUP, kind): _step_event for kind in _STEP_EVENTS},
}
"""What a run does with an event in each phase; a run that has ended does nothing any more."""
