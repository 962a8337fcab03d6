"""The answers of a case to what its run asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from pup_tui.core.actions import Question
from pup_tui.core.ids import UNDO, static_id, undo_id
from pup_tui.core.program import Program
from pup_tui.rehearsal.problems import CaseFailed, problem_at
from pup_tui.rehearsal.reading import PlacedCase
from pup_tui.runbook.nodes import Mapping
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import listed

UNDO_KEY: Final = "undo"
"""What is asked at the end of a run that failed: what shall be taken back."""

NOBODY: Final = "nobody"
CANCEL: Final = "cancel"

_ANYTIME = (NOBODY, CANCEL)
_WORDS: dict[str, tuple[str, ...]] = {
    "confirm": ("yes", "no"),
    "manual": ("yes", "no"),
    "input": ("yes", "no"),
    "failure": ("retry", "skip", "continue", "abort"),
}
_TRUTHS = {True: "yes", False: "no"}


class CaseAnswer(Struct, frozen=True):
    """What a case answers: a word, or the `values` of an `input` step."""

    word: str
    values: dict[str, Any] | None = None


class Questions:
    """The answers of a case by the key that they stand under, in their order."""

    def __init__(self, case: PlacedCase, program: Program) -> None:
        self._case = case
        self._has_undo_step = UNDO_KEY in program.by_id
        self._left = {key: _as_list(value) for key, value in case.said.questions.items()}
        self._asked: set[str] = set()

    def answer(self, question: Question) -> CaseAnswer:
        """The answer to a question about a step. Raises CaseFailed where there is none that fits."""
        key = self._key(question.step)
        if key is None or not self._left[key]:
            again = "" if key is None else " once more"
            told = (
                f"`{question.step}` asks{again}, and there is no answer: {question.message.strip()}"
            )
            words = " or ".join(_WORDS.get(question.kind, ()))
            hint = f"add `{static_id(question.step)}: {words}` to `questions`"
            raise CaseFailed(problem_at(self._case.at("questions"), told, hint))
        self._asked.add(key)
        value = self._left[key].pop(0)
        if isinstance(value, dict) and question.kind == "input":
            return CaseAnswer("yes", value)
        word = _word(value)
        if question.expect is not None and word == question.expect:
            return CaseAnswer("yes")
        if word in (*_WORDS.get(question.kind, ()), *_ANYTIME):
            return CaseAnswer(word)
        allowed = listed((*_WORDS.get(question.kind, ()), *_ANYTIME))
        raise CaseFailed(self._wrong(key, question.step, f"it takes {allowed}"))

    def undone(self, offers: list[str]) -> list[str] | None:
        """Which of the offered undo steps shall run; None to end the run there (Ctrl-C).

        Where nothing is said these are those that are expected to be taken back: all, if there are some.
        """
        key = next((k for k in (UNDO, UNDO_KEY) if k in self._left), None)
        if key is None or (key == UNDO_KEY and self._has_undo_step) or not self._left[key]:
            return offers if self._case.said.expect.undo else []
        self._asked.add(key)
        wanted = self._left[key]
        self._left[key] = []
        word = _word(wanted[0]) if len(wanted) == 1 else ""
        if word in ("yes", "no"):
            return offers if word == "yes" else []
        if word == CANCEL:
            return None
        by_step = {static_id(offer): offer for offer in reversed(offers)} | {o: o for o in offers}
        found = [by_step.get(undo_id(str(s).removesuffix(UNDO))) for s in wanted]
        if None in found:
            steps = listed(offer.removesuffix(UNDO) for offer in offers)
            hint = f"it takes yes, no, or a list of steps: {steps} can be taken back"
            raise CaseFailed(self._wrong(key, "undo", hint))
        return [offer for offer in offers if offer in found]

    def unused(self) -> Iterator[Problem]:
        """That an answer was not asked for, for each such one."""
        for key, left in self._left.items():
            if left:
                told = f"the answer for `{key}` was not asked for"
                again = "so often" if key in self._asked else "at all"
                yield problem_at(self._node(key), told, f"its question did not come {again}")

    def wrong_values(self, question: Question, why: str) -> CaseFailed:
        """That the values for an `input` step are refused."""
        key = self._key(question.step) or question.step
        told = f"the values for `{question.step}` are not taken: {why}"
        return CaseFailed(problem_at(self._node(key), told, "change them under `questions`"))

    def _key(self, step: str) -> str | None:
        return next((key for key in (step, static_id(step)) if key in self._left), None)

    def _wrong(self, key: str, step: str, hint: str) -> Problem:
        return problem_at(self._node(key), f"this is no answer to what `{step}` asks", hint)

    def _node(self, key: str) -> Any:
        tree = self._case.at("questions")
        return tree.entries[key].key if isinstance(tree, Mapping) and key in tree.entries else tree


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _word(value: Any) -> str:
    return _TRUTHS[value] if isinstance(value, bool) else str(value)
