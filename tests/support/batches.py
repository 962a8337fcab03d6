"""Rows of a long list in few tests: each row is tried by itself, and all that fail are told together."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

Row = TypeVar("Row")

_HERE = Path(__file__).parent

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
    """Try every row, whatever became of those before it; fail with each that failed, and why.

    Where none fails and some were skipped, that is what becomes of all.
    """
    failed, skipped = [], []
    for number, row in enumerate(rows):
        try:
            attempt(row)
        except pytest.skip.Exception as reason:
            skipped.append(str(reason))
        except (Exception, pytest.fail.Exception) as error:
            frames = traceback.extract_tb(error.__traceback__)
            where = next(
                (each for each in frames if Path(each.filename).parent != _HERE), frames[-1]
            )
            why = "".join(traceback.format_exception_only(error)).strip()
            failed.append(f"{number}: {row!r}\n{where.name}, line {where.lineno}: {why}")
    told = "\n\n".join([f"{len(failed)} of {len(rows)} rows fail", *failed])
    assert not failed, told
    if skipped:
        pytest.skip(f"{len(skipped)} of {len(rows)} rows: {'; '.join(dict.fromkeys(skipped))}")
