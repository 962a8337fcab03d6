"""Texts for HTTP headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pup_tui.template.errors import TemplateError
from pup_tui.template.text import Text

_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def check_header(text: Text) -> None:
    """Refuse control characters in the literal parts of a header, at load."""
    for piece in text.literals:
        if _CONTROL.search(piece):
            raise TemplateError("a header cannot hold control characters")


def render_header(text: Text, scope: Mapping[str, Any]) -> str:
    """Render a header's value; refuses control characters, which would end the header."""
    written = []
    for piece in text.pieces(scope):
        part = piece if isinstance(piece, str) else piece.text
        if _CONTROL.search(part):
            message = "a header cannot hold control characters"
            raise TemplateError(message) if isinstance(piece, str) else piece.error(message)
        written.append(part)
    return "".join(written)
