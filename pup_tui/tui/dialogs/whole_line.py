"""Shows one line of output in full, and finds a word in it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from pup_tui.output.overwritten import states
from pup_tui.output.passage import Line
from pup_tui.output.search import TextSearch
from pup_tui.tui.fields.find_line import FindLine
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.lines.line_list import LineList
from pup_tui.tui.lines.line_text import CLIP, plain_line
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.lines.read_text import NO_MATCH

MOST_PRETTY = 1_000_000
"""Characters of JSON that are laid out at most; it takes about 50 ms."""


MOST_MATCHES = 100_000
"""Matches that are gone through at most."""


class _Place(NamedTuple):
    """A character of one of several rows of text."""

    row: int
    at: int


def _pieces(row: str, begin: int = 0) -> list[str]:
    """A long text as pieces that are short enough to be drawn, one of them from `begin` on."""
    cuts = [*range(0, begin, CLIP), *range(begin, max(begin + 1, len(row)), CLIP), len(row)]
    return [row[cut:end] for cut, end in pairwise(cuts)]


def _places(rows: Sequence[str], pattern: re.Pattern[str]) -> list[_Place]:
    found = (
        _Place(number, match.start())
        for number, row in enumerate(rows)
        for match in pattern.finditer(row)
        if match[0]
    )
    return list(islice(found, MOST_MATCHES))


class WholeLineScreen(ModalScreen[None]):
    """Shows a line wrapped, however long it is, from a match on where there is one; JSON can be laid out."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "back": "back",
            "quit": ("dismiss", "Back"),
            "lay_out": "pretty",
            "copy_all": "copy_all",
            "search": "search",
            "next_match": "match(1)",
            "previous_match": "match(-1)",
            "help": "app.help",
        }
    )

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (92, "-broad")]  # noqa: RUF012 - as Screen declares it

    def __init__(self, line: Line, number: int, pattern: re.Pattern[str] | None = None) -> None:
        """With a `pattern` it is shown from the first match of that on."""
        super().__init__()
        self._pattern = pattern
        self._matches: list[_Place] = []
        self._match: int | None = None
        """Which of them is shown."""
        self._line = line
        self._number = number
        *overwritten, text = map(plain_line, states(line.text))
        self._rows = [*(f"{before} ⏎" for before in overwritten), text]
        self._plain = "\n".join(self._rows)
        self._pretty = _laid_out(text)
        self._is_pretty = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog whole-line"):
            yield Static(classes="dialog-title", id="whole-line-title", markup=False)
            yield OutputLines()
            yield FindLine()
            keys = "{back} close · {search} search · {mark} {copy} copy lines · {copy_all} copy all"
            if self._pretty is not None:
                keys += " · {lay_out} lay out JSON"
            yield Static(with_keys(self.app, keys), classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(OutputLines).wrap = True
        self._look_for(self._pattern)
        self._show()
        self.query_one(OutputLines).focus()
        # How much fits into a row is known when it has been laid out.
        self.call_after_refresh(self._go_to_match, 1)

    @property
    def _shown_rows(self) -> list[str]:
        """What is shown, each row of it as long as it is."""
        return self._pretty if self._is_pretty and self._pretty is not None else self._rows

    def _show(self, place: _Place | None = None) -> None:
        """Show it from its top, or else with a place of it in sight."""
        lines, top = self.query_one(OutputLines), 0
        pieces: list[str] = []
        for number, row in enumerate(self._shown_rows):
            begin = 0
            if place is not None and place.row == number:
                width, height = lines.room
                begin = max(0, place.at - place.at % max(1, width) - width * (height // 3))
                top = len(pieces) + len(range(0, begin, CLIP))
            pieces += _pieces(row, begin)
        lines.show(LineList([Line(self._line.stream, piece) for piece in pieces]))
        if place is None:
            lines.go_to(0)
        else:
            lines.centre(top)
        title = f"Line {self._number:,} · {self._line.stream} · {len(self._plain):,} characters"
        self.query_one("#whole-line-title", Static).update(title)

    def action_pretty(self) -> None:
        self._is_pretty = self._pretty is not None and not self._is_pretty
        self._look_for(self._pattern)
        self._show()
        self._go_to_match(1)

    def action_back(self) -> None:
        """Leave the search, if there is one; else close it."""
        if self.query_one(FindLine).display:
            self._leave_search()
        else:
            self.dismiss()

    # Search

    def _look_for(self, pattern: re.Pattern[str] | None) -> None:
        self._pattern, self._match = pattern, None
        self._matches = [] if pattern is None else _places(self._shown_rows, pattern)
        self.query_one(OutputLines).pattern = pattern

    def action_search(self) -> None:
        self.query_one(FindLine).open()

    def on_find_line_typed(self, message: FindLine.Typed) -> None:
        self._look_for(TextSearch(plain=True).pattern(message.text) if message.text else None)
        self.query_one(FindLine).tell("")

    def on_find_line_entered(self) -> None:
        if self._pattern is None:
            self._leave_search()
        else:
            self.query_one(OutputLines).focus()
            self.action_match(1)

    def on_find_line_left(self) -> None:
        self._leave_search()

    def _leave_search(self) -> None:
        self._look_for(None)
        self.query_one(FindLine).close()
        self.query_one(OutputLines).focus()

    def action_match(self, by: int) -> None:
        """Go to the next match, or to the one before; past the last follows the first."""
        line = self.query_one(FindLine)
        if self._pattern is None:
            self.action_search()
            return
        line.display = True
        line.tell(self._go_to_match(by))

    def _go_to_match(self, by: int) -> str:
        """Show the next match; tells which it is."""
        count = len(self._matches)
        if not count:
            return NO_MATCH
        before = (-1 if by > 0 else 0) if self._match is None else self._match
        self._match = (before + by) % count
        self._show(self._matches[self._match])
        return f"match {self._match + 1:,} of {count:,}{'+' if count == MOST_MATCHES else ''}"

    def action_copy_all(self) -> None:
        self.app.copy_to_clipboard(self._plain)
        self.notify(f"Copied {len(self._plain):,} characters", markup=False, timeout=2)


def _laid_out(text: str) -> list[str] | None:
    """The lines of laid out JSON, or None where the text is none."""
    if len(text) > MOST_PRETTY or not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False).split("\n")
    except (ValueError, RecursionError):
        return None
