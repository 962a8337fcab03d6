"""The values that templates handle: JSON's kinds, their text form, and how they are entered."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from pup_tui.spelling import SpelledFloat, dumps, spelled
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import MAX_TEXT, check_length, spend, too_long


class LeftOut:
    """Marks the value of a variable that was left out: it renders empty, and is not defined."""

    __slots__ = ()


class _LeftOutText(LeftOut, str):
    __slots__ = ()


class _LeftOutList(LeftOut, list[Any]):
    __slots__ = ()


LEFT_OUT: Final = _LeftOutText()
LEFT_OUT_LIST: Final = _LeftOutList()
"""The same of a list: one without items, which must not be changed."""


class Hidden(str):
    """Stands for a secret that is known no more, as in a past run: what is taken out of it is hidden too."""

    __slots__ = ()


HIDDEN: Final = Hidden("***")


class Omitted:
    """What `omit` stands for: that a value is not given."""

    def __repr__(self) -> str:
        return "omit"


OMIT: Final = Omitted()
OMIT_NAME: Final = "omit"
"""The name by which expressions know it."""


class RawText(str):
    """What ``| raw`` gives: the author asks for the text itself, without escaping."""

    __slots__ = ()


class JsonText(str):
    """What ``| tojson`` gives: text that is a JSON value already."""

    __slots__ = ()


class UrlText(str):
    """What ``| urlencode`` gives: text that is percent-encoded already."""

    __slots__ = ()


class SqlName(str):
    """What ``| sql_name`` gives: a name in the quotes of standard SQL."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The name without quotes."""
        return self[1:-1].replace('""', '"')


class _Nothing:
    """Marks that there is no value, where ``None`` is one."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = _Nothing()


def plain(value: Any) -> Any:
    """Take the mark of a filter off a text, and that of a left-out value; other values stay."""
    if isinstance(value, str):
        return str.__str__(value)
    return [] if value is LEFT_OUT_LIST else value


def to_text(value: Any) -> str:
    """Write a value as a template shows it: true, false, null, lists and maps as JSON."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, LeftOut):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int | SpelledFloat):
        return str(value)
    if isinstance(value, float):
        return _float_text(value)
    return to_json(value)


def to_json(value: Any) -> str:
    """Write a value as JSON; refuses what JSON does not know and what gets too long."""
    _check_json(value)
    try:
        text = dumps(value, ensure_ascii=False, allow_nan=False, default=_json_kind)
    except (ValueError, RecursionError):
        raise TemplateError("the value cannot be written as JSON") from None
    check_length(len(text))
    return text


def _json_kind(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if is_list(value):
        return list(value)
    raise TemplateError(f"a {kind_of(value)} has no text form")


_PER_JSON_TEXT, _PER_NODE = 96, 4
"""What writing JSON costs, in the measure of `limits`."""


def _check_json(value: Any) -> None:
    """Refuse a value whose JSON is too long, before that JSON is made."""
    size = 0
    waiting = [value]
    while waiting:
        item = waiting.pop()
        size += 1
        if isinstance(item, str):
            size += len(item) + 1
        elif isinstance(item, Mapping):
            size += sum(len(key) + 4 for key in item if isinstance(key, str))
            waiting.extend(item.values())
        elif is_list(item):
            waiting.extend(item)
        if size + len(waiting) > MAX_TEXT:
            raise too_long()
    spend(_PER_JSON_TEXT + _PER_NODE * size)


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        raise TemplateError("a number is infinite or not a number")
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def kind_of(value: Any) -> str:
    """Name a value's kind for people."""
    if value is None:
        return "null"
    for kinds, name in _KIND_NAMES:
        if isinstance(value, kinds):
            return name
    return "value of an unknown kind"


_KIND_NAMES: Final[tuple[tuple[type, str], ...]] = (
    (str, "text"),
    (bool, "true or false"),
    (int, "number"),
    (float, "number"),
    (Mapping, "map"),
    (Sequence, "list"),
)


def is_list(value: Any) -> bool:
    """Whether a value is a list (a text is not)."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return spelled(number, text)


def parse_json(text: str) -> Any:
    """Read JSON; ``NOTHING`` where the text is none, is too deep, or holds NaN or an infinity.

    The result is shared between callers and must not be changed.
    """
    return _parse_json(text) if text and not text.isspace() else NOTHING


@lru_cache(maxsize=16)
def _parse_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return NOTHING


def contents(value: Any) -> Any:
    """Give the list or map that a text is the JSON of; any other value as it is."""
    if not isinstance(value, str):
        return value
    spend(len(value) // 64)
    if value.lstrip()[:1] in ("[", "{"):
        spend(len(value) // 4)
        parsed = parse_json(value)
        if isinstance(parsed, list | dict):
            return parsed
    return value


def enter(value: Any, key: Any) -> Any:
    """Look up a key of a map or an index of a list, also in a text that is JSON.

    Never looks at attributes of Python objects. ``NOTHING`` where there is no such item.
    """
    if isinstance(value, Hidden):
        return value
    value = contents(value)
    if isinstance(value, Mapping):
        try:
            return value[key]
        except (KeyError, TypeError):
            return NOTHING
    if isinstance(key, int) and isinstance(value, Sequence):
        try:
            return value[key]
        except IndexError:
            return NOTHING
    if isinstance(key, slice) and isinstance(value, Sequence):
        return value[key]
    return NOTHING
