"""What the operator wants of a run under way, with the questions that come before it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App

from pup_tui.core.actions import Question, UndoOffer
from pup_tui.core.ids import UNDO
from pup_tui.core.titles import title_of
from pup_tui.core.undoing import offers
from pup_tui.drivers.local import LocalRun
from pup_tui.spelling import as_typed
from pup_tui.tui.changing import StepChanges
from pup_tui.tui.decided import GoingOn
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.dialog import Answer, Dialog, ValuesAnswer, listed, tell_unsent
from pup_tui.tui.dialogs.reason import ReasonScreen
from pup_tui.tui.dialogs.undo import UndoAnswer, UndoScreen
from pup_tui.tui.widgets.open_questions import Push

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Sources

_NOT_CHOSEN: tuple[Sequence[str] | None, UndoAnswer | None] = ((), None)

MORE_TIME = 300.0
"""Seconds that one key gives to a poll."""


class RunRequests:
    """Asks things of a run in the operator's name."""

    def __init__(
        self,
        live: LocalRun,
        operator: str,
        push: Push,
        app: Callable[[], App[Any]],
        sources: Callable[[], Sources] | None,
    ) -> None:
        self._live = live
        self._operator = operator
        self._push = push
        self._app = app
        self._sources = sources
        self._decided: dict[str, GoingOn] = {}
        self._asking: tuple[str, Dialog] | None = None
        self._reasons: dict[str, dict[str, str]] = {}
        self._changing: tuple[str, StepChanges] | None = None
        self._at_end = _NOT_CHOSEN
        self.going_on: tuple[str, GoingOn] | None = None
        """The step that failed, and how the run goes on from there, where it was broken off for that."""

    def withdraw(self, step: str | None = None) -> None:
        """Close the dialog that asks about `step`, or any dialog; it needs no answer any more."""
        if self._asking is not None and step in (None, self._asking[0]):
            self._asking[1].withdraw()

    def withdraw_change(self, question: Question, typed: Mapping[str, str]) -> None:
        """Close what asks for more than a key about a step that failed: nothing is to be decided of it.

        What was `typed` for the question, and for a change of the step, and is in no dialog, is told.
        """
        step = question.step
        if self._changing is not None and step == self._changing[0]:
            self._changing[1].withdraw()
            return
        kept = self._decided.get(step, GoingOn())
        texts = [typed, kept.typed_in("edit", step), kept.typed_in("skip", step)]
        told = "\n".join(filter(None, map(listed, texts)))
        tell_unsent(self._app(), question.title, told)

    def answer(self, question: Question, answer: Answer) -> None:
        live, step, by = self._live, question.step, self._operator
        match answer:
            case Answer(answer="later"):
                live.interrupt(f"left for later by {by}")
            case UndoAnswer(steps=steps):
                live.undo(steps, by, answer.note)
            case ValuesAnswer():
                live.answer(
                    step,
                    answer.answer,
                    by,
                    values=answer.values,
                    left_out=answer.left_out,
                    secrets=answer.secrets,
                    made=answer.made,
                )
            case _:
                live.answer(step, answer.answer, by, answer.note)

    @property
    def undoable(self) -> tuple[UndoOffer, ...]:
        """What could be taken back if the run ended here."""
        return offers(self._live.program, self._live.state)

    def ways(self, step: str) -> set[str]:
        """What can become of a step that failed, or of which nobody knows whether it was done."""
        undo = ["undo"] if self.undoable else []
        return {"continue", "later", "abort", *undo, *self._changes(step).ways(step)}

    def undo_once_offered(self, steps: Collection[str]) -> None:
        """Take these steps back, and no more, as soon as the run asks what is to be undone."""
        self._at_end = None, UndoAnswer("undo", steps=tuple(steps))

    @property
    def failed(self) -> Mapping[str, str]:
        """The steps that failed and would run again if the run were resumed, each with the reason."""
        from pup_tui.core.standing import standing

        return standing(self._live.program, self._live.state).failed

    def title_of(self, step: str) -> str:
        return title_of(self._live.program, self._live.state, step)

    def choose_undone(self, step: str, chosen: Callable[[UndoAnswer | None], None]) -> None:
        """Ask what is to be taken back if the run ends here; None where the operator goes back."""
        question = Question(
            step=UNDO,
            title="Undo, and end the run",
            kind="undo",
            message="These steps can be taken back. The run ends with that.",
            offers=self.undoable,
        )

        def closed(answer: Answer | None) -> None:
            chosen(answer if isinstance(answer, UndoAnswer) else None)

        self._ask(step, UndoScreen(question, back="Back"), closed)

    def undo_at_end(self, chosen: UndoAnswer) -> None:
        """Take that back, and no more, when the run that is being aborted asks what is to be undone."""
        self._at_end = [offer.step for offer in self.undoable], chosen

    def answers_undo(self, question: Question) -> bool:
        """Answer what is to be undone with what was chosen before, if it was chosen of the same."""
        (known, chosen), self._at_end = self._at_end, _NOT_CHOSEN
        offered = [offer.step for offer in question.offers]
        if known is None and chosen is not None:
            known = offered if set(chosen.steps) <= set(offered) else None
        if chosen is None or known != offered:
            return False
        self.answer(question, chosen)
        return True

    def go_on(self, step: str, how: str, done: Callable[[bool], None]) -> None:
        """Ask how a run goes on that has failed and only waits for what is to be undone; then break it off.

        What was decided is in `going_on`, for the run to be resumed with.
        """

        def decided(going: GoingOn) -> None:
            self.going_on = step, going
            self._live.interrupt(f"to run it again, by {self._operator}")

        self._decide(step, how, decided, done)

    def _changes(self, step: str) -> StepChanges:
        going = self._decided.setdefault(step, GoingOn())
        return StepChanges(self._app(), self._live.program, self._live.state, going, self._sources)

    def change(self, step: str, how: str, done: Callable[[bool], None]) -> None:
        """Ask for what an answer needs and give it; `done` is told whether that was decided."""
        self._decide(step, how, partial(self._answer_changed, step), done)

    def _decide(
        self, step: str, how: str, act: Callable[[GoingOn], None], done: Callable[[bool], None]
    ) -> None:
        asks = self._change(step, how, act, done)
        self._app().run_worker(asks, group="change", exclusive=True)

    async def _change(
        self, step: str, how: str, act: Callable[[GoingOn], None], done: Callable[[bool], None]
    ) -> None:
        changes = self._changes(step)
        self._changing = step, changes
        decided = await changes.decide(step, how) and not changes.withdrawn
        self._changing = None
        if decided:
            going = self._decided[step]
            try:
                act(going)
            except ValueError as error:
                self._app().notify(f"Nothing was run: {error}", severity="error", markup=False)
                # What was typed stays for the next opening, and is not what is decided.
                going.changed.clear()
                going.edited.clear()
                decided = False
            else:
                del self._decided[step]
        done(decided)

    def _answer_changed(self, step: str, going: GoingOn) -> None:
        by = self._operator
        if step in going.skipped:
            self._live.answer(step, "skip", by, going.skipped[step])
            return
        told = ["its text changed"] if step in going.edited else []
        told += [f"{name} = {as_typed(value)}" for name, value in going.changed.items()]
        self._live.answer(
            step,
            "retry",
            by,
            f"with {', '.join(told)}" if told else "",
            changed=going.changed,
            edited=going.edited.get(step),
        )

    def send(self, what: str, step: str) -> None:
        """Ask the run for what a key or button means for a step; `what` is the word of its action."""
        match what:
            case "check_now":
                self._live.check_now(step, self._operator)
            case "extend_poll":
                self._live.extend_poll(step, MORE_TIME, self._operator)
            case "cut_wait":
                self._live.cut_wait(step, self._operator)
            case "stop_poll":
                self._stop_poll(step)
            case "accept_poll":
                self._accept_poll(step)

    def _stop_poll(self, step: str) -> None:
        """End a poll as failed, if that is what is meant."""
        self._confirm(
            Question(
                step=step,
                title=f"Stop polling: {self.title_of(step)}",
                kind="confirm",
                message="The condition is not met: the step fails if you stop here.",
            ),
            lambda: self._live.stop_poll(step, self._operator),
        )

    def _accept_poll(self, step: str) -> None:
        """End a poll as met, with the operator's reason."""

        def accepted(answer: Answer | None) -> None:
            if answer is not None:
                self._live.accept_poll(step, self._operator, answer.note)

        message = "The condition is not met as far as is known. The run goes on as if it were."
        typed = self._reasons.setdefault(step, {})
        self._ask(
            step,
            ReasonScreen(f"Accept as met: {self.title_of(step)}", message, typed=typed),
            accepted,
        )

    def cancel(self) -> None:
        """Stop the run, if that is what is meant."""
        message = (
            "What runs now is stopped and the steps after it are skipped. "
            "Cleanup steps still run; cancelled again, they are left as well."
        )
        self._confirm(
            Question(step="", title="Cancel this run?", kind="confirm", message=message),
            lambda: self._live.cancel(self._operator),
        )

    def _confirm(self, question: Question, act: Callable[[], None]) -> None:
        def answered(answer: Answer | None) -> None:
            if answer is not None and answer.answer == "yes":
                act()

        self._ask(question.step, ConfirmScreen(question), answered)

    def _ask(self, step: str, dialog: Dialog, answered: Callable[[Answer | None], None]) -> None:
        def closed(answer: Answer | None) -> None:
            self._asking = None
            answered(answer)

        self._asking = step, dialog
        self._push(dialog, closed)
