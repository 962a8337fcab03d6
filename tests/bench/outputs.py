"""How soon a large output of the past is shown, its end reached, and a word found near it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.pilot import Pilot

from pup_tui.output.passage import Passage
from pup_tui.output.spool import SpoolWriter
from pup_tui.tui.coloured_app import ColouredApp
from pup_tui.tui.lines import output_lines
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.widgets.output_pane import OutputPane

LINES = 5_000_000
_AT_ONCE = 5_000


_STYLES = Path(output_lines.__file__).parent.parent / "styles"


class _Host(ColouredApp[None]):
    CSS_PATH: ClassVar[list[str | PurePath]] = [_STYLES / "run.tcss", _STYLES / "dialogs.tcss"]

    def compose(self) -> ComposeResult:
        yield OutputPane()


def rows(folder: Path, lines: int = LINES) -> list[tuple[str, float, str]]:
    """The rows of the table, for an output of so many lines."""
    path = folder / "0001-large.log"
    writer = SpoolWriter(path, limit=1 << 30)
    for at in range(0, lines, _AT_ONCE):
        text = "".join(f"{number} request\n" for number in range(at, at + _AT_ONCE))
        writer.append(Passage("stdout", text))
    writer.append(Passage("stdout", "the needle\nthe end\n"))
    writer.close()
    opened, ended, found = asyncio.run(_looked_at(path, lines))
    return [
        (f"an output of {lines:,} lines, opened", opened, "s"),
        ("  its end", ended, "s"),
        ("  a word near its end, from its top", found, "s"),
    ]


async def _looked_at(path: Path, count: int) -> tuple[float, float, float]:
    app = _Host()
    async with app.run_test(size=(200, 50)) as pilot:
        lines = app.query_one(OutputLines)
        began = time.perf_counter()
        app.query_one(OutputPane).show(path, "", grows=False)
        opened = await _since(began, lambda: "0 request" in lines.render_line(0).text)
        lines.focus()
        ended = await _answered(pilot, "G", lambda: lines.cursor == count + 1)
        await pilot.press("g", "slash", *"needle")
        found = await _answered(pilot, "enter", lambda: lines.cursor == count)
    return opened, ended, found


async def _answered(pilot: Pilot[None], key: str, done: Callable[[], bool]) -> float:
    """Seconds from a key to what it leads to; the pilot itself waits for more."""
    began = time.perf_counter()
    pressing = asyncio.create_task(pilot.press(key))
    took = await _since(began, done)
    await pressing
    return took


async def _since(began: float, done: Callable[[], bool]) -> float:
    while not done():  # noqa: ASYNC110
        await asyncio.sleep(0)  # what is measured is seen on the screen only
    return time.perf_counter() - began
