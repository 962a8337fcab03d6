"""Steps whose undo did not finish: in the next leg of the run somebody says whether they were taken back.

What was taken back is pending again, with all behind it; what was not stays done. The undo may also run once
more, and then the step is taken back.
"""

from __future__ import annotations

from pup_tui.core import repeats, resuming
from pup_tui.core.actions import Question
from pup_tui.core.behind import behind
from pup_tui.core.events import Answered, Event
from pup_tui.core.ids import is_inside, undo_id
from pup_tui.core.program import Node
from pup_tui.core.run import Run
from pup_tui.core.sent import Shown
from pup_tui.core.standing import ended_well, is_in
from pup_tui.core.state import BlockState, RunStatus, StepPhase, StepStatus
from pup_tui.core.titles import title_of


def ask(run: Run, node: Node) -> bool:
    """Ask whether the step was taken back; False where that is known."""
    undo = run.state.earlier.half_undone.get(node.id)
    if undo is None:
        return False
    run.ask(
        node,
        Question(
            step=node.id,
            title=title_of(run.program, run.state, node.id),
            kind="half-undone",
            message="Its undo began and did not finish: nobody knows whether it was taken back.",
            danger=run.program.node(undo_id(node.id)).step.danger,
            upcoming=Shown(undo.command, undo.sent).text if undo.command else None,
        ),
    )
    return True


def answered(run: Run, node: Node, event: Event) -> bool:
    """Take in what the operator knows; True where it is the step's turn now."""
    assert isinstance(event, Answered)
    run.outbox.tell_answered(event.step, event.answer, event.by, event.note)
    note = f": {event.note}" if event.note else ""
    match event.answer:
        case "taken-back":
            _taken_back(run, node)
        case "stays":
            del run.state.earlier.half_undone[node.id]
            run.step(node).phase = StepPhase.PENDING
        case "undo":
            _undo_again(run, node)
            return False
        case _:
            run.decide(RunStatus.ABORTED, f"`{node.id}`: aborted by {event.by}{note}")
            run.end(node, StepStatus.UNKNOWN, f"nobody knows whether it was taken back{note}")
            return False
    return True


def _undo_again(run: Run, node: Node) -> None:
    """Run the undo in the step's place, with the names that it saw."""
    undo, earlier = undo_id(node.id), run.state.earlier
    repeats.note_before(run, node)
    for id_, step in earlier.steps.items():
        if id_ == node.id or is_inside(id_, node.id):
            resuming.take_names(run, run.program.node(id_), step)
    run.make_states(undo)
    run.step(node).phase = StepPhase.OPEN
    run.state.blocks[node.id] = BlockState(children=[undo])
    run.todo.append(node.id)


def undo_ended(run: Run, node: Node) -> bool:
    """End a step whose undo failed once more; True where it was taken back, and it is the step's turn."""
    undo = run.state.steps[undo_id(node.id)]
    if undo.began is None or not ended_well(undo):
        why = f": {undo.reason}" if undo.reason else ""
        run.end(node, StepStatus.UNKNOWN, f"nobody knows whether it was taken back{why}")
        return False
    del run.state.blocks[node.id]
    repeats.forget_made(run, node)
    _taken_back(run, node)
    return True


def _taken_back(run: Run, node: Node) -> None:
    """Let the step be pending again, and all behind it. What its undo did is over: it may be undone anew."""
    state, earlier, undo = run.state, run.state.earlier, undo_id(node.id)
    del earlier.half_undone[node.id]
    for id_ in behind(run.program, earlier.steps, [node.id], exact=earlier.exact):
        if not is_in(id_, earlier.half_undone):
            del earlier.steps[id_]
    for id_ in [id_ for id_ in state.steps if id_ == undo or is_inside(id_, undo)]:
        earlier.attempts[id_] = state.steps.pop(id_).attempts
    run.step(node).phase = StepPhase.PENDING
