"""What an attempt's output says: its JSON, its status, its number, whether it is empty."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.values import NOTHING, parse_json

NOT_SAID: Final = frozenset(
    {"outcome", "exit_code", "status_code", "duration", "attempt", "elapsed"}
)
"""What is known of an attempt without a look at what it said."""

_NUMBER: Final = late_pattern(
    r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*", re.ASCII
)
_EXACT: Final = 2**53
"""Below it every whole number is one of its own as a `float`."""
_STATUS_PATHS: Final = (
    ("status",),
    ("overall_state",),
    ("state",),
    ("data", "attributes", "instanceStatus", "detailsKind"),
    ("data", "attributes", "status"),
)


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def status_of(json_value: Any) -> str | list[str] | None:
    """Find the status of a JSON object, or that of each element of a list.

    The status is ``status``, ``overall_state`` (monitors), ``state``, the state of a workflow's
    instance, or ``data.attributes.status``. ``None`` where there is none; of a list also where
    one element has none.
    """
    if isinstance(json_value, list):
        found = [_one_status(item) for item in json_value]
        known = [status for status in found if status is not None]
        return known if len(known) == len(found) else None
    return _one_status(json_value)


def _one_status(json_value: Any) -> str | None:
    for path in _STATUS_PATHS:
        found = _at(json_value, path)
        if isinstance(found, str):
            return found
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
    return None


def value_of(output: str, json_value: Any) -> float | list[float] | None:
    """Find the number in an output.

    It is the output itself, its ``value``, or the newest point of a Datadog series that is not
    null. Several series give a list. ``None`` where there is none, or where a series has no point.
    """
    number = _number(json_value)
    if number is None and _NUMBER.fullmatch(output[:64]) and len(output) <= 64:
        number = _finite(float(output))
    if number is None and isinstance(json_value, Mapping):
        number = _number(json_value.get("value"))
    return number if number is not None else _series_values(json_value)


def _number(value: Any) -> float | None:
    if isinstance(value, str) and len(value) <= 64 and _NUMBER.fullmatch(value):
        return _finite(float(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return _finite(float(value))
    except OverflowError:
        return None


def _written(number: float) -> float:
    """A whole number without a fraction, so that a text or a script takes it for one."""
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _series_values(json_value: Any) -> float | list[float] | None:
    series = _series(json_value)
    newest = [_newest(points) for points in series]
    known = [value for value in newest if value is not None]
    if not known or len(known) < len(newest):
        return None
    return known[0] if len(known) == 1 else known


def _series(json_value: Any) -> list[list[tuple[float, float | None]]]:
    """Read the (time, value) points of each series: of a v1 query, or of a v2 timeseries."""
    first = _at(json_value, ("series",))
    if isinstance(first, list):
        return [_pointlist(item) for item in first]
    times = _at(json_value, ("data", "attributes", "times"))
    values = _at(json_value, ("data", "attributes", "values"))
    if isinstance(times, list) and isinstance(values, list):
        return [_columns(times, column) for column in values]
    return []


def _pointlist(series: Any) -> list[tuple[float, float | None]]:
    points = _at(series, ("pointlist",))
    if not isinstance(points, list):
        return []
    pairs = [point for point in points if isinstance(point, list) and len(point) == 2]
    return [(_number(time) or 0.0, _number(value)) for time, value in pairs]


def _columns(times: list[Any], values: Any) -> list[tuple[float, float | None]]:
    if not isinstance(values, list):
        return []
    return [
        (_number(time) or 0.0, _number(value)) for time, value in zip(times, values, strict=False)
    ]


def _newest(points: list[tuple[float, float | None]]) -> float | None:
    known = [(time, value) for time, value in points if value is not None]
    return max(known, key=lambda point: point[0])[1] if known else None


def is_empty(output: str, json_value: Any, is_json: bool) -> bool:
    """Whether an output is blank, or JSON that says nothing.

    That is ``null``, ``""``, ``[]``, ``{}`` or an object whose ``data`` is ``[]``. Text that is
    not JSON is not empty.
    """
    if not output.strip():
        return True
    if not is_json:
        return False
    if json_value is None or json_value in ("", [], {}):
        return True
    return isinstance(json_value, Mapping) and json_value.get("data") == []


def lines_of(output: str) -> list[str]:
    """Cut an output into lines at line feeds; other separators are part of a line."""
    lines = [line.removesuffix("\r") for line in output.split("\n")]
    return lines[:-1] if lines[-1] == "" else lines


def reading_scope(
    output: str,
    stderr: str = "",
    exit_code: int | None = None,
    status_code: int | None = None,
    headers: Mapping[str, str] | None = None,
    attempt: int | None = None,
    elapsed: float | None = None,
) -> dict[str, Any]:
    """Build the names under which an expression sees an attempt.

    ``output`` and ``stderr`` are without white space at their ends, as a shell takes them over.
    What the attempt does not have is left out: ``json`` where the output is not JSON, ``status``
    and ``value`` where there is none or several. ``elapsed`` is in seconds. Header names are in
    lower case.
    """
    scope: dict[str, Any] = {
        "output": output.strip(),
        "stderr": stderr.strip(),
        "lines": lines_of(output),
    }
    json_value = parse_json(output)
    is_json = json_value is not NOTHING
    if is_json:
        scope["json"] = json_value
    status = status_of(json_value if is_json else None)
    value = value_of(output, json_value if is_json else None)
    given: dict[str, Any] = {
        "status": status if isinstance(status, str) else None,
        "value": _written(value) if isinstance(value, float) else None,
        "exit_code": exit_code,
        "status_code": status_code,
        "attempt": attempt,
        "elapsed": elapsed,
    }
    scope.update((name, item) for name, item in given.items() if item is not None)
    if headers is not None:
        scope["headers"] = {name.lower(): text for name, text in headers.items()}
    return scope
