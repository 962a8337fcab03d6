"""What a callback takes is counted as its signature says."""

from __future__ import annotations

import functools
from collections.abc import Callable
from inspect import signature
from typing import Any

import pytest
from textual import _callback

from pup_tui.tui.callback_parameters import count_parameters


def plain(one: int, two: str = "") -> None: ...


def positional(one: int, /, *, two: int, three: int = 3) -> None: ...


def open_ended(one: int, *more: int, two: int = 2, **rest: int) -> None: ...


@functools.wraps(plain)
def wrapper(*args: Any, **rest: Any) -> None: ...


def told(*args: Any) -> None: ...


told.__signature__ = signature(plain)  # type: ignore[attr-defined]


class Called:
    def __call__(self, one: int) -> None: ...


@pytest.mark.parametrize(
    "function",
    [
        plain,
        positional,
        open_ended,
        wrapper,
        told,
        Called(),
        Called,
        len,
        lambda: None,
        lambda x: x,
    ],
)
def test_as_many_as_the_signature_has(function: Callable[..., Any]) -> None:
    assert count_parameters(function) == len(signature(function).parameters)


def test_textual_counts_so() -> None:
    assert _callback._count_parameters is count_parameters
    assert _callback.count_parameters(functools.partial(plain, 1)) == 1
    assert _callback.count_parameters(Called().__call__) == 1
