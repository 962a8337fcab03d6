"""An output arranged for people: JSON that can be folded, tables that can be sorted, plots of metrics."""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, TypeAlias

from pup_tui.answers.series import series_of
from pup_tui.output.json_outline import (
    MOST,
    JsonOutline,
    TooLargeJson,
    begins_json,
    json_outline,
)
from pup_tui.output.json_table import json_table, thing_table
from pup_tui.output.passage import Line
from pup_tui.output.spool import SpoolReader
from pup_tui.output.style import strip_style
from pup_tui.output.table import width_of
from pup_tui.output.table_fit import cells_of, widths_of
from pup_tui.tui.lines.line_list import LineList
from pup_tui.tui.lines.plot import MetricPlot
from pup_tui.tui.texts import counted

_TOO_LARGE = "too much of it to be laid out"
_BEGINNING = 1024
"""Bytes of a line that tell whether it begins JSON."""

_RULE = re.compile(r"-+(-\+-+)*")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DIGITS = re.compile(r"([0-9]+)")


KeyOf: TypeAlias = Callable[[str], str]
"""Gives the key for an action, as it is shown."""


class FoldableJson(LineList):
    """Laid out JSON of which parts are folded, the events of a log to begin with."""

    def __init__(self, outline: JsonOutline) -> None:
        super().__init__([])
        self._outline = outline
        self._folded = set(outline.events)
        self._looked_into: set[int] = set()
        """Which of these are open all the same, for what is looked at in them."""
        self._numbers: list[int] = []
        """Which lines of the outline are shown."""
        self._arrange()

    @property
    def line_count(self) -> int:
        return len(self._numbers)

    @property
    def told(self) -> str:
        """What it is."""
        return "json of stdout"

    def ways(self, key: KeyOf) -> str:
        """What can be done with it."""
        return f"{key('open')} {'un' if self._folded else ''}folds, {key('fold_all')} all"

    @property
    def has_folded(self) -> bool:
        return bool(self._folded)

    def lines(self, start: int, stop: int, most: int | None = None) -> list[Line]:
        return [Line("stdout", self._text(number)) for number in self._numbers[start:stop]]

    @cached_property
    def whole(self) -> LineList:
        """All of its lines, as if nothing were folded."""
        return LineList([Line("stdout", text) for text in self._outline.lines])

    def number_of(self, line: int) -> int:
        """Which line of the whole stands in a line."""
        return self._numbers[line] if line < self.line_count else 0

    def look_into(self, number: int) -> int:
        """Open what a line of the whole is folded away in, and that only; returns where it stands then."""
        ends = self._outline.ends
        self._looked_into = {at for at in self._folded if at <= number <= ends[at]}
        self._arrange()
        return self._place_of(number)

    def look_away(self, line: int) -> int | None:
        """Have folded again what was looked into; None where nothing was.

        Returns where what was in that line stands then.
        """
        if not self._looked_into:
            return None
        number = self.number_of(line)
        self._looked_into = set()
        self._arrange()
        return self._place_of(number)

    def toggle(self, line: int) -> bool:
        """Fold or unfold what a line opens; whether it opens anything."""
        number = self._numbers[line] if line < self.line_count else -1
        if number not in self._outline.ends:
            return False
        if number in self._looked_into:
            self._looked_into -= {number}
        else:
            self._folded ^= {number}
        self._arrange()
        return True

    def fold_all(self, line: int, *, folded: bool) -> int:
        """Unfold everything, or fold the events, or else what lies deeper than the first level.

        Returns where what was in that line stands then.
        """
        number = self.number_of(line)
        outline = self._outline
        deeper = {at for at in outline.ends if outline.lines[at].startswith(" ")}
        self._folded = set(outline.events or deeper or outline.ends) if folded else set()
        self._looked_into = set()
        self._arrange()
        return self._place_of(number)

    def _place_of(self, number: int) -> int:
        """Where a line of the whole is shown, or else what it is folded away in."""
        return max(0, bisect_right(self._numbers, number) - 1)

    def _arrange(self) -> None:
        self._numbers, number = [], 0
        ends, closed = self._outline.ends, self._folded - self._looked_into
        while number < len(self._outline.lines):
            self._numbers.append(number)
            number = ends[number] + 1 if number in closed else number + 1

    def _text(self, number: int) -> str:
        outline = self._outline
        closed = number in self._folded and number not in self._looked_into
        return outline.folded(number) if closed else outline.lines[number]


