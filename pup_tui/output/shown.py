"""How an output is shown that is not left as it is, and where that lies: pretty JSON, or a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from pup_tui.late_pattern import late_pattern

from .safe_json import safe_json_text
from .sanitize import safe_text
from .style import RESET
from .table import table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Shows: TypeAlias = Literal["text", "json", "table", "none"]
"""How an output is shown: as it is, as pretty JSON, as a table, or not at all."""

MOST_IN_CELL: Final = 200
"""Characters of a cell that are shown; the whole is in the output as it was printed."""
MOST_ADDED: Final = 4 * 1024 * 1024
"""Blanks that are put between: one long cell makes every row as long, and depth every line of JSON."""

_TROUBLE = frozenset({"failed", "warned", "ignored", "cancelled", "unknown", "retrying", "waiting"})
_TOKEN = late_pattern(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?[0-9][0-9.eE+-]*)|(?P<word>true|false|null)"
)
_STRUCTURE = late_pattern(r'"(?:[^"\\]|\\.)*"|[\[\]{},]')
_INDENT = 2
_COLOURS = {"key": 36, "text": 32, "number": 33, "word": 35}


def spool_to_show(path: Path, shows: Shows, status: str) -> Path | None:
    """The spool that people are shown of a step whose output is at `path`; None where they are shown none.

    `status` is a word of its progress. What has failed, or may have, is always shown as it was printed.
    """
    if shows == "text" or status in _TROUBLE:
        return path
    if shows == "none":
        return None
    made = made_path(path)
    return made if status == "succeeded" and made.exists() else path


def made_path(path: Path) -> Path:
    """Where that lies which is made of the output at `path` for people."""
    return path.with_name(f"{path.stem}.shown{path.suffix}")


def pretty_json(text: str) -> str | None:
    """JSON over several lines in which every character can be seen, with colours of ours.

    None where it would be too large.
    """
    depth = added = 0
    for found in _STRUCTURE.finditer(text):
        sign = found[0]
        depth += (sign in "[{") - (sign in "]}")
        added += _INDENT * depth * (sign in "[]{},")
        if added > MOST_ADDED:
            return None
    return _TOKEN.sub(_coloured, safe_json_text(text, indent=_INDENT)) + "\n"


def _coloured(found: re.Match[str]) -> str:
    return f"\x1b[{_COLOURS[found.lastgroup or 'text']}m{found[0]}{RESET}"


def shown_table(titles: Sequence[str], rows: Sequence[Sequence[str]], more: str = "") -> str | None:
    """A table of cells in which every character can be seen; None where it would be too large.

    `more` tells that there are more rows than these; it may hold foreign text, as the cells do.
    """
    lines = [[_cell(cell) for cell in row] for row in (titles, *rows)]
    widths = (max(map(len, column)) for column in zip(*lines, strict=True))
    if sum(widths) * len(lines) > MOST_ADDED:
        return None
    return table(lines[0], lines[1:], safe_text(more))


def _cell(text: str) -> str:
    cut = text if len(text) <= MOST_IN_CELL else f"{text[: MOST_IN_CELL - 1]}…"
    return safe_text(cut, multiline=True)
