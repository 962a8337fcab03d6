"""Every example of the page on packs is run, and prints what stands below it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.manual import Example, examples, is_true
from tests.support.stage import Stage

DOCUMENT = Path(__file__).parents[2] / "docs" / "packs.md"


@pytest.mark.parametrize(
    "example", examples(DOCUMENT), ids=lambda example: example.title.replace(" ", "-")
)
async def test_an_example_does_what_it_says(example: Example, stage: Stage) -> None:
    await is_true(example, stage)
