"""What the steps of a recorded run had printed by a moment of it: copies of their outputs that grow."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pup_tui.drivers.spool_tail import SpoolTail
from pup_tui.output.passage import Passage
from pup_tui.output.spool import SpoolReader, SpoolWriter

_PART = ".part"


class ReplayedOutputs:
    """Copies the outputs in a run's `folder` to another one, as far as they had come. Calls block."""

    def __init__(self, folder: Path, copies: Path) -> None:
        self._copies = copies
        self._coming: list[tuple[float, str, _Coming]] = []
        for path in sorted(folder.glob("*.log")):
            if _PART not in path.name:
                self._wait_for(path.name, _Coming(path))

    @property
    def next_at(self) -> float | None:
        """When the next of it was printed, in seconds since 1970; None where there is no more."""
        return self._coming[0][0] if self._coming else None

    def advance(self, wall: float) -> None:
        """Copy what was printed until a moment (seconds since 1970). Raises OSError."""
        while self._coming and self._coming[0][0] <= wall:
            _, name, coming = heapq.heappop(self._coming)
            writer = SpoolWriter(self._copies / name, now=partial(getattr, coming, "at"))
            try:
                for passage in coming.until(wall):
                    writer.append(passage)
            finally:
                writer.close()
            self._wait_for(name, coming)

    def _wait_for(self, name: str, coming: _Coming) -> None:
        if (at := coming.next_at()) is not None:
            heapq.heappush(self._coming, (at, name, coming))
        else:
            coming.close()

    def close(self) -> None:
        for _, _, coming in self._coming:
            coming.close()


class _Coming:
    """What is still to come of one output."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tail: SpoolTail | None = None
        self._read: deque[Passage] = deque()
        self.at = 0.0
        """When what is being copied was printed."""

    def next_at(self) -> float | None:
        """When the next of it was printed; None where there is no more."""
        if self._tail is None:
            # Only looked at: a run may have a thousand outputs, of which most come later.
            reader = SpoolReader(self._path)
            try:
                return (reader.time_of(0) or 0.0) if reader.line_count else None
            finally:
                reader.close()
        if not self._read:
            self._read.extend(self._tail.read(ended=True))
        return (self._read[0].at or self.at) if self._read else None

    def until(self, wall: float) -> Iterator[Passage]:
        """Take what was printed until then."""
        if self._tail is None:
            self._tail = SpoolTail(self._path)
        while (at := self.next_at()) is not None and at <= wall:
            self.at = at
            yield self._read.popleft()

    def close(self) -> None:
        if self._tail is not None:
            self._tail.close()
