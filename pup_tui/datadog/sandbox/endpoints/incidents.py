"""Incidents: list, search, get, update of their fields."""

from __future__ import annotations

from typing import Any

from pup_tui.datadog.arguments import is_uuid
from pup_tui.datadog.sandbox import ids, search
from pup_tui.datadog.sandbox.endpoints.account import CREATOR, user_document
from pup_tui.datadog.sandbox.messages import (
    ApiRequest,
    ApiResponse,
    Document,
    attributes_of,
    bad_request,
    counted,
    not_found,
    page_of,
)
from pup_tui.datadog.sandbox.records import Incident
from pup_tui.datadog.sandbox.router import Route
from pup_tui.datadog.sandbox.timeline import iso
from pup_tui.datadog.sandbox.world import World

FIELD_TYPES = {
    "severity": "dropdown",
    "state": "dropdown",
    "detection_method": "dropdown",
    "root_cause": "textbox",
    "summary": "textbox",
    "slug": "textbox",
    "services": "autocomplete",
    "teams": "autocomplete",
}
STATES = ("active", "stable", "resolved")


def _list(world: World, request: ApiRequest) -> ApiResponse:
    size = request.integer("page[size]", 10, low=1, high=100)
    offset = request.integer("page[offset]", 0)
    page = page_of(world.incidents, offset, size)
    return ApiResponse(
        {
            "meta": _pagination(offset, size, len(page)),
            "data": [_document(incident) for incident in page],
            **_included(request),
        }
    )


def _pagination(offset: int, size: int, shown: int) -> Document:
    return {"pagination": {"size": size, "next_offset": offset + shown, "offset": offset}}


def _get(world: World, request: ApiRequest) -> ApiResponse:
    return ApiResponse({"data": _document(_find(world, request)), **_included(request)})


def _find(world: World, request: ApiRequest) -> Incident:
    wanted = request.params["incident_id"]
    if not is_uuid(wanted) and not wanted.isdecimal():
        raise bad_request("Invalid URL param: incident_id must be an uuid or a public id")
    for incident in world.incidents:
        if wanted.lower() == incident.id or wanted == str(incident.public_id):
            return incident
    raise not_found("Incident not found")


def _included(request: ApiRequest) -> Document:
    if "users" not in request.words("include"):
        return {}
    user = user_document()
    shown = {key: user["attributes"][key] for key in ("name", "handle", "email", "icon")}
    return {"included": [{**user, "attributes": {**shown, "uuid": ids.USER_ID}}]}


def _update(world: World, request: ApiRequest) -> ApiResponse:
    incident = _find(world, request)
    attributes = attributes_of(request.document(), "incidents")
    incident.fields |= _field_values(attributes.get("fields") or {})
    if "title" in attributes:
        incident.title = str(attributes["title"])
    incident.modified = world.timeline.wall()
    incident.resolved = incident.modified if incident.fields["state"] == "resolved" else None
    return ApiResponse({"data": _document(incident)})


def _field_values(fields: Any) -> Document:
    if not isinstance(fields, dict):
        raise bad_request("Invalid fields")
    values: Document = {}
    for name, field in fields.items():
        kind = FIELD_TYPES.get(name)
        if kind is None or not isinstance(field, dict):
            raise bad_request(f"Invalid field: {name}")
        value = field.get("value")
        known = isinstance(value, list if kind == "autocomplete" else str)
        if not (known or (value is None and kind != "dropdown")):
            raise bad_request(f"Invalid value for field {name}: {value}")
        if name == "state" and value not in STATES:
            raise bad_request(f"Invalid value for field state: {value}")
        values[name] = value
    return values


def _document(incident: Incident) -> Document:
    created = iso(incident.created)
    values = {**incident.fields, "slug": f"IR-{incident.public_id}"}
    impacted = incident.customer_impact is not None
    return {
        "type": "incidents",
        "id": incident.id,
        "attributes": {
            "public_id": incident.public_id,
            "incident_type_uuid": ids.INCIDENT_TYPE_ID,
            "title": incident.title,
            "resolved": iso(incident.resolved) if incident.resolved else None,
            "customer_impact_scope": incident.customer_impact,
            "customer_impact_start": created if impacted else None,
            "customer_impact_end": None,
            "customer_impacted": impacted,
            "notification_handles": None,
            "last_modified_by_uuid": ids.USER_ID,
            "created": created,
            "modified": iso(incident.modified),
            "detected": created,
            "created_by_uuid": ids.USER_ID,
            "creation_idempotency_key": None,
            "customer_impact_duration": 0,
            "time_to_detect": 0,
            "time_to_repair": 0,
            "time_to_internal_response": 0,
            "time_to_resolve": 0,
            "archived": None,
            "is_test": False,
            "declared": created,
            "declared_by_uuid": ids.USER_ID,
            "fields": {
                name: {"type": kind, "value": values.get(name)}
                for name, kind in FIELD_TYPES.items()
            },
            "field_analytics": None,
            "severity": incident.fields["severity"],
            "state": incident.fields["state"],
            "non_datadog_creator": None,
            "visibility": "organization",
            "case_id": None,
        },
        "relationships": _relationships(incident),
    }


