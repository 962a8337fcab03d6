from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest

from pup_tui.datadog.sandbox import SCENARIOS, Sandbox, ids

Play = Callable[..., Awaitable[Any]]

ERRORS = "avg:trace.servlet.request.errors{service:payments}"
COMMANDS = "sum:trace.redis.command.hits{service:redis}.as_count()"
FLAG = f"/api/v2/feature-flags/{ids.FLAG_ID}"
DOWNTIME = {
    "data": {
        "type": "downtime",
        "attributes": {
            "scope": "service:redis",
            "monitor_identifier": {"monitor_tags": ["service:redis"]},
            "schedule": {"start": None, "end": None},
        },
    }
}


async def run_workflow(stage: Any, workflow: str, **inputs: str) -> str:
    answer = await stage.post(
        f"/api/v2/workflows/{workflow}/instances", {"meta": {"payload": inputs}}
    )
    return f"/api/v2/workflows/{workflow}/instances/{answer['data']['id']}"


async def state_of(stage: Any, instance: str) -> str:
    attributes = (await stage.get(instance))["data"]["attributes"]
    assert ("endTimestamp" in attributes) == (
        attributes["instanceStatus"]["detailsKind"] != "IN_PROGRESS"
    )
    return str(attributes["instanceStatus"]["detailsKind"])


async def monitor_state(stage: Any) -> str:
    return str((await stage.get(f"/api/v1/monitor/{ids.MONITOR_ID}"))["overall_state"])


async def samples(stage: Any, query: str, times: int, every: float) -> list[float]:
    taken = []
    for _ in range(times):
        taken.append(await stage.newest(query))
        stage.time.let_pass(every)
    return taken


def test_every_scenario_says_what_it_is() -> None:
    assert set(SCENARIOS) == {"demo", "incident", "deployment", "drain", "quiet", "rate-limited"}
    assert all(scenario.__doc__ for scenario in SCENARIOS.values())


def test_an_unknown_scenario_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no scenario 'demonstration'; there are: demo, incident"):
        Sandbox("demonstration")


@pytest.mark.parametrize("scenario", ["demo", "incident", "rate-limited"])
async def test_payments_has_a_live_incident(play: Play, scenario: str) -> None:
    stage = await play(scenario)

    found = await stage.get("/api/v2/incidents/search", query="state:active AND services:payments")
    logs = await stage.post(
        "/api/v2/logs/events/search",
        {"filter": {"query": "service:payments status:error", "from": "now-30m"}},
    )

    (incident,) = found["data"]["attributes"]["incidents"]
    assert incident["data"]["id"] == ids.INCIDENT_ID
    assert incident["data"]["attributes"]["severity"] == "SEV-2"
    assert logs["data"]
    assert await monitor_state(stage) == "Alert"


async def test_the_errors_began_with_the_flag(play: Play) -> None:
    stage = await play("demo")
    now = int(stage.time.now())

    answer = await stage.get("/api/v1/query", **{"from": now - 3600, "to": now}, query=ERRORS)

    before = [value for time, value in answer["series"][0]["pointlist"][:25]]
    since = [value for time, value in answer["series"][0]["pointlist"][-25:]]
    assert max(before) < 1 < 10 < min(since)


@pytest.mark.parametrize("environment", ["PRODUCTION", "STAGING"])
async def test_errors_fall_once_the_flag_is_off(play: Play, environment: str) -> None:
    stage = await play("demo")
    steady = await samples(stage, ERRORS, times=5, every=2)
    environment_id = getattr(ids, f"{environment}_ENVIRONMENT_ID")

    await stage.post(f"{FLAG}/environments/{environment_id}/disable")
    falling = await samples(stage, ERRORS, times=15, every=2)

    assert min(steady) > 10
    assert all(later < earlier for earlier, later in pairwise(falling))
    assert falling[-1] < 1
    assert await monitor_state(stage) == "OK"


@pytest.mark.parametrize("every", [1.0, 2.0, 5.0])
async def test_errors_fall_from_poll_to_poll_at_any_interval(play: Play, every: float) -> None:
    stage = await play("demo")

    await stage.post(f"{FLAG}/environments/{ids.PRODUCTION_ENVIRONMENT_ID}/disable")
    stage.time.let_pass(0.3)
    falling = await samples(stage, ERRORS, times=6, every=every)

    assert all(later < earlier for earlier, later in pairwise(falling))


async def test_errors_come_back_with_the_flag(play: Play) -> None:
    stage = await play("demo")
    environment = f"{FLAG}/environments/{ids.PRODUCTION_ENVIRONMENT_ID}"

    await stage.post(f"{environment}/disable")
    stage.time.let_pass(60)
    healed = await stage.newest(ERRORS)
    await stage.post(f"{environment}/enable")
    stage.time.let_pass(60)

    assert healed < 1
    assert await stage.newest(ERRORS) > 10
    assert await monitor_state(stage) == "Alert"


