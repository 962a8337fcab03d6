"""Feature flags and their environments."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid5

from pup_tui.datadog.arguments import is_uuid
from pup_tui.datadog.sandbox import ids
from pup_tui.datadog.sandbox.endpoints.account import CREATED
from pup_tui.datadog.sandbox.messages import (
    JSON_API,
    ApiRequest,
    ApiResponse,
    Document,
    json_api_error,
    page_of,
)
from pup_tui.datadog.sandbox.records import FeatureFlag, FlagEnvironment
from pup_tui.datadog.sandbox.router import Route
from pup_tui.datadog.sandbox.timeline import iso_z
from pup_tui.datadog.sandbox.world import World

_T = TypeVar("_T", FeatureFlag, FlagEnvironment)


def _list(world: World, request: ApiRequest) -> ApiResponse:
    size = request.integer("limit", 100, low=1, high=1000)
    offset = request.integer("offset", 0)
    part = request.query.get("key", "")
    archived = request.boolean("is_archived")
    found = [
        flag
        for flag in world.flags
        if part in flag.key and archived in (None, flag.archived is not None)
    ]
    return ApiResponse(
        {
            "data": [_document(flag) for flag in page_of(found, offset, size)],
            "meta": _counts(len(world.flags), len(found)),
        },
        content_type=JSON_API,
    )


def _counts(total: int, filtered: int) -> Document:
    return {"page": {"total_count": total, "total_filtered_count": filtered}}


def _get(world: World, request: ApiRequest) -> ApiResponse:
    document = _document(_find(world, request))
    document["attributes"]["staleness_status"] = "ACTIVE"
    for environment in document["attributes"]["feature_flag_environments"]:
        environment["allocations"] = None
    return ApiResponse({"data": document}, content_type=JSON_API)


def _find(world: World, request: ApiRequest) -> FeatureFlag:
    return _by_id(world.flags, request, "feature_flag_id")


def _by_id(items: Iterable[_T], request: ApiRequest, parameter: str) -> _T:
    """The flag or environment that the path names. Raises ApiError where it names none."""
    what = parameter.removesuffix("_id").replace("_", " ")
    wanted = request.params[parameter]
    if not is_uuid(wanted):
        raise json_api_error(400, "Bad Request", f"invalid {what} id {wanted!r}")
    found = next((each for each in items if each.id == wanted.lower()), None)
    if found is None:
        raise json_api_error(404, "Not Found", f"{what} not found")
    return found


def _switch(world: World, request: ApiRequest, *, enabled: bool) -> ApiResponse:
    flag = _find(world, request)
    environment = _by_id(flag.environments, request, "environment_id")
    done = world.set_flag(flag, environment, enabled=enabled)
    return ApiResponse(None, 200 if done else 202, JSON_API)


def _document(flag: FeatureFlag) -> Document:
    on = str(uuid5(NAMESPACE_URL, f"{flag.id}/on"))
    off = str(uuid5(NAMESPACE_URL, f"{flag.id}/off"))
    created = iso_z(flag.created)
    return {
        "id": flag.id,
        "type": "feature-flags",
        "attributes": {
            "archived_at": iso_z(flag.archived) if flag.archived else None,
            "created_at": created,
            "created_by": ids.USER_ID,
            "description": flag.description,
            "distribution_channel": "ALL",
            "feature_flag_environments": [
                _environment_of_flag(flag, each, off) for each in flag.environments
            ],
            "key": flag.key,
            "last_updated_by": ids.USER_ID,
            "name": flag.name,
            "require_approval": False,
            "tags": flag.tags,
            "updated_at": iso_z(flag.updated),
            "value_type": "BOOLEAN",
            "variants": [
                {
                    "id": variant,
                    "key": key,
                    "name": key.capitalize(),
                    "value": value,
                    "created_at": created,
                    "updated_at": created,
                }
                for variant, key, value in ((on, "on", "true"), (off, "off", "false"))
            ],
        },
    }


def _environment_of_flag(flag: FeatureFlag, environment: FlagEnvironment, variant: str) -> Document:
    digest = hashlib.sha256(f"{flag.id}/{environment.id}".encode()).hexdigest()[:12]
    return {
        "environment_id": environment.id,
        "environment_name": environment.name,
        "environment_queries": [environment.name],
        "status": "ENABLED" if environment.enabled else "DISABLED",
        "default_variant_id": variant,
        "override_variant_id": None,
        "default_allocation_key": f"allocation-default-{digest}",
        "override_allocation_key": f"allocation-override-{digest}",
        "is_production": environment.production,
        "require_feature_flag_approval": environment.needs_approval,
        "pending_suggestion_id": environment.pending_suggestion,
    }


def _environments(world: World) -> list[FlagEnvironment]:
    return list({each.id: each for flag in world.flags for each in flag.environments}.values())


def _list_environments(world: World, request: ApiRequest) -> ApiResponse:
    size = request.integer("limit", 100, low=1, high=1000)
    offset = request.integer("offset", 0)
    everything = _environments(world)
    found = [
        each
        for each in everything
        if request.query.get("name", "") in each.name
        and request.query.get("key", "") in each.name
        and request.query.get("dd_env", each.name) == each.name
    ]
    return ApiResponse(
        {
            "data": [_environment(each) for each in page_of(found, offset, size)],
            "meta": _counts(len(everything), len(found)),
        },
        content_type=JSON_API,
    )


def _get_environment(world: World, request: ApiRequest) -> ApiResponse:
    environment = _by_id(_environments(world), request, "environment_id")
    return ApiResponse({"data": _environment(environment)}, content_type=JSON_API)


def _environment(environment: FlagEnvironment) -> Document:
    return {
        "id": environment.id,
        "type": "environments",
        "attributes": {
            "created_at": iso_z(CREATED),
            "description": None,
            "is_production": environment.production,
            "key": environment.name,
            "name": environment.name,
            "queries": [environment.name],
            "require_feature_flag_approval": environment.needs_approval,
            "updated_at": iso_z(CREATED),
        },
    }


_SWITCH = "/api/v2/feature-flags/{feature_flag_id}/environments/{environment_id}"

ROUTES = [
    Route("GET", "/api/v2/feature-flags", _list),
    Route("GET", "/api/v2/feature-flags/environments", _list_environments),
    Route("GET", "/api/v2/feature-flags/environments/{environment_id}", _get_environment),
    Route("GET", "/api/v2/feature-flags/{feature_flag_id}", _get),
    Route("POST", f"{_SWITCH}/enable", partial(_switch, enabled=True)),
    Route("POST", f"{_SWITCH}/disable", partial(_switch, enabled=False)),
]
