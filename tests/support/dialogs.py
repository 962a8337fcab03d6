"""A dialog on its own, with what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path, PurePath
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Static

from pup_tui.core.actions import Question
from pup_tui.tui.coloured_app import ColouredApp
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.dialogs.dialog import Answer, Dialog
from tests.support.console import PATIENCE

STYLES = Path(dialog.__file__).parent.parent / "styles"
NOTHING = "nothing yet"


class Host(ColouredApp[None]):
    CSS = "#behind { height: 1fr; }"
    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / "form.tcss", STYLES / "dialogs.tcss"]

    def __init__(self, asks: Dialog) -> None:
        super().__init__()
        self.asks = asks
        self.answer: Any = NOTHING

    def compose(self) -> ComposeResult:
        yield Static("behind", id="behind")

    def on_mount(self) -> None:
        def closed(answer: Answer | None) -> None:
            self.answer = answer

        self.push_screen(self.asks, closed)


@asynccontextmanager
async def asked(
    asks: Dialog, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host(asks)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def question(kind: Any = "confirm", **keys: Any) -> Question:
    return Question(**{"step": "ask", "title": "Ask", "kind": kind, "message": "Go on?", **keys})


def shown(app: Host) -> str:
    """The texts of the dialog, also those that are scrolled out of sight."""
    contents = [static.content for static in app.screen.query(Static)]
    return "\n".join(c.plain if isinstance(c, Content) else str(c) for c in contents)


async def until(pilot: Pilot[None], app: Host, *texts: str) -> None:
    """Let the dialog go on until all of this can be read."""
    await eventually(pilot, app, lambda: all(text in in_sight(app) for text in texts))


async def answer_of(pilot: Pilot[None], app: Host) -> Any:
    """What the dialog answers, as soon as it does."""
    await eventually(pilot, app, lambda: app.answer != NOTHING)
    return app.answer


async def eventually(pilot: Pilot[None], app: Host, holds: Callable[[], bool]) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not holds():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"it never came to that; the screen:\n{in_sight(app)}")
        await pilot.pause(0.01)


def in_sight(app: Host) -> str:
    """What can be read on the screen."""
    width, height = app.size
    rows = app.screen._compositor.render_strips()
    return "\n".join(strip.text[:width] for strip in rows[:height])
