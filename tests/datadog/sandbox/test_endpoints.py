"""Pages, filters and changes of each endpoint, over the wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pup_tui.datadog.sandbox import ids

Play = Callable[..., Awaitable[Any]]

NOW = 1_790_000_000
LOGS = "/api/v2/logs/events/search"
DEPLOYMENTS = "/api/v2/dora/deployments"


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]


async def test_monitors_are_filtered_and_paged(play: Play) -> None:
    stage = await play("demo")

    everything = await stage.get("/api/v1/monitor")
    redis = await stage.get("/api/v1/monitor", monitor_tags="service:redis,env:production")
    errors = await stage.get("/api/v1/monitor", name="ERROR RATE")
    pages = [await stage.get("/api/v1/monitor", page=page, page_size=3) for page in (0, 1, 2)]
    after = await stage.get("/api/v1/monitor", id_offset=ids.MONITOR_ID)

    assert names(redis) == ["redis: commands are slow"]
    assert names(errors) == ["payments: error rate is high"]
    assert names([each for page in pages for each in page]) == names(everything)
    assert [len(page) for page in pages] == [3, 1, 0]
    assert len(after) == len(everything) - 1


async def test_monitors_are_searched(play: Play) -> None:
    stage = await play("demo")

    found = await stage.get(
        "/api/v1/monitor/search",
        query="service:payments status:alert",
        sort="name,desc",
        per_page=2,
    )

    assert found["metadata"] == {"total_count": 3, "page_count": 2, "page": 0, "per_page": 2}
    assert names(found["monitors"]) == [
        "payments: requests are slow",
        "payments: many errors are logged",
    ]
    assert found["counts"]["status"] == [{"count": 3, "name": "Alert"}]
    assert found["monitors"][0]["metrics"] == ["trace.servlet.request.duration"]


async def test_a_downtime_mutes_its_monitors(play: Play) -> None:
    stage = await play("demo")
    attributes = {
        "scope": "env:production",
        "monitor_identifier": {"monitor_id": ids.MONITOR_ID},
        "schedule": {"end": "2026-09-21T16:00:00Z"},
    }

    await stage.post("/api/v2/downtime", {"data": {"type": "downtime", "attributes": attributes}})
    monitor = await stage.get(f"/api/v1/monitor/{ids.MONITOR_ID}", with_downtimes="true")
    muted = await stage.get("/api/v1/monitor/search", query="muted:true")

    assert [each["scope"] for each in monitor["matching_downtimes"]] == [["env:production"]]
    assert ids.MONITOR_ID in [each["id"] for each in muted["monitors"]]


async def test_slos_are_filtered(play: Play) -> None:
    stage = await play("demo")

    for parameters in (
        {"ids": ids.REDIS_SLO_ID},
        {"query": "redis"},
        {"tags_query": "service:redis"},
        {"metrics_query": "trace.redis.command"},
        {"limit": 1, "offset": 1},
    ):
        listed = await stage.get("/api/v1/slo", **parameters)
        assert [slo["id"] for slo in listed["data"]] == [ids.REDIS_SLO_ID], parameters
    assert listed["metadata"]["page"] == {"total_count": 2, "total_filtered_count": 2}


async def test_slos_are_searched_with_their_status(play: Play) -> None:
    stage = await play("incident")

    found = await stage.get("/api/v1/slo/search", query="service:payments env:production")

    attributes = found["data"]["attributes"]["slos"][0]["data"]["attributes"]
    assert attributes["overall_status"][0]["state"] == "breached"
    assert attributes["overall_status"][0]["error_budget_remaining"] < 0
    assert found["meta"]["pagination"]["total"] == 1


async def test_the_history_of_an_slo_shows_the_errors(play: Play) -> None:
    stage = await play("demo")

    history = await stage.get(
        f"/api/v1/slo/{ids.PAYMENTS_SLO_ID}/history", from_ts=NOW - 7200, to_ts=NOW
    )

    series = history["data"]["series"]
    good, total = series["numerator"]["values"], series["denominator"]["values"]
    assert len(series["times"]) == len(good) == len(total)
    assert good[0] / total[0] > 0.99
    assert good[-1] / total[-1] < 0.85


async def test_the_history_of_ages_is_coarse(play: Play) -> None:
    stage = await play("demo")

    history = await stage.get(
        f"/api/v1/slo/{ids.PAYMENTS_SLO_ID}/history", from_ts=1, to_ts="9" * 30
    )

    assert len(history["data"]["series"]["times"]) <= 102


async def test_incidents_are_paged_and_found_by_public_id(play: Play) -> None:
    stage = await play("demo")

    second = await stage.get("/api/v2/incidents", **{"page[size]": 1, "page[offset]": 1})
    by_number = await stage.get(f"/api/v2/incidents/{ids.INCIDENT_PUBLIC_ID}", include="users")
    newest = await stage.get("/api/v2/incidents/search", query="*", **{"page[size]": 1})
    oldest = await stage.get("/api/v2/incidents/search", query="*", sort="created")

    assert [each["id"] for each in second["data"]] == [ids.PAST_INCIDENT_ID]
    assert second["meta"]["pagination"] == {"size": 1, "next_offset": 2, "offset": 1}
    assert by_number["data"]["id"] == ids.INCIDENT_ID
    assert by_number["included"][0]["type"] == "users"
    found = newest["data"]["attributes"]
    assert found["total"] == 2
    assert [each["data"]["id"] for each in found["incidents"]] == [ids.INCIDENT_ID]
    assert oldest["data"]["attributes"]["incidents"][0]["data"]["id"] == ids.PAST_INCIDENT_ID


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state:active", 1),
        ("state:active AND services:payments", 1),
        ("state:(active OR resolved)", 2),
        ("state:active AND services:redis", 0),
        ("severity:SEV-2", 1),
        ("-state:resolved", 1),
        ("checkouts", 1),
    ],
)
async def test_incidents_are_searched(play: Play, query: str, found: int) -> None:
    stage = await play("demo")

    answer = await stage.get("/api/v2/incidents/search", query=query)

    assert answer["data"]["attributes"]["total"] == found


async def test_logs_are_read_page_by_page(play: Play) -> None:
    stage = await play("demo")
    body: dict[str, Any] = {
        "filter": {"query": "service:payments status:error", "from": "now-10m", "to": "now"},
        "page": {"limit": 7},
    }

    whole = await stage.post(LOGS, {**body, "page": {"limit": 1000}})
    seen, answer = [], await stage.post(LOGS, body)
    while True:
        seen += answer["data"]
        if "links" not in answer:
            break
        cursor = answer["meta"]["page"]["after"]
        answer = await stage.post(LOGS, {**body, "page": {"limit": 7, "cursor": cursor}})

    assert len(seen) > 20
    assert seen == whole["data"]
    times = [log["attributes"]["timestamp"] for log in seen]
    assert times == sorted(times, reverse=True)


async def test_logs_know_their_time_and_facets(play: Play) -> None:
    stage = await play("demo")

    async def count(query: str, start: str, end: str = "now") -> int:
        body = {"filter": {"query": query, "from": start, "to": end}, "page": {"limit": 1000}}
        return len((await stage.post(LOGS, body))["data"])

    milliseconds = str((NOW - 600) * 1000)
    assert await count("status:error", "now-10m") == await count("status:error", milliseconds)
    assert await count("status:error", "2026-09-21T14:03:20Z") == await count(
        "status:error", "now-10m"
    )
    assert await count("status:error", "now-1h", "now-40m") == 0
    assert await count("@http.status_code:>=500 env:production", "now-10m") > 20
    assert await count("status:error service:redis", "now-10m") == 0
    assert await count('"billing_zone"', "now-10m") > 0


async def test_an_empty_search_for_logs_reads_the_last_minutes(play: Play) -> None:
    stage = await play("demo")

    assert len((await stage.post(LOGS))["data"]) == 10


async def test_errors_cease_in_the_logs_too(play: Play) -> None:
    stage = await play("demo")

    await stage.post(
        f"/api/v2/feature-flags/{ids.FLAG_ID}/environments/{ids.PRODUCTION_ENVIRONMENT_ID}/disable"
    )
    stage.time.let_pass(200)
    answer = await stage.post(
        LOGS, {"filter": {"query": "service:payments status:error", "from": "now-2m"}}
    )

    assert answer["data"] == []


async def test_a_malformed_metric_query_is_an_answer_with_an_error(play: Play) -> None:
    stage = await play("demo")

    answer = await stage.get("/api/v1/query", **{"from": NOW - 60, "to": NOW}, query="avg:oops{")
    unknown = await stage.get("/api/v1/query", **{"from": NOW - 60, "to": NOW}, query="avg:x{*}")

    assert answer["status"] == "error"
    assert "Error parsing query" in answer["error"]
    assert answer["series"] == []
    assert (unknown["status"], unknown["series"]) == ("ok", [])


async def test_metric_series_say_what_they_are(play: Play) -> None:
    stage = await play("demo")

    answer = await stage.get(
        "/api/v1/query",
        **{"from": NOW - 300, "to": NOW},
        query="sum:trace.servlet.request.hits{service:payments} by {env}.as_count()",
    )

    first = answer["series"][0]
    assert answer["group_by"] == ["env"]
    assert first["scope"] == "service:payments,env:production"
    assert first["tag_set"] == ["env:production"]
    assert first["metric"] == "trace.servlet.request.hits"
    assert first["length"] == len(first["pointlist"])
    assert first["unit"][0]["name"] == "hit"


async def test_scalars_reduce_a_series(play: Play) -> None:
    stage = await play("demo")
    asked = {"data_source": "metrics", "name": "a", "query": "sum:trace.x.hits{service:redis}"}

    values = {}
    for aggregator in ("min", "avg", "max", "last", "sum"):
        attributes = {
            "from": (NOW - 300) * 1000,
            "to": NOW * 1000,
            "queries": [{**asked, "aggregator": aggregator}],
        }
        answer = await stage.post(
            "/api/v2/query/scalar", {"data": {"type": "scalar_request", "attributes": attributes}}
        )
        values[aggregator] = answer["data"]["attributes"]["columns"][0]["values"][0]

    assert values["min"] <= values["avg"] <= values["max"] < values["sum"]


def downtime(**changes: Any) -> dict[str, Any]:
    attributes = {
        "scope": "service:redis",
        "monitor_identifier": {"monitor_tags": ["service:redis"]},
        **changes,
    }
    return {"data": {"type": "downtime", "attributes": attributes}}


async def test_a_refused_change_leaves_a_downtime_as_it_was(play: Play) -> None:
    stage = await play("demo")
    created = (await stage.post("/api/v2/downtime", downtime(message="first")))["data"]
    url = f"/api/v2/downtime/{created['id']}"
    change = downtime(message="second", schedule={"end": "2020-01-01T00:00:00Z"})

    response = await stage.client.patch(url, json=change)

    assert response.status_code == 400
    assert (await stage.get(url))["data"]["attributes"] == created["attributes"]


async def test_downtimes_end_and_are_listed(play: Play) -> None:
    stage = await play("demo")
    ending = downtime(schedule={"start": None, "end": "2026-09-21T14:14:20+00:00"})
    first = (await stage.post("/api/v2/downtime", ending))["data"]
    second = (await stage.post("/api/v2/downtime", downtime()))["data"]
    stage.time.let_pass(61)

    everything = await stage.get("/api/v2/downtime")
    current = await stage.get("/api/v2/downtime", current_only="true")
    page = await stage.get("/api/v2/downtime", **{"page[limit]": 1, "page[offset]": 1})

    states = {each["id"]: each["attributes"]["status"] for each in everything["data"]}
    assert states == {first["id"]: "ended", second["id"]: "active"}
    assert [each["id"] for each in current["data"]] == [second["id"]]
    assert [each["id"] for each in page["data"]] == [first["id"]]
    assert page["meta"]["page"]["total_filtered_count"] == 2


async def test_a_downtime_is_cancelled_once(play: Play) -> None:
    stage = await play("demo")
    created = (await stage.post("/api/v2/downtime", downtime()))["data"]
    url = f"/api/v2/downtime/{created['id']}"

    first = await stage.client.delete(url)
    second = await stage.client.delete(url)

    assert (first.status_code, first.content) == (204, b"")
    assert second.status_code == 404
    assert second.json() == {"errors": ["Downtime not found"]}


async def test_flags_are_found_by_a_part_of_their_key(play: Play) -> None:
    stage = await play("demo")

    found = await stage.get("/api/v2/feature-flags", key="checkout", is_archived="false")
    page = await stage.get("/api/v2/feature-flags", limit=1, offset=1)
    archived = await stage.get("/api/v2/feature-flags", is_archived="true")

    assert [flag["attributes"]["key"] for flag in found["data"]] == [ids.FLAG_KEY]
    assert [flag["attributes"]["key"] for flag in page["data"]] == [ids.OTHER_FLAG_KEY]
    assert page["meta"]["page"] == {"total_count": 2, "total_filtered_count": 2}
    assert archived["data"] == []


async def test_flag_environments(play: Play) -> None:
    stage = await play("demo")

    listed = await stage.get("/api/v2/feature-flags/environments", name="prod")
    one = await stage.get(f"/api/v2/feature-flags/environments/{ids.STAGING_ENVIRONMENT_ID}")

    assert [each["id"] for each in listed["data"]] == [ids.PRODUCTION_ENVIRONMENT_ID]
    assert one["data"]["attributes"]["is_production"] is False


async def test_deployments_are_listed_and_recorded(play: Play) -> None:
    stage = await play("demo")
    recorded = await stage.post(
        "/api/v2/dora/deployment",
        {
            "data": {
                "attributes": {
                    "service": "cart",
                    "version": "v9",
                    "started_at": (NOW - 60) * 10**9,
                    "finished_at": NOW * 10**9,
                }
            }
        },
    )

    async def versions(**attributes: Any) -> list[str]:
        body = {"data": {"type": "dora_deployments_list_request", "attributes": attributes}}
        return [
            each["attributes"]["version"] for each in (await stage.post(DEPLOYMENTS, body))["data"]
        ]

    one = await stage.get(f"{DEPLOYMENTS}/{recorded['data']['id']}")
    assert one["data"]["attributes"]["started_at"] == "2026-09-21T14:12:20.000000Z"
    assert await versions() == ["v9", "v2.14.0", "v2.13.4"]
    assert await versions(sort="started_at", limit=1) == ["v2.13.4"]
    assert await versions(query="service:payments env:production") == ["v2.14.0", "v2.13.4"]
    assert await versions(**{"from": "2026-09-21T13:00:00Z", "to": "2026-09-21T14:00:00Z"}) == [
        "v2.14.0"
    ]


async def test_workflows_and_instances_are_listed(play: Play) -> None:
    stage = await play("demo")
    url = f"/api/v2/workflows/{ids.DEPLOY_WORKFLOW_ID}/instances"
    first = (await stage.post(url, {}))["data"]["id"]
    stage.time.let_pass(1)
    second = (await stage.post(url, {"meta": {}}))["data"]["id"]
    stage.time.let_pass(3.5)

    found = await stage.get("/api/v2/workflows", **{"filter[query]": "mitigate"})
    listed = await stage.get(url, **{"page[size]": 10})
    running = (await stage.get(f"{url}/{second}"))["data"]["attributes"]

    assert [each["id"] for each in found["data"]] == [ids.MITIGATION_WORKFLOW_ID]
    assert [each["id"] for each in listed["data"]] == [second, first]
    assert listed["meta"]["succeededCount"] == 1
    assert running["stepStateAssociations"] == [
        {"stepName": "Build", "stepState": "SUCCEEDED"},
        {"stepName": "Roll_out", "stepState": "IN_PROGRESS"},
    ]
