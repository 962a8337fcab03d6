"""A run as a pure state machine: events in, actions out; no clock, no process, no screen.

Every event in every state has a defined result. What a step does with an event stands in one table,
`TRANSITIONS`; an event that the table does not name for the step's phase (a late exit after a cancel, a timer
that was overtaken) changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from pup_tui.core import (
    attempts,
    batches,
    blocks,
    half_undone,
    hidden_values,
    leaving_out,
    loops,
    order,
    polls,
    questions,
    resuming,
    undoing,
    waits,
)
from pup_tui.core.actions import AnyAction, EndRun, LookUpTool, Record
from pup_tui.core.events import (
    Answered,
    AnyEvent,
    AttemptFinished,
    AttemptFollows,
    AttemptStarted,
    CancelRequested,
    Event,
    Interrupted,
    ItemsListed,
    LockAnswered,
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
    ValuesResolved,
    WaitCut,
)
from pup_tui.core.ids import UNDO, Timer, static_id
from pup_tui.core.program import Node, Program
from pup_tui.core.requests import BARRED
from pup_tui.core.run import Run
from pup_tui.core.scope import not_held, scope_of, truth_of
from pup_tui.core.state import (
    BODY,
    CLEANUP,
    BlockState,
    Frame,
    RunPhase,
    RunState,
    StepPhase,
    StepStatus,
)
from pup_tui.core.surroundings import remote_of
from pup_tui.runbook.parts import types_of
from pup_tui.runbook.step_count import count_in_file
from pup_tui.runbook.texts import interpreter_at, tool_of
from pup_tui.template.errors import TemplateError

_OfAttempt = AttemptStarted | AttemptFollows | AttemptFinished


class Machine:
    """One run. `state` is all it knows, `handle` the only way to change it.

    `begun` are the attempts that begin because of the newest event, also where secrets are missing for what
    an executor is asked.
    """

    def __init__(self, program: Program, state: RunState | None = None) -> None:
        self.program = program
        self.state = RunState() if state is None else state
        self.begun: list[str] = []

    def create(self, event: RunCreated) -> None:
        """Take in how a run is created, and let nothing of it begin."""
        _create(Run(self.program, self.state, event), event)

    def handle(self, event: AnyEvent) -> list[AnyAction]:
        """Take in one event and return the actions that follow, in order."""
        run = Run(self.program, self.state, event)
        transition = RUN_TRANSITIONS.get((self.state.phase, type(event)))
        if transition is not None:
            # A remark takes no part in the run's time: it may be made long after its end.
            if not isinstance(event, Resumed | NoteAdded):
                waits.pass_time(self.state, run.now)
            transition(run, event)
            _advance(run)
            if not isinstance(event, NoteAdded):
                self.state.clock = max(self.state.clock, run.now)
            waits.note_asked(self.state)
        self.begun = run.begun
        decided = tuple(run.decisions.made)
        return [*([Record(decided=decided)] if decided else []), *run.outbox]


# The run


def _create(run: Run, event: Event) -> None:
    assert isinstance(event, RunCreated)
    state = run.state
    state.run, state.runbook, state.operator = event.run, event.runbook, event.operator
    state.created, state.lock, state.profile = event.at.wall, event.lock, event.profile
    state.alert = event.alert
    state.directories, state.undo = event.source.directories, event.undo
    state.read_only, state.barred = event.read_only, event.barred
    state.frames[BODY] = Frame(
        values=dict(event.values),
        left_out=types_of(event.left_out, run.program.runbook.vars),
        secrets=list(event.secrets),
        directory=state.directories[0],
    )
    run.make_states(BODY)
    state.blocks[BODY] = BlockState(children=list(run.program.body))
    state.earlier = leaving_out.as_earlier(run.program, event)
    state.phase = RunPhase.RUNNING
    steps = count_in_file(run.program.runbook.steps).steps
    run.outbox.tell_run_started(steps, event)
    run.todo.append(BODY)


def _cancel(run: Run, event: Event) -> None:
    """The first request leads to the cleanup; one that comes later leaves the cleanup as well."""
    assert isinstance(event, CancelRequested)
    state = run.state
    if state.cancelled is not None or state.phase is RunPhase.CLEANUP:
        state.cleanup_cancelled = True
    if state.cancelled is None:
        because = f" ({event.reason})" if event.reason else ""
        state.cancelled = f"cancelled by {event.by}{because}"
    _leave_all(run, state.cancelled)


def _note(run: Run, event: Event) -> None:
    assert isinstance(event, NoteAdded)
    run.outbox.tell_noted(event.by, event.note)


def _interrupt(run: Run, event: Event) -> None:
    assert isinstance(event, Interrupted)
    run.state.interrupted = f"interrupted: {event.reason}"
    _leave_all(run, run.state.interrupted)


def _leave_all(run: Run, why: str) -> None:
    """Give up every step in progress: at once, or when its executor has reported back."""
    if run.state.phase is RunPhase.UNDOING:
        undoing.withdraw(run)
    for step in list(run.state.steps):
        run.leave(run.program.node(step), why)


def _advance(run: Run) -> None:
    """Go on until every step in progress has to wait for something, or the run is over."""
    state = run.state
    while run.todo and state.phase is not RunPhase.ENDED:
        key = run.todo.popleft()
        step = state.steps.get(key)
        if step is not None and step.phase is StepPhase.READY:
            _enter(run, run.program.node(key))
        elif key in state.blocks and (step is None or step.phase is StepPhase.OPEN):
            # One whose failure somebody is asked about is over already, and its last steps name it once more.
            _go_on(run, key)
    if state.interrupted and state.phase is not RunPhase.ENDED and not order.in_progress(state):
        _end_run(run)


def _go_on(run: Run, key: str) -> None:
    """Take up the next steps of a block; close it when all have ended."""
    block = run.state.blocks[key]
    if run.state.interrupted is not None:
        return
    while block.active < block.rates.at_once and block.taken < len(block.children):
        node = run.program.node(block.children[block.taken])
        if resuming.waits_for_stop(run, node) or batches.waits(run, key, node):
            break
        block.taken += 1
        block.active += 1
        _take_up(run, node, key)
    if block.active == 0 and block.taken == len(block.children):
        _close(run, key)


def _close(run: Run, key: str) -> None:
    """A block is over: for the parts of a run that leads to the next part."""
    if key == BODY:
        order.note_unasked(run.state)
        del run.state.blocks[BODY]
        if not undoing.offer(run):
            _clean_up(run)
    elif key == UNDO:
        _clean_up(run)
    elif key == CLEANUP:
        _end_run(run)
    elif key in run.state.earlier.half_undone:
        _undo_ended(run, run.program.node(key))
    else:
        blocks.close(run, run.program.node(key))


def _clean_up(run: Run) -> None:
    state = run.state
    state.phase = RunPhase.CLEANUP
    steps = order.cleanup_steps(run.program, state)
    state.blocks[CLEANUP] = BlockState(children=steps)
    run.todo.append(CLEANUP)


def _end_run(run: Run) -> None:
    state = run.state
    state.phase = RunPhase.ENDED
    state.status, state.reason = order.outcome(state)
    run.outbox.tell_run_finished()
    run.outbox.add(EndRun())


def _take_up(run: Run, node: Node, key: str) -> None:
    """It is this step's turn: skip it, or find out whether its `if` and its tool let it start."""
    blocked = order.why_not(run.state, node, key)
    if blocked is not None:
        if resuming.stays(run, node):
            return
        order.note_passed_over(run.state, node, key, blocked)
        run.step(node).passed_over = True
        run.end(node, StepStatus.SKIPPED, blocked)
        return
    run.step(node).late = order.is_late(run.state, node, key)
    if half_undone.ask(run, node) or resuming.take_up(run, node):
        return
    _take_turn(run, node)


