"""What is typed to find past runs: words, and fields such as `outcome:failed` or `since:2d`."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pup_tui.core.state import RunStatus
from pup_tui.quoted import quoted
from pup_tui.template.duration import DurationError, parse_duration

EXAMPLE = "runbook:db outcome:failed operator:ana since:2d until:1h text:io"

_TEXTS = ("runbook", "operator", "text")
_TIMES = ("since", "until")
FIELDS = ("runbook", "outcome", "operator", "since", "until", "text", "holds")

FEWEST_LOOKED_FOR = 3
"""Characters from which on runs are looked into: with fewer it is still being typed."""

_PART = re.compile(r'(?:(?P<field>[A-Za-z_]+):)?(?:"(?P<quoted>[^"]*)(?:"|\Z)|(?P<plain>\S+))?')


@dataclass
class Filter:
    """The runs that are asked for: all of it holds for each. Times are in seconds since 1970.

    `outcomes` is None where any will do. `holds` are texts that stand in commands, answers, notes or outputs,
    each as it is. `problems` tell what was typed and cannot be understood; the rest
    counts without it.
    """

    words: str = ""
    outcomes: Collection[RunStatus] | None = None
    since: float | None = None
    until: float | None = None
    fields: dict[Any, list[str]] = field(default_factory=dict)
    holds: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def filter_for(runbook: str) -> str:
    """A text that asks for the runs of a runbook, whatever is in its id."""
    return f'"{runbook}"' if set(': "') & set(runbook) else runbook


def read_filter(text: str, now: float) -> Filter:
    """What a text asks for. A field without a value, which is still being typed, asks for nothing."""
    found, words = Filter(), []
    for part in _PART.finditer(text):
        name, value = part["field"], part["quoted"] or part["plain"] or ""
        if name is None:
            words.append(value)
        elif name.lower() not in FIELDS:
            told = f"{quoted(name)} is no field: there are {', '.join(FIELDS)}"
            found.problems.append(f"{told}; a text with a colon in it stands in quotes")
        elif value:
            _take(found, name.lower(), value, now)
    found.words = " ".join(filter(None, words))
    return found


def _take(found: Filter, name: str, value: str, now: float) -> None:
    """Have the field count too, in which values with commas between them are alternatives."""
    if name in _TIMES:
        when = _moment(value, now)
        if when is None:
            told = "takes an age such as 2d, a day such as 2026-01-31, or 2026-01-31T09:00"
            found.problems.append(f"{name}: {told}, not {quoted(value)}")
        elif name == "since":
            found.since = when
        else:
            found.until = when
        return
    if name == "holds":
        if len(value) >= FEWEST_LOOKED_FOR:
            found.holds.append(value)
        else:
            found.problems.append(f"holds: takes at least {FEWEST_LOOKED_FOR} characters")
        return
    values = [each for each in value.split(",") if each]
    if name in _TEXTS:
        found.fields.setdefault(name, []).extend(values)
        return
    outcomes = set(found.outcomes or ())
    for each in values:
        meant = {status for status in RunStatus if status.startswith(each.lower())}
        if not meant:
            there = ", ".join(RunStatus)
            found.problems.append(f"{quoted(each)} is no outcome: there are {there}")
        outcomes |= meant
    found.outcomes = outcomes or found.outcomes


def _moment(value: str, now: float) -> float | None:
    """Seconds since 1970: so long ago, or a day or a moment in local time."""
    try:
        return now - parse_duration(value)
    except DurationError:
        pass
    try:
        return datetime.fromisoformat(value).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        return None
