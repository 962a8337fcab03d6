"""Numbers in templates: reading, rounding, and keeping them at a size that can be handled."""

from __future__ import annotations

import math
from typing import Any, Final

from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import MAX_INTEGER_BITS
from pup_tui.template.operands import need_defined
from pup_tui.template.values import kind_of

MISSING: Final = object()
"""Stands for an argument that was not given."""


def to_int(value: Any, fallback: Any = MISSING, base: int = 10) -> Any:
    """Read a whole number; other than Jinja's it fails unless it is given a fallback."""
    try:
        if isinstance(value, str):
            number = int(value.strip(), base) if base != 10 else _whole(value.strip())
        else:
            number = int(_number(value))
    except (ValueError, OverflowError):
        return _fall_back(fallback, "a whole number")
    return check_integer(number)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return int(float(text))


def to_float(value: Any, fallback: Any = MISSING) -> Any:
    """Read a number; other than Jinja's it fails unless it is given a fallback."""
    try:
        number = float(value.strip() if isinstance(value, str) else _number(value))
    except (ValueError, OverflowError):
        return _fall_back(fallback, "a number")
    return number if math.isfinite(number) else _fall_back(fallback, "a number")


def _fall_back(fallback: Any, wanted: str) -> Any:
    if fallback is MISSING:
        raise TemplateError(f"the value is not {wanted}")
    return fallback


def _number(value: Any) -> int | float:
    need_defined(value)
    if isinstance(value, int | float):
        return value
    raise ValueError(value)


def check_integer(value: int) -> int:
    """Refuse a whole number too large to work with."""
    if value.bit_length() > MAX_INTEGER_BITS:
        raise TemplateError("the number is too large")
    return value


def check_number(value: int | float) -> int | float:
    """Refuse a number that is too large or none."""
    if isinstance(value, int):
        return check_integer(value)
    if not math.isfinite(value):
        raise TemplateError("the number is too large")
    return value


def round_number(value: Any, precision: int = 0, method: str = "common") -> int | float:
    """Round to so many digits (``common``, ``ceil`` or ``floor``); without digits to a whole."""
    if method not in ("common", "ceil", "floor") or not 0 <= precision <= 15:
        raise TemplateError("round takes 0 to 15 digits, and common, ceil or floor")
    number: float = to_float(value)
    if method == "common":
        return round(number, precision) if precision else round(number)
    scaled = number * 10.0**precision
    whole = math.ceil(scaled) if method == "ceil" else math.floor(scaled)
    return whole / 10**precision if precision else whole


def absolute(value: Any) -> int | float:
    """Give a number without its sign."""
    return abs(arithmetic(value))


def arithmetic(value: Any) -> int | float:
    """Give a value to calculate with; refuses all but numbers."""
    need_defined(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TemplateError(f"a number is needed here, not a {kind_of(value)}")
    return value
