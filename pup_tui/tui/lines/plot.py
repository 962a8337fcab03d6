"""Metric series drawn with dots, one below the other on the same scale, so that none needs a colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Final

from pup_tui.answers.series import MetricSeries
from pup_tui.output.passage import Line
from pup_tui.output.sanitize import safe_text
from pup_tui.output.style import RESET
from pup_tui.tui.lines.line_list import LineList
from pup_tui.tui.texts import cut_middle, time_of_day

MOST_SERIES: Final = 30
LEAST_ROWS: Final = 2
MOST_ROWS: Final = 16
"""Rows of one curve."""

_LEAST_COLUMNS: Final = 10
_AROUND_ROWS: Final = 2
"""What stands around a curve: what it is, and the axis of time."""
_DAY: Final = 86_400.0
_DOTS: Final = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BRAILLE: Final = 0x2800
_CURVE: Final = "\x1b[36m"
_UNITS: Final = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


class MetricPlot(LineList):
    """The series of an answer, drawn to fit a pane; `room` are the columns and rows that it is drawn for."""

    def __init__(self, series: Sequence[MetricSeries]) -> None:
        super().__init__([])
        self._series = series
        self.room = (0, 0)

    @property
    def told(self) -> str:
        """What it is."""
        return f"plot of {len(self._series):,} series"

    def fit(self, width: int, height: int) -> None:
        """Draw it for a pane of so many columns and rows. Of many points that takes its time."""
        self._lines = [Line("stdout", line) for line in _drawn(self._series, width, height)]
        self.room = (width, height)


def _drawn(series: Sequence[MetricSeries], width: int, height: int) -> Iterator[str]:
    shown = series[:MOST_SERIES]
    known = [value for each in shown for _, value in each.points if value is not None]
    times = [at for each in shown for at, _ in each.points]
    if not known:
        yield "no series has a value"
        return
    low, high = min(known), max(known)
    begin, end = min(times), max(times)
    left = max(len(_number(high)), len(_number(low)))
    columns = max(_LEAST_COLUMNS, width - left - 2)
    rows = (height - 1) // len(shown) - _AROUND_ROWS
    rows = max(LEAST_ROWS, min(MOST_ROWS, rows))
    flat = _share(low, (low, high), 4 * rows - 1) // 4
    marks = {rows - 1: _number(low), 0: _number(high)} if low < high else {flat: _number(low)}
    for each in shown:
        yield _head(each, width)
        for number, dots in enumerate(_curve(each, (begin, end), (low, high), columns, rows)):
            mark = marks.get(number, "")
            yield f"{mark:>{left}} {'┤' if mark else '│'}{_CURVE}{dots}{RESET}"
        yield f"{'':{left}} └{'─' * columns}"
    yield f"{'':{left}}  {_times(begin, end, columns)}"
    if len(series) > len(shown):
        yield f"and {len(series) - len(shown):,} more series"


def _head(series: MetricSeries, width: int) -> str:
    values = [value for _, value in series.points if value is not None]
    if not values:
        told = "no value"
    else:
        ends = (("min", min(values)), ("max", max(values)), ("last", values[-1]))
        told = " · ".join(f"{word} {_number(value)}" for word, value in ends)
        told += f" {safe_text(series.unit)}" if series.unit else ""
    if not series.name:
        return told
    return (
        f"{cut_middle(safe_text(series.name), max(_LEAST_COLUMNS, width - len(told) - 3))} · {told}"
    )


def _curve(
    series: MetricSeries,
    times: tuple[float, float],
    values: tuple[float, float],
    columns: int,
    rows: int,
) -> list[str]:
    """The rows of one curve; where there are no values it is broken."""
    cells = [[0] * columns for _ in range(rows)]
    right, top = 2 * columns - 1, 4 * rows - 1
    before: tuple[int, int] | None = None
    for x, found in _by_column(series, times, right):
        if not found:
            before = None
            continue
        # All of what falls together is drawn, from its least to its greatest.
        ends = (found[0], found[-1], min(found), max(found))
        first, last, low, high = (top - _share(value, values, top) for value in ends)
        line = _between(before, (x, first)) if before else ()
        for column, row in (*line, *_between((x, low), (x, high))):
            cells[row // 4][column // 2] |= _DOTS[column % 2][row % 4]
        before = x, last
    return [
        "".join(chr(_BRAILLE + cell) if cell else " " for cell in row).rstrip() for row in cells
    ]


def _by_column(
    series: MetricSeries, times: tuple[float, float], right: int
) -> Iterator[tuple[int, list[float]]]:
    """The values that fall together in each column of dots, in their order; none where there is a gap."""
    columns = ((_share(at, times, right), value) for at, value in series.points)
    for (x, is_value), found in groupby(
        columns, key=lambda point: (point[0], point[1] is not None)
    ):
        yield x, [value for _, value in found if value is not None] if is_value else []


def _share(value: float, ends: tuple[float, float], most: int) -> int:
    """Where a value stands between two ends, from 0 to `most`; in the middle where these are the same."""
    low, high = ends
    if high <= low:
        return most // 2
    return round((value / 2 - low / 2) / (high / 2 - low / 2) * most)


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The dots of a line between two."""
    (x0, y0), (x1, y1) = start, end
    steps = max(abs(x1 - x0), abs(y1 - y0), 1)
    for step in range(steps + 1):
        yield x0 + round((x1 - x0) * step / steps), y0 + round((y1 - y0) * step / steps)


def _times(begin: float, end: float, columns: int) -> str:
    """The first and the last moment below the axis, and one in the middle where there is room."""
    clock = partial(_told, with_date=end - begin >= _DAY)
    first, last = clock(begin), clock(end)
    if len(first) + len(last) + 1 > columns:
        return first[:columns]
    middle = clock((begin + end) / 2)
    if len(first) + len(middle) + len(last) + 12 > columns:
        return first + last.rjust(columns - len(first))
    room = columns - len(first) - len(last)
    return first + middle.center(room) + last


def _told(at: float, *, with_date: bool) -> str:
    try:
        if not with_date:
            return time_of_day(at)
        return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return f"{at:.6g}"


def _number(value: float) -> str:
    """A number in few characters: `0.25`, `12.5`, `1.2M`."""
    if value != 0 and not 1e-4 <= abs(value) < 1e15:
        return f"{value:.2e}"
    for size, unit in _UNITS:
        if abs(value) >= size:
            return f"{value / size:.4g}{unit}"
    return f"{value:.4g}"
