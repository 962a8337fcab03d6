"""Credentials, users and service definitions."""

from __future__ import annotations

import hashlib

from pup_tui.datadog.sandbox import ids
from pup_tui.datadog.sandbox.messages import ApiRequest, ApiResponse, Document, not_found, page_of
from pup_tui.datadog.sandbox.records import Service
from pup_tui.datadog.sandbox.router import Route
from pup_tui.datadog.sandbox.timeline import iso
from pup_tui.datadog.sandbox.world import World

CREATED = 1_700_000_000.0
HANDLE = "oncall@example.com"

CREATOR: Document = {"name": "On call", "handle": HANDLE, "email": HANDLE}


def user_document() -> Document:
    """The one user of the sandbox."""
    return {
        "type": "users",
        "id": ids.USER_ID,
        "attributes": {
            "name": CREATOR["name"],
            "handle": HANDLE,
            "created_at": iso(CREATED),
            "modified_at": iso(CREATED),
            "email": HANDLE,
            "icon": "",
            "title": None,
            "verified": True,
            "service_account": False,
            "disabled": False,
            "allowed_login_methods": [],
            "status": "Active",
        },
        "relationships": {
            "roles": {"data": []},
            "org": {"data": {"type": "orgs", "id": ids.ORG_ID}},
        },
    }


def _validate(world: World, request: ApiRequest) -> ApiResponse:
    return ApiResponse({"valid": True})


def _get_current_user(world: World, request: ApiRequest) -> ApiResponse:
    return ApiResponse({"data": user_document()})


def _list_users(world: World, request: ApiRequest) -> ApiResponse:
    size = request.integer("page[size]", 10, low=1, high=5000)
    number = request.integer("page[number]", 0)
    wanted = request.query.get("filter", "").lower()
    users = [user_document()] if wanted in f"{HANDLE} {CREATOR['name']}".lower() else []
    return ApiResponse(
        {
            "meta": {"page": {"total_filtered_count": len(users), "total_count": 1}},
            "data": page_of(users, number * size, size),
        }
    )


def _list_definitions(world: World, request: ApiRequest) -> ApiResponse:
    size = request.integer("page[size]", 10, low=1, high=100)
    number = request.integer("page[number]", 0)
    definitions = [_definition(service) for service in world.services.values()]
    return ApiResponse({"data": page_of(definitions, number * size, size)})


def _get_definition(world: World, request: ApiRequest) -> ApiResponse:
    service = world.services.get(request.params["service_name"])
    if service is None:
        raise not_found("Not Found")
    return ApiResponse({"data": _definition(service)})


def _definition(service: Service) -> Document:
    runbook = {
        "name": "Runbook",
        "type": "runbook",
        "url": f"https://wiki.example.com/{service.name}",
    }
    return {
        "type": "service-definition",
        "id": hashlib.sha256(service.name.encode()).hexdigest()[:32],
        "attributes": {
            "meta": {
                "last-modified-time": "2026-01-12T09:00:00Z",
                "github-html-url": "",
                "ingestion-source": "api",
                "origin": "unknown",
                "origin-detail": "",
                "warnings": [],
                "ingested-schema-version": "v2.1",
            },
            "schema": {
                "schema-version": "v2.1",
                "dd-service": service.name,
                "team": service.team,
                "contacts": [
                    {"name": "Team", "type": "email", "contact": f"{service.team}@example.com"}
                ],
                "links": [runbook],
                "tags": [f"service:{service.name}", f"team:{service.team}"],
                "integrations": {},
                "extensions": {},
            },
        },
    }


ROUTES = [
    Route("GET", "/api/v1/validate", _validate, api_key_only=True),
    Route("GET", "/api/v2/current_user", _get_current_user),
    Route("GET", "/api/v2/users", _list_users),
    Route("GET", "/api/v2/services/definitions", _list_definitions),
    Route("GET", "/api/v2/services/definitions/{service_name}", _get_definition),
]
