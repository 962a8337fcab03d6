"""Shows one line of output in full."""

from __future__ import annotations

import json
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from pup_tui.output.overwritten import states
from pup_tui.output.passage import Line
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.lines.line_list import LineList
from pup_tui.tui.lines.line_text import CLIP, plain_line
from pup_tui.tui.lines.output_lines import OutputLines

MOST_PRETTY = 1_000_000
"""Characters of JSON that are laid out at most; it takes about 50 ms."""


def _pieces(line: Line, texts: list[str]) -> LineList:
    """A long text as lines that are short enough to be drawn."""
    return LineList(
        [
            Line(line.stream, text[at : at + CLIP])
            for text in texts
            for at in range(0, max(1, len(text)), CLIP)
        ]
    )


class WholeLineScreen(ModalScreen[None]):
    """Shows a line wrapped, however long it is; JSON can be laid out."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "back": "dismiss",
            "quit": ("dismiss", "Back"),
            "lay_out": "pretty",
            "copy_all": "copy_all",
            "help": "app.help",
        }
    )

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (92, "-broad")]  # noqa: RUF012 - as Screen declares it

    def __init__(self, line: Line, number: int) -> None:
        super().__init__()
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
            keys = "{back} close · {mark} {copy} copy lines · {copy_all} copy all"
            if self._pretty is not None:
                keys += " · {lay_out} lay out JSON"
            yield Static(with_keys(self.app, keys), classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(OutputLines).wrap = True
        self._show()
        self.query_one(OutputLines).focus()

    def _show(self) -> None:
        laid_out = self._pretty if self._is_pretty else None
        lines = self.query_one(OutputLines)
        lines.show(_pieces(self._line, self._rows if laid_out is None else laid_out))
        lines.go_to(0)
        title = f"Line {self._number:,} · {self._line.stream} · {len(self._plain):,} characters"
        self.query_one("#whole-line-title", Static).update(title)

    def action_pretty(self) -> None:
        self._is_pretty = self._pretty is not None and not self._is_pretty
        self._show()

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
