"""Durations, numbers, status codes and lists of a runbook, rendered and checked when they are needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pup_tui.quoted import quoted
from pup_tui.runbook.keys import Count, Factor, Seconds, Share, Size, Tolerance
from pup_tui.runbook.number_forms import SHARE, STATUS, TOLERANCE
from pup_tui.runbook.roles import Role
from pup_tui.spelling import spelled
from pup_tui.template.duration import parse_duration
from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.host import parse_port
from pup_tui.template.jsontext import render_json
from pup_tui.template.secrets import hiding
from pup_tui.template.size import parse_size
from pup_tui.template.text import compile_text

MAX_ITEMS = 1000
"""Items that a `foreach` may have."""

Scope = Mapping[str, Any]
"""The names that a text sees, with their values."""
T = TypeVar("T")


def render_seconds(given: Seconds, scope: Scope) -> float:
    """A duration in seconds; TemplateError if it is none once it is rendered."""
    return _parsed(given, scope, parse_duration)


def render_size(given: Size, scope: Scope) -> int:
    """An amount of data in bytes; TemplateError if it is none once it is rendered."""
    return _parsed(given, scope, parse_size)


def render_count(given: Count, scope: Scope) -> int:
    """A whole number from 1; TemplateError if it is none once it is rendered."""
    return _parsed(given, scope, _count)


def render_share(given: Share, scope: Scope, total: int) -> int:
    """How many of `total` at once, from 1: a number, or a percentage of them, rounded down.

    TemplateError if it is neither once it is rendered.
    """
    return _of(total, _parsed(given, scope, _share))


def known_share(given: Share, total: int) -> int | None:
    """The same as far as it is known before a run: None where it is to be rendered."""
    try:
        return _of(total, _share(given))
    except ValueError:
        return None


def render_tolerance(given: Tolerance, scope: Scope, total: int) -> int:
    """How many of `total` may fail: a number, or a percentage of them, rounded down, from 1 unless it is 0%.

    TemplateError if it is neither once it is rendered.
    """
    return _of(total, _parsed(given, scope, _tolerance))


def _of(total: int, share: str) -> int:
    """A number, or a percentage of `total`: rounded down, and at least 1 where it is over 0."""
    if not share.endswith("%"):
        return int(share)
    part = int(share[:-1])
    return max(1, total * part // 100) if part else 0


def render_factor(given: Factor, scope: Scope) -> float:
    """A number from 1; TemplateError if it is none once it is rendered."""
    return _parsed(given, scope, _factor)


def render_amount(role: Role, given: Any, scope: Scope) -> Any:
    """What a text of one of the roles of amounts stands for; TemplateError if it is none of those."""
    return _parsed(given, scope, _PARSERS[role])


def _parsed(given: Any, scope: Scope, parse: Callable[[Any], T]) -> T:
    template = compile_text(given) if isinstance(given, str) else None
    text = given if template is None else template.render(scope).strip()
    try:
        return parse(text)
    except ValueError:
        seen = given if template is None else template.render(hiding(scope)).strip()
        raise TemplateError(_problem(seen, parse), expression=str(given)) from None


def _problem(seen: Any, parse: Callable[[Any], object]) -> str:
    """What is wrong with an amount, told of its text as people may see it."""
    try:
        parse(seen)
    except ValueError as error:
        return str(error)
    return "the value does not fit"


def _count(given: str | int) -> int:
    if not str(given).isascii() or not str(given).isdigit() or int(given) < 1:
        raise ValueError(f"{quoted(given)} is no whole number from 1")
    return int(given)


def _share(given: str | int) -> str:
    if not SHARE.fullmatch(str(given)):
        raise ValueError(f"{quoted(given)} is neither a whole number from 1 nor a percentage")
    return str(given)


def _tolerance(given: str | int) -> str:
    if not TOLERANCE.fullmatch(str(given)):
        raise ValueError(f"{quoted(given)} is neither a whole number nor a percentage")
    return str(given)


def _status(given: str | int) -> str:
    if not STATUS.fullmatch(str(given)):
        raise ValueError(f"{quoted(given)} is not a status code such as 204 or 2xx")
    return str(given)


def _factor(given: str | float) -> float:
    try:
        number = float(given)
    except ValueError:
        number = 0.0
    if not 1 <= number <= 1000:
        raise ValueError(f"{quoted(given)} is no number from 1 to 1000")
    return number


_PARSERS: dict[Role, Callable[[Any], Any]] = {
    Role.DURATION: parse_duration,
    Role.SIZE: parse_size,
    Role.COUNT: _count,
    Role.SHARE: _share,
    Role.TOLERANCE: _tolerance,
    Role.FACTOR: _factor,
    Role.STATUS: _status,
    Role.PORT: parse_port,
}


def render_items(given: str | tuple[Any, ...], scope: Scope) -> list[Any]:
    """The items of a `foreach`; TemplateError where there is no list, or too long a one."""
    if isinstance(given, tuple):
        items = render_json(list(given), scope)
    elif "{{" in given:
        items = _entered(render_json(given, scope))
    else:
        items = _entered(compile_expression(given).evaluate(scope))
    if not isinstance(items, list | tuple):
        what = "text" if isinstance(items, str) else "no list"
        told = f"`foreach` needs a list, and this is {what}: for lines write steps.ID.lines"
        raise TemplateError(told, expression=str(given))
    check_number(items, str(given))
    return list(items)


def check_number(items: Sequence[Any], given: str | None = None) -> None:
    """Raise TemplateError where a `foreach` has more items than it may."""
    if len(items) > MAX_ITEMS:
        raise TemplateError(f"more than {MAX_ITEMS:,} items: {len(items):,}", expression=given)


def _entered(value: Any) -> Any:
    """A captured text that is a JSON list stands for that list."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            return json.loads(value, parse_float=lambda text: spelled(float(text), text))
        except ValueError:
            return value
    return value
