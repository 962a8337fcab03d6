from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.convert.beginning import PARTS, beginning
from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import load_files


@pytest.mark.parametrize("picked", [[each] for each in PARTS] + [list(PARTS), []])
def test_every_beginning_is_free_of_errors_and_warnings(picked: list[str]) -> None:
    text = beginning("mine", type_="a: b", service="web {{ x }}", picked=picked)
    files = {"mine.yaml": text.encode()}
    loaded = load_files("mine", files, Path("mine.yaml"), linter=linter())
    told = [str(problem) for problem in loaded.problems]
    # The service is what somebody typed: its pattern may refuse it, nothing else.
    assert [each for each in told if "pattern" not in each] == []
