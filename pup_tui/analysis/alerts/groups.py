"""Alerts that have come, grouped by what they are about: who looks for a cause reads them together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from pup_tui.analysis.alerts.alert import Alert
from pup_tui.analysis.alerts.words import words

_THINGS = ("service", "host", "pod", "node", "domain", "queue", "database", "function", "cluster")
"""Facts of which the first that there is tells what a group is about."""


class ComeAlert(Protocol):
    """An alert as it is kept."""

    @property
    def is_open(self) -> bool: ...

    @property
    def has_ended(self) -> bool: ...

    @property
    def first_at(self) -> float: ...

    @property
    def last_at(self) -> float: ...


C = TypeVar("C", bound=ComeAlert)


class AlertGroup(Struct, Generic[C], frozen=True):
    """Open alerts about one thing, the worst first. `about` is empty where nothing tells about what."""

    about: str
    alerts: tuple[tuple[C, Alert], ...]


class GroupedAlerts(Struct, Generic[C], frozen=True):
    """What is open, the group with the worst alert first; and what is folded: over, or put aside."""

    groups: tuple[AlertGroup[C], ...]
    ended: tuple[tuple[C, Alert], ...]
    aside: tuple[tuple[C, Alert], ...]


def grouped(come: Sequence[tuple[C, Alert]]) -> GroupedAlerts[C]:
    """Group alerts; those that are as bad stand in the order in which they came, newest first."""
    newest = sorted(come, key=lambda each: -each[0].last_at)
    open_ = sorted((each for each in newest if each[0].is_open), key=lambda each: badness(each[1]))
    groups: dict[str, list[tuple[C, Alert]]] = {}
    for each in open_:
        groups.setdefault(about(each[1]), []).append(each)
    return GroupedAlerts(
        groups=tuple(AlertGroup(name, tuple(alerts)) for name, alerts in groups.items()),
        ended=tuple(each for each in newest if each[0].has_ended),
        aside=tuple(each for each in newest if not (each[0].has_ended or each[0].is_open)),
    )


def about(alert: Alert) -> str:
    """What an alert is about, and in which environment."""
    thing = next((alert.text(name) for name in _THINGS if alert.text(name)), "")
    return " · ".join(filter(None, (thing, alert.text("environment"))))


def began(come: ComeAlert, alert: Alert) -> float:
    """Since when it fires (UTC, seconds since 1970), as it says itself; else since it came first."""
    return _moment(alert.text("started_at"), come.first_at)


def ended(come: ComeAlert, alert: Alert) -> float:
    """When it ended, as it says itself; else when that came."""
    return _moment(alert.text("ended_at"), come.last_at)


def _moment(said: str, otherwise: float) -> float:
    try:
        return datetime.fromisoformat(said).timestamp()
    except (ValueError, OverflowError):
        return otherwise


def badness(alert: Alert) -> int:
    """The place of an alert among others: 0 is worst, and what says nothing of that stands last."""
    order = words().order
    severity = alert.text("severity")
    return order.index(severity) if severity in order else len(order)