def _take_turn(run: Run, node: Node) -> None:
    """Find out whether the step's `if` and its tool let it start, once all is known that it sees."""
    if hidden_values.ask(run, node) or not _wanted(run, node):
        return
    step = node.step
    tool = tool_of(step) if step.optional and not node.is_loop else None
    if tool is not None:
        run.step(node).phase = StepPhase.LOOKING_UP
        shell, remote = interpreter_at(step).name, remote_of(run.program, run.state, node)
        run.outbox.add(LookUpTool(step=node.id, tool=tool, shell=shell, remote=remote))
    else:
        run.ready(node)


def _wanted(run: Run, node: Node) -> bool:
    """Whether the step's `if` holds; where not, or where that cannot be told, the step has ended."""
    given = node.step.if_
    if given is None or not order.judges_if(node):
        return True
    try:
        declared = run.program.frame(node).declared
        holds = run.decided(node, "if", bool, lambda scope: truth_of(given, scope, declared))
    except TemplateError as error:
        run.cannot_render(node, error)
        return False
    if not holds:
        why = not_held(given, scope_of(run.state, node.id), declared)
        run.end(node, StepStatus.SKIPPED, why)
    return holds


def _enter(run: Run, node: Node) -> None:
    """Start what the step does, or ask first."""
    # Of a text that a person changed nobody knows what it does.
    is_edited = run.state.read_only and node.id in run.state.earlier.edited
    if is_edited or static_id(node.id) in run.state.barred:
        run.step(node).final = True
        run.fail(node, BARRED)
        return
    try:
        if node.is_block:
            blocks.enter(run, node)
        elif node.step.has_output:
            attempts.enter(run, node)
        else:
            questions.enter(run, node)
    except TemplateError as error:
        run.cannot_render(node, error)


