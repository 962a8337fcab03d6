"""What a run asks: each question with what stands around it, and its answer on its way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.core.actions import Question
from pup_tui.core.notices import RunStarted
from pup_tui.tui.dialogs.dialog import Answer, Dialog
from pup_tui.tui.dialogs.failure import FURTHER, NOTHING_KNOWN, FailureFacts
from pup_tui.tui.dialogs.questions import QuestionContext, dialog_for
from pup_tui.tui.dialogs.undo import UndoAnswer
from pup_tui.tui.evidence import only_looks
from pup_tui.tui.lines.divided import Parting, leg_marks
from pup_tui.tui.lines.last_lines import last_lines, line_count
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.run_times import RunTimes
from pup_tui.tui.widgets.open_questions import OpenQuestions, Push
from pup_tui.tui.widgets.run_requests import RunRequests

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Sources

_NO_WAYS = {"failure": set[str](), "unknown": {"undo"}, "undo": {"continue"}}
"""What cannot become of what a question is about."""

TARGET = "ENV"
"""The variable that by custom names the environment a runbook acts on."""


class RunQuestions(OpenQuestions):
    """The open questions of one run. `answered` is called when one of them is no longer waited for."""

    def __init__(
        self,
        run: str,
        progress: RunProgress,
        times: RunTimes,
        output_path: Callable[[str], Path],
        requests: RunRequests | None,
        *,
        push: Push,
        answered: Callable[[], None],
        ask_elsewhere: Callable[[], None],
        sources: Callable[[], Sources] | None = None,
        failed_before: Callable[[str], Awaitable[str]] | None = None,
    ) -> None:
        """`sources` makes what the values of `input` questions come from; `failed_before` tells how often a
        step failed in other runs.
        """
        super().__init__(self._dialog_for, self._send, push, ask_elsewhere)
        self._run = run
        self._progress = progress
        self._times = times
        self._output_path = output_path
        self._requests = requests
        self._answered = answered
        self._sources = sources
        self._failed_before = failed_before
        self._first_lines: dict[str, list[int]] = {}
        self._typed: dict[str, dict[str, str]] = {}
        self._unasked: str | None = None
        """The step that failed, where the dialog in front asks of it before it asks what is to be undone."""
        self.was_asked = False
        """Whether the operator was shown how the run failed while it waited for what is to be undone."""
        self.needs_more = False
        """Whether an answer was chosen, and what it still needs is asked for."""

    def attempt_begins(self, step: str, attempt: int) -> None:
        """Note where the output of a repeated attempt begins."""
        if attempt > 1:
            self._first_lines.setdefault(step, []).append(line_count(self._output_path(step)))

    def withdraw(self, step: str) -> None:
        question, in_front = self._open.get(step), self.in_front
        super().withdraw(step)
        typed = self._typed.pop(step, {})
        if self._requests is not None and question is not None:
            # A dialog tells what is in it itself.
            self._requests.withdraw_change(question, {} if in_front is question else typed)

    def soonest(self) -> list[float]:
        """The seconds that questions are still open, for those that close by themselves."""
        left = (self._times.question_left(question) for question in self)
        return [seconds for seconds in left if seconds is not None]

    def _failure_before(self, question: Question) -> Question | None:
        """Asks what becomes of the step that failed first, before what is to be undone is asked: nobody was
        asked yet.
        """
        trouble = self._progress.trouble
        asks = question.kind == "undo" and trouble is not None and not trouble.given_up
        if self._requests is None or trouble is None or not asks:
            return None
        step, why = next(iter(self._requests.failed.items()), ("", ""))
        if not step:
            return None
        node, known = self._progress.program.node(step).step, self._progress.steps.get(step)
        return Question(
            step=step,
            title=self._requests.title_of(step),
            kind="failure",
            message=why,
            danger=node.danger,
            upcoming=None if known is None else known.shown.text or None,
        )

    def _dialog_for(self, question: Question) -> Dialog:
        before = self._failure_before(question)
        self._unasked = None if before is None else before.step
        if before is not None:
            question = before
        step, started = self._progress.steps.get(question.step), self._progress.started
        target = [] if started is None else _targets(started)
        times = self._times
        output, marks = Path(), leg_marks(self._progress.legs)
        if step is not None:
            output = self._output_path(self._progress.culprit(question.step))
        asked = QuestionContext(
            output=output,
            run=self._run,
            marks=marks,
            began=self._times.began_at(question.step),
            target=" · ".join(target) or None,
            left=None
            if times.question_left(question) is None
            else lambda: times.question_left(question) or 0.0,
            sources=self._sources,
            typed=self._typed.setdefault(question.step, {}),
            ways=()
            if self._requests is None or question.kind not in ("failure", "unknown")
            else self._requests.ways(question.step)
            - _NO_WAYS[question.kind if before is None else "undo"],
            failure=self._of_failure(question.step, output, marks)
            if question.kind == "failure"
            else NOTHING_KNOWN,
        )
        return dialog_for(question, asked)

    def _of_failure(self, step: str, output: Path, marks: Sequence[Parting]) -> FailureFacts:
        state, before, requests = self._times.state_of(step), self._failed_before, self._requests
        first_lines = self._first_lines.get(self._progress.culprit(step), [0])
        known = self._progress.steps.get(step)
        return FailureFacts(
            run=self._run,
            exit_code=None if state is None else state.exit_code,
            last=last_lines(output, first_lines[-1], marks, from_error=True),
            attempt=1 if known is None else known.begun,
            before=None if before is None else partial(before, step),
            looks_only=only_looks(self._progress.program.node(step).step),
            undoable=0 if requests is None else len(requests.undoable),
            place=(1, 1 if self._unasked is None or requests is None else len(requests.failed)),
        )

    def _closed(self, question: Question, answer: Answer | None) -> None:
        """What an answer still needs is asked for first; until then the question is open."""
        requests, unasked = self._requests, self._unasked
        if (
            answer is None
            or requests is None
            or question.kind not in ("failure", "unknown", "undo")
        ):
            super()._closed(question, answer)
        elif question.kind == "undo" and unasked is not None:
            self._closed_before_undo(question, answer, requests, unasked)
        elif answer.answer == "undo" and question.kind != "undo":
            self._need_more(question)
            requests.choose_undone(question.step, partial(self._undone, question))
        elif answer.answer in FURTHER and question.kind != "undo":
            self._need_more(question)
            requests.change(question.step, answer.answer, partial(self._changed, question))
        else:
            if answer.answer == "abort" and question.kind == "failure":
                requests.undo_at_end(UndoAnswer("nothing"))
            super()._closed(question, answer)

    def _need_more(self, question: Question) -> None:
        super()._closed(question, None)
        self.needs_more = True

    def _undone(self, question: Question, chosen: UndoAnswer | None) -> None:
        """What is to be undone was chosen: the run is aborted for that."""
        self.needs_more = False
        requests = self._requests
        if question.step not in self or requests is None:
            return
        if chosen is None:
            self.put_forward(question.step, called=True)
        elif question.kind == "undo":
            super()._closed(question, chosen)
        else:
            requests.undo_at_end(chosen)
            super()._closed(question, Answer("abort"))

    def _closed_before_undo(
        self, question: Question, answer: Answer, requests: RunRequests, failed: str
    ) -> None:
        """The run has failed and waits for what is to be undone: to go on it is broken off and resumed."""
        match answer.answer:
            case "undo":
                self._need_more(question)
                requests.choose_undone(question.step, partial(self._undone, question))
            case "abort":
                super()._closed(question, UndoAnswer("nothing"))
            case "later":
                super()._closed(question, answer)
            case way:
                self._need_more(question)
                requests.go_on(failed, way, partial(self._changed, question))
                return
        self.was_asked = True

    def _changed(self, question: Question, decided: bool) -> None:
        self.needs_more = False
        if decided:
            self.answered(question.step)
            self._answered()
        elif question.step in self:
            self.put_forward(question.step, called=True)

    def _send(self, question: Question, answer: Answer) -> None:
        self._typed.pop(question.step, None)
        if self._requests is not None:
            self._requests.answer(question, answer)
        self._answered()


def _targets(started: RunStarted) -> list[str]:
    """What tells where a run acts: the variable that names it, and the profile."""
    named = [str(started.vars[TARGET])] if started.vars.get(TARGET) is not None else []
    return [*named, *([f"profile {started.profile}"] if started.profile else [])]
