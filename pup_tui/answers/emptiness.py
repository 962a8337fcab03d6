"""Whether an answer holds nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .numbers import numbers_of
from .things import NOT_COMPLETE, subject_of


def why_not_known(value: Any) -> str:
    """Why it cannot be known whether an answer is empty; empty where it can."""
    answer = subject_of(value)
    if answer.error:
        return f"the answer is an error: {answer.error}"
    if answer.is_partial and not answer.things:
        return NOT_COMPLETE
    return ""


def is_empty(value: Any) -> bool:
    """Whether an answer is nothing, a list without items, or one for numbers that has none."""
    if value is None or value in ("", [], {}):
        return True
    answer = subject_of(value)
    if answer.error or (answer.is_partial and not answer.things):
        return False
    if isinstance(value, Mapping) and not answer.things:
        return True
    return numbers_of(value).is_blank
