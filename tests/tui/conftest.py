"""A whole console on a folder of runbooks: real catalog, journal and launcher, scripted processes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pup_tui.tui.dialogs import dialog
from tests.support.console import MakeServices, OpenConsole, console_on, services_in
from tests.support.sparing import sparing


@pytest.fixture(autouse=True)
def _dialogs_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def _sparing() -> Iterator[None]:
    with sparing():
        yield


@pytest.fixture
async def make_services(tmp_path: Path) -> AsyncIterator[MakeServices]:
    async with services_in(tmp_path) as make:
        yield make


@pytest.fixture
def open_console() -> OpenConsole:
    return console_on
