"""What the sandbox answers has the keys and types of recorded answers of the real API."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pup_tui.datadog.sandbox import ids

Play = Callable[..., Awaitable[Any]]

RECORDED = {
    exchange["id"]: exchange
    for exchange in map(
        json.loads, Path(__file__).with_name("recorded.jsonl").read_text("utf-8").splitlines()
    )
}

UNKNOWN = "aaa11111-aa11-41aa-aaaa-aaaaaa111111"
NOW = 1_790_000_000
DEPLOY = f"/api/v2/workflows/{ids.DEPLOY_WORKFLOW_ID}"
DOWNTIME = {
    "scope": "service:redis",
    "message": "maintenance",
    "monitor_identifier": {"monitor_tags": ["service:redis"]},
    "schedule": {"start": None},
}


def downtime(**changes: Any) -> dict[str, Any]:
    return {"data": {"type": "downtime", "id": "x", "attributes": {**DOWNTIME, **changes}}}


def query(kind: str, **changes: Any) -> dict[str, Any]:
    asked = {
        "from": (NOW - 300) * 1000,
        "to": NOW * 1000,
        "queries": [{"data_source": "metrics", "name": "a", "query": "sum:trace.x.hits{*}"}],
        "formulas": [{"formula": "a"}],
    }
    return {"data": {"type": kind, "attributes": {**asked, **changes}}}


LIST_DEPLOYMENTS = {"data": {"type": "dora_deployments_list_request", "attributes": {}}}
DEPLOYMENT = {
    "data": {"attributes": {"service": "cart", "started_at": NOW, "finished_at": NOW + 1}}
}

# Ours to theirs: a recorded exchange, and the request that gives its like here. {downtime} and
# {instance} stand for what the test has created.
LIKE: dict[str, tuple[str, str, Any]] = {
    "dd-001": ("GET", "/api/v1/monitor?page_size=2&page=0", None),
    "dd-003": ("GET", "/api/v1/monitor?group_states=notagroupstate", None),
    "dd-005": ("GET", f"/api/v1/monitor/{ids.MONITOR_ID}?with_downtimes=true", None),
    "dd-006": ("GET", "/api/v1/monitor/12345", None),
    "dd-010": ("GET", "/api/v1/monitor/search", None),
    "dd-016": ("GET", f"/api/v1/slo?ids={ids.PAYMENTS_SLO_ID}", None),
    "dd-018": (
        "GET",
        f"/api/v1/slo/{ids.PAYMENTS_SLO_ID}/history?from_ts={NOW - 86400}&to_ts={NOW}",
        None,
    ),
    "dd-019": ("GET", "/api/v1/slo/search?page[number]=0&page[size]=20&query=payments", None),
    "dd-025": ("GET", "/api/v2/incidents?page[size]=2", None),
    "dd-027": ("GET", "/api/v2/incidents/search?query=state:(active OR resolved)", None),
    "dd-028": ("GET", f"/api/v2/incidents/{ids.INCIDENT_ID}", None),
    "dd-033": (
        "POST",
        "/api/v2/logs/events/search",
        {"filter": {"from": "now-15m", "to": "now"}, "page": {"limit": 2}, "sort": "timestamp"},
    ),
    "dd-038": ("POST", "/api/v2/query/timeseries", query("timeseries_request")),
    "dd-040": ("POST", "/api/v2/query/timeseries", query("timeseries_rquest")),
    "dd-041": ("POST", "/api/v2/query/scalar", query("scalar_request")),
    "dd-045": ("GET", "/api/v2/downtime?page[limit]=2&page[offset]=0", None),
    "dd-046": ("GET", "/api/v2/downtime/{downtime}", None),
    "dd-047": ("GET", "/api/v2/downtime/INVALID_UUID_LENGTH", None),
    "dd-050": ("POST", "/api/v2/downtime", downtime(scope="BAD_SCOPE_MISSING_KEY")),
    "dd-052": ("PATCH", "/api/v2/downtime/{downtime}", downtime(invalid_field="sophon")),
    "dd-053": ("DELETE", "/api/v2/downtime/{downtime}", None),
    "dd-066": ("GET", "/api/v2/feature-flags?limit=10", None),
    "dd-069": ("GET", f"/api/v2/feature-flags/{ids.FLAG_ID}", None),
    "dd-074": ("GET", "/api/v2/workflows?limit=2&page=0", None),
    "dd-076": ("GET", f"/api/v2/workflows/{UNKNOWN}", None),
    "dd-077": ("POST", f"{DEPLOY}/instances", {"meta": {"payload": {"input": "value"}}}),
    "dd-080": ("GET", "/api/v2/workflows/malformed/instances", None),
    "dd-081": ("GET", f"{DEPLOY}/instances/{{instance}}", None),
    "dd-083": ("GET", f"/api/v2/workflows/{UNKNOWN}/instances/{UNKNOWN}", None),
    "dd-084": ("PUT", f"{DEPLOY}/instances/{{instance}}/cancel", None),
    "dd-086": ("PUT", f"{DEPLOY}/instances/{UNKNOWN}/cancel", None),
    "dd-087": ("GET", "/api/v2/services/definitions?page[size]=2&page[number]=0", None),
    "dd-088": ("GET", "/api/v2/services/definitions/payments?schema_version=v2.1", None),
    "dd-090": ("POST", "/api/v2/dora/deployments", LIST_DEPLOYMENTS),
    "dd-093": ("POST", "/api/v2/dora/deployment", DEPLOYMENT),
    "dd-115": ("GET", "/api/v2/users?filter=oncall@example.com", None),
}

# Maps whose keys depend on what the recorded object was about, not on the API.
FREE = {
    "$[].options",
    "$.options",
    "$.data[].attributes.attributes",
    "$.data[].attributes.schema",
    "$.data.attributes.schema",
    "$.data.attributes.source",
    "$.included[].attributes.spec",
    "$.data.thresholds",
    "$.data.overall.precision",
    "$.included[].attributes.field_analytics",
    "$.data.attributes.incidents[].data.attributes.field_analytics",
}
# Reading a flag was not recorded; creating one gives the same body.
STATUS = {"dd-069": 200}
# Only there because the recorded SLO had no traffic.
ABSENT = {"$.data.overall.errors", "$.data.overall.errors[]"}


def missing(recorded: Any, ours: Any, path: str = "$") -> Iterator[str]:
    """Where ours lacks a key or has another type than the recorded one."""
    if path in FREE or path in ABSENT or recorded is None or ours is None:
        return
    if isinstance(recorded, dict) and isinstance(ours, dict):
        for key, value in recorded.items():
            if key in ours:
                yield from missing(value, ours[key], f"{path}.{key}")
            elif f"{path}.{key}" not in ABSENT:
                yield f"{path}.{key} is missing"
    elif isinstance(recorded, list) and isinstance(ours, list):
        for theirs, item in zip(recorded, ours, strict=False):
            yield from missing(theirs, item, f"{path}[]")
    elif not same_kind(recorded, ours):
        yield f"{path}: recorded {type(recorded).__name__}, ours {type(ours).__name__}"


def same_kind(recorded: Any, ours: Any) -> bool:
    numbers = (int, float)
    if isinstance(recorded, bool) or isinstance(ours, bool):
        return isinstance(recorded, bool) and isinstance(ours, bool)
    if isinstance(recorded, numbers):
        return isinstance(ours, numbers)
    return type(recorded) is type(ours)


def test_the_comparison_sees_differences() -> None:
    recorded = {"a": 1, "b": [{"c": "x"}], "d": True, "e": None}

    assert list(missing(recorded, {"a": 1.5, "b": [{"c": "y", "z": 0}], "d": False, "e": 3})) == []
    assert list(missing(recorded, {"a": "1", "b": [{}], "d": 1})) == [
        "$.a: recorded int, ours str",
        "$.b[].c is missing",
        "$.d: recorded bool, ours int",
        "$.e is missing",
    ]


@pytest.mark.parametrize("name", LIKE)
async def test_answers_as_recorded(play: Play, name: str) -> None:
    stage = await play("demo")
    created = {
        "downtime": (await stage.post("/api/v2/downtime", downtime()))["data"]["id"],
        "instance": (await stage.post(f"{DEPLOY}/instances", {}))["data"]["id"],
    }
    stage.time.let_pass(5)
    method, path, body = LIKE[name]
    for word, value in created.items():
        path = path.replace(f"{{{word}}}", value)
    recorded = RECORDED[name]

    response = await stage.client.request(method, path, json=body)

    assert response.status_code == STATUS.get(name, recorded["status"]), response.text
    assert response.headers["content-type"] == recorded["content_type"]
    ours = response.json() if response.content else None
    assert list(missing(recorded["body"], ours)) == []
    if recorded["status"] >= 400 and name != "dd-086":
        assert ours == recorded["body"]


def test_every_recorded_exchange_is_compared() -> None:
    without_key = {"dd-118"}  # compared with the other refusals, in test_limits.py

    assert set(LIKE) == set(RECORDED) - without_key