class SortableTable(LineList):
    """A table as `output.table` makes it, with its rows in the order of a column."""

    def __init__(self, lines: list[Line], rule: str, kind: str = "") -> None:
        super().__init__(lines)
        self.kind = kind
        """What its rows are, where that is known."""
        self._head, self._rows, self._foot = lines[:2], lines[2:-1], lines[-1:]
        self._widths = widths_of(rule)
        self.column: int | None = None
        self.reversed = False

    @property
    def told(self) -> str:
        """What it is, and in which order."""
        told = f"table of {self.kind or 'stdout'}"
        if self.column is None:
            return told
        return f"{told} · by {self._cell(self._head[0], self.column)} {self._way}"

    def ways(self, key: KeyOf) -> str:
        """What can be done with it."""
        if self.column is None:
            return f"{key('sort')} sorts"
        return f"{key('sort')} next column · {key('sort_back')} turned round"

    def sort(self, by: int) -> None:
        """Sort by the next column (1), which after the last is none, or turn the order round (-1).

        Rows that are in no order have that of the first column turned round: what is shown tells its order.
        """
        if by > 0:
            following = 0 if self.column is None else self.column + 1
            self.column = following if following < len(self._widths) else None
            self.reversed = False
        elif self.column is None:
            self.column, self.reversed = 0, True
        else:
            self.reversed = not self.reversed
        self._arrange()

    def sort_at(self, place: int) -> None:
        """Sort by the column in which a place (from 0) of a line is; once more turns the order round."""
        ends = accumulate(width + 3 for width in self._widths)
        column = next((at for at, end in enumerate(ends) if place < end - 1), len(self._widths) - 1)
        self.reversed = column == self.column and not self.reversed
        self.column = column
        self._arrange()

    def _arrange(self) -> None:
        """Have the rows in order, and the column that they are sorted by marked; what is blank is last."""
        column, rows, blank = self.column, self._rows, list[Line]()
        if column is not None:
            cells = [(self._cell(row, column), row) for row in rows]
            blank = [row for cell, row in cells if not cell]
            filled = [each for each in cells if each[0]]
            rows = [row for _, row in sorted(filled, key=lambda each: _sort_key(each[0]))]
        rows = rows[::-1] if self.reversed else rows
        self._lines = [self._marked_head(), self._head[1], *rows, *blank, *self._foot]

    def _marked_head(self) -> Line:
        head = self._head[0]
        if self.column is None:
            return head
        cells = [self._cell(head, column) for column in range(len(self._widths))]
        cells[self.column] += self._way
        # The mark may take the column that parts a cell from the next one.
        parts = (
            cell + " " * (width + 1 - width_of(cell))
            for cell, width in zip(cells, self._widths, strict=True)
        )
        return head._replace(text="| ".join(parts).rstrip())

    @property
    def _way(self) -> str:
        return "▾" if self.reversed else "▴"

    def _cell(self, line: Line, column: int) -> str:
        text = line.text
        if not text.isascii():
            return cells_of(text, self._widths)[column].strip()
        begin = sum(self._widths[:column]) + 3 * column
        return text[begin : begin + self._widths[column]].strip()


def _sort_key(cell: str) -> tuple[bool, float, list[tuple[int, str]]]:
    """Numbers by what they come to, before all other texts; of those the numbers in them as well."""
    is_number = _NUMBER.fullmatch(cell) is not None
    parts = _DIGITS.split(cell.casefold())
    # Digits by how many there are: a number may have more of them than can be counted with.
    natural = [
        (len(digits := part.lstrip("0")), digits) if at % 2 else (0, part)
        for at, part in enumerate(parts)
    ]
    return not is_number, float(cell) if is_number else 0.0, natural


View: TypeAlias = FoldableJson | SortableTable | MetricPlot
"""One way to look at an output that is not as it was printed."""


class Arrangements(NamedTuple):
    """What can be made of an output; None where it is not of that kind."""

    json: FoldableJson | None = None
    table: SortableTable | None = None
    plot: MetricPlot | None = None
    left_out: int = 0
    """Lines of standard error, which stand in the output as it was printed only."""
    why_not: str = ""
    """Why it stands as it was printed, where it looks like JSON."""

    @property
    def all(self) -> list[View]:
        """What is made of what it says comes before its JSON."""
        plot, json, table = self.plot, self.json, self.table
        views = (plot, table, json) if self._is_of_kind else (plot, json, table)
        return [each for each in views if each is not None]

    @property
    def telling(self) -> View | None:
        """What is made of what it says, where that is of a kind that is known."""
        return self.plot or (self.table if self._is_of_kind else None)

    @property
    def _is_of_kind(self) -> bool:
        return self.table is not None and bool(self.table.kind)


def arrangements(path: Path, newest: int = 0, *, alone: bool = False) -> Arrangements:
    """What can be made of the standard output in the spool at `path`. Raises OSError.

    Only the lines from `newest` on are looked at, those of the newest attempt, where that is wanted `alone`
    or there is too much of all of them.
    """
    reader = SpoolReader(path)
    try:
        is_too_much = reader.dropped_lines or reader.size > MOST
        start = newest if alone or is_too_much else 0
        if is_too_much and not start:
            why = "lines of it are left out" if reader.dropped_lines else _TOO_LARGE
            first = "".join(line.text for line in reader.lines(0, 1, _BEGINNING))
            return Arrangements(why_not=why if begins_json(strip_style(first)) else "")
        found = [passage for _, passage in reader.passages(start, reader.line_count)]
    finally:
        reader.close()
    text = strip_style("".join(each.text for each in found if each.stream == "stdout"))
    left_out = sum(each.text.count("\n") for each in found if each.stream == "stderr")
    try:
        outline = json_outline(text)
    except TooLargeJson:
        return Arrangements(left_out=left_out, why_not=_TOO_LARGE)
    if outline is None:
        return Arrangements(None, _sortable(text), left_out=left_out)
    # Of a poll it is the last attempt that counts.
    series = series_of(outline.values[-1])
    plot = MetricPlot(series) if series and any(each.points for each in series) else None
    things = thing_table(outline.values[-1], time.time())
    if things is not None:
        table = _sortable(things.text, things.kind)
    else:
        made = json_table(outline.values)
        table = None if made is None else _sortable(made)
    return Arrangements(FoldableJson(outline), table, plot, left_out)


def _sortable(text: str, kind: str = "") -> SortableTable | None:
    """A text as a table, if it is one that `output.table` has made."""
    lines = text.removesuffix("\n").split("\n")
    is_table = len(lines) > 3 and _RULE.fullmatch(lines[1])
    count = f"({counted(len(lines) - 3, 'row')}"
    if not is_table or not (lines[-1] == f"{count})" or lines[-1].startswith(f"{count}; ")):
        return None
    return SortableTable([Line("stdout", line) for line in lines], lines[1], kind)
