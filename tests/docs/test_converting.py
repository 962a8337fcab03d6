"""What the manual says comes of a source comes of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.conversions import Conversion

DOCUMENT = Path(__file__).parents[2] / "docs" / "converting.md"
EXAMPLES = re.findall(
    r"^```\w+\n# (?P<name>\S+\.\w+)\n(?P<source>.*?)^```\n\n```yaml\n(?P<made>.*?)^```$",
    DOCUMENT.read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)


def test_there_are_examples() -> None:
    assert EXAMPLES


@pytest.mark.parametrize(("name", "source", "made"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_an_example_is_true(name: str, source: str, made: str) -> None:
    assert Conversion(source, name).text == made
