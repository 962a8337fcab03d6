"""The items of a `list`, and the texts that stand for them."""

from __future__ import annotations

import json
from collections.abc import Iterable

MAX_ITEMS = 10_000
"""Items of a list: as many as the loops of a template may have rounds."""


def items_of(raw: object) -> list[str]:
    """The items of what was given: of a list each as text, of one value those that `items_in` finds.

    Raises ValueError with a sentence where an item is no text, number or truth value, or `raw` is a map.
    """
    if isinstance(raw, str):
        return items_in(raw)
    if isinstance(raw, list | tuple):
        return [_item(item, number) for number, item in enumerate(raw, 1)]
    if isinstance(raw, bool | int | float):
        return [_word(raw)]
    raise ValueError("it must be a list of texts")


def items_in(text: str) -> list[str]:
    """The items that a text stands for: none where it is blank, those of a JSON list, else itself.

    Numbers stay as they are written. Raises ValueError as `items_of` does.
    """
    if not text.strip():
        return []
    if text.lstrip().startswith("["):
        try:
            tree = json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_json)
        except (ValueError, RecursionError):
            return [text]
        return items_of(tree)
    return [text]


def lines_in(text: str) -> list[str]:
    """The items of a text, one on each line; `items_in` reads a line without the blanks around it."""
    return [item for line in text.split("\n") for item in items_in(line.strip())]


def lines_of(items: Iterable[str]) -> str:
    """The text from which `lines_in` reads these items."""
    return "\n".join(map(_line, items))


def _line(item: str) -> str:
    return item if item.isprintable() and lines_in(item) == [item] else json.dumps([item])


def _item(item: object, number: int) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, bool | int | float):
        return _word(item)
    kind = "null" if item is None else "a map" if isinstance(item, dict) else "a list"
    raise ValueError(f"item {number} must be text, not {kind}")


def _word(value: float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _no_json(word: str) -> object:
    raise ValueError(word)
