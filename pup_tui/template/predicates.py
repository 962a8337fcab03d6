"""The tests of the template language: ``x is defined``, ``select('odd')``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2.runtime import Undefined

from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import spend_on_comparing, spend_on_finding
from pup_tui.template.operands import need_defined
from pup_tui.template.regex_filters import matches
from pup_tui.template.values import LeftOut, is_list, kind_of, to_text


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_in(value: Any, container: Any) -> bool:
    """Whether a list or map holds a value, or a text another text."""
    need_defined(value, container)
    spend_on_finding(value, container)
    if is_list(container) and (_is_number(value) or isinstance(value, str)):
        return any(_are_equal(value, item) for item in container)
    return bool(value in container)


def compare(left: Any, name: str, right: Any) -> bool:
    """Whether two values compare so: `eq`, `ne`, `lt`, `lteq`, `gt` or `gteq`, as Jinja names them."""
    spend_on_comparing(left, right)
    if name not in ("eq", "ne") and isinstance(left, LeftOut) | isinstance(right, LeftOut):
        raise TemplateError(
            "a value that was left out is neither more nor less than another",
            hint="`is defined` asks for it, `| default(…)` replaces it",
        )
    try:
        return bool(_COMPARISONS[name](left, right))
    except TypeError:
        can_be_read = {kind_of(left), kind_of(right)} == {"text", "number"}
        raise TemplateError(
            f"`{_SPELLINGS[name][-1]}` cannot compare {kind_of(left)} with {kind_of(right)}",
            hint="`| int` and `| float` read a number" if can_be_read else None,
        ) from None


def _are_equal(left: Any, right: Any) -> bool:
    """Whether two values are equal; a number also equals the text that it is written as."""
    if isinstance(left, str) and _is_number(right):
        return left == to_text(right)
    if isinstance(right, str) and _is_number(left):
        return right == to_text(left)
    return bool(left == right)


def _comparison(name: str) -> Callable[..., bool]:
    return lambda value, other: compare(value, name, other)


_COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "eq": _are_equal,
    "ne": lambda left, right: not _are_equal(left, right),
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
_SPELLINGS: Final = {
    "eq": ("eq", "equalto", "=="),
    "ne": ("ne", "!="),
    "lt": ("lt", "lessthan", "<"),
    "lteq": ("le", "<="),
    "gt": ("gt", "greaterthan", ">"),
    "gteq": ("ge", ">="),
}

TESTS: Final[dict[str, Callable[..., bool]]] = {
    "defined": lambda value: not isinstance(value, Undefined | LeftOut),
    "undefined": lambda value: isinstance(value, Undefined | LeftOut),
    "none": lambda value: value is None,
    "true": lambda value: value is True,
    "false": lambda value: value is False,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": _is_whole,
    "float": lambda value: isinstance(value, float),
    "mapping": lambda value: isinstance(value, Mapping),
    "sequence": lambda value: is_list(value) or isinstance(value, str),
    "iterable": lambda value: is_list(value) or isinstance(value, str | Mapping),
    "odd": lambda value: bool(value % 2 == 1) if _is_whole(value) else False,
    "even": lambda value: bool(value % 2 == 0) if _is_whole(value) else False,
    "in": is_in,
    "contains": lambda value, item: is_in(item, value),
    "match": matches,
    **{
        spelling: _comparison(name)
        for name, spellings in _SPELLINGS.items()
        for spelling in spellings
    },
}
"""The tests of the template language (``x is defined``), by name."""
