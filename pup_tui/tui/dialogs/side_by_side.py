"""Two versions of a text beside each other, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from rich.cells import cell_len, chop_cells
from textual import events
from textual.content import Content

from pup_tui.output.sanitize import safe_text
from pup_tui.packs.matching import groups_of, lines_of
from pup_tui.tui.lines.read_text import ReadText

_LEAST = 8
"""Columns of a side at least."""
_AROUND = 3
"""Lines that stay the same around those that do not."""
_BAR = " │ "

PairedLines = tuple[str, str, str]
"""How a line differs (`same`, `other`, or `skipped` ones), and what it is on either side."""


class SideBySide(ReadText):
    """What was, and what is now; lines that are too long for a side go on below, on both sides."""

    def __init__(self, before: str, now: str) -> None:
        super().__init__(markup=False, classes="dialog-output")
        self._pairs = list(paired(before, now))
        self._width = 0

    def on_resize(self, event: events.Resize) -> None:
        width = event.size.width
        if width != self._width:
            self._width = width
            self.update(self._told(max(_LEAST, (width - len(_BAR)) // 2)))

    def _told(self, side: int) -> Content:
        lines = []
        for how, left, right in self._pairs:
            old, new = chop_cells(left, side) or [""], chop_cells(right, side) or [""]
            for was, is_now in zip_longest(old, new, fillvalue=""):
                styles = ("$text-error", "$text-success") if how == "other" else ("", "")
                styles = ("$text-muted", "$text-muted") if how == "skipped" else styles
                padded = was + " " * (side - cell_len(was))
                lines.append(
                    Content.assemble(
                        (padded, styles[0]), (_BAR, "$text-muted"), (is_now, styles[1])
                    )
                )
        return Content("\n").join(lines)


def paired(before: str, now: str) -> Iterator[PairedLines]:
    """The lines of two texts in pairs, without those that are far from any difference."""
    old, new = lines_of(before), lines_of(now)
    for group in groups_of(old, new, _AROUND):
        first = group[0]
        if first[1] or first[3]:
            yield "skipped", f"… {first[1]} lines", f"… {first[3]} lines"
        for tag, i, j, k, m in group:
            how = "same" if tag == "equal" else "other"
            for left, right in zip_longest(old[i:j], new[k:m], fillvalue=""):
                yield how, safe_text(left), safe_text(right)
