"""Lines that a program goes back to, as progress of several things at once is drawn.

What is printed is passed on as soon as its line ends. A program that moves up or hides its cursor begins a
block: its lines are held, each with what was overwritten in it, until the program has gone on for good.
Lines that were passed on just before are taken back where the program goes up to them and their owner
still can; where it cannot, what is drawn there is a new line.

Columns are not kept: what is printed first after a move draws its line anew, as after a carriage return. Of
a cursor that was saved what stood before it stays. What a program draws at some place of the screen before
it goes back to where it was, as the progress of `apt`, is a line of its own behind the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pup_tui.late_pattern import late_pattern

from .lines import LineAssembler
from .mask import MASK
from .moves import (
    DOWN,
    ERASE,
    ERASE_BELOW,
    ERASE_RIGHT,
    HIDE,
    MARK,
    PLACE,
    RESTORE,
    SAVE,
    UP,
    without_moves,
)
from .moves import MOST as MOST_ROWS
from .overwritten import states
from .style import close_style, strip_style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .mask import Masker

_OPENING = late_pattern(rf"{MARK}\d*[{UP}{DOWN}{HIDE}{SAVE}]")
_PIECE = late_pattern(rf"[\n\r]|{MARK}\d*[A-Za-z]|[^\n\r{MARK}]+")
_RETURNS = late_pattern(rf"{MARK}\d*[{ERASE}{PLACE}]")
"""Nothing stands to the right of where a line is written, and none below it."""


@dataclass(slots=True, eq=False)
class _Row:
    """One line of a block."""

    line: LineAssembler
    is_told: bool = False
    """Whether there is such a line: when something was printed there, or its end."""
    is_hidden: bool = False
    """Whether a part of a secret may be in it."""

    def begin_anew(self) -> None:
        self.line.begin_anew()
        self.is_hidden = False

    def hide(self) -> None:
        self.line.replace(MASK, forget=True)
        self.is_hidden = True

    def ended(self) -> str:
        """Return the line with its end."""
        return f"{close_style(self.line.end()[:-1])}\n" if self.is_told else ""


class RowAssembler:
    """Assembles the lines of one stream, also those that it goes back to.

    A block has ``MOST_ROWS`` lines at most, and ``reach`` characters beside the line that is written; what is
    above is passed on. It ends when so many lines follow without a move, when what is left is still too long,
    or when the owner settles it.

    ``take_back`` is asked to give up so many of the lines that were passed on last, and returns how many of
    them it has given up. Without it nothing is taken back.
    """

    def __init__(
        self, reach: int, masker: Masker, take_back: Callable[[int], int] | None = None
    ) -> None:
        self._reach = reach
        self._masker = masker
        self._take_back = take_back
        self._settled: list[str] = []
        """What is settled of the text that is being fed."""
        self._passed = ""
        """The end of what was passed on."""
        self._leave(self._new_row())

    def _leave(self, row: _Row) -> None:
        """Pass lines on as they end, beginning with the one that is written."""
        self._rows = [row]
        self._elsewhere = self._new_row()
        """What is drawn at some other place of the screen."""
        self._is_elsewhere = False
        self._saved: tuple[_Row, str] | None = None
        """The line in which the cursor was saved, and what stood before it."""
        self._prefix = ""
        """What stays of a line that is drawn anew."""
        self._in_block = False
        self._at = 0
        self._anew = False
        """Whether what is printed next draws its line anew."""
        self._moved = False
        self._added = 0
        """Lines that came below since the last move."""
        self._go_on_writing()

    def _go_on_writing(self) -> None:
        """Forget what was written before: what follows does not go on from it."""
        self._written = ""
        self._left: list[tuple[int, _Row]] = []
        """The lines that were left in the middle of it, and where in it."""

    def feed(self, text: str) -> str:
        """Return the text that is settled now: ended lines with their line feeds."""
        if not self._in_block and MARK not in text:
            return self._pass(self._rows[0].line.feed(text))
        self._settled = []
        at = 0
        while at < len(text):
            take = self._take_rows if self._in_block else self._take_lines
            at = take(text, at)
        settled, self._settled = "".join(self._settled), []
        return self._pass(settled)

    def _pass(self, settled: str) -> str:
        """Remember the end of what is passed on, as far as a program could go back to it."""
        if len(self._passed) + len(settled) <= self._reach:
            self._passed += settled
        else:
            passed = (self._passed + settled[-self._reach :])[-self._reach :]
            self._passed = passed[passed.find("\n") + 1 :]
        return settled

    def end(self) -> str:
        """Return what is unfinished, ended; empty if there is nothing."""
        *above, last = self._rows
        told = _ended(above) + last.line.end() + self._elsewhere.ended()
        self._leave(self._new_row())
        self._passed = ""
        return told

    def settle(self) -> tuple[str, bool]:
        """End a block in which nothing has moved since this was asked before.

        Returns what is settled, and whether a block is left to ask about.
        """
        moved, self._moved = self._moved, False
        if not self._in_block or moved or self._at < len(self._rows) - 1:
            return "", self._in_block
        return self._pass(self._settle()), False

    @property
    def in_block(self) -> bool:
        """Whether lines are held."""
        return self._in_block

    def open_rows(self, limit: int, *, final: bool) -> tuple[str, bool]:
        """Return the unfinished lines as they stand, and whether that is all of them.

        Of a single one there are ``limit`` characters at most. What was overwritten is left out where
        there is no room. Unless it is ``final``, what may be the beginning of a secret is left out as
        well where other lines follow.
        """
        if not self._in_block:
            return self._rows[0].line.open_line(limit)
        *above, at_end = [row for row in self._shown_rows if row.is_told or row is self._rows[-1]]
        told = [*above, at_end]
        texts = [row.line.whole() for row in told]
        if sum(map(len, texts)) > self._reach:
            texts = [row.line.text for row in told]
        written = self._row
        if not final and written in told[:-1]:
            at = told.index(written)
            texts[at] = texts[at][: self._masker.settled(texts[at])]
        return "\n".join(map(close_style, texts)), True

    @property
    def _row(self) -> _Row:
        """The line that is written."""
        return self._elsewhere if self._is_elsewhere else self._rows[self._at]

    @property
    def _shown_rows(self) -> list[_Row]:
        *above, last = self._rows
        return [*above, self._elsewhere, last]

    def _new_row(self) -> _Row:
        return _Row(LineAssembler(self._reach, self._masker.holds_secret))

    # Without a block

    def _take_lines(self, text: str, at: int) -> int:
        """Take in text up to where a block begins; return where that is."""
        found = _OPENING.search(text, at)
        end = found.start() if found else len(text)
        written = without_moves(_RETURNS.sub("\r", text[at:end]))
        self._settled.append(self._rows[0].line.feed(written))
        if found:
            self._in_block = self._moved = True
            [row] = self._rows
            row.is_told = bool(row.line.whole())
            self._anew = row.line.take_return()
            self._written = "" if self._anew else strip_style(row.line.text)
        return end

    # A block

    def _take_rows(self, text: str, at: int) -> int:
        """Take in text up to where the block ends; return where that is."""
        for found in _PIECE.finditer(text, at):
            piece = found.group()
            if piece == "\n":
                self._settled.append(self._end_row())
            elif piece == "\r":
                self._return()
            elif piece[0] == MARK:
                # What a move takes back of it is gone from what was settled before.
                passed_on = self._move(int(piece[1:-1]), piece[-1])
                self._settled.append(passed_on)
            else:
                self._settled.append(self._write(piece))
            if not self._in_block:
                return found.end()
        return len(text)

    def _write(self, text: str) -> str:
        """Take in text of one line; return what is settled."""
        row = self._row
        if self._anew:
            row.begin_anew()
            row.line.replace(self._prefix)
        self._anew, self._prefix = False, ""
        row.is_told = True
        self._look_for_parted(text)
        if row.is_hidden:
            return ""
        settled = row.line.feed(text)
        if settled and self._is_elsewhere:
            return f"{settled}\n"
        return self._settle() + settled if settled else ""

    def _return(self) -> None:
        self._anew, self._prefix = True, ""
        self._go_on_writing()

    def _end_row(self) -> str:
        self._prefix = ""
        if self._is_elsewhere:
            self._return()
            return ""
        self._go_on_writing()
        if self._at < len(self._rows) - 1:
            self._at += 1
            self._anew = True
            return ""
        self._rows[self._at].is_told = True
        self._rows.append(self._new_row())
        self._at += 1
        self._anew = False
        self._added += 1
        return self._settle() if self._added == MOST_ROWS else self._pass_on()

    def _move(self, count: int, kind: str) -> str:
        row = self._row
        if kind in (SAVE, RESTORE, PLACE):
            self._go_elsewhere(kind)
            return ""
        if kind == ERASE or (kind in (ERASE_RIGHT, ERASE_BELOW) and self._anew):
            row.begin_anew()
        if kind == ERASE_BELOW:
            for below in self._rows[self._at + 1 :]:
                below.begin_anew()
        if kind not in (UP, DOWN):
            return ""
        if self._written:
            self._left.append((len(self._written), row))
        self._anew = self._moved = True
        self._prefix = ""
        self._is_elsewhere = False
        self._added = 0
        if kind == UP:
            self._go_up(count)
        else:
            self._go_down(count)
        return self._pass_on()

    def _go_elsewhere(self, kind: str) -> None:
        """Save the cursor, go back to where it was saved, or to another place of the screen."""
        row = self._row
        if kind == SAVE:
            if not self._is_elsewhere:
                self._saved = row, self._prefix if self._anew else row.line.text
            return
        if self._written:
            self._left.append((len(self._written), row))
        self._moved = True
        self._added = 0
        if kind == PLACE:
            self._is_elsewhere = self._saved is not None
            self._anew, self._prefix = True, ""
        elif self._saved is not None and self._saved[0] in self._rows:
            row, before = self._saved
            self._is_elsewhere = False
            self._at = self._rows.index(row)
            self._anew, self._prefix = row.line.text != before, before

    def _go_up(self, count: int) -> None:
        missing = min(count - self._at, MOST_ROWS - len(self._rows))
        if missing > 0:
            # To go up by many lines is a way to say: to the first one there is.
            above = self._rows_passed(missing) if count < MOST_ROWS else []
            above[:0] = [self._new_row() for _ in range(missing - len(above))]
            self._rows[:0] = above
            self._at += missing
        self._mask()
        self._at = max(0, self._at - count)

    def _rows_passed(self, count: int) -> list[_Row]:
        """Take back the lines that were settled or passed on last, so many at most; return rows of them."""
        settled = "".join(self._settled)
        if self._take_back is None or not f"{self._passed}{settled}".endswith("\n"):
            # The line that is written began there.
            return []
        *lines, _ = settled.split("\n")
        cut = max(0, len(lines) - count)
        self._settled, taken = [f"{line}\n" for line in lines[:cut]], lines[cut:]
        *passed, _ = self._passed.split("\n")
        if there := min(count - len(taken), len(passed)):
            cut = len(passed) - self._take_back(there)
            self._passed = "".join(f"{line}\n" for line in passed[:cut])
            taken = passed[cut:] + taken
        return [self._row_of(line) for line in taken]

    def _row_of(self, text: str) -> _Row:
        """Return the line that had ended as one of a block, with what was overwritten in it."""
        row = self._new_row()
        row.is_told = True
        *before, line = states(text)
        for state in before:
            row.line.replace(state)
            row.line.begin_anew()
        row.line.replace(line)
        return row

    def _go_down(self, count: int) -> None:
        # Many lines are a way to say: to the last one.
        missing = self._at + count + 1 - len(self._rows) if count < MOST_ROWS else 0
        missing = min(missing, MOST_ROWS - len(self._rows))
        self._rows += [self._new_row() for _ in range(missing)]
        self._at = min(self._at + count, len(self._rows) - 1)

    def _pass_on(self) -> str:
        """Return the first lines, where there are more than a block may hold."""
        settled: list[str] = []
        while self._at and (len(self._rows) > MOST_ROWS or self._is_large()):
            settled.append(self._rows.pop(0).ended())
            self._at -= 1
        if self._is_large():
            settled.append(self._settle())
        return "".join(settled)

    def _is_large(self) -> bool:
        sizes = [len(row.line.text) for row in self._rows]
        return sum(sizes) - sizes[self._at] > self._reach

    def _settle(self) -> str:
        """End the block; its marked line is the unfinished one from now on."""
        row = self._rows.pop(self._at)
        settled = _ended(self._rows) + self._elsewhere.ended()
        if self._anew:
            row.line.feed("\r")
        self._leave(row)
        return settled

    # Secrets

    def _mask(self) -> None:
        """Mask the lines as they stand together, before some of them are drawn anew.

        Short lines of a secret are nothing without those beside them; everything else is masked later.
        """
        if not self._masker.has_short_lines:
            return
        rows = [row.line.text for row in self._rows]
        if self._masker.holds_secret("\n".join(rows)):
            for row, masked in zip(self._rows, self._masker.mask_rows(rows), strict=True):
                row.line.replace(masked)

    def _look_for_parted(self, text: str) -> None:
        """Hide lines in which there are parts of a secret that was written over a move."""
        longest = self._masker.longest
        if not longest:
            return
        for number, written in enumerate(strip_style(text).split("\b")):
            if number:
                self._go_on_writing()
            self._written += written
            if self._masker.parts_secret(self._written, [at for at, _ in self._left]):
                self._rows[self._at].hide()
                for _, row in self._left:
                    row.hide()
            surplus = len(self._written) - longest
            if surplus > 0:
                self._written = self._written[surplus:]
                self._left = [(at - surplus, row) for at, row in self._left if at > surplus]


def _ended(rows: Iterable[_Row]) -> str:
    return "".join(row.ended() for row in rows)
