"""Each difference to `pup` that the document lists names a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "docs" / "pup-compatibility.md"
TESTS = ("tests/format/test_pup_files.py", "tests/format/test_pup_steps.py")

ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in DOCUMENT.read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| `pup` | here"))
]


@pytest.mark.parametrize("row", ROWS, ids=[row[-1].strip("`| ") for row in ROWS])
def test_each_row_is_whole_and_names_a_test(row: list[str]) -> None:
    assert len(row) == 4
    assert all(row)
    named = re.fullmatch(
        r"`(?:(?P<file>tests/[\w/]+\.py)::)?(?P<test>test_\w+)`", row[3].strip("| ")
    )
    assert named is not None
    files = TESTS if named["file"] is None else [named["file"]]
    source = "\n".join((ROOT / file).read_text("utf-8") for file in files)
    assert re.search(rf"^ *(?:async )?def {named['test']}\(", source, re.M)


def test_each_test_about_files_of_pup_is_named() -> None:
    source = "\n".join((ROOT / file).read_text("utf-8") for file in TESTS)
    tests = re.findall(r"^(?:async )?def (test_\w+)\(", source, re.M)
    assert [test for test in tests if test not in DOCUMENT.read_text("utf-8")] == [
        "test_a_whole_file"
    ]
