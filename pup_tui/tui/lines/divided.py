"""An output with lines between its parts, which nobody printed: where a run went on, or a step again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from pup_tui.core.notices import RunResumed
from pup_tui.output.passage import Line, Passage
from pup_tui.output.sanitize import safe_text
from pup_tui.output.spool import SpoolReader
from pup_tui.tui.step_progress import Attempt
from pup_tui.tui.texts import moment, time_of_day

MOST_TOLD = 80
"""Characters of what became of an attempt that stand in the line below it."""


class Parting(NamedTuple):
    """Parts what was printed before the moment `at` (seconds since 1970) from what was printed since."""

    at: float
    text: str


def leg_marks(legs: Iterable[RunResumed]) -> list[Parting]:
    """What parts the outputs of the legs of a run."""
    moments = ((datetime.fromisoformat(leg.ts).timestamp(), leg) for leg in legs)
    return [
        Parting(at, f"resumed {moment(at)} by {safe_text(leg.operator)} · leg {leg.leg}")
        for at, leg in moments
    ]


def attempt_marks(attempts: Iterable[Attempt]) -> list[Parting]:
    """What parts the outputs of the attempts of a step."""
    return [_attempt_mark(attempt) for attempt in attempts]


@lru_cache(1024)
def _attempt_mark(attempt: Attempt) -> Parting:
    """Made once: while a step runs all of its attempts are looked at again and again."""
    number, ts, before, judged = attempt
    at = datetime.fromisoformat(ts).timestamp()
    told = before if len(before) <= MOST_TOLD else f"{before[:MOST_TOLD]}…"
    ended = f"attempt {number - 1} {told} · " if told else ""
    if judged:
        return Parting(at, f"{time_of_day(at)} · {ended}attempt {number}")
    return Parting(at, f"{ended}attempt {number} · {time_of_day(at)}")


class Divider(Line):
    """A line that was not printed; it is drawn as no printed one can be."""


class DividerPassage(Passage):
    """A divider among what was printed together."""


class DividedOutput:
    """The lines of a spool and, where something stands on both sides of a mark, a line for that."""

    def __init__(self, spool: SpoolReader) -> None:
        self.marks: Sequence[Parting] = ()
        self._spool = spool
        self._known: tuple[int, int, Sequence[Parting]] = (0, 0, ())
        self._settled: dict[Parting, int] = {}
        """The marks before lines that cannot change any more: these stay where they are."""
        self._placed: list[tuple[int, Parting]] = []
        """Before which line of the spool a mark stands."""

    @property
    def line_count(self) -> int:
        return self._spool.line_count + len(self._placed)

    @property
    def placed(self) -> tuple[tuple[int, Parting], ...]:
        """Before which line of the spool each mark stands."""
        return tuple(self._placed)

    @property
    def printed(self) -> int:
        """How many lines the spool has."""
        return self._spool.line_count

    @property
    def dropped_lines(self) -> int:
        return self._spool.dropped_lines

    @property
    def unfinished(self) -> int:
        return self._spool.unfinished

    def refresh(self) -> None:
        self._spool.refresh()
        known = self._spool.line_count, self._spool.dropped_lines, self.marks
        if known != self._known:
            if known[0] < self._known[0] or known[1] != self._known[1]:
                self._settled.clear()
            self._known = known
            self._place()

    def close(self) -> None:
        self._spool.close()

    def number(self, line: int) -> int:
        """The line of the spool that stands at a line here, or below it where that is a mark's."""
        return line - sum(at + before < line for before, (at, _) in enumerate(self._placed))

    def beside(self, line: int, by: int) -> int:
        """Where the part below that of a line begins (`by` 1), or else its own, or the one above."""
        starts = [0, *(at + before + 1 for before, (at, _) in enumerate(self._placed))]
        here = bisect_right(starts, line) - 1
        if by < 0 and line > starts[here]:
            return starts[here]
        return starts[min(max(0, here + by), len(starts) - 1)]

    def lines(self, start: int, stop: int, most: int | None = None) -> list[Line]:
        found: list[Line] = []
        for begin, end, mark in self._parts(start, stop):
            if begin < end:
                first = self.number(begin)
                found += self._spool.lines(first, first + end - begin, most)
            if mark is not None:
                found.append(Divider("stdout", mark.text))
        return found

    def passages(self, start: int, stop: int) -> Iterator[tuple[int, Passage]]:
        """The lines as they were printed together, as `SpoolReader.passages` gives them."""
        for begin, end, mark in self._parts(start, stop):
            if begin < end:
                first = self.number(begin)
                for at, passage in self._spool.passages(first, first + end - begin):
                    yield at + begin - first, passage
            if mark is not None:
                yield end, DividerPassage("stdout", f"{mark.text}\n")

    def time_of(self, line: int) -> float | None:
        """When a line was printed, in seconds since 1970; of a mark, when the line below it was."""
        return self._spool.time_of(self.number(line))

    def _parts(self, start: int, stop: int) -> Iterator[tuple[int, int, Parting | None]]:
        """Where printed lines begin and end in a range of lines here, and the mark right behind them."""
        at = start
        for place, mark in ((at + n, mark) for n, (at, mark) in enumerate(self._placed)):
            if place >= stop:
                break
            if place >= at:
                yield at, place, mark
                at = place + 1
        yield at, stop, None

    def _place(self) -> None:
        lines = range(self._spool.line_count)
        settled = len(lines) - self._spool.unfinished
        self._placed = []
        for mark in sorted(self.marks):
            place = self._settled.get(mark)
            if place is None:
                place = bisect_left(lines, mark.at, key=self._time)
            if 0 < place < len(lines):
                self._placed.append((place, mark))
            if 0 < place < settled:
                self._settled[mark] = place

    def _time(self, line: int) -> float:
        return self._spool.time_of(line) or 0.0
