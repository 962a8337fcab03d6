"""Texts in quotes, for messages."""

from __future__ import annotations

from typing import Final

from pup_tui.late_pattern import late_pattern

_NO_UTF8: Final = late_pattern("[\ud800-\udfff]")
_NO_UTF8_QUOTED: Final = late_pattern(r"(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}")


def quoted(text: object) -> str:
    """A value as Python writes it; of a text each byte that was no UTF-8 as a replacement character."""
    return repr(_NO_UTF8.sub("\ufffd", text) if isinstance(text, str) else text)


def with_replacements(message: str) -> str:
    """A message of a library that quotes texts as Python writes them, with replacement characters."""
    return _NO_UTF8_QUOTED.sub("\\1\ufffd", message)
