"""A run that goes on after it was interrupted, cancelled, failed or aborted.

It goes through its steps from the beginning once more, with the memory of its earlier legs
(`state.Earlier`): what ended well ends at once, as it ended then; a block that was open is entered again;
what was never done begins; and of an attempt that began and did not finish somebody has to say whether it
was done.
"""

from __future__ import annotations

from collections.abc import Mapping

from pup_tui.core import leaving_out, polls
from pup_tui.core.actions import Question
from pup_tui.core.broken_off import left_as
from pup_tui.core.events import Answered, Event, Resumed
from pup_tui.core.hidden_values import as_recorded
from pup_tui.core.ids import UNDO, Timer, holder_id, is_inside, item_id, upwards
from pup_tui.core.named import named_captures
from pup_tui.core.program import Node, captures_of
from pup_tui.core.questions import run_changed
from pup_tui.core.run import Run
from pup_tui.core.scope import frame_keys, frame_of
from pup_tui.core.sent import Shown
from pup_tui.core.standing import (
    as_left,
    attempt_is_over,
    behind_doubtful,
    can_resume,
    ended_well,
    failed_in,
    finished_of,
    first_frame,
    frame_before,
    goes_on_elsewhere,
    gone_from,
    half_undone,
    is_unknown,
    kept_for_undo,
    leaves_of,
    may_repeat,
    remembered,
    undos_over,
    was_done,
    with_done,
    with_open_questions,
    without_attempts,
)
from pup_tui.core.state import (
    BODY,
    BlockState,
    Frame,
    RunPhase,
    RunState,
    RunStatus,
    StepPhase,
    StepState,
    StepStatus,
)
from pup_tui.core.titles import items_again, title_of
from pup_tui.runbook.parts import types_of


def resume(run: Run, event: Event) -> None:
    """Begin another leg of a run that has not succeeded."""
    assert isinstance(event, Resumed)
    state = run.state
    if not can_resume(state):
        return
    stood = without_attempts(state, event.never_begun)
    stood = with_done(run.program, stood, event.done, event.by)
    if event.asks_again:
        stood = with_open_questions(stood)
    found = half_undone(run.program, stood)
    doubtful = {
        id_: found[id_] for id_ in event.half_undone if id_ in found and id_ not in event.taken_back
    }
    earlier = remembered(run.program, stood, doubtful, exact=event.exact)
    for step in earlier.steps.values():
        if step.poll is not None and event.counts_lost:
            step.poll.counts_lost = True
    earlier.only_failed = event.only_failed
    earlier.again, earlier.completed = event.again, list(stood.completed)
    earlier.skipped = state.earlier.skipped | leaving_out.reasons(event.by, event.skipped)
    # In another text of the runbook a step is what that says.
    earlier.edited = (state.earlier.edited if event.source is None else {}) | event.edited
    earlier.attempts = state.earlier.attempts | {
        id_: step.attempts for id_, step in stood.steps.items()
    }
    for id_, made in event.captures.items():
        frame_before(earlier, id_).captured.update(made)
    earlier.frames = {key: as_recorded(frame) for key, frame in earlier.frames.items()}
    completed, doubted = kept_for_undo(run.program, stood)
    kept = {id_: as_recorded(state.frames[id_]) for id_ in completed}
    body = first_frame(run.program, state)
    body.values.update(event.values | event.changed)
    body.secrets = list(dict.fromkeys((*body.secrets, *event.values)))
    body.left_out |= types_of(event.left_out, run.program.runbook.vars)
    for name in body.values:
        body.left_out.pop(name, None)
    directories = state.directories if event.source is None else event.source.directories
    body.directory = next(iter(directories), "")
    fresh = RunState(
        run=state.run,
        directories=directories,
        runbook=state.runbook,
        operator=state.operator,
        created=state.created,
        profile=state.profile,
        alert=state.alert,
        lock=event.lock,
        phase=RunPhase.RUNNING,
        frames={BODY: body, **kept},
        blocks={BODY: BlockState(children=list(run.program.body))},
        completed=completed,
        leg=state.leg + 1,
        earlier=earlier,
        passed=state.passed,
        gone=state.gone | gone_from(run.program, stood),
        clock=state.clock,
        since=run.now,
        spent=state.took(state.clock),
        waited=state.waited,
        undo=state.undo or event.undo,
        doubted=doubted,
        read_only=state.read_only or event.read_only,
        barred=tuple(dict.fromkeys((*state.barred, *event.barred))),
    )
    leaves = leaves_of(run.program, earlier)
    finished = len(finished_of(leaves, behind_doubtful(run.program, earlier)))
    if event.only_undo:
        earlier.only_undo = fresh.refused = True
        earlier.half_undone = {}
        left = as_left(run.program, stood)
        earlier.not_offered = tuple(id_ for id_ in left if id_ not in earlier.steps)
        earlier.steps = left
        fresh.steps = undos_over(run.program, stood, event.taken_back, event.by)
        fresh.frames |= {key: frame for key, frame in earlier.frames.items() if UNDO in key}
        fresh.verdict = state.verdict or RunStatus.ABORTED
        fresh.verdict_reason = state.verdict_reason or f"ended by {event.by}, to take back"
    for name in fresh.__struct_fields__:
        setattr(state, name, getattr(fresh, name))
    run.make_states(BODY)
    unknown = [id_ for id_, step in leaves.items() if is_unknown(step)] + [*doubtful]
    failed = {} if event.only_undo else failed_in(run.program, {**stood.steps, **leaves})
    retried = {id_: why for id_, why in failed.items() if id_ not in earlier.skipped}
    items = items_again(run.program, state, [*retried, *unknown])
    run.outbox.tell_run_resumed(event, finished, unknown, retried, items)
    run.todo.append(BODY)


