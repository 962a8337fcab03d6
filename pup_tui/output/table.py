"""Rows as a table of text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_BREAKS = str.maketrans({"\n": "⏎", "\r": "␍", "\t": "␉"})


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], more: str = "") -> str:
    """A table with a head, a rule and a line for each row; a line break within a cell is shown as a sign.

    Below it stands how many rows it has, and in words that there are `more`.
    """
    count = "1 row" if len(rows) == 1 else f"{len(rows):,} rows"
    count += f"; {more}" if more else ""
    if not columns:
        return f"({count})\n"
    lines = [[cell.translate(_BREAKS) for cell in row] for row in (columns, *rows)]
    widths = [max(map(width_of, column)) for column in zip(*lines, strict=True)]
    head, *body = [between(line, widths) for line in lines]
    rule = between(["-" * width for width in widths], widths, rule=True)
    return "\n".join([head, rule, *body, f"({count})", ""])


def between(cells: Sequence[str], widths: Sequence[int], *, rule: bool = False) -> str:
    """A line of a table, or the rule below its head."""
    padded = (
        cell + " " * (width - width_of(cell)) for cell, width in zip(cells, widths, strict=True)
    )
    return ("-+-" if rule else " | ").join(padded).rstrip()


def width_of(text: str) -> int:
    """Columns of a terminal that a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))
