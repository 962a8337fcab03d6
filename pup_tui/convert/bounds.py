"""How much work a conversion may be, whatever the source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from pup_tui.convert.errors import ConversionError

MOST_STEPS: Final = 300
"""Steps of a runbook that is made of a script or page: more nobody can look through."""

_MOST_JUDGED: Final = 2_000
"""Scripts that are judged by the loader in one conversion: twice as many as a runbook can have steps."""

_left: ContextVar[int | None] = ContextVar("_left", default=None)


@contextmanager
def bounded(name: str) -> Iterator[None]:
    """A conversion of the source `name`: what is too deep or too much for it is its fault, and no trace.

    Raises ConversionError.
    """
    token = _left.set(_MOST_JUDGED)
    try:
        yield
    except RecursionError:
        told = "the source nests too deep"
        raise ConversionError(told, name, "make it flatter") from None
    finally:
        _left.reset(token)


def judge_one() -> None:
    """One more script is judged. Raises ConversionError where there have been too many."""
    left = _left.get()
    if left is None:
        return
    if left == 0:
        told = "the source has more commands than a runbook can have"
        raise ConversionError(told, "", "convert it in parts")
    _left.set(left - 1)


def check_steps(count: int, name: str) -> None:
    """Raises ConversionError where the source `name` would be more steps than somebody can look through."""
    if count > MOST_STEPS:
        todo = f"convert it in parts, of at most {MOST_STEPS}"
        raise ConversionError("the source would be too many steps", name, todo)
