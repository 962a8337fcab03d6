"""Who answers a run's questions where there is no console: `--yes`, a plain terminal, or nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, assert_never

from msgspec import Struct

from pup_tui.catalog.inputs import Resolved, Sources, resolve_question
from pup_tui.core.actions import Question, UndoOffer
from pup_tui.core.ids import static_id
from pup_tui.core.questions import NOBODY
from pup_tui.core.state import RunState, RunStatus, StepStatus
from pup_tui.drivers.faults import told_fault
from pup_tui.headless.stream import Outlet
from pup_tui.output.sanitize import safe_text

YES = "--yes"
UNDO = "--undo"
UNKNOWN = "--unknown"
_DOUBTFUL = "since nobody knows whether it was"


class Replies(Protocol):
    """Takes the answers to a run's questions, as `drivers.local.LocalRun` does."""

    def answer(
        self,
        step: str,
        answer: str,
        by: str,
        note: str = "",
        *,
        values: Mapping[str, Any] | None = None,
        left_out: Iterable[str] = (),
        secrets: Iterable[str] = (),
        made: Iterable[Any] = (),
    ) -> None: ...

    def undo(self, steps: Iterable[str], by: str, note: str = "") -> None: ...

    def interrupt(self, reason: str) -> None: ...


class Answers(Protocol):
    """A way of answering questions."""

    def ask(self, question: Question, replies: Replies) -> None:
        """Begin to find an answer; `replies` is told it, now or later."""
        ...

    def withdraw(self, step: str) -> None:
        """Stop looking for an answer to the step's question, which needs none any more."""
        ...


def refuse(question: Question, replies: Replies, note: str = "") -> None:
    """Answer a question that nobody can be asked: a failure aborts the run, anything else is a *no*."""
    said = "abort" if question.kind in ("failure", "unknown", "half-undone") else "no"
    replies.answer(question.step, said, NOBODY, note)


def give(question: Question, replies: Replies, found: Resolved, by: str) -> None:
    """Answer an `input` step with the values that were found."""
    replies.answer(
        question.step,
        "yes",
        by,
        values=found.values,
        left_out=found.left_out,
        secrets=found.secrets,
        made=found.made,
    )


class GivenAnswer(Struct, frozen=True):
    """Values for an `input` step from before the run; `by` is the option that they came by."""

    values: Mapping[str, object]
    by: str


GivenAnswers = Mapping[str, GivenAnswer]
"""Answers by the id of their step; the items of a foreach share one."""

NONE_GIVEN: GivenAnswers = {}


def given_for(question: Question, given: GivenAnswers) -> GivenAnswer | None:
    return given.get(static_id(question.step)) if question.kind == "input" else None


class Nobody:
    """No terminal and no `--yes`: a question that cannot be asked is a refusal."""

    def ask(self, question: Question, replies: Replies) -> None:
        refuse(question, replies)

    def withdraw(self, step: str) -> None:
        pass


class Undoing:
    """Answers what shall be taken back: with `--undo` everything of which it is known that it was not, else
    nothing. The rest is for others.
    """

    def __init__(self, others: Answers, err: Outlet, *, undo: bool) -> None:
        self._others = others
        self._err = err
        self._undo = undo

    def ask(self, question: Question, replies: Replies) -> None:
        if question.kind != "undo":
            self._others.ask(question, replies)
        elif self._undo:
            self._tell([offer for offer in question.offers if offer.doubtful], _DOUBTFUL)
            replies.undo([offer.step for offer in question.offers if not offer.doubtful], UNDO)
        else:
            self._tell(question.offers, f"since {UNDO} was not given")
            replies.undo((), NOBODY, f"{UNDO} was not given")

    def withdraw(self, step: str) -> None:
        self._others.withdraw(step)

    def _tell(self, offers: Sequence[UndoOffer], why: str) -> None:
        if offers:
            self._err.write(f"Not taken back, {why}:\n")
        for offer in offers:
            self._err.write(f"  {safe_text(offer.name)}: {safe_text(offer.command)}\n")


