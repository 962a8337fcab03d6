"""Patterns of variables: a value matches as a whole, in bounded time."""

from __future__ import annotations

from pup_tui.template.regex import TooCostly, compile_regex

MAX_VALUE = 1024
"""Characters of a value that a pattern is matched against."""


def matches(source: str, value: str) -> bool:
    """Whether a pattern matches the whole value; raises `TooCostly`."""
    if len(value) > MAX_VALUE:
        raise TooCostly(f"a value with a pattern is at most {MAX_VALUE:,} characters")
    return compile_regex(source).match(value, whole=True) is not None
