"""What is added to the output of a step, read from its spool while another process writes that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pup_tui.output.passage import Line, Passage, passages
from pup_tui.output.spool import SpoolReader

MOST = 5_000
"""Lines that one call gives."""


class SpoolTail:
    """Reads each line of a spool once, in its order. Calls block and raise OSError.

    `behind` tells whether there was more than the last call gave.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader: SpoolReader | None = None
        self._count = 0
        self._dropped = 0
        self._last: Line | None = None
        self.behind = False

    def read(self, *, ended: bool) -> list[Passage]:
        """The next lines, at most `MOST`, none if there are none yet, with when they were printed; those that
        may still change only when the step has `ended`.
        """
        if self._reader is None:
            self._reader = SpoolReader(self._path)
        reader = self._reader
        reader.refresh()
        stop = reader.line_count - (0 if ended else reader.unfinished)
        # The notice of what was dropped is a line; the numbers behind it go down as more is dropped.
        moved = max(0, reader.dropped_lines - 1) - max(0, self._dropped - 1)
        if reader.dropped_lines and moved:
            self._dropped = reader.dropped_lines
            if self._last is not None:
                self._count -= moved
        self.behind = False
        if self._count > stop and not reader.dropped_lines:
            # The program has gone back to lines that had ended: as they are in the end they come once more.
            self._count, self._last = stop, None
        if self._count > stop or self._has_lost_its_place(reader):
            return passages(self._gone_on(reader, stop))
        start, end = self._count, min(stop, self._count + MOST)
        if start == end:
            return []
        lines = reader.lines(start, end)
        self._count += len(lines)
        self._last = lines[-1]
        self.behind = end < stop
        return list(_dated(reader, start, lines))

    def close(self) -> None:
        """Close the files; what is read later goes on behind what was read."""
        if self._reader is not None:
            self._reader.close()

    def _has_lost_its_place(self, reader: SpoolReader) -> bool:
        """Whether the line that was read last has been dropped since."""
        if self._last is None or not self._dropped:
            return False
        return self._count < 1 or reader.lines(self._count - 1, self._count) != [self._last]

    def _gone_on(self, reader: SpoolReader, stop: int) -> list[Line]:
        """Go on with the newest lines, and say that some are missing."""
        self._count = max(0, stop - 1)
        newest = reader.lines(self._count, stop)
        told = Line(
            "stderr", "[pup-tui] lines are left out here: they came too fast to be followed"
        )
        self._count += len(newest)
        self._last = newest[-1] if newest else self._last
        return [told, *newest]


def _dated(reader: SpoolReader, start: int, lines: Sequence[Line]) -> Iterator[Passage]:
    """The lines from `start` on, those together that were printed at the same time."""
    first, last = reader.time_of(start), reader.time_of(start + len(lines) - 1)
    if first == last:
        for passage in passages(lines):
            yield passage._replace(at=first)
    else:
        middle = len(lines) // 2
        yield from _dated(reader, start, lines[:middle])
        yield from _dated(reader, start + middle, lines[middle:])
