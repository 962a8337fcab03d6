"""Every warning has an example that is warned of, and one that is mended and runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from pup_tui.runbook.lint import RULES, linter
from pup_tui.runbook.lint.silencing import USELESS
from pup_tui.runbook.load import Loaded, load_files
from tests.support.stage import Stage

MANUAL = Path(__file__).parents[2].joinpath("docs", "warnings.md").read_text("utf-8")
FILE = Path("example.yaml")


class Pair(NamedTuple):
    """What is warned of, and its mended form."""

    code: str
    warned: str
    mended: str


def _whole(text: str) -> str:
    """The text of an example as a file."""
    if text.startswith("- "):
        text = "steps:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    return text if text.startswith("name: ") else f"name: example\n{text}"


PAIRS = [
    Pair(
        part.split("`", 1)[0], *map(_whole, re.findall(r"^```yaml\n(.*?)^```$", part, re.M | re.S))
    )
    for part in re.split(r"^### `", MANUAL, flags=re.MULTILINE)[1:]
]


def _lint(text: str) -> Loaded:
    is_installed = linter(lambda tool: shutil.which(tool) is not None)
    return load_files(FILE.stem, {FILE.name: text.encode()}, FILE, linter=is_installed)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.code)
def test_what_is_warned_of(pair: Pair) -> None:
    loaded = _lint(pair.warned)
    assert [str(problem) for problem in loaded.errors] == []
    assert {problem.code for problem in loaded.warnings} == {pair.code}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.code)
async def test_the_mended_form_is_not_and_runs(pair: Pair, stage: Stage) -> None:
    assert [str(p) for p in _lint(pair.mended).problems if p.severity != "silenced"] == []
    stage.folder.joinpath(FILE).write_text(pair.mended, "utf-8")
    played = await stage.play(pair.mended)
    assert played.ended == "succeeded", played.reason


def test_every_warning_has_a_pair() -> None:
    too_long = {"not-looked-through"}  # it takes some 100 kB of scripts
    assert sorted(pair.code for pair in PAIRS) == sorted({*RULES, USELESS} - too_long)
