"""The page on integrations: its examples run, its table has every action, its keys are those there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.runbook.allowed import fields_of
from pup_tui.runbook.integration import Integration, IntegrationAction
from tests.support.library_table import documented, rows
from tests.support.manual import Example, examples, is_true
from tests.support.stage import Stage

DOCUMENT = Path(__file__).parents[2] / "docs" / "integrations.md"


@pytest.mark.parametrize(
    "example", examples(DOCUMENT), ids=lambda example: example.title.replace(" ", "-")
)
async def test_an_example_does_what_it_says(example: Example, stage: Stage) -> None:
    await is_true(example, stage)


def test_the_table_has_every_action_as_its_file_says() -> None:
    told = [tuple(cells[:4]) for cells in documented()]
    assert told == [(name, f"`{action}`", effect, by) for name, action, effect, by in rows()], (
        "run `make library`"
    )
    assert all(cells[4] for cells in documented() if cells[3] != "docs")


def test_every_key_is_told() -> None:
    text = DOCUMENT.read_text()
    for struct in (Integration, IntegrationAction):
        for key in fields_of(struct):
            assert f"`{key}`" in text, key
