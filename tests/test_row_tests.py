"""Rows of one test share a test where none can notice, and each of them is tried."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.row_tests import batched

tried: list[object] = []


@pytest.mark.parametrize("many", [1, 2, 3])
@pytest.mark.parametrize(("name", "value"), [("a", "x"), pytest.param("b", "y", id="two")])
def of_two_tables(name: str, value: str, many: int, check: Callable[[str], str]) -> None:
    """Notes what it is given."""
    tried.append((name, check(value), many))
    assert (name, many) != ("b", 2)


def test_each_row_is_tried_and_those_that_fail_are_told() -> None:
    made = batched(of_two_tables)
    assert made is not None
    [mark] = vars(made)["pytestmark"]
    [batch] = mark.args[1]
    tried.clear()
    with pytest.raises(AssertionError, match="1 of 6 rows fail") as caught:
        made(rows=batch.values[0], check=str.upper)
    expected = {(n, v, many) for n, v in (("a", "X"), ("b", "Y")) for many in (1, 2, 3)}
    assert len(tried) == 6
    assert set(tried) == expected
    assert "'many': 2" in str(caught.value)
    assert "of_two_tables, line" in str(caught.value)
    assert "'a'" not in str(caught.value)


@pytest.mark.parametrize("row", range(9))
def with_a_folder(row: int, tmp_path: Path) -> None: ...


@pytest.mark.parametrize("row", range(9))
async def that_waits(row: int) -> None: ...


@pytest.mark.faults
@pytest.mark.parametrize("row", range(9))
def that_is_marked(row: int) -> None: ...


@pytest.mark.parametrize("row", [1, 2, 3, pytest.param(4, marks=pytest.mark.skip)])
def with_a_marked_row(row: int) -> None: ...


@pytest.mark.parametrize("row", [1, 2, 3])
def with_few_rows(row: int) -> None: ...


@pytest.mark.parametrize("row", iter(range(9)))
def with_rows_that_come_once(row: int) -> None: ...


@pytest.mark.parametrize("row", range(9), indirect=True)
def with_a_fixture_for_each_row(row: int) -> None: ...


@given(st.integers())
@pytest.mark.parametrize("row", range(9))
def with_examples(row: int, number: int) -> None: ...


def without_rows() -> None: ...


def test_what_could_notice_stays_as_it_is() -> None:
    stay: list[Any] = [
        *(with_a_folder, that_waits, that_is_marked, with_a_marked_row, with_few_rows),
        *(with_rows_that_come_once, with_a_fixture_for_each_row, with_examples, without_rows),
    ]
    assert [batched(each) for each in stay] == [None] * len(stay)