async def test_another_flag_changes_nothing(play: Play) -> None:
    stage = await play("demo")

    await stage.post(
        f"/api/v2/feature-flags/{ids.OTHER_FLAG_ID}"
        f"/environments/{ids.PRODUCTION_ENVIRONMENT_ID}/disable"
    )
    stage.time.let_pass(60)

    assert await stage.newest(ERRORS) > 10


async def test_an_environment_that_asks_for_approval_stays_as_it_is(play: Play) -> None:
    stage = await play("demo")
    flag = next(each for each in stage.sandbox.world.flags if each.id == ids.FLAG_ID)
    flag.environment("production").needs_approval = True

    response = await stage.client.post(
        f"{FLAG}/environments/{ids.PRODUCTION_ENVIRONMENT_ID}/disable"
    )

    assert response.status_code == 202
    shown = (await stage.get(FLAG))["data"]["attributes"]["feature_flag_environments"][0]
    assert shown["status"] == "ENABLED"
    assert shown["pending_suggestion_id"]


async def test_the_mitigation_workflow_heals_and_moves_the_incident(play: Play) -> None:
    stage = await play("demo")

    instance = await run_workflow(stage, ids.MITIGATION_WORKFLOW_ID, service="payments")
    assert await state_of(stage, instance) == "IN_PROGRESS"
    stage.time.let_pass(3.9)
    assert await state_of(stage, instance) == "IN_PROGRESS"
    stage.time.let_pass(0.2)
    assert await state_of(stage, instance) == "SUCCEEDED"
    stage.time.let_pass(30)

    attributes = (await stage.get(instance))["data"]["attributes"]
    incident = (await stage.get(f"/api/v2/incidents/{ids.INCIDENT_ID}"))["data"]["attributes"]
    flag = (await stage.get(FLAG))["data"]["attributes"]["feature_flag_environments"][0]
    assert attributes["outputs"]["status"] == "DISABLED"
    assert incident["state"] == incident["fields"]["state"]["value"] == "stable"
    assert "new-checkout" in incident["fields"]["root_cause"]["value"]
    assert flag["status"] == "DISABLED"
    assert await stage.newest(ERRORS) < 1


@pytest.mark.parametrize("scenario", ["demo", "deployment"])
async def test_the_monitor_recovers_after_the_deployment(play: Play, scenario: str) -> None:
    stage = await play(scenario)
    assert await monitor_state(stage) == "Alert"

    instance = await run_workflow(stage, ids.DEPLOY_WORKFLOW_ID, service="payments")
    stage.time.let_pass(4.5)
    assert await state_of(stage, instance) == "SUCCEEDED"
    assert await monitor_state(stage) == "Alert"
    stage.time.let_pass(25)

    assert await monitor_state(stage) == "OK"


async def test_a_deployment_is_recorded(play: Play) -> None:
    stage = await play("demo")
    listing = {
        "data": {
            "type": "dora_deployments_list_request",
            "attributes": {"query": "service:payments"},
        }
    }
    before = (await stage.post("/api/v2/dora/deployments", listing))["data"]

    await run_workflow(stage, ids.DEPLOY_WORKFLOW_ID, SERVICE="payments")
    stage.time.let_pass(5)
    after = (await stage.post("/api/v2/dora/deployments", listing))["data"]

    assert [each["attributes"]["version"] for each in before] == ["v2.14.0", "v2.13.4"]
    assert [each["attributes"]["version"] for each in after] == ["v2.14.1", "v2.14.0", "v2.13.4"]


async def test_deploying_another_service_does_not_heal_payments(play: Play) -> None:
    stage = await play("deployment")

    await run_workflow(stage, ids.DEPLOY_WORKFLOW_ID, service="cart", version="v1.0.0")
    stage.time.let_pass(60)

    assert await monitor_state(stage) == "Alert"


async def test_only_a_deployment_helps_in_its_scenario(play: Play) -> None:
    stage = await play("deployment")

    await stage.post(f"{FLAG}/environments/{ids.STAGING_ENVIRONMENT_ID}/disable")
    stage.time.let_pass(60)

    assert await monitor_state(stage) == "Alert"


async def test_a_workflow_can_fail(play: Play) -> None:
    stage = await play("demo")

    instance = await run_workflow(stage, ids.FAILING_WORKFLOW_ID)
    stage.time.let_pass(5)

    assert await state_of(stage, instance) == "FAILED"
    steps = (await stage.get(instance))["data"]["attributes"]["stepStateAssociations"]
    assert steps == [{"stepName": "Restart", "stepState": "FAILED"}]


