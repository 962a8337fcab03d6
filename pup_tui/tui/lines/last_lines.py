"""The end of an output, as a few plain lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pup_tui.output.log_event import badness
from pup_tui.output.spool import SpoolReader
from pup_tui.tui.lines.divided import DividedOutput, Divider, Parting
from pup_tui.tui.lines.finder import is_error, is_wanted, names_error
from pup_tui.tui.lines.line_text import folded, plain_line

LAST_LINES = 8
LAST_COLUMNS = 500
"""How much of the end of an output a dialog about a step shows."""

LOOKED_BACK = 500
"""Lines from the end of an output among which the first error is looked for."""


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


def first_error(source: DividedOutput) -> int | None:
    """The first line that tells of an error, among the last ones of what was printed since the last mark.

    What names its level as that of an error comes before what only has a word for it.
    """
    count = source.line_count
    if not count:
        return None
    start = max(source.beside(count - 1, 0), count - LOOKED_BACK)
    lines = source.lines(start, count, LAST_COLUMNS)
    bad = (
        at
        for at, line in enumerate(lines, start)
        if badness(plain_line(folded(line).text)) == "error"
    )
    named = (at for at, line in enumerate(lines, start) if is_wanted(names_error, line))
    return next(bad, next(named, None))


def line_count(output: Path) -> int:
    """How many lines an output has; 0 where it cannot be read."""
    try:
        reader = SpoolReader(output)
    except OSError:
        return 0
    count = reader.line_count
    reader.close()
    return count
