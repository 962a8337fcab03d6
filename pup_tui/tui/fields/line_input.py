"""One line of text that is typed, pasted or filled in."""

from __future__ import annotations

from textual.widgets import Input

from pup_tui.output.sanitize import safe_text


class LineInput(Input):
    """A field for one line of printable text: whatever else gets in is made visible."""

    def validate_value(self, value: str) -> str:
        return safe_text(value)
