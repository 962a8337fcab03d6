"""The bundled runbooks are rehearsed, and reached whole."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pup_tui.rehearsal.places import file_of
from pup_tui.rehearsal.suite import rehearse
from tests.support.bundled import BUNDLED, load_bundled, way_to_schema


@pytest.mark.parametrize("runbook", BUNDLED, ids=lambda path: path.stem)
def test_a_bundled_runbook_goes_as_its_rehearsals_expect_and_is_reached_whole(
    runbook: Path,
) -> None:
    file = file_of(runbook)
    assert file is not None
    (rehearsed,) = asyncio.run(rehearse([file], load_bundled))
    assert rehearsed.problems == ()
    assert [str(each) for result in rehearsed.results for each in result.failures] == []
    assert rehearsed.coverage is not None
    assert rehearsed.coverage.missing == ()


@pytest.mark.parametrize("runbook", BUNDLED, ids=lambda path: path.stem)
def test_its_rehearsals_name_their_schema(runbook: Path) -> None:
    file = file_of(runbook)
    assert file is not None
    first = file.read_text().splitlines()[0]
    assert first == f"# yaml-language-server: $schema={way_to_schema(file)}#/$defs/rehearsals"
