"""The console as an operator meets it: keys in, what can be read on the screen out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from textual.pilot import Pilot

from pup_tui.tui.app import PupTuiApp
from pup_tui.tui.screens.main import MainScreen
from pup_tui.tui.services import Services

SMALL = (80, 24)
LARGE = (200, 50)
HOSTILE = "clean [/usr/bin] [a-z] [red] [@click=app.quit]x[/] \x1b]0;title\x07\x1b[2J\u202e"
VISIBLE = "clean [/usr/bin] [a-z] [red]"
"""What has to be read where `HOSTILE` is shown."""

PATIENCE = 120.0
"""Seconds after which a test gives up waiting for what should have happened long before."""


class Console:
    """A running application with its pilot."""

    def __init__(self, app: PupTuiApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*text)

    async def eventually(self, holds: Callable[[], object]) -> None:
        """Return as soon as `holds` does; fail if it never does."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not holds():
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"it never came to that; the screen:\n{self.screen}")
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def sees(self, *texts: str) -> None:
        """Return as soon as all of this can be read on the screen."""
        await self.eventually(lambda: all(text in self.screen for text in texts))

    async def tells(self, *texts: str) -> None:
        """Return as soon as all of this stands in messages that come up by themselves."""
        await self.eventually(lambda: all(text in self.messages for text in texts))

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
    def screen(self) -> str:
        """What can be read on the screen."""
        width, height = self.app.size
        rows = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text[:width] for strip in rows[:height])


class MakeServices(Protocol):
    """Services over runbooks: files by name."""

    def __call__(self, runbooks: dict[str, str], **options: Any) -> Services: ...


OpenConsole = Callable[..., AbstractAsyncContextManager[Console]]
