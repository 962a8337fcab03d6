"""A spreadsheet calculates nothing of what others wrote."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.analysis.export.records import FIELDS
from pup_tui.analysis.export.table import heading, rows

HOSTILE = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＋1", "－1", "＠x"),
    *(
        '=HYPERLINK("http://evil.example","x")',
        "=cmd|' /C calc'!A0",
        'a";=1',
        "a;=1",
        "a,-1",
        "a|@x",
    ),
    *('"=1"', "'=1", "a;  +1"),
)


def record(name: str, **more: Any) -> dict[str, Any]:
    return {**dict.fromkeys(FIELDS), "type": "run", "name": name, **more}


def cells(text: str, between: str = ",") -> list[str]:
    return [
        cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=between) for cell in row
    ]


@pytest.mark.proves("P33")
@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_begins_as_a_formula_does(name: str) -> None:
    line = rows([record(name, reason=name, operator=name)])
    for cell in (*cells(line), *cells(line, ";"), *cells(line, "\t"), *cells(line, "|")):
        assert not re.match(r"""["\s]*[=+\-@＝＋－＠]""", cell), cell


@given(st.lists(st.text(st.sampled_from("=+-@ ;,|\"\t\n'x1")), min_size=1))
def test_whatever_is_combined(parts: list[str]) -> None:
    line = rows([record("".join(parts))])
    for between in ",;|":
        for cell in cells(line, between):
            assert not re.match(r"""["\s]*[=+\-@]""", cell), cell


def test_what_is_harmless_stays_as_it_is() -> None:
    (line,) = csv.DictReader(
        io.StringIO(
            heading() + rows([record('a "b", c-d = e', duration=0.5, look=True)]), newline=""
        )
    )
    assert (line["name"], line["duration"], line["look"], line["kind"]) == (
        *('a "b", c-d = e', "0.5"),
        *("true", ""),
    )


def test_a_record_is_a_line() -> None:
    assert rows([record("a\nb"), record("c")]).count("\r\n") == 2
