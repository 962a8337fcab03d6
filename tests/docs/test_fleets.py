"""The examples of the page about fleets are true, on real servers of ssh."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import load_files
from tests.support.manual import Example, examples, is_true
from tests.support.sshd import Fleet, fleet
from tests.support.stage import Stage

__all__ = ["fleet"]

EXAMPLES = examples(Path(__file__).parents[2] / "docs" / "fleets.md")
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)


@pytest.fixture
async def on_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fleet: Fleet
) -> AsyncIterator[Stage]:
    """A stage on which the hosts of the fleet are known."""
    monkeypatch.setenv("PATH", fleet.path)
    async with Stage(tmp_path, monkeypatch) as made:
        yield made


@each_example
async def test_an_example_does_what_it_says(example: Example, on_hosts: Stage) -> None:
    await is_true(example, on_hosts)


@each_example
def test_an_example_is_free_of_warnings(example: Example) -> None:
    path = Path(example.text.partition("\n")[0].removeprefix("name: ") + ".yaml")
    loaded = load_files(path.stem, {path.name: example.text.encode()}, path, linter=linter())
    assert [str(problem) for problem in loaded.problems] == []
