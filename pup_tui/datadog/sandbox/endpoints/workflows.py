"""Workflows and their instances."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from pup_tui.datadog.arguments import is_uuid
from pup_tui.datadog.sandbox import ids
from pup_tui.datadog.sandbox.endpoints.account import CREATOR
from pup_tui.datadog.sandbox.messages import (
    JSON,
    JSON_API,
    ApiError,
    ApiRequest,
    ApiResponse,
    Document,
    page_of,
)
from pup_tui.datadog.sandbox.records import Instance, Workflow
from pup_tui.datadog.sandbox.router import Route
from pup_tui.datadog.sandbox.timeline import iso_z
from pup_tui.datadog.sandbox.world import World

NAMES = {
    "IN_PROGRESS": "In progress",
    "SUCCEEDED": "Succeeded",
    "FAILED": "Failed",
    "CANCELED": "Canceled",
}


def _list(world: World, request: ApiRequest) -> ApiResponse:
    size = request.integer("limit", 50, low=1, high=1000)
    number = request.integer("page", 0)
    wanted = request.query.get("filter[query]", "").lower()
    drafts = request.query.get("filter[includeUnpublished]", "").lower() == "true"
    whole = request.query.get("filter[includeSpecs]", "").lower() == "true"
    found = [
        each
        for each in world.workflows
        if wanted in each.name.lower() and (drafts or each.published)
    ]
    counts = {"totalCount": len(world.workflows), "totalFilteredCount": len(found)}
    return ApiResponse(
        {
            "data": [_document(each, whole=whole) for each in page_of(found, number * size, size)],
            "meta": {"page": counts},
        },
        content_type=JSON_API,
    )


def _get(world: World, request: ApiRequest) -> ApiResponse:
    wanted = request.params["workflow_id"]
    if not is_uuid(wanted):
        raise ApiError(400, [{"detail": "invalid workflow id"}], JSON_API)
    workflow = next((each for each in world.workflows if each.id == wanted.lower()), None)
    if workflow is None:
        raise ApiError(404, [{"detail": "workflow not found"}], JSON_API)
    return ApiResponse({"data": _document(workflow, whole=True)}, content_type=JSON_API)


def _document(workflow: Workflow, *, whole: bool) -> Document:
    owner = {"data": {"type": "users", "id": ids.USER_ID}}
    return {
        "id": workflow.id,
        "type": "workflows",
        "attributes": {
            "createdAt": iso_z(workflow.created),
            "description": workflow.description,
            "name": workflow.name,
            "published": workflow.published,
            "tags": workflow.tags,
            "updatedAt": iso_z(workflow.created),
            **({"spec": _spec(workflow)} if whole else {}),
        },
        "relationships": {"creator": owner, "owner": owner},
    }


def _spec(workflow: Workflow) -> Document:
    return {
        "steps": [{"actionId": "com.datadoghq.core.noop", "name": step} for step in workflow.steps],
        "triggers": [{"apiTrigger": {}, "startStepNames": workflow.steps[:1]}],
        "inputSchema": {"parameters": workflow.inputs},
    }


def _find(world: World, request: ApiRequest) -> Workflow:
    wanted = request.params["workflow_id"]
    if not is_uuid(wanted):
        raise _refusal(
            400, "INVALID_FIELD_VALUE", "value <no value> is invalid for field workflow_id"
        )
    for workflow in world.workflows:
        if workflow.id == wanted.lower():
            return workflow
    raise _refusal(404, "WORKFLOW_NOT_FOUND", "workflow not found")


def _find_instance(world: World, request: ApiRequest) -> Instance:
    workflow, wanted = _find(world, request), request.params["instance_id"]
    if not is_uuid(wanted):
        raise _refusal(
            400, "INVALID_FIELD_VALUE", "value <no value> is invalid for field instance_id"
        )
    for instance in world.instances:
        if instance.id == wanted.lower() and instance.workflow is workflow:
            return instance
    raise _refusal(404, "INSTANCE_NOT_FOUND", f"instance {wanted} not found")


def _refusal(status: int, code: str, detail: str) -> ApiError:
    return ApiError(status, [{"code": code, "detail": detail}], JSON)


def _run(world: World, request: ApiRequest) -> ApiResponse:
    workflow = _find(world, request)
    meta = request.document().get("meta") or {}
    payload = meta.get("payload") if isinstance(meta, dict) else meta
    if payload is not None and not isinstance(payload, dict):
        raise _refusal(400, "INVALID_FIELD_VALUE", "meta.payload must be an object")
    instance = world.start(workflow, payload or {})
    return ApiResponse(
        {
            "data": {"attributes": {}, "id": instance.id, "type": "instances"},
            "meta": {"workflowId": workflow.id},
        }
    )


def _list_instances(world: World, request: ApiRequest) -> ApiResponse:
    workflow = _find(world, request)
    size = request.integer("page[size]", 50, low=1, high=1000)
    number = request.integer("page[number]", 0)
    found = [each for each in reversed(world.instances) if each.workflow is workflow]
    states = [each.state for each in found]
    return ApiResponse(
        {
            "data": [_list_item(each) for each in page_of(found, number * size, size)],
            "meta": {
                "page": {"totalCount": len(found), "totalFilteredCount": len(found)},
                "succeededCount": states.count("SUCCEEDED"),
                "failedCount": states.count("FAILED"),
                "canceledCount": states.count("CANCELED"),
            },
        }
    )


def _list_item(instance: Instance) -> Document:
    return {"id": instance.id, "type": "instances", "attributes": _status(instance)}


def _status(instance: Instance) -> Document:
    acting = {
        "userEmail": CREATOR["email"],
        "userName": CREATOR["name"],
        "userUuid": ids.USER_ID,
    }
    status: Document = {
        "instanceStatus": {
            "detailsKind": instance.state,
            "displayName": NAMES[instance.state],
        },
        "source": {"api": {"actingUser": acting}},
        "startTimestamp": iso_z(instance.started),
    }
    if instance.ended is not None:
        status["endTimestamp"] = iso_z(instance.ended)
    return status


def _get_instance(world: World, request: ApiRequest) -> ApiResponse:
    instance = _find_instance(world, request)
    workflow = instance.workflow
    version = str(uuid5(NAMESPACE_URL, workflow.id))
    attributes = {
        **_status(instance),
        "outputs": instance.outputs,
        "sourceForTemplating": {
            "initiator": {
                "email": CREATOR["email"],
                "id": ids.USER_ID,
                "name": CREATOR["name"],
            },
            "name": workflow.name,
            "type": "api",
            "url": f"https://app.datadoghq.com/workflow/{workflow.id}?instance={instance.id}",
        },
        "stepStateAssociations": _steps(instance, world.timeline.elapsed()),
        "trigger": {},
    }
    relationships = {
        "specVersion": {"data": {"id": version, "type": "spec_versions"}},
        "workflow": {"data": {"id": workflow.id, "type": "workflows"}},
    }
    return ApiResponse(
        {
            "data": {
                "attributes": attributes,
                "id": instance.id,
                "relationships": relationships,
                "type": "instances",
            },
            "included": _included(workflow, version),
            "meta": {"outputsTooBig": False, "sourceTooBig": False, "triggerTooBig": False},
        }
    )


def _steps(instance: Instance, moment: float) -> list[Document]:
    steps = instance.workflow.steps
    if instance.state == "SUCCEEDED":
        done = len(steps)
    elif instance.state == "FAILED":
        done = len(steps) - 1
    else:
        done = int(instance.progress(moment) * len(steps))
    shown = [{"stepName": step, "stepState": "SUCCEEDED"} for step in steps[:done]]
    # The step at which it stands shares the state of the whole; later ones have none yet.
    shown += [{"stepName": step, "stepState": instance.state} for step in steps[done : done + 1]]
    return shown


def _included(workflow: Workflow, version: str) -> list[Document]:
    created = iso_z(workflow.created)
    return [
        {
            "attributes": {
                "createdAt": created,
                "spec": _spec(workflow),
                "workflowId": workflow.id,
            },
            "id": version,
            "type": "spec_versions",
        },
        {
            "attributes": {
                "createdAt": created,
                "creationSource": "workflows_ui",
                "name": workflow.name,
                "specVersionId": version,
                "updatedAt": created,
            },
            "id": workflow.id,
            "type": "workflows",
        },
    ]


def _cancel(world: World, request: ApiRequest) -> ApiResponse:
    world.cancel(_find_instance(world, request))
    return ApiResponse({})


_INSTANCES = "/api/v2/workflows/{workflow_id}/instances"

ROUTES = [
    Route("GET", "/api/v2/workflows", _list),
    Route("GET", "/api/v2/workflows/{workflow_id}", _get),
    Route("POST", _INSTANCES, _run),
    Route("GET", _INSTANCES, _list_instances),
    Route("GET", f"{_INSTANCES}/{{instance_id}}", _get_instance),
    Route("PUT", f"{_INSTANCES}/{{instance_id}}/cancel", _cancel),
]
