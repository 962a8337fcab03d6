"""Tables of text on a terminal that is narrower than they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from pup_tui.late_pattern import late_pattern

from .style import strip_style
from .table import between, width_of

LEAST: Final = 4
"""Columns of the terminal that a column of a table keeps; where that is too much, lines are cut."""

_RULE: Final = late_pattern(r"-+(?:\+-*)*")
_COUNT: Final = late_pattern(r"\([0-9,]+ rows?(; .*)?\)")
_CUT: Final = "…"


class TableFit:
    """Cuts the cells of tables, as `table` makes them, so that lines end before `edge`; all else stays.

    Without an `edge` everything stays. A table is known by its rule, so the line before one is held back
    until the next is there.
    """

    def __init__(self, edge: int | None) -> None:
        self._fits = edge is not None
        self._edge = edge or 0
        self._before: str | None = None
        self._widths: list[int] = []
        self._fitting: list[int] = []

    def feed(self, text: str) -> str:
        """Whole lines, as they are to be shown."""
        if not self._fits:
            return text
        return "".join(f"{line}\n" for each in text.split("\n")[:-1] for line in self._line(each))

    def rest(self) -> str:
        """What is still held back."""
        held, self._before = self._before, None
        return "" if held is None else f"{held}\n"

    def _line(self, line: str) -> Iterator[str]:
        if self._widths:
            ends = _COUNT.fullmatch(line) is not None
            yield line if ends else self._cut(line)
            self._widths = [] if ends else self._widths
        elif self._before is not None and _RULE.fullmatch(line):
            self._widths = widths_of(line)
            self._fitting = fitted(self._widths, self._edge)
            for each in (self._before, line):
                yield self._cut(each)
            self._before = None
        else:
            if self._before is not None:
                yield self._before
            self._before = line

    def _cut(self, line: str) -> str:
        if self._fitting == self._widths:
            return _shortened(line, self._edge)
        is_rule = _RULE.fullmatch(line) is not None
        cells = cells_of(strip_style(line), self._widths)
        cut = [
            cell[:width] if is_rule else _shortened(cell.rstrip(), width)
            for cell, width in zip(cells, self._fitting, strict=True)
        ]
        made = between(cut, self._fitting, rule=is_rule)
        return _shortened(made, self._edge)


def fitted(widths: Sequence[int], edge: int) -> list[int]:
    """The widths of columns with which they end before `edge`, where that can be: the widest give first."""
    room = edge - 3 * (len(widths) - 1)
    most = max(widths)
    while most > LEAST and sum(min(width, most) for width in widths) > room:
        most -= 1
    return [min(width, most) for width in widths]


def widths_of(rule: str) -> list[int]:
    """The widths of the columns above and below a rule."""
    first, *others = rule.split("+")
    if not others:
        return [len(first)]
    return [len(first) - 1, *(len(each) - 2 for each in others[:-1]), len(others[-1]) - 1]


def cells_of(line: str, widths: Sequence[int]) -> list[str]:
    """The cells of a line, which stand where the widths say."""
    starts = [0, *accumulate(width + 3 for width in widths)]
    cells = [""] * len(widths)
    at = column = 0
    for char in line:
        while at + 1 < len(widths) and column >= starts[at + 1]:
            at += 1
        size, end = width_of(char), starts[at] + widths[at]
        # A mark that takes no column belongs to what stands before it.
        if column < end or (not size and column == end):
            cells[at] += char
        column += size
    return cells


def _shortened(text: str, width: int) -> str:
    if width_of(text) <= width:
        return text
    kept, used = "", 0
    for char in text:
        used += width_of(char)
        if used > width - 1:
            break
        kept += char
    return kept + _CUT
