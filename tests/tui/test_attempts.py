"""What the attempts of a poll printed is parted, in a run under way and in one of the past."""

from __future__ import annotations

import asyncio
import re

from pup_tui.tui.lines.output_lines import OutputLines
from tests.support.console import Console, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play

POLLS = """
name: polls
steps:
  - name: Wait for it
    kind: shell
    run: look
    poll: {until: '"ready" in output', interval: 100ms}
"""
PARTED = [
    r"  no 1",
    r".*\d\d:\d\d:\d\d · attempt 1 not met.* · attempt 2\b.*",
    r"  no 2",
    r".*\d\d:\d\d:\d\d · attempt 2 not met.* · attempt 3\b.*",
    r"  (nearly|ready)",
]


def lines(console: Console) -> OutputLines:
    return next(each for each in console.app.screen.query(OutputLines) if each.is_on_screen)


def is_parted(console: Console) -> bool:
    shown = [lines(console).render_line(y).text.rstrip() for y in range(lines(console).size.height)]
    return all(re.fullmatch(each, row) for each, row in zip(PARTED, shown, strict=False)) and (
        len(shown) >= len(PARTED)
    )


async def test_attempts_of_a_poll_are_parted_and_one_goes_from_one_to_the_next(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    held = asyncio.Event()
    executor = FakeExecutor(
        Play(stdout=b"no 1\n"),
        Play(stdout=b"no 2\n"),
        Play(stdout=b"nearly\nready\n", hold=held),
    )
    async with open_console(make_services({"polls.yaml": POLLS}, executor=executor)) as console:
        console.select("polls")
        await console.eventually(lambda: console.main.entry and console.main.entry.id == "polls")
        await console.press("enter")
        await console.on("plan")
        await console.press("ctrl+r")
        await console.sees("nearly", "attempt 3")
        await console.eventually(lambda: is_parted(console))
        held.set()
        await console.sees("succeeded")
        await console.eventually(lambda: is_parted(console))
        lines(console).focus()
        await console.press("g", "right_curly_bracket")
        assert lines(console).cursor == 2
        await console.press("right_curly_bracket")
        assert lines(console).cursor == 4
        await console.press("left_curly_bracket")
        assert lines(console).cursor == 2
        await console.press("escape", "escape", "h")
        await console.on("history")
        await console.press("enter")
        await console.eventually(lambda: is_parted(console))
