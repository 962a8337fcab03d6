"""The items of a `list`, and the texts that stand for them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pup_tui.spelling import as_typed, dumps

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
        return [as_typed(raw)]
    raise ValueError("it must be a list of texts")


def items_in(text: str) -> list[str]:
    """The items that a text stands for: none where it is blank, those of a JSON list, else itself.

    Numbers stay as they are written. Raises ValueError as `items_of` does.
    """
    return items_of(entries_in(text))


def entries_in(text: str) -> list[Any]:
    """As `items_in`, with what a list may not hold too: of lists and maps in it only that they are there."""
    if not text.strip():
        return []
    if text.lstrip().startswith("["):
        try:
            # Numbers are texts here: so they keep how they are written.
            tree = json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_json)
        except (ValueError, RecursionError):
            return [text]
        return [type(entry)() if isinstance(entry, list | dict) else entry for entry in tree]
    return [text]


def lines_as_json(text: str) -> str:
    """The JSON list for a text with one item on each line, which is read without the blanks around it.

    A line that is a JSON list gives all that it holds, whether a list may hold it or not.
    """
    return dumps([entry for line in text.split("\n") for entry in entries_in(line.strip())])


def lines_of(items: Iterable[str]) -> str:
    """The text that `lines_as_json` makes these items of."""
    return "\n".join(map(_line, items))


def _line(item: str) -> str:
    is_itself = item.isprintable() and entries_in(item.strip()) == [item]
    return item if is_itself else json.dumps([item])


def _item(item: object, number: int) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, bool | int | float):
        return as_typed(item)
    kind = "null" if item is None else "a map" if isinstance(item, dict) else "a list"
    raise ValueError(f"item {number} must be text, not {kind}")


def _no_json(word: str) -> object:
    raise ValueError(word)
