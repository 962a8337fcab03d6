"""What a logged event says in one line, and how bad a line of a log is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from .sanitize import safe_text
from .table import width_of

Badness: TypeAlias = Literal["", "warning", "error"]

_TIME = ("timestamp", "@timestamp", "time", "ts", "date")
_STATUS = ("status", "level", "severity", "lvl")
_SERVICE = ("service", "service.name", "logger", "component", "host")
_MESSAGE = ("message", "msg", "text", "title")
_INSIDE = "attributes"
_MOST_DEEP = 3
_MOST_SHOWN = 500
MOST_COLUMN = 32
"""Columns that a part of an event takes at most for the sake of those above and below it."""
MOST_SERVICE = 17
"""Columns of a service: beside a time there is room for a message in a narrow window."""

_ERRORS = "error|err|fatal|critical|crit|alert|emergency|emerg|panic"
_WARNINGS = "warning|warn"
_LEVEL = re.compile(
    rf"\b(?:(?P<error>{_ERRORS.upper()})|(?P<warning>{_WARNINGS.upper()}))\b"
    rf"|\b(?i:{'|'.join(_STATUS)})[\"']?\s*[=:]\s*[\"']?"
    rf"(?:(?P<error_set>(?i:{_ERRORS}))|(?P<warning_set>(?i:{_WARNINGS})))\b"
    r"|^\s*(?:(?P<error_first>(?i:error|fatal|panic|traceback))|(?P<warning_first>(?i:warning)))\b[:\s(\[]"
)


class LogEvent(NamedTuple):
    """What a logged event says, safe to show; blank what it does not say."""

    time: str
    status: str
    service: str
    message: str

    @property
    def columns(self) -> tuple[str, str, str]:
        """What stands before the message; of a service with a long name its beginning and its end."""
        return self.time, self.status, _cut_middle(self.service, MOST_SERVICE)

    def told(self, widths: Iterable[int] = (0, 0, 0)) -> str:
        """The event in one line, its columns at least so wide; what is blank and has no width is left out."""
        before = [
            cell + " " * (width - width_of(cell))
            for cell, width in zip(self.columns, widths, strict=True)
            if cell or width
        ]
        return "  ".join([*before, self.message])


def column_widths(events: Collection[LogEvent]) -> list[int]:
    """How wide the columns of events are, one below the other; what is too long stands out of its own."""
    columns = list(zip(*(event.columns for event in events), strict=True)) or [(), (), ()]
    sizes = [map(width_of, column) for column in columns]
    return [max((size for size in each if size <= MOST_COLUMN), default=0) for each in sizes]


def _cut_middle(text: str, width: int) -> str:
    if width_of(text) <= width:
        return text
    front, back = text, text
    while width_of(front) > width // 2:
        front = front[:-1]
    while width_of(back) > width - width // 2 - 1:
        back = back[1:]
    return f"{front}…{back}"


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
    if not found.get(_MESSAGE, "").strip() or not {_TIME, _STATUS} & found.keys():
        return None
    time, status, service, message = (
        found.get(names, "") for names in (_TIME, _STATUS, _SERVICE, _MESSAGE)
    )
    return LogEvent(time, status.upper(), service, message)


def badness(line: str) -> Badness:
    """How bad a line of text is by the level that it names, if it names one."""
    found = _LEVEL.search(line)
    if found is None:
        return ""
    return "error" if (found.lastgroup or "").startswith("error") else "warning"