# One step


def _step_event(run: Run, event: Event) -> None:
    """Hand an event to its step; what is meant for a step or attempt that is over changes nothing."""
    step_id, key = _addressed(event)
    if step_id is None or step_id not in run.state.steps:
        return
    node = run.program.node(step_id)
    if isinstance(event, AttemptStarted) and run.step(node).phase is StepPhase.LOOKING_UP:
        _enter(run, node)  # in the record of a version that did not look for this tool
    if isinstance(event, _OfAttempt) and event.attempt != run.attempt(node):
        return
    if isinstance(event, TimerFired) and not run.timer_fired(node, event.timer):
        return
    transition = TRANSITIONS.get((run.step(node).phase, key))
    if transition is not None:
        transition(run, node, event)


def _addressed(event: Event) -> tuple[str | None, type[Event] | Timer | None]:
    """The step an event is about, and the event's column in the table."""
    if isinstance(event, TimerFired):
        kind, _, step = event.timer.partition(":")
        return step, Timer(kind) if kind in set(Timer) else None
    if isinstance(event, _OfAttempt):
        return event.attempt.rpartition("#")[0], type(event)
    return getattr(event, "step", None), type(event)


def _values_known(run: Run, node: Node, event: Event) -> None:
    if not hidden_values.is_wanted(run.state, node):
        blocks.resolved(run, node, event)
    elif hidden_values.found(run, node, event):
        _take_turn(run, node)


def _tool_known(run: Run, node: Node, event: Event) -> None:
    assert isinstance(event, ToolLookedUp)
    if event.found:
        run.ready(node)
    else:
        run.end(node, StepStatus.SKIPPED, f"`{event.tool}` is not installed")


def _tool_missed(run: Run, node: Node, event: Event) -> None:
    """A version that looked for another tool here did not find it, and so did not begin the step."""
    assert isinstance(event, ToolLookedUp)
    if not event.found:
        _tool_known(run, node, event)


def _unknown_answered(run: Run, node: Node, event: Event) -> None:
    if node.id not in run.state.earlier.half_undone:
        resuming.answered(run, node, event)
    elif half_undone.answered(run, node, event):
        _take_up(run, node, run.holder(node))


def _undo_ended(run: Run, node: Node) -> None:
    if half_undone.undo_ended(run, node):
        _take_up(run, node, run.holder(node))


def _asked_answered(run: Run, node: Node, event: Event) -> None:
    """A foreach that has begun asks about its canaries, whatever else before."""
    if node.is_loop and node.id in run.state.blocks:
        batches.answered(run, node, event)
    else:
        questions.answered(run, node, event)