def _relationships(incident: Incident) -> Document:
    user = {"data": {"type": "users", "id": ids.USER_ID}}
    nobody: Document = {"data": []}
    return {
        "created_by_user": user,
        "last_modified_by_user": user,
        "commander_user": user if incident.commanded else {"data": None},
        "declared_by_user": user,
        "user_defined_fields": nobody,
        "integrations": nobody,
        "attachments": nobody,
        "responders": nobody,
        "impacts": nobody,
    }


def _search(world: World, request: ApiRequest) -> ApiResponse:
    if "query" not in request.query:
        raise bad_request("The parameter 'query' is required")
    matches = request.search("query")
    size = request.integer("page[size]", 10, low=1, high=100)
    offset = request.integer("page[offset]", 0)
    newest_first = request.query.get("sort", "-created") != "created"
    found = [each for each in world.incidents if matches(_facts(each))]
    found.sort(key=lambda each: each.created, reverse=newest_first)
    page = [_found(each) for each in page_of(found, offset, size)]
    return ApiResponse(
        {
            "data": {
                "type": "incidents_search_results",
                "attributes": {
                    "total": len(found),
                    "facets": _facets(found),
                    "incidents": [{"data": each} for each in page],
                },
                "relationships": {
                    "incidents_relationship": {
                        "data": [{"type": "incidents", "id": each["id"]} for each in page]
                    }
                },
            },
            "included": page,
            "meta": _pagination(offset, size, len(page)),
        }
    )


def _facts(incident: Incident) -> search.Facts:
    def texts(value: Any) -> list[str]:
        values = value if isinstance(value, list) else [value]
        return [str(each) for each in values if each is not None]

    fields = {name: texts(value) for name, value in incident.fields.items()}
    return search.Facts(
        {
            **fields,
            "service": fields.get("services", []),
            "team": fields.get("teams", []),
            "id": [incident.id, str(incident.public_id)],
            "public_id": [str(incident.public_id)],
            "title": [incident.title],
            "customer_impacted": [str(incident.customer_impact is not None).lower()],
        },
        " ".join([incident.title, *(each for values in fields.values() for each in values)]),
    )


def _found(incident: Incident) -> Document:
    """Search answers with the people written out, which the model does not say."""
    document = _document(incident)
    person = {**CREATOR, "uuid": ids.USER_ID, "icon": ""}
    user = {"data": {"type": "users", "attributes": person, "id": ids.USER_ID}}
    document["attributes"] |= {
        "declared_by": user,
        "created_by": user,
        "last_modified_by": user,
        "commander": user if incident.commanded else None,
    }
    return document


def _facets(incidents: list[Incident]) -> Document:
    def people(times: int) -> list[Document]:
        return [{**CREATOR, "count": times, "uuid": ids.USER_ID}] if times else []

    def range_of(name: str) -> list[Document]:
        return [{"name": name, "aggregates": {"min": None, "max": None}}]

    total = len(incidents)
    everyone = people(total)
    services = [name for each in incidents for name in each.fields.get("services") or []]
    return {
        "severity": counted(each.fields["severity"] for each in incidents),
        "time_to_repair": range_of("time_to_repair"),
        "visibility": counted(["organization"] * total),
        "responder": [],
        "impact": counted(["none"] * total),
        "time_to_detect": range_of("time_to_detect"),
        "postmortem": counted(["No"] * total),
        "time_to_resolve": range_of("time_to_resolve"),
        "is_test": counted([0] * total),
        "state": counted(each.fields["state"] for each in incidents),
        "customer_impacted": counted(int(each.customer_impact is not None) for each in incidents),
        "fields": [{"name": "services", "facets": counted(services)}],
        "created_by": everyone,
        "declared_by": everyone,
        "last_modified_by": everyone,
        "commander": people(sum(each.commanded for each in incidents)),
        "incident_type": [
            {"name": "Incident", "count": total, "id": ids.INCIDENT_TYPE_ID},
        ],
    }


ROUTES = [
    Route("GET", "/api/v2/incidents", _list),
    Route("GET", "/api/v2/incidents/search", _search),
    Route("GET", "/api/v2/incidents/{incident_id}", _get),
    Route("PATCH", "/api/v2/incidents/{incident_id}", _update),
]
