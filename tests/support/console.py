"""The console as an operator meets it: keys in, what can be read on the screen out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest
from textual import events
from textual._context import visible_screen_stack
from textual.app import App
from textual.pilot import Pilot
from textual.strip import Strip

from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.catalog.value_sources import local_sources
from pup_tui.cli.wiring import resolver
from pup_tui.core.actions import Question
from pup_tui.core.program import compile_program
from pup_tui.core.requests import ShellRequest
from pup_tui.drivers.launcher import Launcher
from pup_tui.drivers.local import LocalRun
from pup_tui.drivers.source import source_of
from pup_tui.drivers.watcher import Watcher
from pup_tui.journal.writer import JournalWriter
from pup_tui.output.passage import Passage
from pup_tui.tui.app import PupTuiApp
from pup_tui.tui.screens.main import MainScreen
from pup_tui.tui.services import Services
from tests.support.executors import FakeExecutor, Play

SMALL = (80, 24)
LARGE = (200, 50)
HOSTILE = "clean [/usr/bin] [a-z] [red] [@click=app.quit]x[/] \x1b]0;title\x07\x1b[2J\u202e"
VISIBLE = "clean [/usr/bin] [a-z] [red]"
"""What has to be read where `HOSTILE` is shown."""

PATIENCE = 120.0
"""Seconds after which a test gives up waiting for what should have happened long before."""

LONGEST_PAUSE = 0.1
"""Seconds between two looks at what is waited for: whoever looks all the time keeps it from happening."""


class Console:
    """A running application with its pilot."""

    def __init__(self, app: PupTuiApp, pilot: Pilot[str]) -> None:
        self.app = app
        self.pilot = pilot
        self._told: list[str] = []
        """Messages that came up since the last keys, those among them that have gone again."""
        notify = app.notify

        def noted(message: str, **options: Any) -> None:
            self._told.append(message)
            notify(message, **options)

        setattr(app, "notify", noted)  # noqa: B010

    async def press(self, *keys: str) -> None:
        self._told = self.messages.split("\n")
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*text)

    async def press_at_once(self, text: str) -> None:
        """Keys that arrive together, as those typed ahead over a slow line do."""
        for key in text:
            self.app.post_message(events.Key({"/": "slash"}.get(key, key), key))
        await self.pilot.pause()

    async def eventually(self, holds: Callable[[], object]) -> None:
        """Return as soon as `holds` does; fail if it never does."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        pause = 0.01
        while not holds():
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"it never came to that; the screen:\n{self.screen}")
            await self.pilot.pause(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        await self.pilot.pause()

    async def sees(self, *texts: str) -> None:
        """Return as soon as all of this can be read on the screen."""

        def seen() -> bool:
            screen = self.screen
            return all(text in screen for text in texts)

        await self.eventually(seen)

    async def tells(self, *texts: str) -> None:
        """Return as soon as all of this stands in messages that come up by themselves, however shortly."""

        def told() -> bool:
            messages = "\n".join([self.messages, *self._told])
            return all(text in messages for text in texts)

        await self.eventually(told)

    def select(self, runbook: str) -> None:
        """Go to the runbook with this id."""
        self.main.select(next(e for e in self.main.library.entries if e.id == runbook))

    @property
    def messages(self) -> str:
        return "\n".join(each.message for each in self.app._notifications)

    async def on(self, page: str) -> None:
        """Return as soon as this page is shown and what it does to begin with is done."""
        await self.eventually(lambda: self.main.page == page)

    @property
    def main(self) -> MainScreen:
        main = self.app.screen_stack[0]
        assert isinstance(main, MainScreen)
        return main

    @property
    def strips(self) -> list[Strip]:
        """What is drawn, line by line, with what a dialog leaves of the screens behind it."""
        visible_screen_stack.set(self.app._background_screens)
        return self.app.screen._compositor.render_strips()

    @property
    def screen(self) -> str:
        """What can be read on the screen."""
        width, height = self.app.size
        return "\n".join(strip.text[:width] for strip in self.strips[:height])


class MakeServices(Protocol):
    """Services over runbooks: files by name."""

    def __call__(self, runbooks: dict[str, str], **options: Any) -> Services: ...


OpenConsole = Callable[..., AbstractAsyncContextManager[Console]]


@asynccontextmanager
async def services_in(place: Path) -> AsyncIterator[MakeServices]:
    """Makes services over runbooks in a folder: real catalog, journal and launcher, scripted processes.

    Options: `executors`, or the `executor` of shell steps, and `log` in place of the journal, `trusted`, and
    every field of `Services`.
    """
    state = place / "state"
    state.mkdir(mode=0o700)
    journal = await JournalWriter.open(state)
    folder = place / "runbooks"
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
            executors=options.pop("executors", {ShellRequest: executor}),
            environ={"PATH": "/usr/bin:/bin", **environ},
            cwd=place,
            operator="alice",
            resolve=resolver(local_sources({"PATH": "/usr/bin:/bin", **environ}, Path.home())),
            hidden=options.pop("hidden", ()),
        )
        origin = Origin.GIVEN if trusted else Origin.HERE

        async def opened() -> Launcher:
            return launcher

        return Services(
            catalog=options.pop("catalog", None) or Catalog([Folder(folder, origin, trusted)]),
            launcher=opened,
            operator=launcher.operator,
            hidden=launcher.hidden,
            state=state,
            environ=environ,
            home=place,
            sources=options.pop("sources", partial(local_sources, environ, place)),
            site="sandbox",
            **options,
        )

    yield make
    await journal.close()


async def has_run(
    services: Services, runbook: str, until: str | None = None, **values: Any
) -> None:
    """A past run of a runbook with these values, made without a console.

    It broke off when it had printed a line that holds `until`.
    """
    loaded = services.catalog.load(services.home / "runbooks" / f"{runbook}.yaml")
    program = compile_program(loaded.id, loaded.require())
    launcher = await services.launcher()
    source = source_of(loaded)
    live = await launcher.launch(program, source=source, files=loaded.files, values=values)
    if until is not None:
        live.watch(_BreaksOff(live, until))
    await live.drive()


class _BreaksOff(Watcher):
    """Interrupts a run as soon as it says something."""

    def __init__(self, live: LocalRun, until: str) -> None:
        self._live = live
        self._until = until

    def output(self, step: str, passage: Passage) -> None:
        if self._until in passage.text:
            self._live.interrupt("the console ended")

    def question(self, question: Question) -> None:
        """Take back all that can be."""
        if question.kind == "undo":
            self._live.undo([offer.step for offer in question.offers], "alice")


@contextmanager
def pictures_of(console: Console, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every picture that a terminal would have been sent meanwhile."""
    pictures: list[str] = []
    draw = App._display

    def note(app: App[Any], *drawn: Any) -> None:
        draw(app, *drawn)
        pictures.append(console.screen)

    with monkeypatch.context() as patch:
        patch.setattr(App, "_display", note)
        yield pictures


@asynccontextmanager
async def console_on(services: Services, size: tuple[int, int] = SMALL) -> AsyncIterator[Console]:
    """Open the console on some services; what still runs at the end is stopped."""
    app = PupTuiApp(services)
    async with app.run_test(size=size, notifications=True) as pilot:
        console = Console(app, pilot)
        await console.eventually(lambda: not console.main.library.loading)
        try:
            yield console
        finally:
            app.runs.interrupt("the test is over")
            await app.runs.end("the test is over")
