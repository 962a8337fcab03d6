"""Numbers that keep how they were typed: `3.10` is a number, and stays `3.10` wherever it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from pup_tui.late_pattern import late_pattern

_JSON_NUMBER: Final = late_pattern(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_ENCODED: Final = 2**63
_MARK: Final = "\0number"
"""The one key of the map that stands for such a number in stored JSON."""


class _Spelled:
    """What both kinds have in common: `spelling` is what was typed.

    It compares and calculates as the number does, and equals a text of that spelling.
    """

    __slots__ = ()
    spelling: str

    def __str__(self) -> str:
        return self.spelling

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return other == self.spelling if isinstance(other, str) else super().__eq__(other)

    def __hash__(self) -> int:
        return super().__hash__()

    def __ne__(self, other: object) -> bool:
        return not self == other


class SpelledInt(_Spelled, int):
    """A whole number."""


class SpelledFloat(_Spelled, float):
    """Any other number; the JSON of an output may hold a great many."""

    __slots__ = ("spelling",)

    def __neg__(self) -> float:
        """The same with the other sign: ``-3.10`` is typed as that."""
        has_sign = self.spelling[:1] in ("-", "+")
        sign = "" if self.spelling[:1] == "-" else "-"
        return spelled(-float(self), sign + self.spelling[has_sign:])


SPELLED: Final = (SpelledInt, SpelledFloat)


def spelled(number: float, text: str) -> int | float:
    """The number that was typed as `text`; it needs no spelling where it would be written so anyway.

    A whole number of more than 64 bits keeps it: it is encoded by that alone.
    """
    if isinstance(number, bool) or (str(number) == text and abs(number) < _ENCODED):
        return number
    made = SpelledInt(number) if isinstance(number, int) else SpelledFloat(number)
    made.spelling = text
    return made


def dumps(value: Any, **options: Any) -> str:
    """JSON as `json.dumps` writes it, with numbers as they were typed; what is no JSON number is text."""
    # Late: whoever only reads such numbers does not wait for it.
    import json

    if not _holds_spelled(value):
        return json.dumps(value, **options)
    separators: tuple[str, str] = options.get("separators", (", ", ": "))
    comma, colon = separators

    def written(part: Any) -> str:
        if isinstance(part, Mapping):
            entries = (json.dumps(key, **options) + colon + written(part[key]) for key in part)
            return "{" + comma.join(entries) + "}"
        if isinstance(part, list | tuple):
            return "[" + comma.join(map(written, part)) + "]"
        if not isinstance(part, SPELLED):
            return json.dumps(part, **options)
        text: str = part.spelling
        return text if _JSON_NUMBER.fullmatch(text) else json.dumps(text, **options)

    return written(value)


def token(value: Any) -> Any:
    """The same for `msgspec`: how it encodes such a number; TypeError for any other object."""
    if not isinstance(value, SPELLED):
        raise TypeError(f"objects of type {type(value).__name__} cannot be encoded")
    is_number = _JSON_NUMBER.fullmatch(value.spelling) is not None
    return msgspec.Raw(value.spelling.encode()) if is_number else value.spelling


def stored(value: Any) -> Any:
    """How `msgspec` encodes such a number so that `from_stored` gives it back."""
    token(value)
    plain = int(value) if isinstance(value, int) else float(value)
    return {_MARK: [value.spelling, plain]}


def from_stored(read: dict[str, Any]) -> Any:
    """The number that `stored` wrote a map for; any other map is itself."""
    match read.get(_MARK):
        case [str() as text, int() | float() as number] if len(read) == 1:
            return spelled(number, text)
    return read


def as_typed(value: Any) -> str:
    """A value as one types it: true, false, null, lists and maps as JSON, numbers as they were typed."""
    if value is None or isinstance(value, bool | list | tuple | Mapping):
        return dumps(value, ensure_ascii=False)
    return str(value)


def _holds_spelled(value: Any) -> bool:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, SPELLED):
            return True
        if isinstance(part, Mapping):
            waiting.extend(part.values())
        elif isinstance(part, list | tuple):
            waiting.extend(part)
    return False
