from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pup_tui.datadog.sandbox import SCENARIOS, ids
from pup_tui.datadog.sandbox.endpoints import ROUTES
from pup_tui.datadog.sandbox.messages import ApiRequest
from pup_tui.datadog.sandbox.router import Router
from pup_tui.datadog.sandbox.timeline import Timeline
from pup_tui.datadog.sandbox.world import World
from tests.support.often import often

NOON = 1_790_000_000.0
HEADERS = {"authorization": "Bearer token"}
DOWNTIME = {
    "data": {
        "type": "downtime",
        "attributes": {
            "scope": "service:redis",
            "monitor_identifier": {"monitor_tags": ["service:redis"]},
        },
    }
}


def router() -> Router:
    world = World(Timeline(lambda: 0.0, lambda: NOON, 1.0))
    SCENARIOS["demo"](world)
    world.rate_limit = 1_000_000
    return Router(world, ROUTES)


def test_no_two_endpoints_share_a_path() -> None:
    paths = [(route.method, route.path) for route in ROUTES]

    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("path", ["/api/v1/monitor/search", "/api/v1/slo/search"])
def test_literal_paths_come_before_patterns(path: str) -> None:
    answer = router().answer(ApiRequest("GET", path, headers=HEADERS))

    assert answer.status == 200


def test_parts_of_a_path_are_decoded() -> None:
    answer = router().answer(
        ApiRequest("GET", "/api/v2/services/definitions/pay%6Dents", headers=HEADERS)
    )

    assert answer.body["data"]["attributes"]["schema"]["dd-service"] == "payments"


WORDS = [
    "data type attributes filter query from to page limit cursor sort scope schedule start end",
    "monitor_identifier monitor_id monitor_tags message queries formulas formula data_source name",
    "aggregator meta payload fields state value service started_at finished_at title version",
]
KEYS = st.sampled_from(" ".join(WORDS).split())
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | st.sampled_from(
        [
            "",
            "(",
            "now-1h",
            "service:redis",
            "2026-01-01T00:00:00Z",
            "downtime",
            "incidents",
            "timeseries_request",
            "scalar_request",
            "dora_deployments_list_request",
            "metrics",
            "sum:trace.x.hits{*}",
            "9" * 40,
        ]
    )
)
BODIES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
)
PARAMETERS = {
    "monitor_id": str(ids.MONITOR_ID),
    "slo_id": ids.PAYMENTS_SLO_ID,
    "incident_id": ids.INCIDENT_ID,
    "feature_flag_id": ids.FLAG_ID,
    "environment_id": ids.STAGING_ENVIRONMENT_ID,
    "workflow_id": ids.DEPLOY_WORKFLOW_ID,
    "service_name": "payments",
}
NUMBERS = "page page_size page[size] page[limit] page[offset] limit offset from to from_ts to_ts"
NAMES = "query sort key name ids tags_query include current_only with_downtimes"
QUERIES = st.dictionaries(
    st.sampled_from(f"{NUMBERS} {NAMES}".split()),
    st.sampled_from(["", "0", "1", "-1", "9" * 30, "true", "(", "now", "state:active", "é", "a,b"]),
    max_size=5,
)


def path_of(template: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def attributes(kind: str) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda inner: {"data": {"type": kind, "attributes": inner}},
        st.dictionaries(KEYS, BODIES, max_size=6),
    )


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
@settings(max_examples=often(10, 100), deadline=None)
@given(data=st.data())
def test_whatever_is_asked_there_is_an_answer(route: Any, data: st.DataObject) -> None:
    answers = router()
    created = answers.answer(ApiRequest("POST", "/api/v2/downtime", body=DOWNTIME, headers=HEADERS))
    started = answers.answer(
        ApiRequest(
            "POST",
            f"/api/v2/workflows/{ids.DEPLOY_WORKFLOW_ID}/instances",
            body={},
            headers=HEADERS,
        )
    )
    known = {
        **PARAMETERS,
        "downtime_id": created.body["data"]["id"],
        "instance_id": started.body["data"]["id"],
    }
    kinds = ("downtime", "incidents", "timeseries_request", "scalar_request")
    typed = st.one_of(*map(attributes, (*kinds, "dora_deployments_list_request")))
    body = None if route.method == "GET" else data.draw(BODIES | typed)
    query = data.draw(QUERIES)

    answer = answers.answer(
        ApiRequest(route.method, path_of(route.path, known), query, body, HEADERS)
    )
    listed = answers.answer(ApiRequest("GET", "/api/v2/downtime", headers=HEADERS))

    assert answer.status in (200, 202, 204, 400, 404)
    assert listed.status == 200