def take_up(run: Run, node: Node) -> bool:
    """Let a step take its turn with what is remembered of it; False where it begins as any other."""
    earlier = run.state.earlier
    known = earlier.steps.pop(node.id, None)
    if (why := leaving_out.why(run.state, node)) is not None:
        if known is not None and known.attempts == 0:
            run.step(node).captured = known.captured
            take_names(run, node, known)
        leaving_out.leave_out(run, node, known, why)
        return True
    if known is None:
        return False
    again = any(id_ == node.id or is_inside(id_, node.id) for id_ in earlier.again)
    stays = ended_well(known) or (known.cut_short and not earlier.exact)
    if stays and not again:
        _recall(run, node, known)
        return True
    step = run.step(node)
    _go_on(step, known)
    step.follows = known.follows if goes_on_elsewhere(node, known) else ""
    if node.is_block:
        return _take_up_block(run, node, known)
    polls.go_on(run, node)
    if is_unknown(known):
        if step.follows or may_repeat(run.program, node):
            return False
        told = "Its last attempt began and did not finish: nobody knows whether it was done."
        if known.status is StepStatus.UNKNOWN and known.reason:
            told = f"What its last attempt came to: {known.reason}."
        ask_whether_done(run, node, told)
        return True
    if known.phase is StepPhase.FAILURE and known.failing is not None:
        run.ask_about_failure(node, known.failing)
        return True
    if known.due is not None and not node.step.waits_for:
        _wait_on(run, node, known.due)
        return True
    return False


def _take_up_block(run: Run, node: Node, known: StepState) -> bool:
    """Let the attempt of a block go on, or, where that was over, the wait for its next one or the question.

    A poll looks at once.
    """
    if not attempt_is_over(known):
        _enter_again(run, node, known)
        return False
    step = run.step(node)
    step.before, step.earlier = known.before, known.earlier
    _recall_inside(run, node)
    if known.phase is StepPhase.FAILURE and known.failing is not None:
        run.ask_about_failure(node, known.failing)
        return True
    if known.poll is None:
        _wait_on(run, node, known.due or run.now)
        return True
    known.poll.next_at = None
    polls.go_on(run, node)
    return False


def _wait_on(run: Run, node: Node, due: float) -> None:
    """Wait for what is left of the time until a `retry` makes its next attempt."""
    run.step(node).phase, run.step(node).due = StepPhase.PAUSED, due
    run.set_timer(node, Timer.RETRY, max(0.0, due - run.now))


