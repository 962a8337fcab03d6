"""A run that goes on after it was interrupted, cancelled, failed or aborted.

It goes through its steps from the beginning once more, with the memory of its earlier legs
(`state.Earlier`): what ended well ends at once, as it ended then; a block that was open is entered again;
what was never done begins; and of an attempt that began and did not finish somebody has to say whether it
was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, structs

from pup_tui.core import polls
from pup_tui.core.actions import Question
from pup_tui.core.events import Answered, Event, Resumed
from pup_tui.core.ids import UNDO, Timer, holder_id, is_inside, is_kept, item_id, static_id, undo_id
from pup_tui.core.named import named_captures
from pup_tui.core.program import Node, Program, captures_of
from pup_tui.core.run import Run
from pup_tui.core.scope import frame_keys, frame_of
from pup_tui.core.sent import Shown
from pup_tui.core.state import (
    BODY,
    BlockState,
    Earlier,
    Frame,
    RunPhase,
    RunState,
    RunStatus,
    StepPhase,
    StepState,
    StepStatus,
)

_WELL = (StepStatus.SUCCEEDED, StepStatus.WARNED, StepStatus.IGNORED, StepStatus.SKIPPED)
_ACTING = (StepPhase.RUNNING, StepPhase.STOPPING)


class Standing(Struct, frozen=True, kw_only=True):
    """Where a run stands that could go on: ids of steps, in the order of the file.

    `finished` stay as they are. `begun` did not finish; of those `unknown` may not simply be done twice.
    `undone` were taken back and run again, though of `half_undone` nobody knows whether they were,
    `repeated` are the steps for failures and for the end that have run and run again. `failed` run again,
    each with the reason why it failed. `hidden` ended well, but captured secrets under these names, which
    are not stored; of those `again` may be done twice.
    """

    finished: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    half_undone: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    failed: dict[str, str] = {}
    hidden: dict[str, tuple[str, ...]] = {}
    again: tuple[str, ...] = ()


def can_resume(state: RunState) -> bool:
    """Whether anything of the run is left to do; one that has succeeded is over."""
    return state.phase is not RunPhase.NEW and state.status is not RunStatus.SUCCEEDED


def standing(program: Program, state: RunState) -> Standing:
    """What of a run would be done, asked about and done once more if it were resumed now."""
    earlier = _remembered(program, state)
    leaves = _leaves(program, earlier)
    finished = [id_ for id_, step in leaves.items() if _ended_well(step)]
    unknown = [id_ for id_, step in leaves.items() if _is_unknown(step)]
    # Also those that take back or clean up, which are not asked about: what may live on is what began.
    begun = {id_ for id_, step in state.steps.items() if _is_unknown(step)}.union(unknown)
    undone = program.in_order(_undone(program, state.steps))
    hidden = {id_: names for id_ in finished if (names := _hidden_names(earlier, id_))}
    repeated = [
        id_
        for id_, step in state.steps.items()
        if step.began is not None
        and UNDO not in id_
        and (step.late or program.node(id_).part == "cleanup")
    ]
    return Standing(
        finished=tuple(finished),
        begun=tuple(program.in_order(sorted(begun))),
        unknown=tuple(id_ for id_ in unknown if not _may_repeat(program, program.node(id_))),
        undone=tuple(undone),
        half_undone=tuple(id_ for id_ in undone if _is_half_undone(state, id_)),
        repeated=tuple(program.in_order(repeated)),
        failed=_failed(program, {**state.steps, **leaves}),
        hidden=hidden,
        again=tuple(id_ for id_ in hidden if _may_repeat(program, program.node(id_))),
    )


def resume(run: Run, event: Event) -> None:
    """Begin another leg of a run that has not succeeded."""
    assert isinstance(event, Resumed)
    state = run.state
    if not can_resume(state):
        return
    earlier = _remembered(run.program, state)
    earlier.again, earlier.completed = event.again, list(state.completed)
    earlier.skipped = state.earlier.skipped | {
        step: f"skipped by {event.by}: {why}" for step, why in event.skipped.items()
    }
    earlier.attempts = state.earlier.attempts | {
        id_: step.attempts for id_, step in state.steps.items()
    }
    for step, made in event.captures.items():
        _frame_of(earlier, step).captured.update(made)
    kept = {id_: state.frames[id_] for id_ in state.completed if is_kept(id_)}
    body = _first_frame(run.program, state)
    body.values.update(event.values | event.changed)
    body.secrets = list(dict.fromkeys((*body.secrets, *event.values)))
    body.left_out = [name for name in body.left_out if name not in body.values]
    fresh = RunState(
        run=state.run,
        directories=state.directories,
        runbook=state.runbook,
        operator=state.operator,
        created=state.created,
        profile=state.profile,
        lock=event.lock,
        phase=RunPhase.RUNNING,
        frames={BODY: body, **kept},
        blocks={BODY: BlockState(children=list(run.program.body))},
        completed=[id_ for id_ in state.completed if is_kept(id_)],
        leg=state.leg + 1,
        earlier=earlier,
    )
    for name in fresh.__struct_fields__:
        setattr(state, name, getattr(fresh, name))
    run.make_states(BODY)
    leaves = _leaves(run.program, earlier)
    finished = sum(_ended_well(step) for step in leaves.values())
    unknown = [id_ for id_, step in leaves.items() if _is_unknown(step)]
    run.outbox.tell_run_resumed(event, finished, unknown)
    run.todo.append(BODY)


def take_up(run: Run, node: Node) -> bool:
    """Let a step take its turn with what is remembered of it; False where it begins as any other."""
    earlier = run.state.earlier
    known = earlier.steps.pop(node.id, None)
    if node.id in earlier.skipped:
        run.end(node, StepStatus.SKIPPED, earlier.skipped[node.id])
        return True
    if known is None:
        return False
    again = any(id_ == node.id or is_inside(id_, node.id) for id_ in earlier.again)
    if _ended_well(known) and not again:
        _recall(run, node, known)
        return True
    step = run.step(node)
    _go_on(step, known)
    if node.is_block:
        _enter_again(run, node, known)
        return False
    polls.go_on(run, node)
    if _is_unknown(known):
        if _may_repeat(run.program, node):
            return False
        _ask_whether_done(run, node, known)
        return True
    if known.phase is StepPhase.FAILURE and known.failing is not None:
        run.ask_about_failure(node, known.failing)
        return True
    if known.due is not None and not node.step.waits_for:
        step.phase, step.due = StepPhase.PAUSED, known.due
        run.set_timer(node, Timer.RETRY, max(0.0, known.due - run.now))
        return True
    return False


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
        values=dict(frame.values), left_out=list(frame.left_out), directory=frame.directory
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
            run.end(node, StepStatus.SUCCEEDED, f"it was done, says {event.by}{note}")
        case "retry":
            run.ready(node)
        case "skip":
            run.end(node, StepStatus.SKIPPED, f"skipped by {event.by}{note}")
        case _:
            run.decide(RunStatus.ABORTED, f"`{node.id}`: aborted by {event.by}{note}")
            run.end(node, StepStatus.UNKNOWN, f"nobody knows whether it was done{note}")


# What is remembered


def _remembered(program: Program, state: RunState) -> Earlier:
    """What all legs together have done, without what was taken back and what has to be done once more."""
    before = state.earlier
    known = before.steps | {
        id_: step
        for id_, step in state.steps.items()
        if step.phase is not StepPhase.PENDING and not (step.passed_over and id_ in before.steps)
    }
    dropped = {id_ for id_, step in known.items() if step.late or program.node(id_).part != "body"}
    dropped |= set(_behind(program, known, _undone(program, known)))
    frames = dict(before.frames)
    for key, frame in state.frames.items():
        frames[key] = _joined(frames[key], frame) if key in frames else frame
    left = {
        id_: _unended(step) if any(is_inside(other, id_) for other in dropped) else step
        for id_, step in known.items()
        if not any(id_ == other or is_inside(id_, other) for other in dropped)
    }
    return Earlier(steps=left, frames=frames)


def _undone(program: Program, steps: Mapping[str, StepState]) -> set[str]:
    """The steps that were taken back: by an undo step that began, or by a step that settles them."""
    undone = {
        id_.removesuffix(UNDO)
        for id_, step in steps.items()
        if id_.endswith(UNDO) and step.began is not None
    }
    settling = (program.node(id_) for id_, step in steps.items() if _ended_well(step))
    settled = {target for node in settling if (target := program.settled(node)) is not None}
    return undone | {id_ for id_ in steps if static_id(id_) in settled and not is_kept(id_)}


def _failed(program: Program, steps: Mapping[str, StepState]) -> dict[str, str]:
    """Why steps of the body failed, those included that run again since others were taken back."""
    failed = (id_ for id_, step in steps.items() if step.status is StepStatus.FAILED)
    nodes = (program.node(id_) for id_ in program.in_order(failed))
    return {
        node.id: steps[node.id].reason
        for node in nodes
        if node.part == "body" and not node.is_block and not steps[node.id].late
    }


def _is_half_undone(state: RunState, id_: str) -> bool:
    undo = state.steps.get(undo_id(id_))
    return undo is not None and undo.began is not None and not _ended_well(undo)


def _behind(program: Program, known: Iterable[str], undone: Iterable[str]) -> Iterator[str]:
    """The first step that was taken back, and all that comes behind it in the order of the file."""
    targets = {static_id(id_) for id_ in undone}
    ordered = program.in_order(known)
    first = next((n for n, id_ in enumerate(ordered) if static_id(id_) in targets), len(ordered))
    yield from ordered[first:]


def _joined(before: Frame, now: Frame) -> Frame:
    return Frame(
        values={**before.values, **now.values},
        left_out=list(now.left_out),
        captured={**before.captured, **now.captured},
        results={**before.results, **now.results},
        secrets=list(dict.fromkeys((*before.secrets, *now.secrets))),
        directory=now.directory,
    )


def _unended(step: StepState) -> StepState:
    return structs.replace(step, phase=StepPhase.OPEN, status=None, reason="", ended=None)


def _leaves(program: Program, earlier: Earlier) -> dict[str, StepState]:
    """The remembered steps that hold no others, in the order of the file."""
    ordered = program.in_order(earlier.steps)
    return {id_: earlier.steps[id_] for id_ in ordered if not program.node(id_).is_block}


def _ended_well(step: StepState) -> bool:
    return step.status in _WELL and not step.passed_over


def _is_unknown(step: StepState) -> bool:
    """Whether nobody knows if its newest attempt was done: it was under way, or stopped from outside."""
    if step.phase is not StepPhase.ENDED:
        return step.phase in (*_ACTING, StepPhase.UNKNOWN)
    stopped = step.status is StepStatus.CANCELLED and step.stopped_because is not None
    return stopped or step.status is StepStatus.UNKNOWN


def _hidden_names(earlier: Earlier, id_: str) -> tuple[str, ...]:
    """What a step captured and no record holds, since it is secret."""
    secrets = _frame_of(earlier, id_).secrets
    return tuple(name for name in earlier.steps[id_].captured if name in secrets)


def _frame_of(earlier: Earlier, step: str) -> Frame:
    return frame_of(RunState(frames=earlier.frames), step)


def _first_frame(program: Program, state: RunState) -> Frame:
    """The frame of the run as it was created: without what steps captured and asked for."""
    now = state.frames[BODY]
    asked = {name for node in program.nodes if node.frame == BODY for name in node.step.asked}
    values = {name: value for name, value in now.values.items() if name not in asked}
    return Frame(
        values=values,
        left_out=[name for name in now.left_out if name not in asked],
        secrets=[name for name in now.secrets if name in values],
        directory=now.directory,
    )


# What becomes of it


def _go_on(step: StepState, known: StepState) -> None:
    """Take over how far the step had come: its tries, its poll, the yes to it, and when its wait ends."""
    decided_anew = known.status is StepStatus.FAILED
    step.attempts, step.began, step.allowed = known.attempts, known.began, known.allowed
    step.due, step.label, step.items = known.due, known.label, known.items
    step.command, step.sent = known.command, known.sent
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
    inside = [id_ for id_ in run.program.in_order(earlier.steps) if is_inside(id_, node.id)]
    for key in [key for key in earlier.frames if key == node.id or is_inside(key, node.id)]:
        state.frames[key] = earlier.frames[key]
    for id_ in (node.id, *inside):
        step = known if id_ == node.id else earlier.steps.pop(id_)
        state.steps[id_] = step
        if run.program.node(id_).is_loop:
            # Also the cleanup steps in it, which are still to come.
            for number in range(step.items):
                run.make_states(item_id(id_, number))
        _take_names(run, run.program.node(id_), step)
    for id_ in inside:
        inner, step = run.program.node(id_), state.steps[id_]
        if (
            step.status is StepStatus.SUCCEEDED
            and inner.step.undo is not None
            and not inner.is_loop
        ):
            state.completed.append(id_)
        run.outbox.tell_finished(inner, step)
    assert known.status is not None
    run.end(node, known.status, known.reason, ended=known.ended)
    place = {id_: number for number, id_ in enumerate(earlier.completed)}
    state.completed.sort(key=lambda done: place.get(done, len(place)))


def _take_names(run: Run, node: Node, step: StepState) -> None:
    """What a step made stands for what it stood for: captures, answers, results."""
    key = next(frame_keys(run.state, node.id))
    before, frame = run.state.earlier.frames.get(key), run.state.frames[key]
    if before is None or before is frame:
        return
    made = (*step.captured, *captures_of(node.step))
    frame.captured.update({name: before.captured[name] for name in made if name in before.captured})
    asked = node.step.asked
    frame.values.update({name: before.values[name] for name in asked if name in before.values})
    frame.left_out += [name for name in asked if name in before.left_out]
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


def _may_repeat(program: Program, node: Node) -> bool:
    """Whether a step, or a block around it, says that it may be done twice."""
    id_ = node.id
    while id_ != BODY:
        step = program.node(id_).step
        if step.idempotent or step.read_only is True:
            return True
        id_ = holder_id(id_)
    return False


def _ask_whether_done(run: Run, node: Node, known: StepState) -> None:
    """Put an attempt that did not finish to the operator."""
    run.step(node).command, run.step(node).sent = known.command, known.sent
    captures = named_captures(run.program, node)
    run.ask(
        node,
        Question(
            step=node.id,
            title=node.step.name,
            kind="unknown",
            message="Its last attempt began and did not finish: nobody knows whether it was done.",
            danger=node.step.danger,
            upcoming=Shown(known.command, known.sent).text if known.command else None,
            captures=captures,
            secrets=tuple(name for name in captures if name in node.step.secret_captures),
        ),
    )
