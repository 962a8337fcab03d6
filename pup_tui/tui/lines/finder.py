"""Looks for lines in an output of any size without keeping anybody waiting."""

from __future__ import annotations

import asyncio
import re
from array import array
from bisect import bisect_left
from collections.abc import Callable
from typing import Protocol

from pup_tui.output.passage import Line
from pup_tui.output.style import strip_style

BATCH = 2_000
"""Lines looked at before others get their turn: a few milliseconds."""

MOST_COUNTED = 100_000
"""Matches whose places are kept; where there are more, their number is not told."""

ERROR_WORDS = re.compile(r"error|fail|exception|fatal|panic|traceback", re.IGNORECASE)

LinePredicate = Callable[[Line], bool]


class LineSource(Protocol):
    """Lines by number; their number only grows or, where a limit cuts the middle out, falls."""

    @property
    def line_count(self) -> int: ...

    @property
    def dropped_lines(self) -> int: ...

    @property
    def unfinished(self) -> int: ...

    def refresh(self) -> None: ...

    def lines(self, start: int, stop: int, most: int | None = None) -> list[Line]: ...


def smart_pattern(text: str) -> re.Pattern[str]:
    """A regular expression as people type it: capitals matter only where there are any.

    Raises re.error.
    """
    return re.compile(text, 0 if any(char.isupper() for char in text) else re.IGNORECASE)


def holds(pattern: re.Pattern[str]) -> LinePredicate:
    """What `find` takes to look for lines that hold the pattern; colours are not part of them."""
    return lambda line: pattern.search(strip_style(line.text)) is not None


def is_error(line: Line) -> bool:
    """Whether a line tells of trouble: every line of standard error does, and one with a word for it."""
    return line.stream == "stderr" or ERROR_WORDS.search(line.text) is not None


async def find(
    source: LineSource, wanted: LinePredicate, start: int, *, forward: bool
) -> int | None:
    """The number of the first wanted line from `start` on, looking down or up."""
    at = min(start, source.line_count - 1) if not forward else max(0, start)
    while 0 <= at < source.line_count:
        first, stop = (at, at + BATCH) if forward else (max(0, at - BATCH + 1), at + 1)
        numbered = list(enumerate(source.lines(first, stop), first))
        for number, line in numbered if forward else reversed(numbered):
            if wanted(line):
                return number
        at = stop if forward else first - 1
        await asyncio.sleep(0)
    return None


async def find_next_block(source: LineSource, wanted: LinePredicate, start: int) -> int | None:
    """The first wanted line after `start` that does not belong to the same run of wanted lines."""
    gap = await find(source, lambda line: not wanted(line), start, forward=True)
    return None if gap is None else await find(source, wanted, gap, forward=True)


class Matches:
    """The places of all matches, as far as they have been counted."""

    def __init__(self) -> None:
        self._at: array[int] = array("Q")
        self.complete = False

    async def count(self, source: LineSource, wanted: LinePredicate) -> None:
        """Look through everything that is there now; give up where there are too many."""
        at = 0
        while at < source.line_count:
            found = source.lines(at, at + BATCH)
            self._at.extend(at + i for i, line in enumerate(found) if wanted(line))
            if len(self._at) > MOST_COUNTED:
                return
            at += BATCH
            await asyncio.sleep(0)
        self.complete = True

    def place(self, line: int) -> str:
        """Which of the matches a line is: `3 of 17`, or as much of that as is known."""
        at = bisect_left(self._at, line)
        counted = at < len(self._at) and self._at[at] == line
        total = f"{len(self._at):,}" if self.complete else f"{len(self._at):,} or more"
        return f"{at + 1:,} of {total}" if counted else f"one of {total}"