class Undone(Struct, frozen=True):
    """The undo steps that a run goes on for, as was decided before it did, `by` an option or the operator."""

    steps: tuple[str, ...]
    by: str = ""

    def judge(self, state: RunState) -> RunStatus:
        """How a run ended that went on for this: it succeeded when all of it was taken back."""
        if state.status not in (RunStatus.FAILED, RunStatus.ABORTED):
            return state.status
        ended = (state.steps.get(step) for step in self.steps)
        done = all(each is not None and each.status is StepStatus.SUCCEEDED for each in ended)
        return RunStatus.SUCCEEDED if done else RunStatus.FAILED


class UndoneBefore:
    """Answers what shall be taken back as it was decided before; the rest is for others."""

    def __init__(self, others: Answers, undone: Undone, operator: str) -> None:
        self._others = others
        self._undone = undone
        self._operator = operator

    def ask(self, question: Question, replies: Replies) -> None:
        if question.kind == "undo":
            replies.undo(self._undone.steps, self._undone.by or self._operator)
        else:
            self._others.ask(question, replies)

    def withdraw(self, step: str) -> None:
        self._others.withdraw(step)


class UnknownAnswer(Struct, frozen=True):
    """What was said before of attempts that did not finish: `retry`, `done` (with `captures`) or `skip`.

    Of an undo `done` says that the step was taken back, `skip` that it stays done.
    """

    answer: str
    captures: Mapping[str, Mapping[str, object]]


_OF_UNDO = {"done": "taken-back", "skip": "stays", "retry": "undo"}


class AboutUnknown:
    """Answers what became of attempts that did not finish. The rest is for others."""

    def __init__(self, others: Answers, given: UnknownAnswer) -> None:
        self._others = others
        self._given = given

    def ask(self, question: Question, replies: Replies) -> None:
        if question.kind == "half-undone":
            replies.answer(question.step, _OF_UNDO[self._given.answer], UNKNOWN)
            return
        if question.kind != "unknown":
            self._others.ask(question, replies)
            return
        done = self._given.answer == "done"
        made = dict(self._given.captures.get(question.step, {})) if done else {}
        replies.answer(
            question.step, self._given.answer, UNKNOWN, values=made, secrets=question.secrets
        )

    def withdraw(self, step: str) -> None:
        self._others.withdraw(step)


class _Finding:
    """Finds the values of `input` steps while the run goes on, where nobody types any."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._finding: dict[str, asyncio.Task[None]] = {}

    def find(
        self, question: Question, replies: Replies, given: Mapping[str, object], by: str
    ) -> None:
        """Answer with what is given, has a source or a default; where that is not all, with no."""
        finding = asyncio.ensure_future(self._find(question, replies, given, by))
        self._finding[question.step] = finding

    def withdraw(self, step: str) -> None:
        if step in self._finding:
            self._finding.pop(step).cancel()

    async def _find(
        self, question: Question, replies: Replies, given: Mapping[str, object], by: str
    ) -> None:
        try:
            found = await resolve_question(question, given, self._sources)
        except Exception as error:
            refuse(question, replies, told_fault(error))
            return
        finally:
            self._finding.pop(question.step, None)
        if found.problems:
            why = "; ".join(str(problem) for problem in found.problems)
            replies.answer(question.step, "no", by, f"{by} takes only what is there: {why}")
        else:
            give(question, replies, found, by)


class GivenBefore(_Finding):
    """Answers the `input` steps whose values were given before the run. The rest is for others."""

    def __init__(self, others: Answers, given: GivenAnswers, sources: Sources) -> None:
        super().__init__(sources)
        self._others = others
        self._given = given

    def ask(self, question: Question, replies: Replies) -> None:
        known = given_for(question, self._given)
        if known is None:
            self._others.ask(question, replies)
        else:
            self.find(question, replies, known.values, known.by)

    def withdraw(self, step: str) -> None:
        super().withdraw(step)
        self._others.withdraw(step)


class SayYes(_Finding):
    """`--yes`: every confirmation is yes, manual work is assumed done, a failure is not gone past.

    An `input` step gets what its variables have without anybody giving anything.
    """

    def ask(self, question: Question, replies: Replies) -> None:
        match question.kind:
            case "failure" | "unknown" | "half-undone":
                replies.answer(question.step, "abort", YES)
            case "manual":
                replies.answer(question.step, "yes", YES, "assumed")
            case "input":
                self.find(question, replies, {}, YES)
            case "confirm":
                replies.answer(question.step, "yes", YES)
            case "undo":
                raise AssertionError("what is taken back is chosen, not answered")
            case _ as never:
                assert_never(never)
