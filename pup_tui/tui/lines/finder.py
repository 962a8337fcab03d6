"""Looks for lines in an output of any size without keeping anybody waiting."""

from __future__ import annotations

import asyncio
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Protocol

from pup_tui.output.passage import Line, Passage
from pup_tui.output.search import WantedLines, scanned
from pup_tui.tui.lines.divided import DividerPassage

BATCH = 20_000
"""Lines that are asked for at once when they are looked through from the end."""

AT_ONCE = 256 * 1024
"""Characters that are looked at before others get their turn: a few milliseconds."""

MOST_COUNTED = 100_000
"""Matches whose places are kept; where there are more, their number is not told."""

_TROUBLE_WORDS = ("error", "fail", "exception", "fatal", "panic", "traceback")
TROUBLE = re.compile("|".join(_TROUBLE_WORDS), re.IGNORECASE)
"""The words by which a line tells of trouble."""

_TROUBLE_LOWERED = re.compile(TROUBLE.pattern)


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

    def passages(self, start: int, stop: int) -> Iterator[tuple[int, Passage]]: ...

    def time_of(self, line: int) -> float | None: ...


def is_error(passage: Passage) -> Iterable[int]:
    """The lines that tell of trouble: all of standard error, and those with a word for it."""
    if isinstance(passage, DividerPassage):
        return ()
    if passage.stream == "stderr":
        return range(passage.text.count("\n"))
    return names_error(passage)


def names_error(passage: Passage) -> Iterable[int]:
    """The lines with a word for trouble."""
    if isinstance(passage, DividerPassage):
        return ()
    if passage.text.isascii() and "\x1b" not in passage.text:
        # Each word is looked for much faster than all of them together, and most text has none.
        lowered = passage.text.lower()
        if not any(word in lowered for word in _TROUBLE_WORDS):
            return ()
    return scanned(passage, TROUBLE, lowered=_TROUBLE_LOWERED)


class _Turns:
    """Lets others have their turn whenever so much text was looked at."""

    def __init__(self) -> None:
        self._seen = 0

    async def after(self, passage: Passage) -> None:
        self._seen += len(passage.text)
        if self._seen >= AT_ONCE:
            self._seen = 0
            await asyncio.sleep(0)


async def find(source: LineSource, wanted: WantedLines, start: int, *, forward: bool) -> int | None:
    """The number of the first wanted line from `start` on, looking down or up."""
    turns = _Turns()
    at = min(start, source.line_count - 1) if not forward else max(0, start)
    while 0 <= at < source.line_count:
        first, stop = (at, source.line_count) if forward else (max(0, at - BATCH + 1), at + 1)
        pieces = source.passages(first, stop)
        for begin, passage in pieces if forward else reversed(list(pieces)):
            numbers = (begin + line for line in wanted(passage))
            found = [number for number in numbers if first <= number < stop]
            if found:
                return found[0 if forward else -1]
            await turns.after(passage)
        at = stop if forward else first - 1
    return None


async def find_next_block(source: LineSource, wanted: WantedLines, start: int) -> int | None:
    """The first wanted line after `start` that does not belong to the same run of wanted lines."""

    def others(passage: Passage) -> Iterable[int]:
        known = set(wanted(passage))
        return (line for line in range(passage.text.count("\n")) if line not in known)

    gap = await find(source, others, start, forward=True)
    return None if gap is None else await find(source, wanted, gap, forward=True)


class Matches:
    """The places of all matches, as far as they have been counted."""

    def __init__(self) -> None:
        self._at: array[int] = array("Q")
        self.complete = False
        self._too_many = False

    async def count(self, source: LineSource, wanted: WantedLines) -> None:
        """Look through everything that is there now; give up where there are too many."""
        turns = _Turns()
        for begin, passage in source.passages(0, source.line_count):
            self._at.extend(begin + line for line in wanted(passage))
            if len(self._at) > MOST_COUNTED:
                self._too_many = True
                return
            await turns.after(passage)
        self.complete = True

    def outdated(self, line: int) -> bool:
        """Whether a match has come since they were counted."""
        return self.complete and self._place(line) is None

    def told(self, line: int) -> str:
        """Which of the matches a line is: `match 3 of 17`, or as much of that as is known."""
        place, known = self._place(line), f"{len(self._at):,}"
        if place is not None:
            return f"match {place + 1:,} of {known}{'' if self.complete else '+'}"
        if self.complete:
            return f"matches: {known}"
        return f"match behind the first {known}" if self._too_many else "match found, counting…"

    def _place(self, line: int) -> int | None:
        at = bisect_left(self._at, line)
        return at if at < len(self._at) and self._at[at] == line else None
