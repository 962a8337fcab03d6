"""Which runs are about one incident."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pup_tui.core.events import AnyEvent, Resumed, RunCreated
from pup_tui.spelling import as_typed


def is_about(begun: Iterable[AnyEvent], variables: Mapping[str, Any], incident: str) -> bool:
    """Whether the alert of a run, or one of its variables, has the value `incident`, in either case.

    `begun` are the events that its legs begin with; secret variables are hidden in `variables`.
    """
    said = [_said(event) for event in begun]
    wanted = incident.strip().casefold()
    values = (value for each in (*said, variables) for value in _values(each))
    return any(value.strip().casefold() == wanted for value in values)


def _said(event: AnyEvent) -> Mapping[str, Any]:
    """The alert of a run, or the variables that a later leg of it changed."""
    match event:
        case RunCreated(alert=alert):
            return alert
        case Resumed(changed=changed):
            return changed
    return {}


def _values(value: Any) -> Iterator[str]:
    """All plain values in it, as texts; names are none."""
    match value:
        case dict():
            yield from (text for each in value.values() for text in _values(each))
        case list() | tuple():
            yield from (text for each in value for text in _values(each))
        case None:
            return
        case _:
            yield as_typed(value)