async def test_a_cancelled_workflow_has_no_effect(play: Play) -> None:
    stage = await play("deployment")

    instance = await run_workflow(stage, ids.DEPLOY_WORKFLOW_ID)
    stage.time.let_pass(2)
    cancelled = await stage.client.put(f"{instance}/cancel")
    stage.time.let_pass(60)

    assert cancelled.json() == {}
    assert await state_of(stage, instance) == "CANCELED"
    assert await monitor_state(stage) == "Alert"
    assert (await stage.get(instance.rpartition("/")[0]))["meta"]["canceledCount"] == 1


async def test_what_fell_due_unseen_took_effect_in_its_time(play: Play) -> None:
    watched, unseen = await play("demo"), await play("demo")
    for stage in (watched, unseen):
        await run_workflow(stage, ids.DEPLOY_WORKFLOW_ID)
    for _ in range(10):
        watched.time.let_pass(1)
        await watched.newest(ERRORS)
    unseen.time.let_pass(10)

    assert await unseen.newest(ERRORS) == await watched.newest(ERRORS)


@pytest.mark.parametrize("scenario", ["demo", "drain"])
async def test_redis_drains_under_a_downtime_and_comes_back(play: Play, scenario: str) -> None:
    stage = await play(scenario)

    created = await stage.post("/api/v2/downtime", DOWNTIME)
    draining = await samples(stage, COMMANDS, times=8, every=2)
    drained = await stage.newest(COMMANDS, window=60)
    await stage.client.delete(f"/api/v2/downtime/{created['data']['id']}")
    stage.time.let_pass(15)

    assert draining[0] > 500
    assert draining[-1] < draining[2] < draining[0]
    assert drained == 0
    assert await stage.newest(COMMANDS, window=60) > 500


async def test_redis_drains_while_it_is_watched_without_a_downtime(play: Play) -> None:
    stage = await play("drain")
    stage.time.let_pass(300)

    first = await stage.newest(COMMANDS, window=60)
    stage.time.let_pass(15)

    assert first > 500
    assert await stage.newest(COMMANDS, window=60) < 5


async def test_a_downtime_that_begins_later_drains_later(play: Play) -> None:
    stage = await play("quiet")
    attributes = {**DOWNTIME["data"]["attributes"]}  # type: ignore[dict-item]
    attributes["schedule"] = {"start": "2026-09-21T14:14:20+00:00"}
    body = {"data": {"type": "downtime", "attributes": attributes}}

    created = await stage.post("/api/v2/downtime", body)
    before = await stage.newest(COMMANDS)
    stage.time.let_pass(120)
    began = await stage.get(f"/api/v2/downtime/{created['data']['id']}")
    stage.time.let_pass(30)

    assert created["data"]["attributes"]["status"] == "scheduled"
    assert began["data"]["attributes"]["status"] == "active"
    assert before > 500
    assert await stage.newest(COMMANDS) == 0


async def test_any_service_drains_under_its_own_downtime_only(play: Play) -> None:
    stage = await play("quiet")
    attributes = {
        "scope": "env:production AND service:payments",
        "monitor_identifier": {"monitor_tags": ["*"]},
    }

    await stage.post("/api/v2/downtime", {"data": {"type": "downtime", "attributes": attributes}})
    stage.time.let_pass(20)

    assert await stage.newest("sum:trace.servlet.request.hits{service:payments}.as_count()") == 0
    assert await stage.newest(COMMANDS) > 500


async def test_nothing_is_wrong_when_it_is_quiet(play: Play) -> None:
    stage = await play("quiet")
    stage.time.let_pass(60)

    monitors = await stage.get("/api/v1/monitor")
    active = await stage.get("/api/v2/incidents/search", query="state:active")
    slos = await stage.get("/api/v1/slo/search")
    logs = await stage.post(
        "/api/v2/logs/events/search", {"filter": {"query": "status:error", "from": "now-5m"}}
    )

    assert {monitor["overall_state"] for monitor in monitors} == {"OK"}
    assert active["data"]["attributes"]["total"] == 0
    states = [
        slo["data"]["attributes"]["status"]["state"] for slo in slos["data"]["attributes"]["slos"]
    ]
    assert states == ["ok", "ok"]
    assert logs["data"] == []


async def test_speed_makes_it_all_pass_faster(play: Play) -> None:
    stage = await play("demo", speed=10)

    instance = await run_workflow(stage, ids.DEPLOY_WORKFLOW_ID)
    stage.time.let_pass(0.5)
    assert await state_of(stage, instance) == "SUCCEEDED"
    stage.time.let_pass(2.5)

    assert await monitor_state(stage) == "OK"