Transition = Callable[[Run, Node, Event], None]

TRANSITIONS: dict[tuple[StepPhase, type[Event] | Timer | None], Transition] = {
    (StepPhase.LOOKING_UP, ToolLookedUp): _tool_known,
    (StepPhase.LOOKING_UP, ValuesResolved): _values_known,
    (StepPhase.LOOKING_UP, ItemsListed): loops.listed,
    (StepPhase.LOOKING_UP, LockAnswered): blocks.lock_answered,
    #
    (StepPhase.OPEN, Timer.TIMEOUT): blocks.timed_out,
    (StepPhase.OPEN, Timer.BATCH): batches.paused,
    (StepPhase.OPEN, WaitCut): batches.pause_cut,
    (StepPhase.OPEN, Timer.POLL): polls.deadline,
    (StepPhase.OPEN, PollExtended): polls.extend,
    (StepPhase.OPEN, PollStopped): polls.stop,
    (StepPhase.OPEN, PollAccepted): polls.accept,
    #
    (StepPhase.ASKING, Answered): _asked_answered,
    (StepPhase.ASKING, Timer.ANSWER): questions.answer_timed_out,
    (StepPhase.FAILURE, Answered): questions.failure_answered,
    (StepPhase.UNKNOWN, Answered): _unknown_answered,
    #
    (StepPhase.STARTING, ToolLookedUp): _tool_missed,
    (StepPhase.STARTING, AttemptStarted): attempts.started,
    (StepPhase.RUNNING, AttemptFollows): attempts.follows,
    (StepPhase.STOPPING, AttemptFollows): attempts.follows,
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
    (StepPhase.STOPPING, Timer.POLL): polls.deadline,
    (StepPhase.STOPPING, PollExtended): polls.extend,
    (StepPhase.STOPPING, PollStopped): polls.stop,
    (StepPhase.STOPPING, PollAccepted): polls.accept,
    #
    (StepPhase.PAUSED, Timer.WAIT): questions.waited,
    (StepPhase.PAUSED, Timer.TIMEOUT): questions.wait_timed_out,
    (StepPhase.PAUSED, WaitCut): questions.waited,
    (StepPhase.PAUSED, Timer.RETRY): attempts.retried,
    (StepPhase.PAUSED, Timer.NEXT): polls.again,
    (StepPhase.PAUSED, Timer.POLL): polls.deadline,
    (StepPhase.PAUSED, PollNudged): attempts.nudged,
    (StepPhase.PAUSED, PollExtended): polls.extend,
    (StepPhase.PAUSED, PollStopped): polls.stop,
    (StepPhase.PAUSED, PollAccepted): polls.accept,
}
"""What a step does with an event in each phase."""

_STEP_EVENTS: tuple[type[Event], ...] = (
    ToolLookedUp,
    ValuesResolved,
    ItemsListed,
    LockAnswered,
    AttemptStarted,
    AttemptFollows,
    AttemptFinished,
    TimerFired,
    Answered,
    PollNudged,
    PollExtended,
    PollStopped,
    PollAccepted,
    WaitCut,
)

_UNDER_WAY = (RunPhase.RUNNING, RunPhase.UNDOING, RunPhase.CLEANUP)

RUN_TRANSITIONS: dict[tuple[RunPhase, type[Event]], Callable[[Run, Event], None]] = {
    (RunPhase.NEW, RunCreated): _create,
    **{(phase, Resumed): resuming.resume for phase in (*_UNDER_WAY, RunPhase.ENDED)},
    (RunPhase.UNDOING, UndoChosen): undoing.chosen,
    **{(phase, CancelRequested): _cancel for phase in _UNDER_WAY},
    **{(phase, Interrupted): _interrupt for phase in _UNDER_WAY},
    **{(phase, NoteAdded): _note for phase in (*_UNDER_WAY, RunPhase.ENDED)},
    **{(phase, kind): _step_event for phase in _UNDER_WAY for kind in _STEP_EVENTS},
}
"""What a run does with an event in each phase; one that has ended can only be remarked on, or resumed."""
