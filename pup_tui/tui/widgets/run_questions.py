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
from pup_tui.tui.evidence import only_looks
from pup_tui.tui.lines.divided import Parting, leg_marks
from pup_tui.tui.lines.last_lines import last_lines, line_count
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.run_times import RunTimes
from pup_tui.tui.widgets.open_questions import OpenQuestions, Push
from pup_tui.tui.widgets.run_requests import RunRequests

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Sources

TARGET = "ENV"
"""The variable that by custom names the environment a runbook acts on."""


class RunQuestions(OpenQuestions):
    """The open questions of one run. `answered` is called when one of them is no longer waited for."""

    def __init__(
        self,
        progress: RunProgress,
        times: RunTimes,
        output_path: Callable[[str], Path],
        requests: RunRequests | None,
        *,
        push: Push,
        answered: Callable[[], None],
        sources: Callable[[], Sources] | None = None,
        failed_before: Callable[[str], Awaitable[str]] | None = None,
    ) -> None:
        """`sources` makes what the values of `input` questions come from; `failed_before` tells how often a
        step failed in other runs.
        """
        super().__init__(self._dialog_for, self._send, push)
        self._progress = progress
        self._times = times
        self._output_path = output_path
        self._requests = requests
        self._answered = answered
        self._sources = sources
        self._failed_before = failed_before
        self._first_lines: dict[str, list[int]] = {}
        self._typed: dict[str, dict[str, str]] = {}
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

    def _dialog_for(self, question: Question) -> Dialog:
        step, started = self._progress.steps.get(question.step), self._progress.started
        target = [] if started is None else _targets(started)
        times = self._times
        output, marks = Path(), leg_marks(self._progress.legs)
        if step is not None:
            output = self._output_path(self._progress.culprit(question.step))
        asked = QuestionContext(
            output=output,
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
            else self._requests.ways(question.step),
            failure=self._of_failure(question.step, output, marks)
            if question.kind == "failure"
            else NOTHING_KNOWN,
        )
        return dialog_for(question, asked)

    def _of_failure(self, step: str, output: Path, marks: Sequence[Parting]) -> FailureFacts:
        state, before = self._times.state_of(step), self._failed_before
        first_lines = self._first_lines.get(self._progress.culprit(step), [0])
        return FailureFacts(
            exit_code=None if state is None else state.exit_code,
            last=last_lines(output, first_lines[-1], marks),
            attempt=len(self._first_lines.get(step, [])) + 1,
            before=None if before is None else partial(before, step),
            looks_only=only_looks(self._progress.program.node(step).step),
            undoable=0 if self._requests is None else self._requests.undoable,
        )

    def _closed(self, question: Question, answer: Answer | None) -> None:
        """What an answer still needs is asked for first; until then the question is open."""
        if answer is not None and answer.answer in FURTHER:
            super()._closed(question, None)
            assert self._requests is not None
            self.needs_more = True
            self._requests.change(question.step, answer.answer, partial(self._changed, question))
        else:
            super()._closed(question, answer)

    def _changed(self, question: Question, decided: bool) -> None:
        self.needs_more = False
        if decided:
            self.answered(question.step)
            self._answered()
        elif question.step in self:
            self.put_forward(question.step)

    def _send(self, question: Question, answer: Answer) -> None:
        self._typed.pop(question.step, None)
        if self._requests is not None:
            self._requests.answer(question, answer)
        self._answered()


def _targets(started: RunStarted) -> list[str]:
    """What tells where a run acts: the variable that names it, and the profile."""
    named = [str(started.vars[TARGET])] if started.vars.get(TARGET) is not None else []
    return [*named, *([f"profile {started.profile}"] if started.profile else [])]
