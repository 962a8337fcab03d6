"""Downtimes: list, get, schedule, change, cancel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pup_tui.datadog.arguments import is_uuid
from pup_tui.datadog.sandbox import ids
from pup_tui.datadog.sandbox.endpoints.account import user_document
from pup_tui.datadog.sandbox.messages import (
    ApiRequest,
    ApiResponse,
    Document,
    attributes_of,
    bad_request,
    not_found,
    page_of,
)
from pup_tui.datadog.sandbox.records import Downtime
from pup_tui.datadog.sandbox.router import Route
from pup_tui.datadog.sandbox.timeline import iso, parse_iso
from pup_tui.datadog.sandbox.world import World

TEXTS = {
    "message": (str, type(None)),
    "display_timezone": (str, type(None)),
    "mute_first_recovery_notification": (bool,),
    "notify_end_types": (list,),
    "notify_end_states": (list,),
}
KNOWN = frozenset({*TEXTS, "scope", "monitor_identifier", "schedule"})


def _list(world: World, request: ApiRequest) -> ApiResponse:
    size = request.integer("page[limit]", 30, low=1, high=1000)
    offset = request.integer("page[offset]", 0)
    wall = world.timeline.wall()
    current = request.boolean("current_only")
    found = [
        each
        for each in world.downtimes
        if not current or each.status(wall) in ("active", "scheduled")
    ]
    return ApiResponse(
        {
            "data": [_document(world, each) for each in page_of(found, offset, size)],
            "meta": {"page": {"total_filtered_count": len(found)}},
        }
    )


def _get(world: World, request: ApiRequest) -> ApiResponse:
    return _answer(world, _find(world, request), include=request.words("include"))


def _find(world: World, request: ApiRequest) -> Downtime:
    wanted = request.params["downtime_id"]
    if not is_uuid(wanted):
        raise bad_request("Invalid URL param: downtime_id must be an uuid")
    for downtime in world.downtimes:
        if downtime.id == wanted.lower():
            return downtime
    raise not_found("Downtime not found")


def _create(world: World, request: ApiRequest) -> ApiResponse:
    attributes = attributes_of(request.document(), "downtime")
    _check(attributes)
    for name in ("scope", "monitor_identifier"):
        if name not in attributes:
            raise bad_request(f"'{name}' is a required property")
    wall = world.timeline.wall()
    blank = Downtime(
        id=world.new_id("downtime"),
        scope="",
        monitor_identifier={},
        start=wall,
        end=None,
        created=wall,
        modified=wall,
    )
    downtime = _changed(blank, attributes, wall)
    world.downtimes.insert(0, downtime)
    world.settle()
    return _answer(world, downtime, include=["created_by", "monitor"])


def _update(world: World, request: ApiRequest) -> ApiResponse:
    downtime = _find(world, request)
    attributes = attributes_of(request.document(), "downtime")
    _check(attributes)
    changed = _changed(downtime, attributes, world.timeline.wall())
    world.downtimes[world.downtimes.index(downtime)] = changed
    world.settle()
    return _answer(world, changed, include=["created_by", "monitor"])


def _changed(downtime: Downtime, attributes: Document, wall: float) -> Downtime:
    names = (TEXTS.keys() | {"scope", "monitor_identifier"}) & attributes.keys()
    changes: Document = {name: attributes[name] for name in names}
    schedule = attributes.get("schedule") or {}
    if "start" in schedule:
        changes["start"] = _time(schedule, "start") or wall
    if "end" in schedule:
        changes["end"] = _time(schedule, "end")
    changed = replace(downtime, **changes, modified=wall)
    if changed.end is not None and changed.end <= changed.start:
        raise bad_request("schedule.end must be after schedule.start")
    return changed


def _cancel(world: World, request: ApiRequest) -> ApiResponse:
    downtime = _find(world, request)
    if downtime.canceled is not None:
        raise not_found("Downtime not found")
    downtime.canceled = downtime.modified = world.timeline.wall()
    world.settle()
    return ApiResponse(None, 204, "text/html; charset=utf-8")


def _check(attributes: Document) -> None:
    """Refuse what Datadog's schema refuses.

    Raises:
        ApiError: 400 with the sentence of Datadog's validator.
    """
    for name in attributes.keys() - KNOWN:
        raise bad_request(f"Additional properties are not allowed ('{name}' was unexpected)")
    for name, kinds in TEXTS.items():
        if name in attributes and not isinstance(attributes[name], kinds):
            raise bad_request(f"{attributes[name]!r} is not valid for '{name}'")
    if "scope" in attributes:
        _check_scope(attributes["scope"])
    if "monitor_identifier" in attributes:
        _check_identifier(attributes["monitor_identifier"])
    schedule = attributes.get("schedule")
    if schedule is not None and not isinstance(schedule, dict):
        raise bad_request(f"{schedule!r} is not of type 'object'")
    if schedule and "recurrences" in schedule:
        raise bad_request("The sandbox has no recurring downtimes")
    for name in ("start", "end"):
        _time(schedule or {}, name)


def _check_scope(scope: Any) -> None:
    if not isinstance(scope, str) or not scope.strip():
        raise bad_request("'scope' must be a string that is not empty")
    words = scope.replace("(", " ").replace(")", " ").replace(",", " ").split()
    tags = [word for word in words if word not in ("AND", "OR", "NOT", "*")]
    if any(":" not in tag for tag in tags):
        raise bad_request("All values must have a key")


def _check_identifier(identifier: Any) -> None:
    kinds = {"monitor_id": int, "monitor_tags": list}
    if not isinstance(identifier, dict) or len(identifier.keys() & kinds.keys()) != 1:
        raise bad_request("monitor_identifier must have exactly one of monitor_id, monitor_tags")
    for name, value in identifier.items():
        if name not in kinds or not isinstance(value, kinds[name]) or value == []:
            raise bad_request(f"{value!r} is not valid for '{name}'")
    if not all(isinstance(tag, str) for tag in identifier.get("monitor_tags", [])):
        raise bad_request("monitor_tags must be strings")


def _time(schedule: Document, name: str) -> float | None:
    value = schedule.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise bad_request(f"{value!r} is not of type 'string' (schedule.{name})")
    try:
        return parse_iso(value)
    except ValueError as error:
        raise bad_request(f"{value!r} is not a 'date-time' (schedule.{name}): {error}") from None


def _answer(world: World, downtime: Downtime, include: list[str]) -> ApiResponse:
    document = _document(world, downtime)
    body: Document = {"data": document}
    if include:
        monitor_id = downtime.monitor_identifier.get("monitor_id")
        monitor = {"type": "monitors", "id": str(monitor_id)} if monitor_id else None
        document["relationships"] = {
            "created_by": {"data": {"type": "users", "id": ids.USER_ID}},
            "monitor": {"data": monitor},
        }
    if "created_by" in include:
        body["included"] = [user_document()]
    return ApiResponse(body)


def _document(world: World, downtime: Downtime) -> Document:
    return {
        "type": "downtime",
        "attributes": {
            "modified": iso(downtime.modified),
            "created": iso(downtime.created),
            "canceled": None if downtime.canceled is None else iso(downtime.canceled),
            "status": downtime.status(world.timeline.wall()),
            "scope": downtime.scope,
            "display_timezone": downtime.display_timezone,
            "schedule": {
                "end": None if downtime.end is None else iso(downtime.end),
                "start": iso(downtime.start),
            },
            "message": downtime.message,
            "mute_first_recovery_notification": downtime.mute_first_recovery_notification,
            "notify_end_types": downtime.notify_end_types,
            "notify_end_states": downtime.notify_end_states,
            "monitor_identifier": downtime.monitor_identifier,
        },
        "id": downtime.id,
    }


ROUTES = [
    Route("GET", "/api/v2/downtime", _list),
    Route("POST", "/api/v2/downtime", _create),
    Route("GET", "/api/v2/downtime/{downtime_id}", _get),
    Route("PATCH", "/api/v2/downtime/{downtime_id}", _update),
    Route("DELETE", "/api/v2/downtime/{downtime_id}", _cancel),
]
