"""What databases give as JSON: null, numbers that stay exact, dates as ISO 8601, all else as text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number")
_LARGEST = 2**63


def encoded(value: Any) -> bytes:
    """Rows, or anything else made of them, as one line of JSON; what is no valid Unicode is replaced."""
    plain = _plain(value)
    try:
        return _encoder.encode(plain)
    except UnicodeEncodeError:
        return _encoder.encode(_replaced(plain))


def decoded(line: bytes | str) -> Any:
    """What `encoded` made, with the same exact numbers."""
    return json.loads(line, parse_float=Decimal)


def text_of(cell: Any) -> str:
    """A cell of a table for people."""
    if cell is None:
        return "NULL"
    return cell if isinstance(cell, str) else encoded(cell).decode()


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -_LARGEST <= value < _LARGEST else Decimal(value)
        case float():
            return value if math.isfinite(value) else _SPECIAL.get(str(value), str(value))
        case Decimal():
            return value if value.is_finite() else str(value)
        case bytes() | bytearray() | memoryview():
            return "\\x" + bytes(value).hex()
        case timedelta():
            return _clock(value)
        case date() | time():  # also with a time of day
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
    return str(value)


_SPECIAL = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}


def _clock(span: timedelta) -> str:
    """MySQL's kind of time, which may be negative or longer than a day."""
    seconds = abs(span) // timedelta(seconds=1)
    micros = abs(span).microseconds
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{'-' if span < timedelta(0) else ''}{text}{f'.{micros:06}' if micros else ''}"


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_replaced(item) for item in value]
    if isinstance(value, dict):
        return {_replaced(key): _replaced(item) for key, item in value.items()}
    return value
