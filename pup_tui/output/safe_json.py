"""JSON that is safe to print: the one encoder of everything that the program prints as JSON."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from pup_tui.late_pattern import late_pattern
from pup_tui.spelling import SPELLED, dumps, token

from .sanitize import is_visible

_NOT_PLAIN = late_pattern(r"[^\n -~]")
_SURROGATE = late_pattern(r"[\ud800-\udfff]")
_encoder = msgspec.json.Encoder(enc_hook=token)


def safe_json(value: Any, *, indent: int = 0) -> str:
    r"""Return ``value`` as JSON of one line, or with ``indent``, in which every character can be seen.

    Controls, format characters, and whatever else is not visible are written as ``\u…``, which
    changes nothing for those who parse it. What of a file name is no UTF-8 becomes U+FFFD, since
    many refuse a document with a lone surrogate.
    """
    try:
        text = _encoder.encode(value).decode()
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(value, str_keys=True, builtin_types=SPELLED)
        text = dumps(plain, ensure_ascii=False, separators=(",", ":"))
        text = _SURROGATE.sub("\ufffd", text)
    return safe_json_text(text, indent=indent) if indent else _NOT_PLAIN.sub(_shown, text)


def safe_json_text(text: str, *, indent: int) -> str:
    """Return JSON over several lines, visible like that of ``safe_json``; numbers stay as spelled."""
    return _NOT_PLAIN.sub(_shown, msgspec.json.format(text, indent=indent))


def _shown(match: re.Match[str]) -> str:
    char = match.group()
    if is_visible(char):
        return char
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
