"""JSON as people paste it: with typographic quotes, in a fence, cut off in the middle."""

from __future__ import annotations

import json
from typing import Any, Final

from msgspec import Struct

from pup_tui.late_pattern import late_pattern

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u00a0": " "})
_START = late_pattern(r"(?m)(?:^|(?<=[\s:>]))[{\[](?=\s*[\"“”{\[\]}])")
_DEEPEST: Final = 100
_CLOSERS = {"{": "}", "[": "]"}


class ReadJson(Struct, frozen=True):
    """What was read, and how: `whole` where the text is JSON and nothing else."""

    value: Any
    whole: bool = True
    cut: bool = False
    quotes: bool = False


def read_json(text: str) -> ReadJson | None:
    """The map or list that a text holds; None where it holds none."""
    found = _decoded(text)
    if found is not None:
        return ReadJson(found)
    start = _START.search(text)
    if start is None:
        return None
    part = text[start.start() :]
    if (found := _first(part)) is not None:
        return ReadJson(found, whole=False)
    straight = part.translate(_QUOTES)
    if straight != part and (found := _first(straight)) is not None:
        return ReadJson(found, whole=False, quotes=True)
    closed = _closed(straight)
    found = None if closed is None else _decoded(closed)
    return None if found is None else ReadJson(found, False, cut=True, quotes=straight != part)


def _decoded(text: str) -> Any:
    return _things(lambda: json.loads(text, strict=False))


def _first(text: str) -> Any:
    return _things(lambda: json.JSONDecoder(strict=False).raw_decode(text)[0])


def _things(decode: Any) -> Any:
    try:
        found = decode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) and found else None


def _closed(text: str) -> str | None:
    """A text that was cut off, up to its last whole member and with its brackets closed."""
    open_brackets: list[str] = []
    kept: tuple[int, str] | None = None
    in_text = is_escaped = False
    for at, char in enumerate(text):
        if in_text:
            if is_escaped:
                is_escaped = False
            elif char == "\\":
                is_escaped = True
            elif char == '"':
                in_text = False
        elif char == '"':
            in_text = True
        elif char in "{[":
            open_brackets.append(char)
            if len(open_brackets) > _DEEPEST:
                return None
        elif char in "}]" and open_brackets:
            open_brackets.pop()
            kept = at + 1, _ends(open_brackets)
        elif char == ",":
            kept = at, _ends(open_brackets)
    return None if kept is None else text[: kept[0]] + kept[1]


def _ends(open_brackets: list[str]) -> str:
    return "".join(_CLOSERS[each] for each in reversed(open_brackets))
