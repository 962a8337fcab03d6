"""The lines of an output of any size, drawn from disk as they are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import wrap
from typing import ClassVar, TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from pup_tui.output.moves import MOST as MOST_ROWS
from pup_tui.output.passage import Line
from pup_tui.output.search import WantedLines, is_wanted
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.divided import DividedOutput, Parting
from pup_tui.tui.lines.finder import LineSource
from pup_tui.tui.lines.line_text import CLIP, ClippedText, folded, line_text, plain_line
from pup_tui.tui.lines.painter import DrawnLine, Painter, Palette, Revealed
from pup_tui.tui.texts import counted, fit

SIDEWAYS = 16
"""Columns that one key scrolls sideways."""

MOST_COPIED = 1_000_000
"""Characters that go to the clipboard at most: more is refused by many terminals."""

READ_TOGETHER = 500
"""Lines that are read at once to be copied."""

Seen: TypeAlias = tuple[tuple[int, int, int], DrawnLine]
"""A row and the line that stands in it."""

_CALM = Style(dim=True)
_MARGIN = "  "


class OutputLines(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows an output's end until the operator goes up; then one line is marked, and stays in place.

    Nothing but the strips of recently drawn lines is kept in memory.
    """

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "output-lines--stderr",
        "output-lines--cursor",
        "output-lines--match",
        "output-lines--error",
        "output-lines--warning",
    }
    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "down": "move(1)",
            "up": "move(-1)",
            "page_down": "page(1)",
            "page_up": "page(-1)",
            "half_page_down": "page(0.5)",
            "half_page_up": "page(-0.5)",
            "first": "top",
            "last": "follow",
            "follow_output": "toggle_follow",
            "wrap": "toggle_wrap",
            "overwritten": "toggle_unfolded",
            "times": "toggle_timed",
            "right": "sideways(1)",
            "left": "sideways(-1)",
            "mark": "select",
            "copy": "copy",
        }
    )

    virtual_size: var[Size] = var(Size(0, 0))
    """The size of all lines. It grows all the time, and what stands around them does not depend on it."""
    following: var[bool] = var(True)
    cursor: var[int] = var(0)
    wrap: var[bool] = var(False)
    unfolded: var[bool] = var(False)
    revealed: var[Revealed | None] = var(None)
    """The marked line, where it is drawn in another way for what was looked for in it."""
    timed: var[bool] = var(False)
    selected_from: var[int | None] = var(None)
    pattern: var[re.Pattern[str] | None] = var(None)
    empty_text: var[str] = var("")

    class Moved(Message):
        """What is shown, or the marked line, has changed."""

    def __init__(self) -> None:
        super().__init__()
        self._painter = Painter()
        self._count = 0
        self._dropped = 0
        self._placed: tuple[tuple[int, Parting], ...] = ()
        self._palette: Palette | None = None
        self._page: list[tuple[int, int, int]] | None = None
        self._seen: list[Seen] | None = None
        """What the rows said when it was last looked at what was written."""
        self._scrolling = False
        self._above: int | None = None
        """How many rows the marked line keeps above it, whatever room there is, until something moves."""

    # What is shown

    @property
    def count(self) -> int:
        """Lines there were when the source was last looked at."""
        return self._count

    def show(self, source: LineSource | None, *, follow: bool = True) -> None:
        """Show another output from its end, or, where it is not to be followed, from its top."""
        self._painter.show(source)
        self._count = self._dropped = 0
        self._seen = None
        self.cursor, self.selected_from, self.revealed, self.following = 0, None, None, follow
        self._scroll_lines(0)
        if source is None:
            self.virtual_size = Size(0, 0)
        self.take_in()

    def take_in(self) -> None:
        """Look at what was written since; called often, so it costs the same however much that is."""
        painter, source = self._painter, self._painter.source
        if source is not None:
            kept = None if self.following else painter.text(self.cursor).plain
            settled = self._count - source.unfinished
            source.refresh()
            before, self._count = self._count, source.line_count
            dropped = source.dropped_lines - self._dropped
            placed = source.placed if isinstance(source, DividedOutput) else ()
            if dropped or self._count < before or placed != self._placed:
                # What stands between lines moves all that is below it.
                painter.forget_all()
            else:
                # A program may have gone back to lines that had ended.
                painter.forget(range(max(0, settled - MOST_ROWS), before))
            if dropped > 0 and kept is not None and painter.text(self.cursor).plain != kept:
                # The first time, a line that tells of it has taken the place of what is gone.
                self._stay_behind(dropped - (self._dropped == 0))
            self._dropped, self._placed = source.dropped_lines, placed
            self._fit()
        self._page = None
        seen = [(row, self._painter.entry(row[0])) for row in self._rows()]
        if seen != self._seen:
            # Else nothing is drawn: behind a dialog that would be all of the screen.
            self._seen = seen
            self._redraw()

    def shown_anew(self, cursor: int) -> None:
        """Take in that the same source has other lines, with the marked one there."""
        self._painter.forget_all()
        self.selected_from = self.revealed = self._seen = None
        self.take_in()
        self.go_to(cursor)

    def _stay_behind(self, lines: int) -> None:
        """Keep the same text in sight although lines above it are gone."""
        revealed, self.cursor = self.revealed, max(0, self.cursor - lines)
        self.revealed = None if revealed is None else revealed._replace(line=self.cursor)
        self._scroll_lines(max(0, self.scroll_offset.y - lines))

    def _fit(self) -> None:
        """Make the scrolled area as large as the output, and stay at its end while following."""
        height = self._count
        if self.wrap:
            height += max(0, self.size.height - 1)
        width = 0 if self.wrap else self._painter.widest
        self.virtual_size = Size(width, height)
        if self.following:
            self.cursor = max(0, self._count - 1)
            self._scroll_lines(self._top_for(self._count - 1))

    def _top_for(self, last: int, rows: int | None = None) -> int:
        """The first line of so many rows, or else of the pane, so that `last` is the last that fits."""
        room = self.size.height if rows is None else rows
        if not self.wrap:
            return max(0, last + 1 - room)
        line = last
        while (
            line >= 0
            and (room := room - len(self._painter.row_starts(line, self._text_width))) >= 0
        ):
            line -= 1
        return max(0, min(last, line + 1))

    def _scroll_lines(self, line: int) -> None:
        self._scrolling = True
        try:
            self.scroll_to(y=line, animate=False, force=True)
        finally:
            self._scrolling = False

    def _redraw(self) -> None:
        self._page = None
        self.refresh()

    def _changed(self) -> None:
        self._redraw()
        self.post_message(self.Moved())

    # Following, and the marked line

    def watch_virtual_size(self, size: Size) -> None:
        """Have the scrollbars tell it; where one comes or goes, that by itself lays the pane out."""
        self._scroll_update(size)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._page = None
        if self._scrolling or round(old_value) == round(new_value):
            return
        if new_value < self.max_scroll_y:
            # Else there is only more room than before.
            self._above = None
        if new_value > old_value:
            self.following = self._end_in_sight()
        elif new_value < self.max_scroll_y:
            self.following = False
        top = self.scroll_offset.y
        self.cursor = min(max(self.cursor, top), max(top, self._last_in_sight()))
        self._changed()

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_x(old_value, new_value)
        self._redraw()

    def watch_following(self) -> None:
        if self.following:
            self.selected_from = None
            self._fit()
        self._changed()

    def watch_wrap(self) -> None:
        if self.wrap:
            self.scroll_to(x=0, animate=False, force=True)
        self._fit()
        if not self.following:
            self.go_to(self.cursor)
            self._show_match(self.pattern)
        self._changed()

    def watch_unfolded(self) -> None:
        self.revealed = None
        self._painter.unfolded = self.unfolded
        self._painter.forget_all()
        self._fit()
        self._changed()

    def watch_cursor(self) -> None:
        if self.revealed is not None and self.revealed.line != self.cursor:
            self.revealed = None

    def watch_revealed(self, old: Revealed | None, new: Revealed | None) -> None:
        self._painter.revealed = new
        self._painter.forget(each.line for each in (old, new) if each is not None)
        self._fit()
        self._changed()

    def watch_timed(self) -> None:
        self._painter.timed = self.timed
        self._painter.forget_all()
        self._fit()
        self._changed()

    def watch_pattern(self) -> None:
        self._painter.pattern = self.pattern
        self._painter.repaint()
        self._redraw()

    def watch_empty_text(self) -> None:
        self._redraw()

    def on_resize(self) -> None:
        self._fit()
        if self._above is not None and not self.following:
            self.go_to(self.cursor, above=self._above)
        self._redraw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None
        self._painter.repaint()
        self._redraw()

    def _last_in_sight(self) -> int:
        return min(self._count, max((line for line, _, _ in self._rows()), default=0) + 1) - 1

    def _end_in_sight(self) -> bool:
        return self._last_in_sight() >= self._count - 1

    def go_to(self, line: int, *, above: int | None = None) -> None:
        """Mark a line and bring it into sight, with so many rows above it if given; following stops."""
        self.following = False
        self._above = above
        self.cursor = max(0, min(line, self._count - 1))
        if above is not None:
            self._scroll_lines(self._top_for(self.cursor, above + 1))
        elif self.cursor < self.scroll_offset.y:
            self._scroll_lines(self.cursor)
        elif self.cursor > self._last_in_sight() or self.wrap:
            top = self._top_for(self.cursor)
            if top > self.scroll_offset.y:
                self._scroll_lines(top)
        self._changed()

    def centre(self, line: int) -> None:
        """Mark a line and bring it to the middle."""
        self.go_to(line, above=self.size.height // 2)
        self._above = None

    def action_move(self, by: int) -> None:
        if self.following and by > 0:
            return
        if self.cursor + by >= self._count:
            self.following = True
        else:
            self.go_to(self.cursor + by)

    def action_page(self, pages: float) -> None:
        """Scroll by pages; what was the last row becomes the first, or the other way round."""
        shown = self._rows()
        if not shown or (pages > 0 and self._end_in_sight()):
            self.following = True
            return
        rows, top = max(1, int(abs(pages) * (self.size.height - 1))), shown[0][0]
        if pages > 0:
            to = max(top + 1, shown[min(rows, len(shown) - 1)][0])
        else:
            to = max(0, min(top - 1, self._top_for(top, rows + 1)))
        self.following = False
        self._scroll_lines(to)
        self.go_to(0 if pages < 0 and top == 0 else self.cursor + to - top)

    def action_top(self) -> None:
        self.go_to(0)

    def action_follow(self) -> None:
        self.following = True

    def action_toggle_follow(self) -> None:
        self.following = not self.following

    def action_toggle_wrap(self) -> None:
        self.wrap = not self.wrap

    def action_toggle_unfolded(self) -> None:
        """Show or fold what lines said before they were overwritten."""
        self.unfolded = not self.unfolded

    def action_toggle_timed(self) -> None:
        """Show or hide when each line was printed."""
        self.timed = not self.timed

    def action_sideways(self, by: int) -> None:
        if not self.wrap:
            self._fit()
            self.scroll_to(x=self.scroll_offset.x + by * SIDEWAYS, animate=False, force=True)
            self._changed()

    def action_select(self) -> None:
        """Begin to select lines at the marked one, or leave that."""
        if self.selected_from is None and self._count:
            self.go_to(self.cursor)
            self.selected_from = self.cursor
        else:
            self.selected_from = None
        self._changed()

    def on_click(self, event: events.Click) -> None:
        # Textual would mark all of the output with the second click.
        event.prevent_default()
        row = event.y
        rows = self._rows()
        if 0 <= row < len(rows):
            self.go_to(rows[row][0])

    def place_at(self, x: int, y: int) -> tuple[int, int] | None:
        """The line that is seen in a row, and which place of it (from 0) is in a column; None for neither."""
        rows, column = self._rows(), x - self._painter.gutter
        return (rows[y][0], rows[y][1] + column) if 0 <= y < len(rows) and column >= 0 else None

    # Taking text out

    def marked(self) -> range:
        """The selected lines, or the one that is marked."""
        other = self.cursor if self.selected_from is None else self.selected_from
        return range(min(other, self.cursor), min(max(other, self.cursor) + 1, self._count))

    def line(self, number: int) -> Line | None:
        """One line as it is on disk."""
        source = self._painter.source
        found = [] if source is None else source.lines(number, number + 1)
        return found[0] if found else None

    def text_of(self, lines: range) -> tuple[str, bool]:
        """The plain text of lines, and whether that is all of it."""
        parts: list[str] = []
        left = MOST_COPIED
        for number, line in zip(lines, self._each(lines), strict=False):
            text = plain_line(self._painter.shown(number, line).text)
            if len(text) > left:
                return "\n".join([*parts, text[:left]]), False
            parts.append(text)
            left -= len(text) + 1
        return "\n".join(parts), True

    def _each(self, lines: range) -> Iterator[Line]:
        source = self._painter.source
        for at in range(lines.start, lines.stop, READ_TOGETHER):
            if source is not None:
                yield from source.lines(at, min(at + READ_TOGETHER, lines.stop))

    def action_copy(self) -> None:
        self._copy(self.marked())
        self.selected_from = None
        self._changed()

    def action_copy_all(self) -> None:
        self._copy(range(self._count))

    def _copy(self, lines: range) -> None:
        if not lines:
            return
        text, whole = self.text_of(lines)
        self.app.copy_to_clipboard(text)
        what = f"{counted(len(lines), 'line')}, {counted(len(text), 'character')}"
        told = f"Copied {what}" if whole else f"Copied the first {MOST_COPIED:,} characters only"
        self.notify(told, markup=False, timeout=2)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text that was selected with the mouse."""
        start = selection.start.y if selection.start else 0
        end = selection.end.y if selection.end else self._count - 1
        if end - start > MOST_COPIED // 10:
            return None
        texts = [self._painter.text(line).plain for line in range(start, end + 1)]
        if selection.end and texts:
            texts[-1] = texts[-1][: selection.end.x]
        if selection.start and texts:
            texts[0] = texts[0][selection.start.x :]
        return "\n".join(texts), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self._painter.selection = selection
        self._painter.repaint()
        self._redraw()

    # What was overwritten

    @property
    def has_folded(self) -> bool:
        """Whether a line in sight said something before that is not shown."""
        return any(self._painter.is_folded(line) for line, _, _ in self._rows())

    def reveal(self, wanted: WantedLines, pattern: re.Pattern[str] | None) -> None:
        """Have what was looked for in the marked line in sight, unfolded where it is folded.

        `pattern` is what of the line that is, if it is not all of it.
        """
        line = self.line(self.cursor)
        if line is not None and not is_wanted(wanted, folded(line)):
            self.revealed = Revealed(self.cursor, unfolded=True)
        self._show_match(pattern)

    def _show_match(self, pattern: re.Pattern[str] | None) -> None:
        """Have the first match in the marked line in sight: of a long line another part is drawn for that."""
        if pattern is None:
            return
        drawn = self._drawn()
        found = drawn.search(pattern)
        if found is None or not self._has_room_for(drawn, found):
            window = self._window_at_match(pattern)
            if window is None:
                return
            unfolded = self.revealed is not None and self.revealed.unfolded
            self.revealed = Revealed(self.cursor, unfolded, window)
            self.centre(self.cursor)
            drawn = self._drawn()
            found = drawn.search(pattern)
        if found is not None and not self.wrap:
            self._scroll_to_match(drawn.text.plain, found)

    def _drawn(self) -> ClippedText:
        entry = self._painter.entry(self.cursor)
        return ClippedText(entry.text, *entry.own)

    def _has_room_for(self, drawn: ClippedText, found: re.Match[str]) -> bool:
        """Whether a match is in one of the rows that there are for a line."""
        before = cell_len(drawn.text.plain[: found.start()])
        return not self.wrap or before // self._text_width < self.size.height

    def _window_at_match(self, pattern: re.Pattern[str]) -> ClippedText | None:
        """What of the marked line stands around its first match; None where it holds none."""
        line = self.line(self.cursor)
        if line is None:
            return None
        shown = self._painter.shown(self.cursor, line)
        found = pattern.search(plain_line(shown.text))
        if found is None:
            return None
        before = CLIP // 4
        if self.wrap:
            before = min(before, self._text_width * (self.size.height // 3))
        return line_text(shown, max(0, found.start() - before))

    def _scroll_to_match(self, plain: str, found: re.Match[str]) -> None:
        begin, left = cell_len(plain[: found.start()]), self.scroll_offset.x
        if not left <= begin < left + self._text_width - len(found[0]):
            self._painter.widen(self.cursor)
            self._fit()
            to = max(0, begin - self._text_width // 2) if begin >= self._text_width else 0
            self.scroll_to(x=to, animate=False, force=True)

    # Drawing

    def _rows(self) -> list[tuple[int, int, int]]:
        """What stands in each row: the line, and from which column up to which."""
        if self._page is None:
            height = self.size.height
            top = self._top_for(self._count - 1) if self.following else self.scroll_offset.y
            if self.wrap:
                self._page = self._wrapped_rows(top, height)
            else:
                left = self.scroll_offset.x
                right = left + self._text_width
                lines = range(top, min(self._count, top + height))
                self._page = [(line, left, right) for line in lines]
        return self._page

    @property
    def room(self) -> Size:
        """The columns and rows that lines have; none before it is laid out."""
        return Size(self._text_width if self.size else 0, self.size.height)

    @property
    def _text_width(self) -> int:
        return max(1, self.scrollable_content_region.width - self._painter.gutter)

    def _wrapped_rows(self, top: int, height: int) -> list[tuple[int, int, int]]:
        rows: list[tuple[int, int, int]] = []
        for line in range(top, self._count):
            starts = self._painter.row_starts(line, self._text_width)
            ends = [*starts[1:], starts[-1] + self._text_width]
            rows += [(line, start, end) for start, end in zip(starts, ends, strict=True)]
            if len(rows) >= height:
                break
        # The last line may be taller than the pane: its end is what is followed.
        return rows[-height:] if self.following else rows[:height]

    def render_line(self, y: int) -> Strip:
        palette, width = self._use_palette(), self.size.width
        rows = self._rows()
        if y >= len(rows):
            told = () if rows else ("", *wrap(self.empty_text, max(1, width - 2 * len(_MARGIN))))
            line_told = fit(_MARGIN + told[y], width) if y < len(told) else " " * width
            return Strip([Segment(line_told, palette.base + _CALM)], width)
        line, start, end = rows[y]
        row = self._painter.row(line, start, end, width, self.app.console)
        if not self.wrap and self._painter.width(line) > end:
            row = self._painter.with_more(row, self._painter.gutter + end - start)
        if not self.following and line in self.marked():
            row = self._painter.marked(row)
        return row

    def _use_palette(self) -> Palette:
        if self._palette is None:
            self._palette = self._painter.palette = Palette(
                base=self.rich_style,
                marked=self.get_component_rich_style("output-lines--cursor", partial=True),
                stderr=self.get_component_rich_style("output-lines--stderr", partial=True),
                match=self.get_component_rich_style("output-lines--match", partial=True),
                error=self.get_component_rich_style("output-lines--error", partial=True),
                warning=self.get_component_rich_style("output-lines--warning", partial=True),
                selected=self.screen.get_component_rich_style("screen--selection"),
            )
        return self._palette
