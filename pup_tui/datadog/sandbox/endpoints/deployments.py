"""Deployments as DORA metrics know them."""

from __future__ import annotations

from pup_tui.datadog.sandbox import search
from pup_tui.datadog.sandbox.messages import (
    JSON_API,
    ApiError,
    ApiRequest,
    ApiResponse,
    Document,
    attributes_of,
    json_api_error,
    page_of,
)
from pup_tui.datadog.sandbox.records import Deployment
from pup_tui.datadog.sandbox.router import Route
from pup_tui.datadog.sandbox.timeline import iso_z, parse_iso
from pup_tui.datadog.sandbox.world import World

LARGEST_PAGE = 1000
NANOSECONDS = 1_000_000_000
LATEST = 4_102_444_800
"""The year 2100, in unix seconds."""


def _bad_request(detail: str) -> ApiError:
    return json_api_error(400, "Bad Request", detail)


def _list(world: World, request: ApiRequest) -> ApiResponse:
    asked = attributes_of(request.document(), "dora_deployments_list_request", _bad_request)
    wall = world.timeline.wall()
    start = _time(asked.get("from"), wall - 7 * 86400, "from")
    end = _time(asked.get("to"), wall, "to")
    limit = asked.get("limit", 10)
    if not isinstance(limit, int) or not 1 <= limit <= LARGEST_PAGE:
        raise _bad_request("limit must be between 1 and 1000")
    try:
        matches = search.parse(str(asked.get("query") or ""))
    except search.QuerySyntaxError as error:
        raise _bad_request(f"invalid query: {error}") from None
    found = [
        each for each in world.deployments if start <= each.started <= end and matches(_facts(each))
    ]
    oldest_first = str(asked.get("sort") or "-started_at") == "started_at"
    found.sort(key=lambda each: each.started, reverse=not oldest_first)
    return ApiResponse(
        {"data": [_document(each) for each in page_of(found, 0, limit)]}, 200, JSON_API
    )


def _time(value: object, default: float, name: str) -> float:
    if value is None:
        return default
    try:
        return parse_iso(str(value))
    except ValueError as error:
        raise _bad_request(f"{name} is not a valid date-time: {error}") from None


def _facts(deployment: Deployment) -> search.Facts:
    return search.tag_facts(
        [
            f"service:{deployment.service}",
            f"env:{deployment.env}",
            f"version:{deployment.version}",
            f"team:{deployment.team}",
        ]
    )


def _get(world: World, request: ApiRequest) -> ApiResponse:
    wanted = request.params["deployment_id"]
    for deployment in world.deployments:
        if deployment.id == wanted:
            return ApiResponse({"data": _document(deployment)}, 200, JSON_API)
    raise json_api_error(404, "Not Found", f"deployment {wanted} not found")


def _document(deployment: Deployment) -> Document:
    return {
        "id": deployment.id,
        "type": "dora_deployment",
        "attributes": {
            "service": deployment.service,
            "started_at": iso_z(deployment.started),
            "finished_at": iso_z(deployment.finished),
            "env": deployment.env,
            "team": deployment.team,
            "version": deployment.version,
            "git": {
                "commit_sha": deployment.commit,
                "repository_id": deployment.repository,
            },
        },
    }


def _create(world: World, request: ApiRequest) -> ApiResponse:
    data = request.document().get("data")
    asked = data.get("attributes") if isinstance(data, dict) else None
    if not isinstance(asked, dict):
        raise _bad_request("data.attributes is required")
    for name in ("service", "started_at", "finished_at"):
        if name not in asked:
            raise _bad_request(f"required {name} field is missing")
    for name in ("started_at", "finished_at"):
        if not isinstance(asked[name], int) or not 0 <= asked[name] < LATEST * NANOSECONDS:
            raise _bad_request(f"{name} must be unix nanoseconds")
    world.deploy(
        str(asked["service"]),
        str(asked.get("version", "")),
        str(asked.get("env", "production")),
        asked["started_at"] / NANOSECONDS,
        asked["finished_at"] / NANOSECONDS,
    )
    recorded = world.deployments[0]
    return ApiResponse({"data": {"id": recorded.id, "type": "dora_deployment"}}, 200, JSON_API)


ROUTES = [
    Route("POST", "/api/v2/dora/deployments", _list),
    Route("GET", "/api/v2/dora/deployments/{deployment_id}", _get),
    Route("POST", "/api/v2/dora/deployment", _create, api_key_only=True),
]
