"""The questions of a run that are open, and the dialogs that put them to the operator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pup_tui.core.actions import Question
from pup_tui.tui.dialogs.dialog import Answer, Dialog

MakeDialog = Callable[[Question], Dialog]
OnAnswer = Callable[[Question, Answer], None]
Push = Callable[[Dialog, Callable[[Answer | None], None]], object]


class OpenQuestions:
    """Every question is put forward once by itself; when one is put away, the operator brings them back."""

    def __init__(
        self,
        make: MakeDialog,
        on_answer: OnAnswer,
        push: Push,
        ask_elsewhere: Callable[[], None] = lambda: None,
    ) -> None:
        """`ask_elsewhere` looks for what waits beside these, where the one after the last is wanted."""
        self._make = make
        self._on_answer = on_answer
        self._push = push
        self._ask_elsewhere = ask_elsewhere
        self._open: dict[str, Question] = {}
        self._put_forward: set[str] = set()
        self._dialog: tuple[str, Dialog] | None = None
        self._following: str | None = None
        """The step whose question takes the place of the one that is being put aside."""

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Question]:
        return iter(self._open.values())

    def __contains__(self, step: str) -> bool:
        return step in self._open

    @property
    def in_front(self) -> Question | None:
        """The question that is in its dialog, if it is still open."""
        return None if self._dialog is None else self._open.get(self._dialog[0])

    def add(self, question: Question) -> None:
        self._open[question.step] = question
        self._put_forward.discard(question.step)

    def answered(self, step: str) -> None:
        """Drop the step's question: it was answered elsewhere."""
        self._open.pop(step, None)

    def withdraw(self, step: str) -> None:
        """Drop the step's question, and close what asks it: nobody needs the answer any more."""
        self._open.pop(step, None)
        if self._dialog is not None and self._dialog[0] == step:
            self._dialog[1].withdraw()

    def withdraw_all(self) -> None:
        for step in list(self._open):
            self.withdraw(step)

    def put_fresh_forward(self, preferred: str | None = None) -> None:
        """Open the dialog of a question that was not put forward yet, if there is one."""
        self._put([step for step in self._open if step not in self._put_forward], preferred)

    def put_forward(self, preferred: str | None = None, *, called: bool = False) -> None:
        """Open the dialog of a question: the preferred step's, or else the first that is open.

        Once it is answered, the others follow again. It is `called` where the operator has asked for it here.
        """
        if self._dialog is None:
            self._put_forward.clear()
        self._put(list(self._open), preferred, called=called)

    def _put(self, steps: Sequence[str], preferred: str | None, *, called: bool = False) -> None:
        """Only one dialog at a time: the others wait until it is answered or put away."""
        if self._dialog is not None or not steps:
            return
        step = preferred if preferred in steps else steps[0]
        assert step is not None
        question = self._open[step]
        self._put_forward.add(step)
        dialog = self._make(question)
        dialog.called = called
        dialog.ask_next = self._ask_next
        self._dialog = step, dialog
        self._push(dialog, lambda answer: self._closed(question, answer))

    def put_aside(self, following: str | None = None) -> None:
        """Put what is in front aside, and put another question forward then."""
        if self._dialog is not None:
            self._following = following
            self._dialog[1].action_put_away()

    def _ask_next(self) -> None:
        """Ask the question after the one in front, or else what waits elsewhere, and at last these again."""
        steps = list(self._open)
        if self._dialog is None or self._dialog[0] not in steps:
            return
        after = steps[steps.index(self._dialog[0]) + 1 :]
        if after:
            self.put_aside(after[0])
        else:
            self._ask_elsewhere()

    def _closed(self, question: Question, answer: Answer | None) -> None:
        self._dialog = None
        following, self._following = self._following, None
        if self._open.get(question.step) is not question:
            return
        if answer is None:
            # Whoever puts a question away wants to see the run, not the next question.
            self._put_forward.update(self._open)
            if following is not None:
                self.put_forward(following, called=True)
        else:
            del self._open[question.step]
            self._on_answer(question, answer)
