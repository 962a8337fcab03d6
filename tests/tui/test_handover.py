from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input

from pup_tui.tui import handover
from pup_tui.tui.handover import ConsoleTerminal


class Host(App[None]):
    """An application whose suspension is noted; whether a driver can is not its matter."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []
        self.shown: list[str] = []

    def compose(self) -> ComposeResult:
        yield Input()

    @contextmanager
    def suspend(self) -> Iterator[None]:
        self.noted.append("aside")
        yield
        self.noted.append("back")

    def terminal(self, turn: asyncio.Lock) -> ConsoleTerminal:
        terminal = ConsoleTerminal(self, turn, self.shown.append)
        terminal.run = "01RUN"
        return terminal


@pytest.fixture(autouse=True)
def _no_real_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "_TERMINAL", "/dev/null")


async def test_the_run_is_shown_and_the_console_comes_back_whatever_happens() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.set_focus(None)
        await pilot.pause()

        async def break_down() -> None:
            async with app.terminal(asyncio.Lock()).handed_over() as descriptor:
                assert descriptor >= 0
                assert (app.shown, app.noted) == (["01RUN"], ["aside"])
                raise RuntimeError("broken")

        with pytest.raises(RuntimeError, match="broken"):
            await break_down()
        assert app.noted == ["aside", "back"]


async def test_it_waits_until_nothing_is_being_typed() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.query_one(Input).focus()
        await pilot.pause()

        async def take() -> None:
            async with app.terminal(asyncio.Lock()).handed_over():
                pass

        taking = asyncio.create_task(take())
        await pilot.press("y")
        assert app.noted == []
        assert any("needs the terminal" in each.message for each in app._notifications)
        app.set_focus(None)
        await taking
        assert app.noted == ["aside", "back"]
        assert app.query_one(Input).value == "y"


async def test_one_step_has_it_at_a_time() -> None:
    app, turn = Host(), asyncio.Lock()
    async with app.run_test() as pilot:
        app.set_focus(None)
        await pilot.pause()
        async with app.terminal(turn).handed_over():
            other = asyncio.create_task(app.terminal(turn).handed_over().__aenter__())
            await pilot.pause()
            assert not other.done()
            assert app.noted == ["aside"]
            other.cancel()
            await asyncio.gather(other, return_exceptions=True)


async def test_without_a_terminal_it_says_what_to_do() -> None:
    app = App[None]()
    async with app.run_test():
        terminal = ConsoleTerminal(app, asyncio.Lock(), lambda run: None)
        with pytest.raises(OSError, match="run this in a terminal"):
            await terminal.handed_over().__aenter__()
