"""JSON as a table: the list of flat objects in it, wherever that stands."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.output.json_table import json_table

ROWS = [{"id": 1, "name": "pay"}, {"id": 2, "name": "mail"}]


@pytest.mark.parametrize(
    "value",
    [
        ROWS,
        {"items": ROWS},
        {"result": {"items": ROWS, "total": 2}},
        {"data": {"account": {"services": ROWS, "owners": [{"id": 7}]}}},
        {"ok": True, "data": {"attributes": {"inner": {"list": ROWS}}}},
        {"data": {"services": {"edges": [{"node": row, "cursor": "abc"} for row in ROWS]}}},
        {"data": {"viewer": {"services": {"nodes": ROWS, "pageInfo": {"hasNextPage": False}}}}},
    ],
)
def test_a_list_of_flat_objects_is_found_at_any_key(value: Any) -> None:
    made = json_table([value])
    assert made is not None
    assert [cell.strip() for cell in made.splitlines()[0].split("|")] == ["id", "name"]
    assert "mail" in made


def test_what_an_edge_tells_of_its_node_stands_beside_it() -> None:
    edges = [
        {"role": "owner", "node": {"name": "pay"}},
        {"role": "reader", "node": {"name": "mail"}},
    ]
    made = json_table([{"data": {"services": {"edges": edges}}}])
    assert made is not None
    assert [cell.strip() for cell in made.splitlines()[0].split("|")] == ["role", "name"]


def test_a_cursor_of_other_rows_is_kept() -> None:
    made = json_table([[{"cursor": 1, "node": "web-1"}, {"cursor": 2, "node": "web-2"}]])
    assert made is not None
    assert [cell.strip() for cell in made.splitlines()[0].split("|")] == ["cursor", "node"]


def test_a_list_of_one_row_is_one_too() -> None:
    made = json_table([{"data": {"services": ROWS[:1]}}])
    assert made is not None
    assert "pay" in made


@pytest.mark.parametrize("value", [{"id": 1}, {"a": {"b": 1}}, {"a": []}, [1, 2], "text"])
def test_what_holds_no_such_list_is_no_table(value: Any) -> None:
    assert json_table([value]) is None


def test_documents_one_after_the_other_are_rows() -> None:
    made = json_table(ROWS)
    assert made is not None
    assert "mail" in made
