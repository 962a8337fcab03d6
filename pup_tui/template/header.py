"""Texts for HTTP headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.blocks import Literal
from pup_tui.template.errors import TemplateError
from pup_tui.template.text import Text

_CONTROL: Final = late_pattern(r"[\x00-\x08\x0a-\x1f\x7f]")
_BLANK_ENDS: Final = late_pattern(r"\A[ \t]|[ \t]\Z")
_TRIM: Final = "`| trim` takes blanks off a value"


def check_header(name: str, text: Text) -> None:
    """Refuse at load what is literal in the header of this name and breaks HTTP."""
    if any(_CONTROL.search(piece) for piece in text.literals):
        raise TemplateError(f"the header `{name}` cannot hold control characters")
    first, last = text.blocks[:1], text.blocks[-1:]
    ends = ((r"\A[ \t]", first), (r"[ \t]\Z", last))
    if any(isinstance(b, Literal) and re.search(blank, b.text) for blank, bs in ends for b in bs):
        raise TemplateError(_blank_ends(name), hint="leave the blank out")


def render_header(name: str, text: Text, scope: Mapping[str, Any]) -> str:
    """Render the value of the header of this name; refuses what would end it or break HTTP."""
    written = []
    for piece in text.pieces(scope):
        part = piece if isinstance(piece, str) else piece.text
        if _CONTROL.search(part):
            message = f"the header `{name}` cannot hold control characters"
            raise TemplateError(message) if isinstance(piece, str) else piece.error(message)
        written.append(part)
    value = "".join(written)
    if _BLANK_ENDS.search(value):
        raise TemplateError(_blank_ends(name), hint=_TRIM)
    return value


def _blank_ends(name: str) -> str:
    return f"the header `{name}` begins or ends with a blank, which HTTP does not allow"
