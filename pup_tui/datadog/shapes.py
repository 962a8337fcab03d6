"""Deep answers made flat, so that a gate can look at them."""

from __future__ import annotations

from typing import Any

_WORST_FIRST = ("breached", "warning", "no_data", "ok")


def slo_state(slo: Any) -> dict[str, Any]:
    """One SLO of the search's answer: id, name, tags, and the state of its worst time frame.

    An SLO may have a target for each of several time frames; `overall_status` holds one entry
    for each, whose `status` is the SLI. A state that is not known counts as the worst.
    """
    data = _map(_map(slo).get("data"))
    attributes = _map(data.get("attributes"))
    entries = [entry for entry in attributes.get("overall_status") or [] if isinstance(entry, dict)]
    status = _map(attributes.get("status"))
    worst = min(entries, key=_badness) if entries else status
    return {
        "id": data.get("id"),
        "name": attributes.get("name"),
        "state": worst.get("state"),
        "sli": worst.get("status", worst.get("sli")),
        "target": worst.get("target", attributes.get("target_threshold")),
        "timeframe": worst.get("timeframe", attributes.get("timeframe")),
        "error_budget_remaining": worst.get("error_budget_remaining"),
        "tags": attributes.get("all_tags") or [],
    }


def flat_incident(incident: Any) -> dict[str, Any]:
    """One incident of the search's answer, without the wrapping and the relationships."""
    data = _map(_map(incident).get("data"))
    return {
        "id": data.get("id"),
        "type": data.get("type"),
        "attributes": _map(data.get("attributes")),
    }


def in_state(monitor: Any, states: list[str] | None) -> bool:
    """Whether a monitor's overall state is one of these, in lower case; None takes any."""
    return states is None or str(_map(monitor).get("overall_state", "")).lower() in states


def _badness(entry: dict[str, Any]) -> int:
    state = entry.get("state")
    return _WORST_FIRST.index(state) if state in _WORST_FIRST else -1


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
