"""What is drawn as a text that a person can compare: the lines, and where which style stands in them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from rich.style import Style
from textual.strip import Strip

WRITE = "--write-snapshots"
"""The option that has snapshots written anew instead of compared."""

CHANGING = re.compile(r"\b\d\d:\d\d\b")
"""The time of day."""


def drawn(strips: Iterable[Strip]) -> str:
    """All lines, then the styles of each line in order with the columns they take, then what the styles are.

    A style has a number in the order in which it first stands on the screen.
    """
    strips, known = list(strips), dict[str, int]()
    texts = [CHANGING.sub("00:00", strip.text).rstrip() for strip in strips]
    styles = [" ".join(_runs(strip, known)) for strip in strips]
    told = [f"{number}: {style}" for style, number in known.items()]
    return "\n".join([*texts, "--", *styles, "--", *told, ""])


def _runs(strip: Strip, known: dict[str, int]) -> Iterator[str]:
    cells = ((_look(style), len(text)) for text, style, _ in strip if text)
    for style, group in groupby(cells, key=lambda cell: cell[0]):
        number = known.setdefault(style, len(known))
        yield f"{number}*{sum(length for _, length in group)}"


def _look(style: Style | None) -> str:
    """A style as far as it is seen: nothing that is drawn is dim."""
    return "" if style is None else str(style.clear_meta_and_links()).replace("not dim ", "")


def compared(path: Path, now: str, *, write: bool) -> str:
    """How a snapshot differs from what is drawn now, or nothing; or write it anew."""
    if write:
        path.parent.mkdir(exist_ok=True)
        path.write_text(now)
        return ""
    before = path.read_text() if path.exists() else ""
    lines = (before.splitlines(), now.splitlines())
    return "\n".join(difflib.unified_diff(*lines, path.name, "drawn now", n=1, lineterm=""))
