"""What a step printed, as it travels: whole lines of one stream at a time."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Stream = Literal["stdout", "stderr"]


class Line(NamedTuple):
    """One line of output, safe to show, without its end.

    ``unread`` are the bytes at its end that ``text`` leaves out: to draw a long line takes its beginning.
    """

    stream: Stream
    text: str
    unread: int = 0


class Passage(NamedTuple):
    """Some lines of one stream, safe to show: one text, in which each line has its end.

    ``at`` is when they were printed, in seconds since 1970; None where that is now.
    """

    stream: Stream
    text: str
    at: float | None = None

    def lines(self) -> list[Line]:
        """Return its lines one by one."""
        return [Line(self.stream, text) for text in self.text[:-1].split("\n")]


def passages(lines: Iterable[Line]) -> list[Passage]:
    """Return lines in their order, those of one stream together as far as they follow each other."""
    return [
        Passage(stream, "".join(f"{line.text}\n" for line in some))
        for stream, some in groupby(lines, key=attrgetter("stream"))
    ]
