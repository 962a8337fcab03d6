"""What the operations of expressions take, as text."""

from __future__ import annotations

from typing import Any

from jinja2.runtime import Undefined

from pup_tui.template.values import to_text


def text_of(value: Any) -> str:
    """Give a value's text form; what is not defined has none."""
    if isinstance(value, Undefined):
        str(value)
    return to_text(value)
