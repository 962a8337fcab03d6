"""Draws rows of output, and remembers the ones that were drawn last."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, assert_never

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.cache import LRUCache
from textual.selection import Selection
from textual.strip import Strip

from pup_tui.output.log_event import Badness, badness
from pup_tui.output.passage import Line
from pup_tui.tui.lines.divided import Divider
from pup_tui.tui.lines.finder import LineSource
from pup_tui.tui.lines.line_text import ClippedText, folded, line_text
from pup_tui.tui.texts import time_of_day

GUTTER = 2
"""Columns before the text: the mark of standard error, and that of what was overwritten and is folded."""

TIME = len("00:00:00 ")
"""Columns of the time before them, where it is shown."""

CACHED = 512
"""Lines that are kept: a few screens."""

ROWS_CACHED = 128
"""Rows whose drawn form is kept. What of it is gone, only the collector finds: the sooner the cheaper."""

DIVIDER = "divider"
_READ_AHEAD = 16
_MOST_READ = 64 * 1024
"""Bytes of a line that are read to draw it."""

_MORE = Style(dim=True)
_PLAIN = Style.null()


@dataclass(frozen=True)
class Palette:
    """The styles that rows are drawn in."""

    base: Style = _PLAIN
    marked: Style = _PLAIN
    stderr: Style = _PLAIN
    match: Style = _PLAIN
    selected: Style = _PLAIN
    error: Style = _PLAIN
    warning: Style = _PLAIN

    def of(self, bad: Badness) -> Style:
        """The style of a line that is so bad."""
        match bad:
            case "":
                return self.base
            case "warning":
                return self.base + self.warning
            case "error":
                return self.base + self.error
            case _:
                assert_never(bad)


class DrawnLine(NamedTuple):
    """A line as it is drawn; `is_folded` where it said something before that is not shown.

    `stream` is DIVIDER for a line that was not printed.
    """

    stream: str
    text: Text
    width: int
    """Columns of the text."""
    is_folded: bool
    bad: Badness = ""
    at: float | None = None
    """When it was printed, in seconds since 1970, where that is to be shown and known."""
    own: tuple[int, int] = (0, 0)
    """From which character of the text to which the line itself stands."""


class Revealed(NamedTuple):
    """The line in which something is brought into sight, and what is drawn of it for that."""

    line: int
    unfolded: bool = False
    """Whether with what it said before it was overwritten."""
    window: ClippedText | None = None
    """A part of it, where what is looked for is not in its beginning."""


class Painter:
    """The lines of one source as strips. Only what was drawn lately is in memory."""

    def __init__(self) -> None:
        self.source: LineSource | None = None
        self.palette = Palette()
        self.pattern: re.Pattern[str] | None = None
        self.selection: Selection | None = None
        self.timed = False
        """Whether the time stands before each line."""
        self.unfolded = False
        """Whether what a line said before it was overwritten is drawn as well."""
        self.revealed: Revealed | None = None
        """The line that is drawn in another way than the rest."""
        self.widest = 0
        """Columns of the widest line drawn so far, with the gutter."""
        self._entries: LRUCache[int, DrawnLine] = LRUCache(CACHED)
        self._rows: LRUCache[tuple[int, int, int, int], Strip] = LRUCache(ROWS_CACHED)

    @property
    def gutter(self) -> int:
        """Columns before the text."""
        return GUTTER + (TIME if self.timed else 0)

    def show(self, source: LineSource | None) -> None:
        """Draw another source from now on."""
        self.source = source
        self.widest = 0
        self.forget_all()

    def forget_all(self) -> None:
        """Forget every line as it was drawn: the source may have changed."""
        self._entries.clear()
        self._rows.clear()

    def forget(self, lines: Iterable[int]) -> None:
        """Forget these lines as they were drawn: they may have changed."""
        gone = set(lines)
        for line in gone:
            self._entries.discard(line)
        for key in [key for key in list(self._rows.keys()) if key[0] in gone]:
            self._rows.discard(key)

    def repaint(self) -> None:
        """Draw all rows anew from the lines in memory: only their looks have changed."""
        self._rows.clear()

    def text(self, line: int) -> Text:
        """A line with its colours."""
        return self.entry(line).text

    def width(self, line: int) -> int:
        """The columns of a line."""
        return self.entry(line).width

    def widen(self, line: int) -> None:
        """Count a line among the widest before it is drawn."""
        self.widest = max(self.widest, self.width(line) + self.gutter)

    def is_folded(self, line: int) -> bool:
        """Whether a line said something before that is not drawn."""
        return self.entry(line).is_folded

    def row_starts(self, line: int, width: int) -> list[int]:
        """The columns at which the rows of a line begin when it is wrapped."""
        plain = self.text(line).plain
        if plain.isascii():
            return list(range(0, max(1, len(plain)), width))
        starts = [0]
        for part in chop_cells(plain, width)[:-1]:
            starts.append(starts[-1] + cell_len(part))
        return starts

    def row(self, line: int, start: int, end: int, width: int, console: Console) -> Strip:
        """The columns `start` to `end` of a line, after the gutter, in a row of `width` columns."""
        key = (line, start, end, width)
        strip = self._rows.get(key)
        if strip is None:
            strip = self._rows[key] = self._draw(line, start, end, width, console)
        return strip

    def marked(self, row: Strip) -> Strip:
        """A row in the style of the marked line; what is selected in it stays as it is."""
        marked, selected = self.palette.marked, self.palette.selected.bgcolor
        return Strip(
            [
                Segment(text, style + marked if style and style.bgcolor != selected else style)
                for text, style, _ in row
            ]
        )

    def entry(self, line: int) -> DrawnLine:
        """A line, from memory or, with those after it, from the source."""
        entry = self._entries.get(line)
        if entry is None and self.source is not None:
            ahead = self.source.lines(line, line + _READ_AHEAD, _MOST_READ)
            for number, found in enumerate(ahead, line):
                if number == line or number not in self._entries:
                    self._entries[number] = self._made(number, found)
            entry = self._entries.get(line)
        return entry or DrawnLine("stdout", Text(), 0, is_folded=False)

    def shown(self, number: int, line: Line) -> Line:
        """A line with what is drawn of it."""
        revealed = self._revealed(number)
        is_whole = self.unfolded or (revealed is not None and revealed.unfolded)
        return line if is_whole else folded(line)

    def _revealed(self, number: int) -> Revealed | None:
        revealed = self.revealed
        return revealed if revealed is not None and revealed.line == number else None

    def _made(self, number: int, line: Line) -> DrawnLine:
        shown = self.shown(number, line)
        revealed = self._revealed(number)
        window = None if revealed is None else revealed.window
        text, begin, end = window or line_text(shown)
        kind = DIVIDER if isinstance(line, Divider) else line.stream
        at = None if self.source is None or not self.timed else self.source.time_of(number)
        return DrawnLine(
            kind,
            text,
            text.cell_len,
            is_folded=shown.text != line.text,
            bad="" if kind == DIVIDER else badness(text.plain),
            at=at,
            own=(begin, end),
        )

    def _draw(self, line: int, start: int, end: int, width: int, console: Console) -> Strip:
        stream, text, size, is_folded, bad, at, own = self.entry(line)
        self.widen(line)
        strip = Strip(list(self._decorated(line, text, own).render(console)), size)
        if start or size > end:
            strip = strip.crop(start, end)
        strip = strip.apply_offsets(_index_at(text.plain, start), line)
        base, tinted = self.palette.base, self.palette.of(bad)
        segments = self._gutter(stream, at if start == 0 else None, folds=is_folded and start == 0)
        segments += [Segment(part, tinted + style if style else tinted) for part, style, _ in strip]
        room = width - self.gutter - strip.cell_length
        if room > 0:
            rest = f" {'─' * (room - 1)}" if stream == DIVIDER else " " * room
            segments.append(Segment(rest, base + _MORE if stream == DIVIDER else base))
        return Strip(segments, max(width, self.gutter + strip.cell_length))

    def _gutter(self, stream: str, at: float | None, *, folds: bool) -> list[Segment]:
        base = self.palette.base
        if stream == DIVIDER:
            return [Segment("─" * (self.gutter - 1) + " ", base + _MORE)]
        is_error = stream == "stderr"
        time = "" if at is None else time_of_day(at)
        return [
            Segment(time.ljust(self.gutter - GUTTER), base + _MORE),
            Segment("▌" if is_error else " ", base + self.palette.stderr if is_error else base),
            Segment("⏎" if folds else " ", base + _MORE),
        ]

    def with_more(self, row: Strip, width: int) -> Strip:
        """A row whose last column tells that the line goes on beyond it."""
        return Strip([*row.crop(0, width - 1), Segment("›", self.palette.base + _MORE)], width)

    def _decorated(self, line: int, text: Text, own: tuple[int, int]) -> Text:
        """The text with its matches and what the mouse selected."""
        span = None if self.selection is None else self.selection.get_span(line)
        if self.pattern is None and span is None:
            return text
        text = text.copy()
        if self.pattern is not None:
            for found in self.pattern.finditer(text.plain, *own):
                text.stylize(self.palette.match, *found.span())
        if span is not None:
            end = len(text) if span[1] == -1 else span[1]
            text.stylize(self.palette.selected, span[0], end)
        return text


def _index_at(plain: str, column: int) -> int:
    """The character that stands at a column."""
    if plain.isascii():
        return min(column, len(plain))
    width = 0
    for at, char in enumerate(plain):
        if width >= column:
            return at
        width += cell_len(char)
    return len(plain)
