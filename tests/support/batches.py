"""Rows of a long list in few tests: each row is tried by itself, and all that fail are told together."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import pytest

Row = TypeVar("Row")

SIZE = 25
"""Rows of a test: enough that a test costs little beside them."""


def batches(rows: Sequence[Any], *given: str) -> list[Any]:
    """Parameters of a test: what is given to each, then some of the rows."""
    return [
        pytest.param(*given, rows[start : start + SIZE], id="-".join([*given, f"from-row-{start}"]))
        for start in range(0, len(rows), SIZE)
    ]


def batches_of_each(shells: Iterable[str], rows: Sequence[Any]) -> list[Any]:
    """Parameters of a test that tries the same rows with each of some shells."""
    return [each for shell in shells for each in batches(rows, shell)]


def try_each(rows: Sequence[Row], attempt: Callable[[Row], object]) -> None:
    """Try every row, whatever became of those before it; fail with each that failed, and why."""
    failed = []
    for number, row in enumerate(rows):
        try:
            attempt(row)
        except (Exception, pytest.fail.Exception) as error:
            where = traceback.extract_tb(error.__traceback__)[1]
            why = "".join(traceback.format_exception_only(error)).strip()
            failed.append(f"{number}: {row!r}\n{where.name}, line {where.lineno}: {why}")
    told = "\n\n".join([f"{len(failed)} of {len(rows)} rows fail", *failed])
    assert not failed, told
