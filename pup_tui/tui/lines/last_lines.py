"""The end of an output, as a few plain lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pup_tui.output.log_event import badness
from pup_tui.output.search import is_wanted
from pup_tui.output.spool import SpoolReader
from pup_tui.tui.lines.divided import DividedOutput, Divider, Parting
from pup_tui.tui.lines.finder import is_error, names_error
from pup_tui.tui.lines.line_text import folded, plain_line
from pup_tui.tui.texts import counted

LAST_LINES = 8
LAST_COLUMNS = 500
"""How much of the end of an output a dialog about a step shows."""

MOST_LINES = 100
ABOVE_ERROR = 2
"""How many lines of an output are shown from its first error on, and of those above it."""

LOOKED_BACK = 500
"""Lines from the end of an output among which the first error is looked for."""


@dataclass(frozen=True)
class LastLines:
    """Texts that are safe to show, and which of them is the first that tells of an error."""

    texts: Sequence[str] = ()
    error: int | None = None


NOTHING_PRINTED = LastLines()


def last_lines(
    output: Path,
    first: int = 0,
    marks: Sequence[Parting] = (),
    *,
    from_error: bool = False,
) -> LastLines:
    """The end of an output from line `first` on; empty where it cannot be read.

    What is wanted `from_error` is longer: it begins with the first error near the end, where there is one.
    `marks` part what is told of all of it: what comes from a line on is of one leg.
    """
    try:
        reader = DividedOutput(SpoolReader(output))
    except OSError:
        return NOTHING_PRINTED
    reader.marks = () if first else marks
    reader.refresh()
    count = reader.line_count
    start = count - LAST_LINES
    error = first_error(reader) if from_error else None
    if error is not None:
        start = min(start, error - ABOVE_ERROR)
    start = max(first, start, 0)
    stop = min(count, start + MOST_LINES)
    found = reader.lines(start, stop)
    reader.close()
    # Where there is no room for what a line said before, what it says in the end matters more.
    kept = [line if len(line.text) <= LAST_COLUMNS else folded(line) for line in found]
    texts = [
        f"── {line.text} ──" if isinstance(line, Divider) else plain_line(line.text[:LAST_COLUMNS])
        for line in kept
    ]
    printed = ((at, line) for at, line in enumerate(kept) if not isinstance(line, Divider))
    errors = (at for at, line in printed if is_wanted(is_error, line))
    marked = next(errors, None) if error is None else error - start
    if stop < count:
        texts.append(f"… {counted(count - stop, 'more line')}")
    return LastLines(texts, marked)


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
