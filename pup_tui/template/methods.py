"""The methods that a template may call: ``name.upper()``, ``json.items()``.

They are calls of our own functions; a template never gets hold of a method of a Python object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pup_tui.template import filters
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import check_length, spend_on_finding
from pup_tui.template.operands import need_defined
from pup_tui.template.values import Hidden, contents, is_list, kind_of

_TEXT: Final[dict[str, Callable[..., Any]]] = {
    "capitalize": filters.FILTERS["capitalize"],
    "count": str.count,
    "endswith": str.endswith,
    "find": str.find,
    "isalnum": str.isalnum,
    "isalpha": str.isalpha,
    "isdigit": str.isdigit,
    "islower": str.islower,
    "isspace": str.isspace,
    "isupper": str.isupper,
    "join": lambda text, items: filters.join(items, text),
    "lower": filters.FILTERS["lower"],
    "lstrip": str.lstrip,
    "partition": lambda text, separator: list(text.partition(separator)),
    "removeprefix": str.removeprefix,
    "removesuffix": str.removesuffix,
    "replace": filters.replace,
    "rfind": str.rfind,
    "rpartition": lambda text, separator: list(text.rpartition(separator)),
    "rsplit": str.rsplit,
    "rstrip": str.rstrip,
    "split": str.split,
    "splitlines": filters.lines,
    "startswith": str.startswith,
    "strip": str.strip,
    "swapcase": str.swapcase,
    "title": filters.FILTERS["title"],
    "upper": filters.FILTERS["upper"],
}
_MAP: Final[dict[str, Callable[..., Any]]] = {
    "get": lambda value, key, fallback=None: value.get(key, fallback),
    "items": filters.FILTERS["items"],
    "keys": filters.FILTERS["keys"],
    "values": filters.FILTERS["values"],
}


def _found(value: Any, item: Any) -> Any:
    spend_on_finding(item, value)
    return value


_LIST: Final[dict[str, Callable[..., Any]]] = {
    "count": lambda value, item: _found(value, item).count(item),
    "index": lambda value, item: _found(value, item).index(item),
}

METHODS: Final = frozenset({*_TEXT, *_MAP, *_LIST})
"""Every method name that some kind of value has."""

TELLING_METHODS: Final = frozenset(
    {
        *("count", "endswith", "startswith"),
        *("isalnum", "isalpha", "isdigit", "islower", "isspace", "isupper"),
    }
)
"""Methods that give a count or a truth value, and so nothing of the value itself."""


def call_method(value: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """Call a method of a text, a map or a list; a text that is JSON has those of its contents."""
    need_defined(value)
    if isinstance(value, Hidden):
        return value
    if isinstance(value, str) and name in _TEXT:
        result = _TEXT[name](value, *args, **kwargs)
        if isinstance(result, str):
            check_length(len(result))
        return result
    value = contents(value)
    table = _MAP if isinstance(value, Mapping) else _LIST if is_list(value) else {}
    if name not in table:
        raise TemplateError(f"a {kind_of(value)} has no method `{name}`")
    return table[name](value, *args, **kwargs)
