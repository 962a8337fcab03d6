"""Records as CSV (RFC 4180) that a spreadsheet takes for text and numbers, and never for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from pup_tui.analysis.export.records import FIELDS
from pup_tui.late_pattern import late_pattern
from pup_tui.output.sanitize import safe_text

_FORMULA = late_pattern('(^|[;,|"\\t])(\\s*)([=+\\-@\uff1d\uff0b\uff0d\uff20])')
"""What a spreadsheet may read as a formula: at the beginning of a cell, or of what it may take for one.

Where `;` stands between cells, as in many countries, a cell ends in the middle of one of ours.
"""


def heading() -> str:
    """The first line."""
    return _lines([FIELDS])


def rows(records: Iterable[Mapping[str, Any]]) -> str:
    """A line for each record."""
    return _lines([_cell(record[name]) for name in FIELDS] for record in records)


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Numbers as they are; of a text an apostrophe before what would be calculated."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return _FORMULA.sub(r"\1\2'\3", safe_text(value))
    return value
