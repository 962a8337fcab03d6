"""What a recorded terminal showed, line by line, as far as it takes to read what was typed there.

A line is edited before it is entered: what stands in it in the end is what counts. Where a shell marks its
prompts (OSC 133 and 633, bracketed paste) that is noted with the place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

MarkKind = Literal["prompt", "typed", "executed", "ended", "editing", "entered"]
"""`prompt`, `typed`, `executed` and `ended` are the marks A to D of OSC 133; `editing` and `entered` are the
beginning and the end of bracketed paste, which is on for as long as a line is edited.
"""

_TOKEN = re.compile(
    r"\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\|\Z)"
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\|\Z)"
    r"|\x1b\[(?P<args>[0-9:;<=>?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[ -/]+[0-~]|\x1b[0-Z\\^-~]|\x1b"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
)
_MARKS: dict[str, MarkKind] = {"A": "prompt", "B": "typed", "C": "executed", "D": "ended"}
_OTHER_SCREEN = frozenset({"47", "1047", "1049"})
_FURTHEST = 1000
"""How far to the right a cursor is believed to go, where nobody tells the width."""

_TALLEST = 100
"""How many rows up or down a cursor is believed to go at once."""

_MOST_BLANKS = 2_000_000
"""Blanks that are put where a cursor jumped over; further ones are left out."""

_NARROW = 40
"""Where nobody tells the width, a line that is drawn on at its beginning from here on goes on below."""


@dataclass(slots=True)
class ScreenRow:
    """A row; `goes_on` tells that the next one belongs to the same line, which was too long."""

    cells: list[str] = field(default_factory=list)
    goes_on: bool = False

    @property
    def text(self) -> str:
        return "".join(self.cells)


@dataclass(frozen=True, slots=True)
class ShellMark:
    """A mark of a shell at a place; `at` is the time in seconds, where it is known, `code` an exit code."""

    kind: MarkKind
    row: int
    column: int
    at: float | None = None
    code: int | None = None


class RecordedScreen:
    """Takes what a terminal got, in pieces, and keeps every row that it showed, the oldest first."""

    def __init__(self, width: int | None = None) -> None:
        self.rows = [ScreenRow()]
        self.marks: list[ShellMark] = []
        self.times: dict[int, float] = {}
        """When each row was begun."""
        self._width = width
        self._row = 0
        self._column = 0
        self._at: float | None = None
        self._elsewhere = False
        self._left = ""
        self._blanks = 0

    @property
    def _furthest(self) -> int:
        """The last column that a cursor can stand in."""
        return _FURTHEST if self._width is None else max(0, self._width - 1)

    def take(self, text: str, at: float | None = None) -> None:
        """What came next, and when."""
        self._at = at
        text, self._left = self._left + text, ""
        tail = text.rfind("\x1b", max(0, len(text) - 200))
        if tail >= 0 and _is_cut(text[tail:]):
            text, self._left = text[:tail], text[tail:]
        for found in _TOKEN.finditer(text):
            if found["final"]:
                self._sequence(found["args"], found["final"])
            elif found["osc"] is not None:
                self._mark_of(found["osc"])
            elif self._elsewhere:
                continue
            elif found["text"]:
                self._write(found["text"])
            elif found["control"]:
                self._control(found["control"], text[found.end() : found.end() + 1])

    def line(self, row: int) -> tuple[str, int]:
        """The line that begins with a row, and the row after it."""
        text = ""
        while True:
            text += self.rows[row].text
            row += 1
            if row >= len(self.rows) or not self.rows[row - 1].goes_on:
                return text, row

    def _write(self, text: str) -> None:
        while text:
            if self._width is not None and self._column >= self._width:
                self.rows[self._row].goes_on = True
                self._to_row(self._row + 1)
                self._column = 0
            room = len(text) if self._width is None else self._width - self._column
            part, text = text[:room], text[room:]
            cells = self.rows[self._row].cells
            if not cells and self._at is not None:
                self.times.setdefault(self._row, self._at)
            self._put_blanks(cells, len(cells), self._column - len(cells))
            self._column = min(self._column, len(cells))
            cells[self._column : self._column + len(part)] = part
            self._column += len(part)

    def _put_blanks(self, cells: list[str], at: int, number: int) -> None:
        number = max(0, min(number, _MOST_BLANKS - self._blanks))
        self._blanks += number
        cells[at:at] = " " * number

    def _control(self, control: str, following: str) -> None:
        if control == "\n":
            self._to_row(self._row + 1)
            self._column = 0
        elif control == "\r":
            self._return(following)
        elif control == "\b":
            self._column = max(0, min(self._column, self._width or self._column) - 1)
        elif control == "\t":
            self._column = min((self._column // 8 + 1) * 8, self._furthest)

    def _return(self, following: str) -> None:
        cells = self.rows[self._row].cells
        # An editor of lines draws a blank in the column behind the last one, and goes back, to be below.
        wraps = (
            self._width is None
            and self._column > _NARROW
            and self._column == len(cells)
            and cells[-1] == " "
            and following not in ("\n", "\r", "")
        )
        if wraps:
            cells.pop()
            self.rows[self._row].goes_on = True
            self._to_row(self._row + 1)
        self._column = 0

    def _to_row(self, row: int) -> None:
        self._row = row
        while len(self.rows) <= self._row:
            self.rows.append(ScreenRow())

    def _sequence(self, args: str, final: str) -> None:
        if args.startswith("?"):
            self._mode(args[1:], final)
            return
        number = int(first) if (first := args.split(";", maxsplit=1)[0]).isdigit() else 0
        if self._elsewhere:
            return
        if final in "ABCDG`":
            self._move(final, number or 1)
        elif final in "KP@X":
            self._change(final, number)
        elif final == "J" and number == 0:
            self._erase(0)
            for row in self.rows[self._row + 1 :]:
                row.cells.clear()
        elif final in "JHf":
            # The screen is drawn anew: what it showed is kept, and what comes is below it.
            self._to_row(len(self.rows))
            self._column = 0

    def _move(self, final: str, by: int) -> None:
        match final:
            case "C":
                self._column = min(self._column + by, self._furthest)
            case "D":
                self._column = max(0, self._column - by)
            case "A":
                self._row = max(0, self._row - min(by, _TALLEST))
            case "B":
                self._row = min(self._row + min(by, _TALLEST), len(self.rows) - 1)
            case _:
                self._column = min(by - 1, self._furthest)

    def _change(self, final: str, number: int) -> None:
        """Change what stands behind the cursor in its row."""
        cells, by = self.rows[self._row].cells, min(number or 1, self._furthest)
        if final == "K":
            self._erase(number)
        elif final == "P":
            del cells[self._column : self._column + by]
        elif final == "@":
            most = max(len(cells), self._furthest + 1)
            self._put_blanks(cells, self._column, by)
            del cells[most:]
        else:
            end = min(self._column + by, len(cells))
            cells[self._column : end] = " " * max(0, end - self._column)

    def _erase(self, how: int) -> None:
        row = self.rows[self._row]
        if how == 0:
            del row.cells[self._column :]
            row.goes_on = False
        elif how == 2:
            row.cells.clear()
        else:
            row.cells[: self._column + 1] = " " * min(self._column + 1, len(row.cells))

    def _mode(self, args: str, final: str) -> None:
        modes = args.split(";")
        if final in "hl" and _OTHER_SCREEN.intersection(modes):
            self._elsewhere = final == "h"
        elif final in "hl" and "2004" in modes and not self._elsewhere:
            self._mark("editing" if final == "h" else "entered")

    def _mark_of(self, osc: str) -> None:
        code, _, rest = osc.partition(";")
        if code not in ("133", "633") or self._elsewhere:
            return
        kind = _MARKS.get(rest[:1])
        if kind is None:
            return
        number = rest.split(";")[1] if kind == "ended" and ";" in rest else ""
        self._mark(kind, int(number) if number.lstrip("-").isdigit() else None)

    def _mark(self, kind: MarkKind, code: int | None = None) -> None:
        self.marks.append(ShellMark(kind, self._row, self._column, self._at, code))


def _is_cut(tail: str) -> bool:
    """Whether a sequence at the end of a piece has its rest in the next one."""
    return (
        re.fullmatch(
            r"\x1b(?:|\[[0-9:;<=>?]*[ -/]*|\][^\x07\x1b]*(?:\x1b)?|[PX^_][^\x1b]*|[ -/]+)", tail
        )
        is not None
    )
