"""Taking back: when a run failed or was aborted, finished steps with an `undo` are offered, last first."""

from __future__ import annotations

from pup_tui.core.actions import Ask, Question, UndoOffer, Withdraw
from pup_tui.core.events import Event, UndoChosen
from pup_tui.core.ids import UNDO, item_numbers, undo_id
from pup_tui.core.run import Run
from pup_tui.core.scope import explain
from pup_tui.core.shown import shown_step
from pup_tui.core.state import BlockState, RunPhase, RunStatus
from pup_tui.template.errors import TemplateError


def offer(run: Run) -> bool:
    """Ask which steps shall be taken back; False where there is nothing to ask."""
    state = run.state
    if state.cancelled is not None or state.verdict not in (RunStatus.FAILED, RunStatus.ABORTED):
        return False
    state.offered = [undo_id(step) for step in dict.fromkeys(reversed(state.completed))]
    if not state.offered:
        return False
    state.phase = RunPhase.UNDOING
    question = Question(
        step=UNDO,
        title="Undo",
        kind="undo",
        message=f"{state.verdict_reason}. These steps can be taken back.",
        offers=tuple(_offer(run, step) for step in state.offered),
    )
    state.asked.append(UNDO)
    run.outbox.tell_waiting(question)
    run.outbox.add(Ask(question=question))
    return True


def _offer(run: Run, step: str) -> UndoOffer:
    node = run.program.node(step)
    try:
        command = shown_step(run.program, run.state, node).text
    except TemplateError as error:
        command = f"(cannot be told yet: {explain(error)})"
    undone = run.program.node(step.removesuffix(UNDO))
    name = undone.step.name + "".join(f" [{number}]" for number in item_numbers(step))
    done = run.state.steps.get(undone.id)
    if done is None:
        name += f" (attempt {undone.id.rpartition('#')[2]})"
    elif done.label:
        name += f" {done.label}"
    if doubtful := step in run.state.doubted:
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
