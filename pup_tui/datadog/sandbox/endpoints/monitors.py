"""Monitors: list, get, search."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pup_tui.datadog.sandbox import search
from pup_tui.datadog.sandbox.endpoints.account import CREATOR
from pup_tui.datadog.sandbox.messages import (
    ApiRequest,
    ApiResponse,
    Document,
    bad_request,
    counted,
    not_found,
    page_of,
)
from pup_tui.datadog.sandbox.records import Downtime, Monitor
from pup_tui.datadog.sandbox.router import Route
from pup_tui.datadog.sandbox.timeline import iso
from pup_tui.datadog.sandbox.world import World

ORGANIZATION = 321813
CREATOR_ID = 1445416
LONGEST_ID = 18
GROUP_STATES = frozenset({"all", "alert", "warn", "no data", "ok"})


def _list(world: World, request: ApiRequest) -> ApiResponse:
    _check_group_states(request)
    with_downtimes = bool(request.boolean("with_downtimes"))
    tags = [*request.words("monitor_tags"), *request.words("tags")]
    name = request.query.get("name", "").lower()
    after = request.integer("id_offset", 0)
    found = [
        monitor
        for monitor in sorted(world.monitors, key=lambda each: each.id)
        if name in monitor.name.lower() and set(tags) <= set(monitor.tags) and monitor.id > after
    ]
    if "page" in request.query or "page_size" in request.query:
        size = request.integer("page_size", 100, low=1, high=1000)
        found = page_of(found, request.integer("page", 0) * size, size)
    return ApiResponse([_document(world, each, with_downtimes) for each in found])


def _get(world: World, request: ApiRequest) -> ApiResponse:
    _check_group_states(request)
    text = request.params["monitor_id"]
    if not text.isdecimal() or len(text) > LONGEST_ID:
        raise bad_request("The value provided for parameter 'monitor_id' is invalid")
    monitor = next((each for each in world.monitors if each.id == int(text)), None)
    if monitor is None:
        raise not_found("Monitor not found")
    return ApiResponse(_document(world, monitor, bool(request.boolean("with_downtimes"))))


def _check_group_states(request: ApiRequest) -> None:
    if not {state.lower() for state in request.words("group_states")} <= GROUP_STATES:
        raise bad_request("Invalid group_state filters.")


def _document(world: World, monitor: Monitor, with_downtimes: bool) -> Document:
    matching = _muting(world, monitor) if with_downtimes else []
    return {
        "id": monitor.id,
        "org_id": ORGANIZATION,
        "type": monitor.type,
        "name": monitor.name,
        "message": monitor.message,
        "tags": monitor.tags,
        "query": monitor.query,
        "options": _options(monitor),
        "multi": False,
        "created_at": int(monitor.created * 1000),
        "created": iso(monitor.created),
        "modified": iso(monitor.created),
        "deleted": None,
        "restricted_roles": None,
        "priority": monitor.priority,
        "overall_state_modified": iso(monitor.changed) if monitor.changed else None,
        "overall_state": monitor.state,
        "creator": {**CREATOR, "id": CREATOR_ID},
        "matching_downtimes": [
            {
                "id": number,
                "scope": [downtime.scope],
                "start": int(downtime.start),
                "end": None if downtime.end is None else int(downtime.end),
            }
            for number, downtime in enumerate(matching, start=1)
        ],
    }


def _options(monitor: Monitor) -> Document:
    return {
        "notify_audit": False,
        "locked": False,
        "include_tags": True,
        "thresholds": {"critical": monitor.critical, "warning": monitor.warning},
        "new_host_delay": 300,
        "require_full_window": False,
        "notify_no_data": False,
        "silenced": {},
    }


def _muting(world: World, monitor: Monitor) -> list[Downtime]:
    wall = world.timeline.wall()
    return [
        downtime
        for downtime in world.downtimes
        if downtime.status(wall) == "active" and world.covers(downtime, monitor.service)
    ]


def _search(world: World, request: ApiRequest) -> ApiResponse:
    size = request.integer("per_page", 30, low=1, high=1000)
    number = request.integer("page", 0)
    matches = request.search("query")
    found = [each for each in world.monitors if matches(_facts(world, each))]
    key, _, direction = request.query.get("sort", "name,asc").partition(",")
    found.sort(key=_sorting(key), reverse=direction == "desc")
    return ApiResponse(
        {
            "counts": _counts(world, found),
            "monitors": [_found(world, each) for each in page_of(found, number * size, size)],
            "metadata": {
                "total_count": len(found),
                "page_count": -(-len(found) // size),
                "page": number,
                "per_page": size,
            },
        }
    )


def _sorting(key: str) -> Callable[[Monitor], Any]:
    keys: dict[str, Callable[[Monitor], Any]] = {
        "name": lambda monitor: monitor.name,
        "status": lambda monitor: monitor.state,
        "tags": lambda monitor: monitor.tags,
    }
    if key not in keys:
        raise bad_request("Invalid sort parameter")
    return keys[key]


def _facts(world: World, monitor: Monitor) -> search.Facts:
    return search.tag_facts(
        monitor.tags,
        text=f"{monitor.name} {monitor.query}",
        status=[monitor.state],
        type=[monitor.type, _classification(monitor)],
        title=[monitor.name],
        id=[str(monitor.id)],
        muted=[str(bool(_muting(world, monitor))).lower()],
        priority=[f"p{monitor.priority}"],
    )


def _counts(world: World, monitors: list[Monitor]) -> Document:
    return {
        "status": counted(each.state for each in monitors),
        "muted": counted(bool(_muting(world, each)) for each in monitors),
        "tag": counted(tag for each in monitors for tag in each.tags),
        "type": counted(_classification(each) for each in monitors),
    }


def _classification(monitor: Monitor) -> str:
    return "log" if monitor.type == "log alert" else "metric"


def _found(world: World, monitor: Monitor) -> Document:
    muting = _muting(world, monitor)
    ends = [downtime.end for downtime in muting]
    until = max((end for end in ends if end is not None), default=None)
    return {
        "status": monitor.state,
        "scopes": re.findall(r"\{([^{}]*)\}", monitor.query)[:1],
        "classification": _classification(monitor),
        "creator": {"handle": CREATOR["handle"], "id": CREATOR_ID, "name": CREATOR["name"]},
        "metrics": sorted(set(re.findall(r":(trace\.[\w.]+)\{", monitor.query))),
        "notifications": [
            {"handle": handle, "name": handle} for handle in re.findall(r"@(\S+)", monitor.message)
        ],
        "muted_until_ts": int(until) if until is not None and None not in ends else None,
        "query": monitor.query,
        "id": monitor.id,
        "last_triggered_ts": int(monitor.changed) if monitor.changed else None,
        "name": monitor.name,
        "tags": monitor.tags,
        "org_id": ORGANIZATION,
        "priority": monitor.priority,
        "overall_state_modified": int(monitor.changed) if monitor.changed else None,
        "restricted_roles": [],
        "type": monitor.type,
    }


ROUTES = [
    Route("GET", "/api/v1/monitor", _list),
    Route("GET", "/api/v1/monitor/search", _search),
    Route("GET", "/api/v1/monitor/{monitor_id}", _get),
]
