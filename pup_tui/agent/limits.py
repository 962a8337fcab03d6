"""How much a tool takes, and how much it tells at once."""

from __future__ import annotations

from typing import Any, Final

from pup_tui.agent.desk import Refused
from pup_tui.output.sanitize import safe_text
from pup_tui.spelling import dumps

LONGEST_NAME: Final = 300
"""Characters of an id, and of the name that a client gives itself."""

LONGEST_REASON: Final = 2_000
LONGEST_ALERT: Final = 256 * 1024
LONGEST_VALUES: Final = 64 * 1024
"""Characters of a reason, of an alert, and of all values together, as JSON."""

MOST_TOLD: Final = 100
"""Runbooks, runs or lines of an output that one answer has at most."""

LONGEST_TEXT: Final = 4_000
LONGEST_ANSWER: Final = 100_000
"""Characters of one text, and of all texts of an answer together."""

MOST_ITEMS: Final = 500
"""Items of a list, or entries of a map, that an answer has at most."""

LARGEST_BODY: Final = 1024 * 1024
"""Bytes of a request over HTTP."""

_DEEPEST: Final = 40


def checked_text(name: str, text: str, most: int) -> str:
    """A text that a client has given for `name`. Raises Refused for one that is too long."""
    if len(text) > most:
        raise Refused(f"`{name}` has {len(text):,} characters, and at most {most:,} are taken")
    return text


def checked_values(values: dict[str, Any]) -> dict[str, Any]:
    """The values that a client has given. Raises Refused for what is too much."""
    try:
        size = len(dumps(values))
    except (RecursionError, ValueError, TypeError) as error:
        raise Refused("`values` cannot be read: it is nested too deeply") from error
    if size > LONGEST_VALUES:
        raise Refused(f"`values` has {size:,} characters, and at most {LONGEST_VALUES:,} are taken")
    return values


def checked_number(name: str, number: int, least: int, most: int) -> int:
    """A number that a client has given. Raises Refused for one out of bounds."""
    if not least <= number <= most:
        raise Refused(f"`{name}` is {number}: give a number from {least} to {most}")
    return number


class Room:
    """The characters that are left of an answer."""

    def __init__(self, characters: int = LONGEST_ANSWER) -> None:
        self._left = characters

    def fitted(self, value: Any, depth: int = 0) -> Any:
        """A plain value with nothing invisible, cut to what there is room for; what is left out is said."""
        match value:
            case str():
                return self._text(value)
            case dict():
                return self._map(value, depth)
            case list() | tuple():
                return self._list(value, depth)
        return value

    def _text(self, text: str) -> str:
        most = max(0, min(LONGEST_TEXT, self._left))
        kept = safe_text(text[:most], multiline=True)
        self._left -= len(kept)
        more = len(text) - most
        return f"{kept}… ({more:,} characters more)" if more > 0 else kept

    def _map(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        if depth >= _DEEPEST or (value and self._left <= 0):
            return {"…": f"{len(value):,} entries, for which there is no room"}
        told: dict[str, Any] = {}
        for key, item in list(value.items())[:MOST_ITEMS]:
            told[self._text(str(key))] = self.fitted(item, depth + 1)
        if len(value) > MOST_ITEMS:
            told["…"] = f"{len(value) - MOST_ITEMS:,} entries more"
        return told

    def _list(self, value: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
        told: list[Any] = []
        for item in value[:MOST_ITEMS] if depth < _DEEPEST else ():
            if self._left <= 0:
                break
            told.append(self.fitted(item, depth + 1))
        if len(told) < len(value):
            told.append(f"… ({len(value) - len(told):,} more)")
        return told
