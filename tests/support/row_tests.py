"""With `--in-batches`, rows of one test share a test: one of its own costs more than most rows do.

Four thousandths of a second are little, and there are thousands of rows, which each process collects. It is
done where no row can notice: the test is a plain function, marked with nothing but its parameters, and asks
for no fixture but those of `STATELESS`. Without the option each row is a test, to be chosen by its name.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import is_hypothesis_test

from tests.support.batches import batches, try_each

OPTION = "--in-batches"

STATELESS = {"check", "lint", "errors"}
"""Fixtures that give a function, which remembers nothing."""

FEWEST = 4
"""Rows of a test that share one."""

Test = Callable[..., None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="try some rows of a table in one test")


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> list[pytest.Item] | None:
    """What is made of a function of a module; None leaves it to pytest."""
    if not collector.config.getoption("in_batches") or not isinstance(collector, pytest.Module):
        return None
    if not name.startswith("test") or not inspect.isfunction(obj) or hasattr(obj, "tries_rows_of"):
        return None
    made = batched(obj)
    if made is None:
        return None
    # A test looks its function up when it runs.
    setattr(collector.obj, name, made)
    items: list[pytest.Item] = collector.ihook.pytest_pycollect_makeitem(
        collector=collector, name=name, obj=made
    )
    return items


def batched(test: Test) -> Test | None:
    """The same test for some rows at a time; None where each row needs a test of its own."""
    marks: list[pytest.Mark] = getattr(test, "pytestmark", [])
    if not marks or inspect.iscoroutinefunction(test) or is_hypothesis_test(test):
        return None
    tables = [_table(mark) for mark in marks]
    names = [name for table in tables if table for name in table[0]]
    given = {*inspect.signature(test).parameters}.difference(names)
    if None in tables or not given <= STATELESS:
        return None
    rows = [
        dict(zip(names, (value for part in parts for value in part), strict=True))
        for parts in product(*(table[1] for table in tables if table))
    ]
    return _trying(test, sorted(given), rows) if len(rows) >= FEWEST else None


def _table(mark: pytest.Mark) -> tuple[list[str], list[tuple[Any, ...]]] | None:
    """Names and rows of a mark; None where it says more than which rows there are."""
    if mark.name != "parametrize" or len(mark.args) != 2 or not mark.kwargs.keys() <= {"ids"}:
        return None
    names, values = mark.args
    # What gives its values once is left to pytest, which takes them.
    if isinstance(values, Iterator):
        return None
    many = not isinstance(names, str) or "," in names
    names = [each.strip() for each in names.split(",")] if isinstance(names, str) else list(names)
    rows = []
    for value in values:
        if isinstance(value, type(pytest.param())):
            if value.marks:
                return None
            rows.append(tuple(value.values))
        else:
            rows.append(tuple(value) if many else (value,))
    return names, rows


def _trying(test: Test, given: list[str], rows: list[dict[str, Any]]) -> Test:
    @functools.wraps(test)
    def tried(rows: list[dict[str, Any]], **fixtures: Any) -> None:
        try_each(rows, lambda row: test(**row, **fixtures))

    kind = inspect.Parameter.KEYWORD_ONLY
    asked = [inspect.Parameter(name, kind) for name in ("rows", *given)]
    told = {"__signature__": inspect.Signature(asked), "pytestmark": [], "tries_rows_of": test}
    vars(tried).update(told)
    made: Test = pytest.mark.parametrize("rows", batches(rows))(tried)
    return made
