"""What each endpoint refuses, over the wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pup_tui.datadog.sandbox import ids

Play = Callable[..., Awaitable[Any]]

UNKNOWN = "aaa11111-aa11-41aa-aaaa-aaaaaa111111"
LOGS = "/api/v2/logs/events/search"
DEPLOYMENTS = "/api/v2/dora/deployments"


def downtime(**changes: Any) -> dict[str, Any]:
    attributes = {
        "scope": "service:redis",
        "monitor_identifier": {"monitor_tags": ["service:redis"]},
        **changes,
    }
    return {
        "data": {
            "type": "downtime",
            "attributes": {key: value for key, value in attributes.items() if value != "absent"},
        }
    }


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ([], "JSON object"),
        ({}, "'data'"),
        ({"data": {"type": "downtimes"}}, "Expected"),
        ({"data": {"type": "downtime"}}, "'attributes'"),
        (downtime(scope="absent"), "'scope' is a required"),
        (downtime(scope=""), "scope"),
        (downtime(scope="redis"), "must have a key"),
        (downtime(monitor_identifier="absent"), "'monitor_identifier' is a required"),
        (downtime(monitor_identifier={}), "exactly one"),
        (downtime(monitor_identifier={"monitor_id": 1, "monitor_tags": ["*"]}), "exactly one"),
        (downtime(monitor_identifier={"monitor_id": "1"}), "monitor_id"),
        (downtime(monitor_identifier={"monitor_tags": []}), "monitor_tags"),
        (downtime(monitor_identifier={"monitor_tags": [1]}), "monitor_tags"),
        (downtime(schedule={"start": 1790000000}), "not of type 'string'"),
        (downtime(schedule={"end": 1790000000}), "not of type 'string'"),
        (downtime(schedule={"start": "tomorrow"}), "date-time"),
        (downtime(schedule={"start": "2026-09-21T14:13:20"}), "no offset"),
        (downtime(schedule={"end": "2020-01-01T00:00:00Z"}), "must be after"),
        (downtime(schedule={"end": "9999-12-31T23:59:59-23:00"}), "out of range"),
        (downtime(schedule=[]), "object"),
        (downtime(schedule={"recurrences": [{}]}), "recurring"),
        (downtime(message=3), "message"),
        (downtime(colour="red"), "'colour' was unexpected"),
    ],
)
async def test_malformed_downtimes_are_refused(play: Play, body: Any, problem: str) -> None:
    stage = await play("demo")

    response = await stage.client.post("/api/v2/downtime", json=body)

    assert response.status_code == 400
    assert problem in response.json()["errors"][0]
    assert stage.sandbox.world.downtimes == []


REFUSED = [
    ("GET", "/api/v1/monitor?page_size=0", 400),
    ("GET", "/api/v1/monitor?page=x", 400),
    ("GET", "/api/v1/monitor?with_downtimes=maybe", 400),
    ("GET", "/api/v1/monitor/abc", 400),
    ("GET", f"/api/v1/monitor/{'9' * 5000}", 400),
    ("GET", "/api/v1/monitor/search?query=(", 400),
    ("GET", "/api/v1/monitor/search?sort=colour", 400),
    ("GET", "/api/v1/slo?query=(", 400),
    ("GET", "/api/v1/slo/unknown", 404),
    ("GET", f"/api/v1/slo/{ids.PAYMENTS_SLO_ID}/history", 400),
    ("GET", f"/api/v1/slo/{ids.PAYMENTS_SLO_ID}/history?from_ts=2&to_ts=1", 400),
    ("GET", f"/api/v2/slo/{ids.PAYMENTS_SLO_ID}/status?from_ts=1", 400),
    ("GET", "/api/v2/slo/unknown/status?from_ts=1&to_ts=2", 404),
    ("GET", "/api/v2/incidents/not-an-id", 400),
    ("GET", "/api/v2/incidents/1", 404),
    ("GET", "/api/v2/incidents/search", 400),
    ("GET", "/api/v2/incidents/search?query=state:(active", 400),
    ("GET", "/api/v1/query?from=1&to=2", 400),
    ("GET", "/api/v1/query?from=2&to=1&query=x", 400),
    ("GET", "/api/v1/query?from=now&to=1&query=x", 400),
    ("GET", f"/api/v2/downtime/{UNKNOWN}", 404),
    ("GET", "/api/v2/feature-flags/new-checkout", 400),
    ("GET", f"/api/v2/feature-flags/{UNKNOWN}", 404),
    ("GET", "/api/v2/feature-flags/environments/production", 400),
    ("GET", f"/api/v2/feature-flags/environments/{UNKNOWN}", 404),
    ("POST", f"/api/v2/feature-flags/{ids.FLAG_ID}/environments/production/disable", 400),
    ("POST", f"/api/v2/feature-flags/{ids.FLAG_ID}/environments/{UNKNOWN}/disable", 404),
    ("GET", "/api/v2/workflows/malformed", 400),
    ("POST", "/api/v2/workflows//instances", 400),
    ("GET", f"/api/v2/workflows/{ids.DEPLOY_WORKFLOW_ID}/instances/malformed", 400),
    ("GET", "/api/v2/services/definitions/unknown", 404),
    ("GET", f"{DEPLOYMENTS}/unknown", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), REFUSED)
async def test_refusals(play: Play, method: str, path: str, status: int) -> None:
    stage = await play("demo")

    response = await stage.client.request(method, path)

    assert response.status_code == status
    (error,) = response.json()["errors"]
    assert error if isinstance(error, str) else error["detail"]


def listing(**attributes: Any) -> dict[str, Any]:
    return {"data": {"type": "dora_deployments_list_request", "attributes": attributes}}


def formula(**changes: Any) -> dict[str, Any]:
    asked = {
        "from": 1,
        "to": 2,
        "queries": [{"data_source": "metrics", "query": "sum:trace.x.hits{*}"}],
    }
    return {"data": {"type": "scalar_request", "attributes": {**asked, **changes}}}


def fields(**changed: Any) -> dict[str, Any]:
    return {"data": {"type": "incidents", "attributes": {"fields": changed}}}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", LOGS, {"filter": {"query": "(", "from": "now-1m"}}),
        ("POST", LOGS, {"filter": {"from": "yesterday"}}),
        ("POST", LOGS, {"filter": []}),
        ("POST", LOGS, {"filter": "status:error"}),
        ("POST", LOGS, {"page": {"limit": 0}}),
        ("POST", LOGS, {"page": {"limit": 1001}}),
        ("POST", LOGS, {"page": {"cursor": "!!!"}}),
        ("POST", LOGS, {"sort": "message"}),
        ("POST", DEPLOYMENTS, {}),
        ("POST", DEPLOYMENTS, listing(limit=0)),
        ("POST", DEPLOYMENTS, listing(query="(")),
        ("POST", DEPLOYMENTS, listing(**{"from": "2026"})),
        ("POST", DEPLOYMENTS, listing(to="2026-01-01T00:00:00")),
        ("POST", "/api/v2/dora/deployment", {"data": {"attributes": {"service": "x"}}}),
        (
            "POST",
            "/api/v2/dora/deployment",
            {"data": {"attributes": {"service": "x", "started_at": "a", "finished_at": "b"}}},
        ),
        ("POST", "/api/v2/query/scalar", formula(queries=[])),
        ("POST", "/api/v2/query/scalar", formula(queries=[{"data_source": "logs"}])),
        ("POST", "/api/v2/query/scalar", formula(formulas=[{"formula": "b"}])),
        ("POST", "/api/v2/query/scalar", formula(**{"from": "now"})),
        ("POST", "/api/v2/query/scalar", formula(formulas=["a"])),
        ("POST", "/api/v2/query/scalar", formula(formulas=[{"formula": None}])),
        ("POST", "/api/v2/query/scalar", formula(formulas={"formula": "a"})),
        ("POST", LOGS, {"filter": {"query": "(" * 33 + "a" + ")" * 33}}),
        ("POST", LOGS, {"filter": {"query": "a" * 5000}}),
        (
            "POST",
            "/api/v2/dora/deployment",
            {"data": {"attributes": {"service": "x", "started_at": 0, "finished_at": 10**30}}},
        ),
        (
            "POST",
            f"/api/v2/workflows/{ids.DEPLOY_WORKFLOW_ID}/instances",
            {"meta": {"payload": "x"}},
        ),
        ("POST", f"/api/v2/workflows/{ids.DEPLOY_WORKFLOW_ID}/instances", {"meta": "x"}),
        ("PATCH", f"/api/v2/incidents/{ids.INCIDENT_ID}", fields(colour={"value": "red"})),
        ("PATCH", f"/api/v2/incidents/{ids.INCIDENT_ID}", fields(state={"value": "gone"})),
        ("PATCH", f"/api/v2/incidents/{ids.INCIDENT_ID}", fields(state="gone")),
        ("PATCH", f"/api/v2/incidents/{ids.INCIDENT_ID}", fields(severity={"value": None})),
        ("PATCH", f"/api/v2/incidents/{ids.INCIDENT_ID}", fields(services={"value": "redis"})),
    ],
)
async def test_malformed_bodies_are_refused(play: Play, method: str, path: str, body: Any) -> None:
    stage = await play("demo")

    response = await stage.client.request(method, path, json=body)

    assert response.status_code == 400, response.text
    assert response.json()["errors"]