def stays(run: Run, node: Node) -> bool:
    """End a step as an earlier leg left it, where the run goes on only to take back; False for others."""
    earlier = run.state.earlier
    known = earlier.steps.get(node.id) if earlier.only_undo else None
    inside = {id_: step for id_, step in earlier.steps.items() if is_inside(id_, node.id)}
    if known is None or not _end_as_left(known, inside):
        return False
    for id_, step in inside.items():
        within = {other: held for other, held in inside.items() if is_inside(other, id_)}
        if not _end_as_left(step, within):
            del earlier.steps[id_]
    del earlier.steps[node.id]
    _recall(run, node, known)
    return True


def _end_as_left(step: StepState, inside: Mapping[str, StepState]) -> bool:
    """Whether the step had begun: then it has ended, as failed where the run broke off at a failure in it."""
    if step.status is None:
        if (left := left_as(step)) is None:
            return False
        step.status, step.reason = left
        held = (left_as(each) for each in inside.values())
        failed = [reason for status, reason in filter(None, held) if status is StepStatus.FAILED]
        if failed:
            step.status, step.reason = StepStatus.FAILED, failed[0]
    step.phase, step.failing = StepPhase.ENDED, None
    return True


def waits_for_stop(run: Run, node: Node) -> bool:
    """Whether a step has not begun, and one beside it that has is where an earlier leg was stopped.

    Until that one has ended it may be stopped there again, and then this one does not begin.
    """
    state = run.state
    known = state.earlier.steps.get(node.id)
    if not state.earlier.stops or (known is not None and known.began is not None):
        return False
    holder = holder_id(node.id)
    beside = (
        around
        for stop in state.earlier.stops
        for around in upwards(stop)
        if holder_id(around) == holder and around in state.steps
    )
    over = (StepPhase.PENDING, StepPhase.ENDED)
    return any(state.steps[around].phase not in over for around in beside)


def items_before(state: RunState, node: Node) -> list[object] | None:
    """The items of a foreach that an earlier leg began; None where there are none, or they are secret."""
    name, count = node.step.as_, state.steps[node.id].items
    frames = [state.earlier.frames.get(item_id(node.id, number)) for number in range(count)]
    if not frames or any(frame is None or name in frame.secrets for frame in frames):
        return None
    return [frame.values[name] for frame in frames if frame is not None]


def values_before(state: RunState, node: Node) -> Frame | None:
    """The variables of what a step called in an earlier leg; None where it did not, or one is secret."""
    frame = state.earlier.frames.get(f"{node.id}/")
    step = state.steps[node.id]
    if frame is None or not step.continues or any(name in frame.secrets for name in frame.values):
        return None
    return Frame(
        values=dict(frame.values), left_out=dict(frame.left_out), directory=frame.directory
    )


def answered(run: Run, node: Node, event: Event) -> None:
    """What the operator knows of an attempt that did not finish: it was done, or what shall be."""
    assert isinstance(event, Answered)
    run.outbox.tell_answered(
        event.step, event.answer, event.by, event.note, event.values, event.secrets
    )
    note = f": {event.note}" if event.note else ""
    match event.answer:
        case "done":
            frame_of(run.state, node.id).captured.update(event.values)
            run.note_secrets(node, event.secrets)
            run.step(node).captured = list(event.values)
            run.end(node, StepStatus.SUCCEEDED, f"{was_done(event.by)}{note}")
        case "retry":
            run.step(node).follows = ""
            run_changed(run, node, event)
        case "skip":
            run.end(node, StepStatus.SKIPPED, f"skipped by {event.by}{note}")
        case _:
            run.decide(RunStatus.ABORTED, f"`{node.id}`: aborted by {event.by}{note}")
            run.end(node, StepStatus.UNKNOWN, f"nobody knows whether it was done{note}")


# What becomes of it


def _go_on(step: StepState, known: StepState) -> None:
    """Take over how far the step had come: its tries, its poll, the yes to it, and when its wait ends."""
    decided_anew = known.status is StepStatus.FAILED
    step.attempts, step.allowed = known.attempts, known.allowed
    step.began, step.spent, step.waited = known.began, known.spent, known.waited
    step.due, step.label, step.items = known.due, known.label, known.items
    step.canary_passed = known.canary_passed
    step.command, step.sent, step.kept = known.command, known.sent, known.kept
    if not decided_anew:
        step.tries, step.poll = known.tries, known.poll


