"""The tests of the template language: ``x is defined``, ``select('odd')``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2.runtime import Undefined

from pup_tui.template.values import LeftOut, is_list


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_in(value: Any, container: Any) -> bool:
    """Whether a list or map holds a value, or a text another text."""
    for operand in (value, container):
        if isinstance(operand, Undefined):
            str(operand)
    return bool(value in container)


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
    "eq": lambda value, other: bool(value == other),
    "equalto": lambda value, other: bool(value == other),
    "==": lambda value, other: bool(value == other),
    "ne": lambda value, other: bool(value != other),
    "!=": lambda value, other: bool(value != other),
    "lt": lambda value, other: bool(value < other),
    "lessthan": lambda value, other: bool(value < other),
    "<": lambda value, other: bool(value < other),
    "le": lambda value, other: bool(value <= other),
    "<=": lambda value, other: bool(value <= other),
    "gt": lambda value, other: bool(value > other),
    "greaterthan": lambda value, other: bool(value > other),
    ">": lambda value, other: bool(value > other),
    "ge": lambda value, other: bool(value >= other),
    ">=": lambda value, other: bool(value >= other),
}
"""The tests of the template language (``x is defined``), by name."""
