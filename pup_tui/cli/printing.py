"""Printing on standard output, safe for terminals and for pipes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import Any

import click
import msgspec

from pup_tui.output.sanitize import safe_text


def print_json(value: Any) -> None:
    """One JSON document over several lines."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; on a terminal its last column is cut at the edge, elsewhere nothing is cut."""
    safe = [[safe_text(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [heads, *safe]) for i in range(len(heads))]
    edge = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for row in [heads, *safe]:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        line = "  ".join(cells).rstrip()
        click.echo(line if edge is None or len(line) <= edge else f"{line[: edge - 1]}…")
