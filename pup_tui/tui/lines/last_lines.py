"""The end of an output, as a few plain lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pup_tui.output.spool import SpoolReader
from pup_tui.tui.lines.divided import DividedOutput, Divider, Parting
from pup_tui.tui.lines.finder import is_error, is_wanted
from pup_tui.tui.lines.line_text import folded, plain_line

LAST_LINES = 8
LAST_COLUMNS = 500
"""How much of the end of an output a dialog about a step shows."""


@dataclass(frozen=True)
class LastLines:
    """Texts that are safe to show, and which of them is the first that tells of an error."""

    texts: Sequence[str] = ()
    error: int | None = None


NOTHING_PRINTED = LastLines()


def last_lines(output: Path, first: int = 0, marks: Sequence[Parting] = ()) -> LastLines:
    """The end of an output from line `first` on; empty where it cannot be read.

    `marks` part what is told of all of it: what comes from a line on is of one leg.
    """
    try:
        reader = DividedOutput(SpoolReader(output))
    except OSError:
        return NOTHING_PRINTED
    reader.marks = () if first else marks
    reader.refresh()
    count = reader.line_count
    found = reader.lines(max(first, count - LAST_LINES), count)
    reader.close()
    # Where there is no room for what a line said before, what it says in the end matters more.
    kept = [line if len(line.text) <= LAST_COLUMNS else folded(line) for line in found]
    texts = [
        f"── {line.text} ──" if isinstance(line, Divider) else plain_line(line.text[:LAST_COLUMNS])
        for line in kept
    ]
    printed = ((at, line) for at, line in enumerate(kept) if not isinstance(line, Divider))
    errors = (at for at, line in printed if is_wanted(is_error, line))
    return LastLines(texts, next(errors, None))


def line_count(output: Path) -> int:
    """How many lines an output has; 0 where it cannot be read."""
    try:
        reader = SpoolReader(output)
    except OSError:
        return 0
    count = reader.line_count
    reader.close()
    return count
