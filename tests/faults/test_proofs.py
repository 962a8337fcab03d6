"""What is promised has tests that stand for it, and the manual tells what became of them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.proofs import EXPERIMENTS, NOT_BUILT, PROMISES

ROOT = Path(__file__).parents[2]
MARK = re.compile(r"mark\.proves\(([^)]*)\)")


def test_a_test_stands_for_each_of_them() -> None:
    texts = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py")]
    marked = {
        id_ for text in texts for ids in MARK.findall(text) for id_ in re.findall(r"\w+", ids)
    }
    assert marked == {*EXPERIMENTS, *PROMISES} - set(NOT_BUILT)


def test_the_manual_has_a_row_for_each_of_them() -> None:
    manual = (ROOT / "docs" / "reliability.md").read_text()
    rows = dict(re.findall(r"^\| ([FP]\d+\w?) \| ([^|]*) \|", manual, re.MULTILINE))
    assert rows == {**EXPERIMENTS, **PROMISES}
