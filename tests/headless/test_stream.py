"""The standard streams while somebody else has the terminal."""

from __future__ import annotations

import asyncio
import io

import pytest

from pup_tui.headless import stream
from pup_tui.headless.stream import Outlet, Pump


async def test_nothing_is_written_while_it_is_held_and_all_of_it_after() -> None:
    pump, written = Pump(), io.StringIO()
    outlet = Outlet(written, pump)
    outlet.write("before\n")
    async with pump.held():
        assert written.getvalue() == "before\n"
        outlet.write("meanwhile\n")
        outlet.write("and more\n")
        assert written.getvalue() == "before\n"
    await pump.drain()
    assert written.getvalue() == "before\nmeanwhile\nand more\n"


async def test_a_prompt_is_shown_again_below_what_others_write_until_it_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown_again = asyncio.Event()

    class Heard(io.StringIO):
        def write(self, text: str) -> int:
            if "prompt> " in self.getvalue() and text == "prompt> ":
                loop.call_soon_threadsafe(shown_again.set)
            return super().write(text)

    loop, pump, written = asyncio.get_running_loop(), Pump(), Heard()
    monkeypatch.setattr(stream, "AT_REST", 0.0)
    outlet = Outlet(written, pump)
    with outlet.prompt("prompt> "):
        for line in ("one\n", "two\n"):
            outlet.end_line()
            outlet.write(line)
        await shown_again.wait()
        outlet.end_line()
    outlet.write("over\n")
    await pump.drain()
    assert written.getvalue() == "prompt> \none\ntwo\nprompt> \nover\n"


async def test_nobody_waits_for_room_while_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who would make room is the one who writes."""
    monkeypatch.setattr(stream, "MOST_WAITING", 10)
    pump, written = Pump(), io.StringIO()
    outlet = Outlet(written, pump)
    async with pump.held():
        for _ in range(5):
            outlet.write("more than ten\n")
    await pump.drain()
    assert written.getvalue() == "more than ten\n" * 5
