"""No text holds what git leaves where two changes met: it reads as if both were true."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MARKS = ("<" * 7 + " ", ">" * 7 + " ")
TEXTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/*.md"),
    *(ROOT / "pup_tui").rglob("*.py"),
    *(ROOT / "pup_tui").rglob("*.tcss"),
    *(ROOT / "runbooks").rglob("*.yaml"),
]


@pytest.mark.parametrize("folder", sorted({path.parent for path in TEXTS}), ids=str)
def test_no_mark_of_two_changes_that_met_is_left(folder: Path) -> None:
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in TEXTS
        if path.parent == folder
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if line.startswith(MARKS)
    ]
    assert left == []