def _enter_again(run: Run, node: Node, known: StepState) -> None:
    """Let the attempt of a block go on that an earlier leg began; a foreach is one for all its items."""
    step = run.step(node)
    if known.attempts == 0:
        return
    step.before, step.earlier, step.continues = known.before, known.earlier, True
    step.attempts -= 1
    step.tries -= 1 if step.tries else 0
    polls.go_on(run, node)


def _recall(run: Run, node: Node, known: StepState) -> None:
    """End a step as it ended in an earlier leg, with all that it holds and has made."""
    earlier, state = run.state.earlier, run.state
    here = list(run.program.nested(node.id))
    state.steps[node.id] = known
    here += _recall_names(run, node, known)
    if node.is_block:
        here += _recall_inside(run, node)
    for id_ in here:
        # A text that was changed may add to a block that has ended: that does not begin any more.
        if not run.program.node(id_).deferred:
            run.skip_inner(node, id_, f"`{node.id}` had ended before it was added")
    assert known.status is not None
    run.end(node, known.status, known.reason, ended=known.ended)
    state.completed = [done for done in state.completed if done not in earlier.not_offered]
    place = {id_: number for number, id_ in enumerate(earlier.completed)}
    state.completed.sort(key=lambda done: place.get(done, len(place)))


def _recall_inside(run: Run, node: Node) -> list[str]:
    """Let all that a block holds stand as it stood in an earlier leg; gives what its loops may hold."""
    earlier, state = run.state.earlier, run.state
    for key in (key for key in earlier.frames if is_inside(key, node.id)):
        state.frames[key] = earlier.frames[key]
    # Of all that is remembered, which may be much, only a block holds anything.
    inside = run.program.in_order([id_ for id_ in earlier.steps if is_inside(id_, node.id)])
    here: list[str] = []
    for id_ in inside:
        state.steps[id_] = earlier.steps.pop(id_)
        here += _recall_names(run, run.program.node(id_), state.steps[id_])
    for id_ in inside:
        inner, step = run.program.node(id_), state.steps[id_]
        if step.status is StepStatus.SUCCEEDED and inner.can_be_undone:
            state.completed.append(id_)
        run.outbox.tell_finished(inner, step)
    return here


def _recall_names(run: Run, node: Node, step: StepState) -> list[str]:
    """Let what a step made stand for what it did; gives what the items of a loop may hold."""
    earlier, here = run.state.earlier, list[str]()
    if node.id in earlier.frames:
        run.state.frames[node.id] = earlier.frames[node.id]
    if node.is_loop:
        # Also the cleanup steps in it, which are still to come.
        for number in range(step.items):
            run.make_states(item_id(node.id, number))
            here += run.program.instances(item_id(node.id, number))
    take_names(run, node, step)
    return here


def take_names(run: Run, node: Node, step: StepState) -> None:
    """What a step made stands for what it stood for: captures, answers, results."""
    key = next(frame_keys(run.state, node.id))
    before, frame = run.state.earlier.frames.get(key), run.state.frames[key]
    if before is None or before is frame:
        return
    made = (*step.captured, *captures_of(node.step))
    frame.captured.update({name: before.captured[name] for name in made if name in before.captured})
    asked = node.step.asked
    frame.values.update({name: before.values[name] for name in asked if name in before.values})
    frame.left_out |= {name: type_ for name, type_ in before.left_out.items() if name in asked}
    if node.step.id in before.results:
        frame.results[node.step.id] = before.results[node.step.id]
    names = {*made, *asked}
    run.note_secrets(
        node,
        (
            name
            for name in before.secrets
            if name in names or name.startswith(f"steps.{node.step.id}.")
        ),
    )


def ask_whether_done(run: Run, node: Node, message: str) -> None:
    """Put an attempt of which nobody knows whether it was done to the operator."""
    step = run.step(node)
    captures = named_captures(run.program, node)
    run.ask(
        node,
        Question(
            step=node.id,
            title=title_of(run.program, run.state, node.id),
            kind="unknown",
            message=message,
            danger=node.step.danger,
            upcoming=Shown(step.command, step.sent).text if step.command else None,
            captures=captures,
            secrets=tuple(name for name in captures if name in node.step.secret_captures),
        ),
    )
