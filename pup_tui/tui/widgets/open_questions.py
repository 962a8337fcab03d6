"""The questions of a run that are open, and the dialogs that put them to the operator."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pup_tui.core.actions import Question
from pup_tui.tui.dialogs.dialog import Answer, Dialog

MakeDialog = Callable[[Question], Dialog]
OnAnswer = Callable[[Question, Answer], None]
Push = Callable[[Dialog, Callable[[Answer | None], None]], object]


class OpenQuestions:
    """Every question is put forward once by itself; when it was put away, the operator brings it back."""

    def __init__(self, make: MakeDialog, on_answer: OnAnswer, push: Push) -> None:
        self._make = make
        self._on_answer = on_answer
        self._push = push
        self._open: dict[str, Question] = {}
        self._put_forward: set[str] = set()
        self._dialog: tuple[str, Dialog] | None = None

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Question]:
        return iter(self._open.values())

    def __contains__(self, step: str) -> bool:
        return step in self._open

    @property
    def fresh(self) -> bool:
        """Whether one of them has not been put forward yet."""
        return bool(self._open.keys() - self._put_forward) and self._dialog is None

    def add(self, question: Question) -> None:
        self._open[question.step] = question
        self._put_forward.discard(question.step)

    def withdraw(self, step: str) -> None:
        """Nobody needs the answer any more."""
        self._open.pop(step, None)
        if self._dialog is not None and self._dialog[0] == step:
            self._dialog[1].withdraw()

    def withdraw_all(self) -> None:
        for step in list(self._open):
            self.withdraw(step)

    def put_forward(self, preferred: str | None = None) -> None:
        """Open the dialog of a question: the preferred step's, or else the first that is open."""
        if self._dialog is not None or not self._open:
            return
        step = preferred if preferred in self._open else next(iter(self._open))
        assert step is not None
        question = self._open[step]
        self._put_forward.add(step)
        dialog = self._make(question)
        self._dialog = step, dialog
        self._push(dialog, lambda answer: self._closed(question, answer))

    def _closed(self, question: Question, answer: Answer | None) -> None:
        self._dialog = None
        if answer is not None and self._open.get(question.step) is question:
            del self._open[question.step]
            self._on_answer(question, answer)
