"""Alerts that are kept: as plain values and back, and by what one sees that two are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from pup_tui.analysis.alerts.alert import Alert
from pup_tui.analysis.alerts.words import words
from pup_tui.late_pattern import late_pattern
from pup_tui.typed import convert

LARGEST_KEPT: Final = 64 * 1024
"""Bytes of one alert, as JSON."""

_WORD = late_pattern(r"[^\W_]+")
_UNIT: Final = (
    r"(?:%|percent|prozent|[mµun]?s|secs?|seconds?|mins?|minutes?|h|hours?|d|days?"
    r"|[kmgt]i?b?|bytes?|rps|qps)(?!\w)"
)
_MEASURED = late_pattern(
    r"(?<![\w.])\d{4}-\d\d-\d\d\S*"  # a day
    r"|(?<![\w.:])\d{1,2}:\d\d(?::\d\d)?(?![\w:])"  # a time of day
    r"|\[[a-z]+:\d+\]|#\d+"  # how many, or which in its own system
    r"|[<>=≥≤~]\s?-?\d+(?:[.,]\d+)?(?:\s?" + _UNIT + ")?"
    r"|(?<![\w.])-?\d+(?:[.,]\d+)?\s?" + _UNIT + r"|(?<![\w.])\d+ (?:out )?of \d+(?!\w)"
    r"|(?<![\w.])\d+[.,]\d+(?![\w.])"
    r"|\b(?:is|at|of|than|to|has|have|above|below|over|under|for|after|was|reached)\s-?\d+(?:[.,]\d+)?(?![\w.])"
)
"""Numbers in a title that are others each time; the rest of them tell one thing from another: `shard 12`."""
_WHERE: Final = (
    *("service", "environment", "host", "namespace", "pod", "node", "container", "queue", "topic"),
    *("consumer_group", "database", "mount", "device", "function", "domain", "cluster", "region"),
)
"""Facts that tell of which of several things an alert is."""


def plain_alert(alert: Alert) -> dict[str, Any]:
    """An alert as plain values, with where each fact stood."""
    plain: dict[str, Any] = msgspec.to_builtins(alert)
    return plain


def alert_from(plain: Mapping[str, Any]) -> Alert | None:
    """The alert that `plain_alert` wrote; None where it is none."""
    try:
        return convert(plain, Alert)
    except msgspec.ValidationError:
        return None


def told_of(plain: Mapping[str, Any]) -> dict[str, Any]:
    """What a kept alert says, as runs carry it; empty where it is none."""
    alert = alert_from(plain)
    return {} if alert is None else alert.for_run()


def is_too_large(alert: Alert) -> bool:
    """Whether it has more to say than is kept of one."""
    return len(json.dumps(plain_alert(alert))) > LARGEST_KEPT


def key_of_alert(alert: Alert) -> str:
    """By what the same alert is known when it comes again: its id, unless that is only an event's."""
    own = alert.text("alert_id")
    return own if own and own != alert.text("event_id") else f"like {alike(alert)}"


def alike(alert: Alert) -> str:
    """A hash of what an alert is about, whatever its state: what watches, and what is watched."""
    about = alert.text("monitor_id") or alert.text("check") or _name(alert)
    where = [alert.text(name) for name in _WHERE]
    return hashlib.sha256(json.dumps([alert.system, about, *where]).encode()).hexdigest()


def _name(alert: Alert) -> str:
    """The title without what was measured, and without words that say how bad it is or whether it is over."""
    table = words()
    said = _WORD.findall(_MEASURED.sub(" ", alert.title.lower()))
    return " ".join(
        word
        for word in said
        # A number may be the word for a severity too, and is which one of several here.
        if word.isdigit() or (word not in table.status and word not in table.severity)
    )
