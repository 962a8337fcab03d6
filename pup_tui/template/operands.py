"""What the operations of expressions take: what is defined, as text."""

from __future__ import annotations

from typing import Any

from jinja2.runtime import Undefined

from pup_tui.template.values import to_text


def need_defined(*values: Any) -> None:
    """Raise the error of a value that is not defined: it names what is missing and where, and is its own."""
    for value in values:
        if isinstance(value, Undefined):
            str(value)


def text_of(value: Any) -> str:
    """Give a value's text form; what is not defined has none."""
    need_defined(value)
    return to_text(value)
