from __future__ import annotations

import re

import pytest

from pup_tui.datadog.recipes import RECIPES
from pup_tui.datadog.table import PupCommand, load_table

TABLE = load_table()


@pytest.mark.parametrize("row", TABLE.commands, ids=lambda row: row.usage)
def test_a_row_is_whole(row: PupCommand) -> None:
    assert re.fullmatch(r"(GET|POST|PUT|PATCH|DELETE) (/api/v[12]/\S+|\{endpoint\})", row.request)
    assert re.findall(r"\{(\w+)\}", row.path)[: len(row.arguments)] == [
        argument.name for argument in row.arguments
    ]
    assert not row.recipe or row.recipe in RECIPES
    assert bool(row.because) == row.alias
    assert (row.output == "json") == (not row.sentence)
    for flag in row.flags:
        assert flag.name.startswith("--")
        assert re.fullmatch(r"((query|option|body)\..+|body)?", flag.to)
        assert not (flag.required and flag.default is not None)


@pytest.mark.parametrize("name", TABLE.names)
def test_rows_of_one_name_agree(name: str) -> None:
    rows = TABLE.named(name)
    assert len({row.mutates for row in rows}) == 1
    assert [row.alias for row in rows] == sorted(row.alias for row in rows)
    kinds: dict[str, set[bool]] = {}
    for row in rows:
        for flag in row.flags:
            kinds.setdefault(flag.name, set()).add(flag.type == "switch")
    assert all(len(takes) == 1 for takes in kinds.values())
