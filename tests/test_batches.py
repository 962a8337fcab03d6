"""A batch of rows tells of every row that fails, by the row and by what was wrong."""

from __future__ import annotations

import pytest

from pup_tui.template.errors import TemplateError
from tests.support.batches import SIZE, batches, try_each


def test_every_row_is_in_one_batch() -> None:
    rows = [f"row {number}" for number in range(2 * SIZE + 1)]
    made = batches(rows, "bash")
    assert [each.id for each in made] == [
        "bash-from-row-0",
        f"bash-from-row-{SIZE}",
        f"bash-from-row-{2 * SIZE}",
    ]
    assert [row for shell, part in (each.values for each in made) for row in part] == rows
    assert {each.values[0] for each in made} == {"bash"}


def test_all_rows_that_fail_are_told_with_why() -> None:
    tried = []

    def attempt(row: str) -> None:
        tried.append(row)
        if row == "raises":
            raise TemplateError("cannot be read")
        if row == "is accepted":
            with pytest.raises(TemplateError):
                pass
        assert row != "is wrong", "not as it should be"

    rows = ["raises", "is well", "is wrong", "is accepted", "is well too"]
    with pytest.raises(AssertionError) as caught:
        try_each(rows, attempt)
    assert tried == rows
    told = str(caught.value)
    assert told.startswith("3 of 5 rows fail")
    for row, why in (
        ("0: 'raises'", "cannot be read"),
        ("2: 'is wrong'", "not as it should be"),
        ("3: 'is accepted'", "DID NOT RAISE"),
    ):
        assert why in told.partition(row)[2].partition("\n\n")[0]
    assert "is well" not in told


def test_rows_that_are_all_well_pass() -> None:
    try_each([1, 2], lambda row: None)


def test_a_skip_holds_for_the_whole_batch() -> None:
    with pytest.raises(pytest.skip.Exception):
        try_each([1, 2], lambda row: pytest.skip("not here"))


def test_the_rows_behind_a_skip_are_tried_and_fail() -> None:
    def attempt(row: int) -> None:
        if row == 1:
            pytest.skip("not here")
        assert row != 3

    with pytest.raises(AssertionError, match="1 of 3 rows fail"):
        try_each([1, 2, 3], attempt)
    with pytest.raises(pytest.skip.Exception, match="1 of 2 rows: not here"):
        try_each([1, 2], attempt)
