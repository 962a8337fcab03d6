"""Taking back: when a run failed or was aborted, finished steps with an `undo` are offered, last first."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from pup_tui.core.actions import Ask, Question, UndoOffer, Withdraw
from pup_tui.core.events import Event, UndoChosen
from pup_tui.core.ids import UNDO, item_numbers, undo_id
from pup_tui.core.program import Program
from pup_tui.core.run import Run
from pup_tui.core.scope import explain
from pup_tui.core.shown import shown_step
from pup_tui.core.standing import kept_for_undo, remembered
from pup_tui.core.state import BlockState, RunPhase, RunState, RunStatus, StepState, StepStatus
from pup_tui.template.errors import TemplateError


def offer(run: Run) -> bool:
    """Ask which steps shall be taken back; False where there is nothing to ask."""
    state = run.state
    if state.cancelled is not None or state.verdict not in (RunStatus.FAILED, RunStatus.ABORTED):
        return False
    state.offered = _undo_steps(state)
    if not state.offered:
        return False
    state.phase = RunPhase.UNDOING
    question = Question(
        step=UNDO,
        title="Undo",
        kind="undo",
        message=f"{state.verdict_reason}. These steps can be taken back.",
        offers=offers(run.program, state),
    )
    state.asked.append(UNDO)
    run.outbox.tell_waiting(question)
    run.outbox.add(Ask(question=question))
    return True


def offers(program: Program, state: RunState) -> tuple[UndoOffer, ...]:
    """What could be taken back if the run failed now, in the order in which it would be."""
    return tuple(_offer(program, state, step) for step in _undo_steps(state))


def offers_later(
    program: Program, state: RunState, not_undone: Mapping[str, StepState] = {}
) -> tuple[UndoOffer, ...]:
    """The same of a run that is over, or was left: what could be taken back if it went on for that.

    Of the `half_undone` (`standing`) those that are `not_undone` can be as well.
    """
    stood = remembered(program, state, not_undone)
    done = {id_ for id_, step in stood.steps.items() if step.status is StepStatus.SUCCEEDED}
    kept, doubted = kept_for_undo(program, state)
    before = dict.fromkeys((*state.earlier.completed, *state.completed))
    completed = [id_ for id_ in before if program.has(id_) and (id_ in done or id_ in kept)]
    completed = [id_ for id_ in completed if program.node(id_).can_be_undone]
    later = structs.replace(
        state, completed=completed, doubted=doubted, frames=stood.frames | state.frames
    )
    return offers(program, later)


def _undo_steps(state: RunState) -> list[str]:
    return [undo_id(step) for step in dict.fromkeys(reversed(state.completed))]


def _offer(program: Program, state: RunState, step: str) -> UndoOffer:
    node = program.node(step)
    try:
        command = shown_step(program, state, node).text
    except TemplateError as error:
        command = f"(cannot be told yet: {explain(error)})"
    undone = program.node(step.removesuffix(UNDO))
    name = undone.step.name + "".join(f" [{number}]" for number in item_numbers(step))
    done = state.steps.get(undone.id)
    if done is None:
        name += f" (attempt {undone.id.rpartition('#')[2]})"
    elif done.label:
        name += f" {done.label}"
    if doubtful := step in state.doubted:
        name += ": its undo began before and did not finish, look whether it was taken back"
    return UndoOffer(
        step=step, name=name, command=command, danger=node.step.danger, doubtful=doubtful
    )


def chosen(run: Run, event: Event) -> None:
    """Run what was chosen, in the order of the offer."""
    assert isinstance(event, UndoChosen)
    if UNDO in run.state.blocks:
        return
    wanted = [step for step in run.state.offered if step in event.steps]
    answer = f"undo {len(wanted)} of {len(run.state.offered)}" if wanted else "undo nothing"
    run.outbox.tell_answered(UNDO, answer, event.by, event.note)
    for step in wanted:
        run.make_states(step)
    _begin(run, wanted)


def withdraw(run: Run) -> None:
    """Take the offer back: nothing is undone."""
    if UNDO not in run.state.blocks:
        run.outbox.add(Withdraw(step=UNDO))
        _begin(run, [])


def _begin(run: Run, steps: list[str]) -> None:
    run.state.blocks[UNDO] = BlockState(children=steps)
    run.todo.append(UNDO)
