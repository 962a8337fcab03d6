"""The cells of a fleet: one sign for each item, in tens, drawn by one widget however many there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from pup_tui.core.counting import TROUBLE
from pup_tui.tui.glyphs import TONES, mark_of
from pup_tui.tui.keys import bound
from pup_tui.tui.step_progress import StepProgress
from pup_tui.tui.widgets.drawn_rows import DrawnRows

TOGETHER = 10
"""Cells between two gaps."""

_MARGIN = 1


class CellLayout:
    """Where the cells stand in so many columns."""

    def __init__(self, width: int) -> None:
        room = max(1, width - 2 * _MARGIN)
        groups = (room + 1) // (TOGETHER + 1)
        self.per_row = groups * TOGETHER if groups else room
        self._gaps = bool(groups)

    def rows(self, cells: int) -> int:
        return -(-cells // self.per_row)

    def column(self, place: int) -> int:
        """The column of the cell with this place in its row."""
        return _MARGIN + place + (place // TOGETHER if self._gaps else 0)

    def cell_at(self, column: int, row: int) -> int | None:
        """The number of the cell at a place; None in a gap or beside them."""
        group, place = (
            divmod(column - _MARGIN, TOGETHER + 1) if self._gaps else (0, column - _MARGIN)
        )
        in_row = group * TOGETHER + place
        is_gap = self._gaps and place == TOGETHER
        return None if is_gap or not 0 <= in_row < self.per_row else row * self.per_row + in_row


class FleetGrid(DrawnRows):
    """One cell an item. The cursor stands where the operator moved it, or else at what matters most."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--member"}
    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "next_cell": "move(1)",
            "cell_before": "move(-1)",
            "down": "row(1)",
            "up": "row(-1)",
            "page_down": "page(1)",
            "page_up": "page(-1)",
            "first": "to(0)",
            "last": "to(-1)",
            "open": ("open", "Output"),
        }
    )

    class Opened(Message):
        """The operator wants to see what an item printed."""

        def __init__(self, item: str) -> None:
            super().__init__()
            self.item = item

    class Left(Message):
        """The operator goes on below the last row."""

    def __init__(self, moved: Callable[[], None]) -> None:
        """`moved` is called when the cursor stands elsewhere: by a message it would be painted twice."""
        super().__init__()
        self._on_moved = moved
        self._cells: Sequence[StepProgress] = ()
        self._states: Sequence[str] = ()
        self._layout = CellLayout(0)
        self._cursor = 0
        self._moved = False
        """Whether the operator has chosen the cell: then the cursor stays with it."""
        self._members: Collection[str] = ()

    # What is shown

    def show(self, cells: Sequence[StepProgress], states: Sequence[str], *, anew: bool) -> None:
        """Show these items, which stand as `states` say; those of another fleet are shown `anew`."""
        before, stood, at = self._cells, self._states, self._cursor
        self._cells, self._states = cells, states
        if anew:
            self._cursor, self._moved = 0, False
        self._cursor = min(self._cursor, max(0, len(cells) - 1))
        if not self._moved:
            self._cursor = _foremost(cells)
        fits = self._fit()
        if anew or not fits or before is not cells or len(stood) != len(states):
            self.refresh()
            return
        changed = {
            n for n, (now, then) in enumerate(zip(states, stood, strict=True)) if now != then
        }
        moved = {at, self._cursor} if at != self._cursor else set()
        # A thousand cells take many rows, and mostly one or two of them have changed.
        for row in {each // self._layout.per_row for each in changed | moved}:
            self.refresh_line(row)

    @property
    def cell(self) -> StepProgress | None:
        """The item under the cursor."""
        return self._cells[self._cursor] if self._cells else None

    @property
    def place(self) -> int:
        """The number of the cell that the cursor stands at, from 0."""
        return self._cursor

    def rows_in(self, width: int) -> int:
        """How many rows all cells take in so many columns."""
        return CellLayout(width).rows(len(self._cells))

    def mark(self, members: Collection[str]) -> None:
        """Make the cells of these items stand out."""
        if members != self._members:
            self._members = members
            self.refresh()

    def go_to(self, item: str) -> None:
        """Set the cursor to an item."""
        self._choose(next((at for at, each in enumerate(self._cells) if each.id == item), 0))

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> bool:
        """Lay the cells out anew; whether they stand where they stood."""
        before = self._layout.per_row, self.virtual_size.height
        self._layout = CellLayout(self.size.width)
        rows = self._layout.rows(len(self._cells))
        if self.virtual_size.height != rows:
            self.virtual_size = Size(0, rows)
        self.bring_in_sight(self._row)
        return before == (self._layout.per_row, rows)

    @property
    def _row(self) -> int:
        return self._cursor // self._layout.per_row

    # Moving

    def _choose(self, at: int) -> None:
        if not self._cells:
            return
        rows = {self._row}
        self._cursor, self._moved = max(0, min(at, len(self._cells) - 1)), True
        self.bring_in_sight(self._row)
        for row in rows | {self._row}:
            self.refresh_line(row)
        self._on_moved()

    def action_move(self, by: int) -> None:
        self._choose(self._cursor + by)

    def action_row(self, by: int) -> None:
        """A row down or up; below the last one is what printed the same."""
        at = self._cursor + by * self._layout.per_row
        if by > 0 and self._row == self._layout.rows(len(self._cells)) - 1:
            self.post_message(self.Left())
        elif at >= 0:
            self._choose(at)

    def action_page(self, pages: int) -> None:
        rows = pages * max(1, self.size.height - 1)
        at = self._cursor + rows * self._layout.per_row
        if 0 <= at < len(self._cells):
            self._choose(at)
        else:
            self.action_to(-1 if pages > 0 else 0)

    def action_to(self, at: int) -> None:
        self._choose(at if at >= 0 else len(self._cells) - 1)

    def action_trouble(self) -> None:
        """Go to the next item that failed, was not reached, or of which nobody knows, round and round."""
        number = len(self._cells)
        for step in range(1, number + 1):
            at = (self._cursor + step) % number
            if self._cells[at].stands_as in TROUBLE:
                self._choose(at)
                return
        self.notify("Nothing is in trouble.", markup=False, timeout=3)

    def action_open(self) -> None:
        if self.cell is not None:
            self.post_message(self.Opened(self.cell.id))

    def on_click(self, event: events.Click) -> None:
        """One click goes to a cell; two show what it printed."""
        at = self._layout.cell_at(event.x, self.scroll_offset.y + event.y)
        if at is not None and at < len(self._cells):
            self._choose(at)
            if event.chain == 2:
                self.action_open()

    # Drawing

    def render_line(self, y: int) -> Strip:
        looks = self.looks
        per_row = self._layout.per_row
        start = (self.scroll_offset.y + y) * per_row
        texts, styles = [" " * _MARGIN], [looks[""]]
        column = _MARGIN
        row = slice(start, start + per_row)
        cells = zip(self._cells[row], self._states[row], strict=True)
        for place, (cell, state) in enumerate(cells):
            mark = mark_of(state)
            style = looks[mark.tone]
            if start + place == self._cursor:
                style += looks["cursor"]
            elif cell.id in self._members:
                style += looks["member"]
            gap = self._layout.column(place) - column
            column += gap + 1
            # Cells that look alike are one piece: a row costs as much as it has pieces.
            if gap:
                texts.append(" " * gap)
                styles.append(looks[""])
            if style == styles[-1]:
                texts[-1] += mark.glyph
            else:
                texts.append(mark.glyph)
                styles.append(style)
        strip = Strip(map(Segment, texts, styles))
        return strip.crop_extend(0, self.size.width, looks[""])

    def _made_looks(self) -> dict[str, Style]:
        """The same, with what stands out; a cell of a tone stands on the ground."""
        looks = super()._made_looks()
        looks |= {tone: looks[""] + looks[tone] for tone in TONES}
        looks["member"] = self.part("member")
        return looks


def _foremost(cells: Sequence[StepProgress]) -> int:
    """The cell to look at first: the first in trouble, or that waits, or that is under way."""
    ranks: Sequence[Callable[[StepProgress], bool]] = (
        lambda cell: cell.stands_as in TROUBLE,
        lambda cell: cell.status == "waiting",
        lambda cell: cell.under_way,
    )
    for is_such in ranks:
        for at, cell in enumerate(cells):
            if is_such(cell):
                return at
    return 0
