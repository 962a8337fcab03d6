"""Lines that are in memory, for whoever draws or searches an output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pup_tui.output.passage import Line, Passage, passages

_TOGETHER = 2_000
"""Lines of a passage at most: whoever looks through them lets others have their turn in between."""


class LineList:
    """A source of lines that is whole from the beginning."""

    dropped_lines = 0
    unfinished = 0

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

    @property
    def line_count(self) -> int:
        return len(self._lines)

    def refresh(self) -> None:
        """There is nothing to read anew."""

    def lines(self, start: int, stop: int, most: int | None = None) -> list[Line]:
        return list(self._lines[start:stop])

    def time_of(self, line: int) -> float | None:
        """Nothing tells when a line was printed."""
        return None

    def passages(self, start: int, stop: int) -> Iterator[tuple[int, Passage]]:
        """The lines, those of one stream together, each passage with the number of its first line."""
        at = start
        for batch in range(start, min(stop, self.line_count), _TOGETHER):
            for passage in passages(self.lines(batch, min(stop, batch + _TOGETHER))):
                yield at, passage
                at += passage.text.count("\n")
