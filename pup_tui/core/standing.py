"""Where a run stands that could go on: what of it is remembered, asked about, and done once more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, structs

from pup_tui.core.behind import behind
from pup_tui.core.ids import (
    UNDO,
    attempt_id,
    holder_id,
    holders,
    is_item,
    is_kept,
    is_part_of,
    same_items,
    undo_id,
    upwards,
)
from pup_tui.core.program import Node, Program
from pup_tui.core.scope import frame_keys, frame_of
from pup_tui.core.sent import NOTHING_SENT
from pup_tui.core.state import (
    BODY,
    Earlier,
    Frame,
    RunPhase,
    RunState,
    RunStatus,
    StepPhase,
    StepState,
    StepStatus,
)
from pup_tui.runbook.model import ShellStep

_WELL = (StepStatus.SUCCEEDED, StepStatus.WARNED, StepStatus.IGNORED, StepStatus.SKIPPED)
_ACTING = (StepPhase.RUNNING, StepPhase.STOPPING)


class Standing(Struct, frozen=True, kw_only=True):
    """Where a run stands that could go on: ids of steps, in the order of the file.

    `finished` stay as they are. `begun` did not finish; of those `unknown` may not simply be done twice,
    and of the `followed` it is known what they have begun elsewhere: how that ends tells whether they were
    done. `never_begun` were about to begin (`without_attempts`).
    `undone` were taken back and run again, and with them what is `behind`, whether it was done or nobody
    knows. Of `half_undone` somebody is asked whether they were; what is `half_behind` runs again if so.
    `repeated` are the steps for failures and for the end that have run and run again, though of
    `half_repeated` nobody knows whether they did. `failed` run again, each with the reason why it failed.
    `hidden` ended well, but captured secrets under these names, which are not stored; of those `again` may
    be done twice. `to_come` had no turn yet; a block of which nothing had is named and not what it holds.
    """

    finished: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    followed: tuple[str, ...] = ()
    never_begun: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    half_undone: tuple[str, ...] = ()
    half_behind: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    half_repeated: tuple[str, ...] = ()
    failed: dict[str, str] = {}
    hidden: dict[str, tuple[str, ...]] = {}
    again: tuple[str, ...] = ()
    to_come: tuple[str, ...] = ()


class Became(Struct):
    """What somebody knows of what did not finish: steps that were done, with what they captured, those that
    were taken back, and those whose undo began and did not take them back.
    """

    done: dict[str, dict[str, Any]] = {}
    taken_back: list[str] = []
    not_undone: dict[str, StepState] = {}


def can_resume(state: RunState) -> bool:
    """Whether anything of the run is left to do; one that has succeeded is over."""
    return state.phase is not RunPhase.NEW and state.status is not RunStatus.SUCCEEDED


def standing(program: Program, state: RunState) -> Standing:
    """What of a run would be done, asked about and done once more if it were resumed now."""
    state = with_open_questions(state)
    steps = _in(program, state.steps)
    doubtful = half_undone(program, state)
    earlier = remembered(program, state, doubtful)
    leaves = leaves_of(program, earlier)
    again = behind_doubtful(program, earlier)
    half_behind = [
        id_
        for id_ in again
        if id_ in leaves and _may_be_done(leaves[id_]) and not is_in(id_, doubtful)
    ]
    unknown = [id_ for id_, step in leaves.items() if is_unknown(step)]
    followed = tuple(id_ for id_ in unknown if goes_on_elsewhere(program.node(id_), leaves[id_]))
    # Also those that take back or clean up, which are not asked about: what may live on is what began.
    begun = {
        id_ for id_, step in steps.items() if is_unknown(step) and not program.node(id_).is_block
    }.union(unknown)
    taken_back = _undone(program, state.steps).difference(doubtful)
    undone = program.in_order(id_ for id_ in taken_back if program.has(id_))
    given = (id_ for id_ in state.earlier.skipped if _was_given(earlier, id_))
    well = (id_ for id_, step in leaves.items() if ended_well(step))
    holding = dict.fromkeys((*well, *given))
    hidden = {id_: names for id_ in holding if (names := _hidden_names(earlier, id_))}
    acted = _acted(program, steps)
    repeated = program.in_order(
        id_ for id_ in acted if steps[id_].late or program.node(id_).part == "cleanup"
    )
    # No event leaves a step in this phase.
    ready = [id_ for id_, step in steps.items() if step.phase is StepPhase.READY]
    behind_undone = _done_behind(program, state, earlier, taken_back)
    failed = failed_in(program, {**steps, **leaves})
    finished = finished_of(leaves, ())
    had_turn = {*finished, *begun, *undone, *behind_undone, *doubtful, *repeated, *failed, *ready}
    entered = {around for id_ in had_turn if UNDO not in id_ for around in upwards(id_)}
    return Standing(
        finished=tuple(finished_of(leaves, again)),
        # What goes on elsewhere is waited for there, whatever of it is seen here.
        begun=tuple(program.in_order(sorted(begun.difference(followed)))),
        unknown=tuple(
            id_
            for id_ in unknown
            if id_ not in followed and not may_repeat(program, program.node(id_))
        ),
        followed=followed,
        never_begun=tuple(program.in_order(ready)),
        undone=tuple(undone),
        behind=tuple(behind_undone),
        half_undone=tuple(program.in_order(doubtful)),
        half_behind=tuple(half_behind),
        repeated=tuple(repeated),
        half_repeated=tuple(id_ for id_ in repeated if id_ in begun),
        failed=failed,
        hidden=hidden,
        again=tuple(id_ for id_ in hidden if may_repeat(program, program.node(id_))),
        to_come=tuple(_to_come(program, program.body, entered)),
    )


def _to_come(program: Program, steps: Iterable[str], entered: Collection[str]) -> Iterator[str]:
    """Which of some steps had no turn, and nothing in them; not those for a failure or for the end.

    `entered` are the others. Of a foreach that has begun it is not told which items are left.
    """
    for id_ in steps:
        node = program.node(id_)
        if node.part == "body" and node.step.when != "on_failure":
            if id_ not in entered:
                yield id_
            elif node.is_block and not node.is_loop:
                yield from _to_come(program, program.children(id_), entered)


def _acted(program: Program, steps: Mapping[str, StepState]) -> set[str]:
    """The steps that have begun and did something, and the blocks that hold such.

    A stop does nothing that could be done twice. What takes back is not among them.
    """
    nodes = (program.node(id_) for id_, step in steps.items() if step.began is not None)
    leaves = [
        node.id
        for node in nodes
        if UNDO not in node.id and not node.is_block and node.step.stops_as is None
    ]
    return {around for id_ in leaves for around in upwards(id_) if around in steps}


# What had begun


def attempts_under_way(state: RunState) -> dict[str, str]:
    """The ids of the attempts that are recorded as under way, by the step."""
    return {
        id_: attempt_id(id_, step.attempts)
        for id_, step in state.steps.items()
        if step.phase in _ACTING
    }


def without_attempts(state: RunState, steps: Iterable[str]) -> RunState:
    """The state without the newest attempts of some steps, which were recorded and never acted."""
    made = state.earlier.attempts
    taken_back = {id_: _ready(state.steps[id_], made.get(id_, 0)) for id_ in steps}
    return structs.replace(state, steps=state.steps | taken_back)


def with_open_questions(state: RunState) -> RunState:
    """The state with the questions about failures that nobody answered, since the run was interrupted."""
    if state.interrupted is None:
        return state
    unanswered = {
        id_: structs.replace(_unended(step), phase=StepPhase.FAILURE)
        for id_, step in state.steps.items()
        if step.status is StepStatus.FAILED and step.failing is not None
    }
    return structs.replace(state, steps=state.steps | unanswered)


def begun_doing(stood: Standing) -> list[str]:
    """The steps that did not finish, but for those that take back, and those for failures and for the end."""
    return [id_ for id_ in stood.begun if UNDO not in id_ and id_ not in stood.repeated]


def with_done(
    program: Program, state: RunState, done: Mapping[str, Mapping[str, Any]], by: str
) -> RunState:
    """The state with steps as done that did not finish and captured this, as somebody says."""
    if not done:
        return state
    frames, steps, completed = dict(state.frames), dict(state.steps), list(state.completed)
    for id_, made in done.items():
        node = program.node(id_)
        joined = RunState(frames=state.earlier.frames | frames)
        key = next(frame_keys(joined, id_))
        frame, hidden = joined.frames[key], node.step.secret_captures
        frames[key] = structs.replace(
            frame,
            captured={**frame.captured, **made},
            secrets=list(dict.fromkeys((*frame.secrets, *hidden))),
        )
        steps[id_] = structs.replace(
            known_step(state, id_),
            phase=StepPhase.ENDED,
            status=StepStatus.SUCCEEDED,
            reason=was_done(by),
            captured=[*made, *hidden],
            passed_over=False,
            cut_short=False,
        )
        if node.can_be_undone:
            completed.append(id_)
    return structs.replace(state, frames=frames, steps=steps, completed=completed)


def was_done(by: str) -> str:
    """Why a step counts as done that did not finish."""
    return f"it was done, says {by}"


def _ready(step: StepState, made: int) -> StepState:
    """A step before its newest attempt; earlier legs have `made` some. A poll begins with its first one."""
    left, poll = step.attempts - 1, step.poll
    begins = poll is None or poll.first > left
    is_first = left == made
    return structs.replace(
        step,
        phase=StepPhase.READY,
        attempts=left,
        tries=step.tries - begins,
        poll=None if begins else poll,
        began=None if is_first else step.began,
        since=None if is_first else step.since,
        command="" if is_first else step.command,
        sent=NOTHING_SENT if is_first else step.sent,
        stopped_because=None,
    )


# What is remembered


def remembered(
    program: Program,
    state: RunState,
    doubtful: Mapping[str, StepState] = {},
    *,
    exact: bool = True,
) -> Earlier:
    """What all legs together have done, without what was taken back and what has to be done once more.

    Also without the steps that `program` does not have, where it is made from another text. The steps that
    are `doubtful` (`half_undone`) stay until somebody has said whether they were taken back; `exact` is as in
    `Resumed`.
    """
    before, known = state.earlier, _known(program, state)
    dropped = {id_ for id_, step in known.items() if step.late or program.node(id_).part != "body"}
    undone = _undone(program, {**state.steps, **known}, exact=exact).difference(doubtful)
    back = behind(program, known, undone, exact=exact)
    dropped |= {id_ for id_ in back if not is_in(id_, doubtful)}
    frames = dict(before.frames)
    for key, frame in state.frames.items():
        frames[key] = _joined(frames[key], frame) if key in frames else frame
    # What would take a step back does not stand in it: the step stays, unless it was taken back.
    entered = (
        *(id_ for id_ in dropped if UNDO not in id_),
        *doubtful,
        *(_lost(known) if exact else ()),
    )
    around = {holder for id_ in entered for holder in holders(id_)}
    stops = [id_ for id_ in known if _has_stopped(program, known, id_, around)]
    dropped.update(stops)
    # One that the newest leg did not come to.
    stops += (id_ for id_ in before.stops if id_ not in known or not ended_well(known[id_]))
    around.update(holder for id_ in stops for holder in holders(id_))
    left = {
        id_: _unended(step) if id_ in around else step
        for id_, step in known.items()
        if id_ not in dropped and dropped.isdisjoint(holders(id_))
    }
    return Earlier(
        steps=left,
        frames=frames,
        half_undone=dict(doubtful),
        stops=tuple(dict.fromkeys(stops)),
        exact=exact,
    )


def as_left(program: Program, state: RunState) -> dict[str, StepState]:
    """The steps of the body as all legs left them, also those that would be done again if it went on."""
    known = _known(program, state)
    return {id_: step for id_, step in known.items() if program.node(id_).part == "body"}


def undos_over(
    program: Program, state: RunState, taken_back: Collection[str], by: str
) -> dict[str, StepState]:
    """The undo steps that took something back, with what they hold; those of the `taken_back` did, says
    somebody.
    """
    found: dict[str, StepState] = {}
    for id_, step in _in(program, state.steps).items():
        undone, is_undo, inside = id_.partition(UNDO)
        if not is_undo or (undo := state.steps.get(undo_id(undone))) is None or undo.began is None:
            continue
        if undone in taken_back and not inside:
            step = structs.replace(
                step,
                phase=StepPhase.ENDED,
                status=StepStatus.SUCCEEDED,
                reason=f"it was taken back, says {by}",
                failing=None,
            )
        if undone in taken_back or ended_well(undo):
            found[id_] = step
    return found


def _known(program: Program, state: RunState) -> dict[str, StepState]:
    """The steps of all legs that have had their turn, each as the newest of them left it."""
    before = state.earlier
    return _in(program, before.steps) | {
        id_: structs.replace(step, spent=step.took(state.clock), since=None, held=0.0)
        for id_, step in _in(program, state.steps).items()
        if step.phase is not StepPhase.PENDING
        and not ((step.passed_over or step.cut_short) and id_ in before.steps)
        and not is_in(id_, before.half_undone)
    }


def _has_stopped(
    program: Program, known: Mapping[str, StepState], id_: str, entered: Collection[str]
) -> bool:
    """Whether a step has ended its runbook, which is not over so: whether it does is judged once more.

    A called one that ended well is over, unless it is `entered` again, for its cleanup for instance.
    """
    if program.node(id_).step.stops_as is None or known[id_].status is not StepStatus.SUCCEEDED:
        return False
    called = next((around for around in holders(id_) if program.node(around).is_called), None)
    if called is None or called in entered or called not in known:
        return True
    return not ended_well(known[called])


def _lost(known: Mapping[str, StepState]) -> Iterator[str]:
    """The steps that are left to do inside of a block that has begun, whatever the block ended as."""
    for id_, step in known.items():
        around = known.get(holder_id(id_)) if step.cut_short else None
        if around is not None and around.began is not None:
            yield id_


def half_undone(program: Program, state: RunState) -> dict[str, StepState]:
    """The undo steps that did not finish, by the step of which nobody knows whether it was taken back.

    What an earlier attempt of a block did (`ids.attempt_id`) is not among them: its step has been made again.
    """
    found = {
        **state.earlier.half_undone,
        **{
            id_.removesuffix(UNDO): step
            for id_, step in state.steps.items()
            if id_.endswith(UNDO) and step.began is not None and not ended_well(step)
        },
    }
    return {
        id_: step for id_, step in found.items() if program.has(undo_id(id_)) and not is_kept(id_)
    }


def kept_for_undo(program: Program, state: RunState) -> tuple[list[str], list[str]]:
    """What earlier attempts of blocks did that can still be taken back, and the undo steps of the `doubted`.

    Nobody knows of those whether they were taken back, since their undo began and did not finish.
    """
    kept, doubted = [], []
    for id_ in state.completed:
        if not (is_kept(id_) and program.has(id_) and program.node(id_).can_be_undone):
            continue
        undo = state.steps.get(undo_id(id_))
        began = undo is not None and undo.began is not None
        if undo is not None and began and ended_well(undo):
            continue
        kept.append(id_)
        if began or undo_id(id_) in state.doubted:
            doubted.append(undo_id(id_))
    return kept, doubted


def is_in(id_: str, steps: Collection[str]) -> bool:
    """Whether a step is one of some, or inside of one of them."""
    return bool(steps) and UNDO not in id_ and any(around in steps for around in upwards(id_))


def gone_from(program: Program, state: RunState) -> dict[str, StepState]:
    """The steps that have begun and that a program of another text does not have."""
    steps = state.earlier.steps | state.steps
    return {
        id_: step for id_, step in steps.items() if step.began is not None and not program.has(id_)
    }


def _in(program: Program, steps: Mapping[str, StepState]) -> dict[str, StepState]:
    return {id_: step for id_, step in steps.items() if program.has(id_)}


def _undone(program: Program, steps: Mapping[str, StepState], *, exact: bool = True) -> set[str]:
    """The steps that were taken back: by an undo step that began, or by a step that settles them.

    Not those of which an earlier attempt was: what has been made again since stands. Some may be none of
    `program`, and neither need it have their undo, where it is made from another text.
    """
    undone = {
        id_.removesuffix(UNDO)
        for id_, step in steps.items()
        if id_.endswith(UNDO) and step.began is not None
    }
    undone = {id_ for id_ in undone if not is_kept(id_)}
    for id_, step in _in(program, steps).items():
        settled = program.settled(program.node(id_))
        if settled is not None and (_settles(id_, step) if exact else ended_well(step)):
            of_it = (other for other in steps if is_part_of(other, settled) and not is_kept(other))
            undone.update(other for other in of_it if not exact or same_items(id_, other))
    return undone


def _settles(id_: str, step: StepState) -> bool:
    """Whether a step has taken back what it settles: a foreach does when it has run for all items."""
    return step.status is StepStatus.SUCCEEDED and not is_item(id_)


def failed_in(program: Program, steps: Mapping[str, StepState]) -> dict[str, str]:
    """Why steps of the body failed, those included that run again since others were taken back.

    Not those of which a block around them takes care, by its next attempt or its question.
    """
    had = _in(program, steps)
    over = {
        id_ for id_, step in had.items() if attempt_is_over(step) and program.node(id_).is_block
    }
    failed = (
        id_
        for id_, step in had.items()
        if step.status is StepStatus.FAILED and over.isdisjoint(upwards(id_))
    )
    nodes = (program.node(id_) for id_ in program.in_order(failed))
    return {
        node.id: steps[node.id].reason
        for node in nodes
        if node.part == "body" and not node.is_block and not steps[node.id].late
    }


def _joined(before: Frame, now: Frame) -> Frame:
    return Frame(
        values={**before.values, **now.values},
        left_out=dict(now.left_out),
        captured={**before.captured, **now.captured},
        results={**before.results, **now.results},
        secrets=list(dict.fromkeys((*before.secrets, *now.secrets))),
        directory=now.directory,
    )


def _unended(step: StepState) -> StepState:
    return structs.replace(step, phase=StepPhase.OPEN, status=None, reason="", ended=None)


def leaves_of(program: Program, earlier: Earlier) -> dict[str, StepState]:
    """The remembered steps that hold no others, in the order of the file."""
    ordered = program.in_order(earlier.steps)
    return {id_: earlier.steps[id_] for id_ in ordered if not program.node(id_).is_block}


def finished_of(leaves: Mapping[str, StepState], again: Iterable[str]) -> list[str]:
    """The steps that stay as they ended, whatever anybody says: all but those that may run `again`."""
    may_run = set(again)
    return [id_ for id_, step in leaves.items() if ended_well(step) and id_ not in may_run]


def behind_doubtful(program: Program, earlier: Earlier) -> list[str]:
    """The steps that run again if one before them was taken back that was half undone."""
    return behind(program, earlier.steps, earlier.half_undone, exact=earlier.exact)


def _done_behind(
    program: Program, state: RunState, earlier: Earlier, taken_back: Collection[str]
) -> list[str]:
    """The steps of the body that were done, or may have been, and that are behind what was taken back."""
    dropped = {
        id_: step
        for id_, step in _known(program, state).items()
        # To judge a stop once more does nothing.
        if id_ not in earlier.steps and id_ not in earlier.stops
    }
    nodes = map(program.node, program.in_order(dropped))
    return [
        node.id
        for node in nodes
        if node.part == "body" and not node.is_block and not is_in(node.id, taken_back)
        if _may_be_done(dropped[node.id]) and not dropped[node.id].late
    ]


def _may_be_done(step: StepState) -> bool:
    return step.began is not None and (ended_well(step) or is_unknown(step))


def known_step(state: RunState, id_: str) -> StepState:
    """A step as it stands: what the newest leg has not come to yet is as an earlier one left it."""
    step, before = state.steps.get(id_), state.earlier.steps.get(id_)
    if before is not None and (step is None or step.phase is StepPhase.PENDING):
        return before
    return state.steps[id_]


def ended_well(step: StepState) -> bool:
    """Whether a step stays as it is: it succeeded, its failure was taken, or it was not wanted."""
    return step.status in _WELL and not (step.passed_over or step.cut_short)


def is_unknown(step: StepState) -> bool:
    """Whether nobody knows if its newest attempt was done: it was under way, or stopped from outside."""
    if step.phase is not StepPhase.ENDED:
        return step.phase in (*_ACTING, StepPhase.UNKNOWN)
    stopped = step.status is StepStatus.CANCELLED and step.stopped_because is not None
    return stopped or step.status is StepStatus.UNKNOWN


def is_of_items(step: str) -> bool:
    """Whether a step is an item of a foreach, or stands in one."""
    return any(map(is_item, upwards(step)))


def attempt_is_over(step: StepState) -> bool:
    """Whether a step waits for the next attempt of its poll or retry, or for a word about its failure."""
    if step.attempts == 0 or step.status is StepStatus.FAILED:
        return False
    if step.phase is StepPhase.FAILURE:
        return step.failing is not None
    return (step.due if step.poll is None else step.poll.next_at) is not None


def goes_on_elsewhere(node: Node, step: StepState) -> bool:
    """Whether it is known what the unfinished attempt of a step has begun elsewhere, and can be followed."""
    # A script was on its host; what has no host is followed by its kind.
    is_followed = isinstance(node.step, ShellStep) if step.host else node.step.follows
    return bool(step.follows) and is_followed


def _hidden_names(earlier: Earlier, id_: str) -> tuple[str, ...]:
    """What a step captured and no record holds, since it is secret."""
    secrets = frame_before(earlier, id_).secrets
    return tuple(name for name in earlier.steps[id_].captured if name in secrets)


def _was_given(earlier: Earlier, id_: str) -> bool:
    """Whether something was given for a step that is left out."""
    step = earlier.steps.get(id_)
    return step is not None and step.attempts == 0 and bool(step.captured)


def frame_before(earlier: Earlier, step: str) -> Frame:
    """The frame in which a step's captures were kept."""
    return frame_of(RunState(frames=earlier.frames), step)


def first_frame(program: Program, state: RunState) -> Frame:
    """The frame of the run as it was created: without what steps captured and asked for."""
    now = state.frames[BODY]
    asked = {name for node in program.nodes if node.frame == BODY for name in node.step.asked}
    values = {name: value for name, value in now.values.items() if name not in asked}
    return Frame(
        values=values,
        left_out={n: type_ for n, type_ in now.left_out.items() if n not in asked},
        secrets=[name for name in now.secrets if name in values],
    )


def open_values(frame: Frame) -> dict[str, Any]:
    """The values of a frame that are no secrets."""
    return {name: value for name, value in frame.values.items() if name not in frame.secrets}


def may_repeat(program: Program, node: Node) -> bool:
    """Whether a step, or a block around it, says that it may be done twice."""
    steps = (program.node(id_).step for id_ in upwards(node.id))
    return any(step.idempotent or step.read_only is True for step in steps)
