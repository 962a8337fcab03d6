"""A whole console on a folder of runbooks: real catalog, journal and launcher, scripted processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.catalog.value_sources import local_sources
from pup_tui.cli.wiring import resolver
from pup_tui.core.requests import ShellRequest
from pup_tui.drivers.launcher import Launcher
from pup_tui.journal.writer import JournalWriter
from pup_tui.steps.fake import FakeExecutor, Play
from pup_tui.tui.app import PupTuiApp
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.services import Services
from tests.support.console import SMALL, Console, MakeServices, OpenConsole


@pytest.fixture(autouse=True)
def _dialogs_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 0.0)


@pytest.fixture
async def make_services(tmp_path: Path) -> AsyncIterator[MakeServices]:
    """Services over `runbooks` (files by name).

    Options: `executor` and `log` in place of a scripted one and the journal, `trusted`, and every field of
    `Services`.
    """
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    journal = await JournalWriter.open(state)
    folder = tmp_path / "runbooks"
    folder.mkdir()

    def make(runbooks: dict[str, str], **options: Any) -> Services:
        for name, text in runbooks.items():
            (folder / name).write_text(text)
        trusted = options.pop("trusted", True)
        executor = options.pop("executor", FakeExecutor(Play(stdout=b"done\n")))
        environ = options.pop("environ", {})
        launcher = Launcher(
            log=options.pop("log", journal),
            state=state,
            executors={ShellRequest: executor},
            environ={"PATH": "/usr/bin:/bin", **environ},
            cwd=tmp_path,
            operator="alice",
            resolve=resolver(local_sources({"PATH": "/usr/bin:/bin", **environ})),
            hidden=options.pop("hidden", ()),
        )
        origin = Origin.GIVEN if trusted else Origin.HERE

        async def opened() -> Launcher:
            return launcher

        return Services(
            catalog=Catalog([Folder(folder, origin, trusted)]),
            launcher=opened,
            operator=launcher.operator,
            hidden=launcher.hidden,
            state=state,
            environ=environ,
            sources=options.pop("sources", partial(local_sources, environ)),
            site="sandbox",
            **options,
        )

    yield make
    await journal.close()


@pytest.fixture
def open_console() -> OpenConsole:
    """Open the console on some services; what still runs at the end is stopped."""

    @asynccontextmanager
    async def open_one(services: Services, size: tuple[int, int] = SMALL) -> AsyncIterator[Console]:
        app = PupTuiApp(services)
        async with app.run_test(size=size, notifications=True) as pilot:
            console = Console(app, pilot)
            await console.eventually(lambda: not console.main.library.loading)
            try:
                yield console
            finally:
                app.runs.interrupt("the test is over")
                await app.runs.end("the test is over")

    return open_one
