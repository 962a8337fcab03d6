"""What a logged event says in one line, and how bad a line of a log is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from .sanitize import safe_text

Badness: TypeAlias = Literal["", "warning", "error"]

_TIME = ("timestamp", "@timestamp", "time", "ts", "date")
_STATUS = ("status", "level", "severity", "lvl")
_SERVICE = ("service", "service.name", "logger", "component", "host")
_MESSAGE = ("message", "msg", "text", "title")
_INSIDE = "attributes"
_MOST_DEEP = 3
_MOST_SHOWN = 500

_ERRORS = "error|err|fatal|critical|crit|alert|emergency|emerg|panic"
_WARNINGS = "warning|warn"
_LEVEL = re.compile(
    rf"\b(?:(?P<error>{_ERRORS.upper()})|(?P<warning>{_WARNINGS.upper()}))\b"
    rf"|\b(?i:{'|'.join(_STATUS)})[\"']?\s*[=:]\s*[\"']?"
    rf"(?:(?P<error_set>(?i:{_ERRORS}))|(?P<warning_set>(?i:{_WARNINGS})))\b"
    r"|^\s*(?:(?P<error_first>(?i:error|fatal|panic|traceback))|(?P<warning_first>(?i:warning)))\b[:\s(\[]"
)


def log_event(value: Any) -> str | None:
    """The event that an object of JSON tells, safe to show; None where it has no message, or neither
    time nor status.
    """
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
    if not found.get(_MESSAGE, "").strip() or not {_TIME, _STATUS} & found.keys():
        return None
    found[_STATUS] = found.get(_STATUS, "").upper()
    return "  ".join(
        filter(None, (found.get(names) for names in (_TIME, _STATUS, _SERVICE, _MESSAGE)))
    )


def badness(line: str) -> Badness:
    """How bad a line of text is by the level that it names, if it names one."""
    found = _LEVEL.search(line)
    if found is None:
        return ""
    return "error" if (found.lastgroup or "").startswith("error") else "warning"
