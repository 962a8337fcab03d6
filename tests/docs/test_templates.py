"""The manual of templates has every filter, test and method, and each of its examples gives what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pup_tui.template.methods import METHODS
from pup_tui.template.predicates import TESTS
from pup_tui.template.sandbox import FILTER_NAMES
from pup_tui.template.text import compile_text

MANUAL = Path(__file__).parents[2].joinpath("docs", "templates.md").read_text()
NAMES: dict[str, Any] = {
    name: json.loads(value)
    for name, value in re.findall(r"^([A-Z]+) = (.*)$", MANUAL, re.MULTILINE)
}


class Row(NamedTuple):
    """A row of one of the tables: what it is about, its examples and their results."""

    section: str
    names: list[str]
    examples: list[str]
    results: list[str]


def _rows() -> Iterator[Row]:
    for section in re.split(r"^## ", MANUAL, flags=re.MULTILINE)[1:]:
        for line in section.splitlines():
            cells = [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line)]
            if line.startswith("| `"):
                parts = [re.findall(r"`(.*?)`(?:<br>|, |$)", cell) for cell in cells]
                yield Row(section.split("\n", 1)[0], parts[1], parts[-3], parts[-2])


ROWS = list(_rows())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}-{row.names[0]}")
def test_an_example_gives_what_it_says(row: Row) -> None:
    assert row.examples
    rendered = [compile_text(example).render(NAMES) for example in row.examples]
    assert rendered == [result.replace("⏎", "\n") for result in row.results]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}-{row.names[0]}")
def test_every_name_of_a_row_is_in_an_example(row: Row) -> None:
    shown = " ".join(row.examples)
    assert all(
        re.search(rf"(?<![\w.=!<>]){re.escape(n)}(?![\w=])|\.{n}\(", shown) for n in row.names
    )


@pytest.mark.parametrize(
    ("section", "known"),
    [("Filters", FILTER_NAMES), ("Tests", frozenset(TESTS)), ("Methods", METHODS)],
)
def test_there_is_a_row_for_everything(section: str, known: frozenset[str]) -> None:
    told = [name for row in ROWS if row.section == section for name in row.names]
    assert sorted(told) == sorted(known)
