"""Tables on a terminal that is narrower than they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.table import table, width_of
from pup_tui.output.table_fit import TableFit, cells_of

WIDE = table(
    ["pid", "state", "query"],
    [
        ["1", "idle", "select * from orders where id = 1"],
        ["2", "active", "日本日本日本日本日本日本"],
        ["3", "", ""],
    ],
)


def fit(text: str, edge: int) -> str:
    fitting = TableFit(edge)
    return fitting.feed(text) + fitting.rest()


def test_a_cell_keeps_the_marks_of_its_last_letter() -> None:
    assert cells_of("e\u0301 | 7", [1, 1]) == ["e\u0301", "7"]
    assert cells_of("日本 | 👍🏽 | x", [4, 4, 1])[0] == "日本"


def test_the_widest_column_gives_way() -> None:
    assert fit(WIDE, 30).splitlines() == [
        "pid | state  | query",
        "----+--------+----------------",
        "1   | idle   | select * from …",
        "2   | active | 日本日本日本日…",
        "3   |        |",
        "(3 rows)",
    ]


def test_several_columns_give_way_together() -> None:
    made = table(["a", "b"], [["x" * 20, "y" * 30]])
    assert fit(made, 19).splitlines()[2] == "xxxxxxx… | yyyyyyy…"


def test_lines_are_cut_where_there_are_too_many_columns() -> None:
    made = table(["column"] * 5, [["value"] * 5])
    assert fit(made, 20).splitlines() == [
        "col… | col… | col… …",
        "-----+------+------…",
        "val… | val… | val… …",
        "(1 row)",
    ]


def test_what_fits_and_what_is_no_table_stays() -> None:
    assert fit(WIDE, 80) == WIDE
    text = "a line that is longer than the edge\n\n--- a rule of another kind ---\nthe last one\n"
    assert fit(text, 10) == text


def test_a_table_may_come_in_pieces_and_another_behind_it() -> None:
    fitting, text = TableFit(30), f"{WIDE}between\n{WIDE}"
    pieces = [fitting.feed(f"{line}\n") for line in text.split("\n")[:-1]]
    assert "".join(pieces) + fitting.rest() == fit(WIDE, 30) + "between\n" + fit(WIDE, 30)


CELLS = st.text(st.sampled_from("ab |+-日e\u0301\n"), max_size=30)


ROWS = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1)
)


@given(ROWS, st.integers(1, 60))
def test_no_line_is_longer_than_the_edge_and_none_is_lost(rows: list[list[str]], edge: int) -> None:
    made = table(rows[0], rows[1:])
    *lines, count = fit(made, edge).splitlines()
    assert len(lines) == len(rows) + 1
    assert count == made.splitlines()[-1]
    assert all(width_of(line) <= edge or not any(rows[0]) for line in lines)
