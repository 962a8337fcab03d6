"""Rows as a table of text."""

from __future__ import annotations

from pup_tui.output.table import table


def test_columns_are_as_wide_as_what_they_hold() -> None:
    assert table(
        ["id", "name"], [["1", "pen"], ["2", "日本"], ["100", "e\u0301"]]
    ).splitlines() == [
        "id  | name",
        "----+-----",
        "1   | pen",
        "2   | 日本",
        "100 | e\u0301",
        "(3 rows)",
    ]


def test_a_cell_stays_on_its_line() -> None:
    assert table(["a"], [["x\ny\tz\r"]]).splitlines() == ["a", "------", "x⏎y␉z␍", "(1 row)"]


def test_no_columns() -> None:
    assert table([], []) == "(0 rows)\n"
