"""What a logged event says in one line: when, how bad, which service, and the message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from .sanitize import safe_text

Badness: TypeAlias = Literal["", "warning", "error"]

_TIME = ("timestamp", "@timestamp", "time", "ts", "date")
_STATUS = ("status", "level", "severity", "lvl")
_SERVICE = ("service", "service.name", "logger", "component", "host")
_MESSAGE = ("message", "msg", "text", "title")
_ERRORS = frozenset({"error", "err", "fatal", "critical", "crit", "alert", "emergency", "panic"})
_WARNINGS = frozenset({"warn", "warning"})
_INSIDE = "attributes"
_MOST_DEEP = 3
_MOST_SHOWN = 500


class LogEvent(NamedTuple):
    """One line of it, safe to show, and how bad it is."""

    text: str
    badness: Badness


def log_event(value: Any) -> LogEvent | None:
    """The event that an object of JSON tells; None where it has no message, or neither time nor status."""
    found: dict[tuple[str, ...], str] = {}
    inner = value
    for _ in range(_MOST_DEEP):
        if not isinstance(inner, Mapping):
            break
        for names in (_TIME, _STATUS, _SERVICE, _MESSAGE):
            known = (
                inner[name] for name in names if isinstance(inner.get(name), str | int | float)
            )
            if names not in found and (told := next(known, None)) is not None:
                found[names] = safe_text(str(told)[:_MOST_SHOWN])
        inner = inner.get(_INSIDE)
    if _MESSAGE not in found or not {_TIME, _STATUS} & found.keys():
        return None
    parts = [found.get(names, "") for names in (_TIME, _STATUS, _SERVICE, _MESSAGE)]
    return LogEvent("  ".join(filter(None, parts)), badness(found.get(_STATUS, "")))


def badness(status: str) -> Badness:
    """How bad the status of an event is."""
    word = status.strip().lower()
    return "error" if word in _ERRORS else "warning" if word in _WARNINGS else ""
