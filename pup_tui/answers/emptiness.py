"""Whether an answer holds nothing."""

from __future__ import annotations

from typing import Any

from .numbers import numbers_of
from .things import AnswerSubject, subject_of


def why_not_known(value: Any) -> str:
    """Why it cannot be known whether an answer is empty; empty where it can."""
    return _why_not(subject_of(value))


def is_empty(value: Any) -> bool:
    """Whether an answer is nothing, a list without items, or one for numbers that has none."""
    answer = subject_of(value)
    if _why_not(answer):
        return False
    return value == "" or not answer.things or numbers_of(value).is_blank


def _why_not(answer: AnswerSubject) -> str:
    if answer.error:
        return f"the answer is an error: {answer.error}"
    return "" if answer.things else answer.partial
