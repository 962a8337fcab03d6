"""An output with lines between its parts, which nobody printed: where a run was resumed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from pup_tui.core.notices import RunResumed
from pup_tui.output.passage import Line
from pup_tui.output.sanitize import safe_text
from pup_tui.output.spool import SpoolReader
from pup_tui.tui.texts import moment


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


class Divider(Line):
    """A line that was not printed; it is drawn as no printed one can be."""


class DividedOutput:
    """The lines of a spool and, where something stands on both sides of a mark, a line for that."""

    def __init__(self, spool: SpoolReader) -> None:
        self.marks: Sequence[Parting] = ()
        self._spool = spool
        self._known: tuple[int, int, Sequence[Parting]] = (0, 0, ())
        self._placed: list[tuple[int, Parting]] = []
        """Before which line of the spool a mark stands."""

    @property
    def line_count(self) -> int:
        return self._spool.line_count + len(self._placed)

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
            self._known = known
            self._place()

    def close(self) -> None:
        self._spool.close()

    def number(self, line: int) -> int:
        """The line of the spool that stands at a line here, or below it where that is a mark's."""
        return line - sum(at + before < line for before, (at, _) in enumerate(self._placed))

    def lines(self, start: int, stop: int, most: int | None = None) -> list[Line]:
        found: list[Line] = []
        at = start
        for place, mark in ((at + n, mark) for n, (at, mark) in enumerate(self._placed)):
            if place >= stop:
                break
            if place >= at:
                found += self._between(at, place, most)
                found.append(Divider("stdout", mark.text))
                at = place + 1
        return found + self._between(at, stop, most)

    def _between(self, start: int, stop: int, most: int | None) -> list[Line]:
        """Printed lines between two numbers of lines here, with no mark's among them."""
        if start >= stop:
            return []
        first = self.number(start)
        return self._spool.lines(first, first + stop - start, most)

    def _place(self) -> None:
        lines = range(self._spool.line_count)
        places = (bisect_left(lines, mark.at, key=self._time) for mark in self.marks)
        self._placed = [
            (place, mark)
            for place, mark in zip(places, self.marks, strict=True)
            if 0 < place < len(lines)
        ]

    def _time(self, line: int) -> float:
        return self._spool.time_of(line) or 0.0
