"""Printing on standard output, safe for terminals and for pipes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from pup_tui.output.safe_json import safe_json
from pup_tui.output.sanitize import safe_text


def print_json(value: Any) -> None:
    """One JSON document over several lines."""
    click.echo(safe_json(value, indent=2))


LEAST_LAST = 24
"""Characters that a table's last column gets on a terminal before others are left out for it."""


def columns(
    edge: int | None,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    spare: Sequence[str] = (),
) -> None:
    """A table. Where it does not end before the terminal's `edge`, `spare` columns are left out and the last
    one is cut; with no edge nothing is.
    """
    table = [list(heads), *([safe_text(cell) for cell in row] for row in rows)]
    widths = _widths(table)
    for name in spare:
        if edge is not None and sum(widths[:-1]) + 2 * len(widths) + LEAST_LAST > edge:
            at = table[0].index(name)
            table = [row[:at] + row[at + 1 :] for row in table]
            widths = _widths(table)
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        line = "  ".join(cells).rstrip()
        click.echo(line if edge is None or len(line) <= edge else f"{line[: edge - 1]}…")


def table_width(table: Sequence[Sequence[str]]) -> int:
    """How many columns of a terminal a table takes, its heads among the rows."""
    widths = _widths([[safe_text(cell) for cell in row] for row in table])
    return sum(widths) + 2 * (len(widths) - 1)


def _widths(table: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(row[at]) for row in table) for at in range(len(table[0]))]
