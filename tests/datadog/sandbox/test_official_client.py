"""Datadog's own client talks to the sandbox and understands it."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException, ForbiddenException, NotFoundException
from datadog_api_client.v1.api.authentication_api import AuthenticationApi
from datadog_api_client.v1.api.metrics_api import MetricsApi as MetricsApiV1
from datadog_api_client.v1.api.monitors_api import MonitorsApi
from datadog_api_client.v1.api.service_level_objectives_api import (
    ServiceLevelObjectivesApi as SloApiV1,
)
from datadog_api_client.v2.api.dora_metrics_api import DORAMetricsApi
from datadog_api_client.v2.api.downtimes_api import DowntimesApi
from datadog_api_client.v2.api.feature_flags_api import FeatureFlagsApi
from datadog_api_client.v2.api.incidents_api import IncidentsApi
from datadog_api_client.v2.api.logs_api import LogsApi
from datadog_api_client.v2.api.metrics_api import MetricsApi
from datadog_api_client.v2.api.service_definition_api import ServiceDefinitionApi
from datadog_api_client.v2.api.service_level_objectives_api import (
    ServiceLevelObjectivesApi as SloApiV2,
)
from datadog_api_client.v2.api.users_api import UsersApi
from datadog_api_client.v2.api.workflow_automation_api import WorkflowAutomationApi
from datadog_api_client.v2.model.dora_list_deployments_request import DORAListDeploymentsRequest
from datadog_api_client.v2.model.downtime_create_request import DowntimeCreateRequest
from datadog_api_client.v2.model.downtime_update_request import DowntimeUpdateRequest
from datadog_api_client.v2.model.incident_update_request import IncidentUpdateRequest
from datadog_api_client.v2.model.logs_list_request import LogsListRequest
from datadog_api_client.v2.model.scalar_formula_query_request import ScalarFormulaQueryRequest
from datadog_api_client.v2.model.timeseries_formula_query_request import (
    TimeseriesFormulaQueryRequest,
)
from datadog_api_client.v2.model.workflow_instance_create_request import (
    WorkflowInstanceCreateRequest,
)

from pup_tui.datadog.sandbox import Sandbox, ids

Call = Callable[[ApiClient], Any]
Ask = Callable[[Call], Awaitable[Any]]

FLAG_ID = UUID(ids.FLAG_ID)
PRODUCTION_ID = UUID(ids.PRODUCTION_ENVIRONMENT_ID)

UNSTABLE = (
    "search_incidents",
    "list_incidents",
    "get_incident",
    "update_incident",
    "get_slo_status",
)


def configuration(url: str) -> Any:
    made = Configuration(host=url, api_key={"apiKeyAuth": "api", "appKeyAuth": "app"})
    made.request_timeout = 20
    for operation in UNSTABLE:
        made.unstable_operations[operation] = True
    return made


async def call(url: str, what: Call) -> Any:
    """Run a call of the synchronous client beside the sandbox."""

    def run() -> Any:
        with warnings.catch_warnings(), ApiClient(configuration(url)) as client:
            warnings.filterwarnings("ignore", message="Using unstable operation")
            return what(client)

    return await asyncio.to_thread(run)


@pytest.fixture
async def sandbox(monkeypatch: pytest.MonkeyPatch) -> Any:
    # The client reads its site and keys from the environment before its arguments.
    for name in ("DD_SITE", "DD_API_KEY", "DD_APP_KEY", "DD_BEARER_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    async with Sandbox("demo", speed=50) as made:
        yield made


@pytest.fixture
def ask(sandbox: Sandbox) -> Ask:
    return lambda what: call(sandbox.url, what)


def unparsed(value: Any, path: str = "$") -> Iterator[str]:
    """Where the client gave up on its model and kept raw data."""
    if getattr(value, "_unparsed", False) is True:
        yield path
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from unparsed(item, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from unparsed(item, f"{path}.{key}")
    elif hasattr(value, "_data_store"):
        yield from unparsed(value._data_store, path)
    elif hasattr(value, "get_oneof_instance"):
        yield from unparsed(value.get_oneof_instance(), path)


def window(seconds: int) -> tuple[int, int]:
    now = int(datetime.now(UTC).timestamp())
    return now - seconds, now


def query_body(kind: str, **query: str) -> dict[str, Any]:
    start, end = window(300)
    asked = {
        "from": start * 1000,
        "to": end * 1000,
        "queries": [
            {"data_source": "metrics", "name": "a", "query": "sum:trace.x.hits{*}", **query}
        ],
        "formulas": [{"formula": "a"}],
    }
    return {"data": {"type": kind, "attributes": asked}}


READS: dict[str, Call] = {
    "validate": lambda api: AuthenticationApi(api).validate(),
    "list monitors": lambda api: MonitorsApi(api).list_monitors(
        monitor_tags="service:payments", with_downtimes=True
    ),
    "get monitor": lambda api: MonitorsApi(api).get_monitor(ids.MONITOR_ID),
    "search monitors": lambda api: MonitorsApi(api).search_monitors(query="status:alert"),
    "list slos": lambda api: SloApiV1(api).list_slos(tags_query="service:payments"),
    "get slo": lambda api: SloApiV1(api).get_slo(ids.PAYMENTS_SLO_ID),
    "search slos": lambda api: SloApiV1(api).search_slo(query="service:redis env:production"),
    "slo history": lambda api: SloApiV1(api).get_slo_history(ids.PAYMENTS_SLO_ID, *window(86400)),
    "slo status": lambda api: SloApiV2(api).get_slo_status(ids.PAYMENTS_SLO_ID, *window(86400)),
    "list incidents": lambda api: IncidentsApi(api).list_incidents(page_size=5),
    "get incident": lambda api: IncidentsApi(api).get_incident(ids.INCIDENT_ID),
    "query metrics": lambda api: MetricsApiV1(api).query_metrics(
        *window(300), "sum:trace.servlet.request.hits{service:payments} by {env}"
    ),
    "malformed metrics": lambda api: MetricsApiV1(api).query_metrics(*window(300), "nonsense"),
    "time series": lambda api: MetricsApi(api).query_timeseries_data(
        TimeseriesFormulaQueryRequest(**query_body("timeseries_request"))
    ),
    "scalar": lambda api: MetricsApi(api).query_scalar_data(
        ScalarFormulaQueryRequest(**query_body("scalar_request", aggregator="avg"))
    ),
    "search logs": lambda api: LogsApi(api).list_logs(
        body=LogsListRequest(
            filter={"query": "service:payments status:error", "from": "now-30m", "to": "now"},
            page={"limit": 5},
        )
    ),
    "list downtimes": lambda api: DowntimesApi(api).list_downtimes(current_only=True),
    "list flags": lambda api: FeatureFlagsApi(api).list_feature_flags(key="checkout"),
    "get flag": lambda api: FeatureFlagsApi(api).get_feature_flag(FLAG_ID),
    "list flag environments": lambda api: FeatureFlagsApi(api).list_feature_flags_environments(),
    "list workflows": lambda api: WorkflowAutomationApi(api).list_workflows(),
    "get workflow": lambda api: WorkflowAutomationApi(api).get_workflow(ids.DEPLOY_WORKFLOW_ID),
    "list instances": lambda api: WorkflowAutomationApi(api).list_workflow_instances(
        ids.DEPLOY_WORKFLOW_ID
    ),
    "list deployments": lambda api: DORAMetricsApi(api).list_dora_deployments(
        DORAListDeploymentsRequest(
            data={"type": "dora_deployments_list_request", "attributes": {"limit": 5}}
        )
    ),
    "list users": lambda api: UsersApi(api).list_users(page_size=5),
    "list services": lambda api: ServiceDefinitionApi(api).list_service_definitions(),
    "get service": lambda api: ServiceDefinitionApi(api).get_service_definition("payments"),
}


@pytest.mark.parametrize("name", READS)
async def test_the_client_understands(ask: Ask, name: str) -> None:
    answer = await ask(READS[name])

    assert list(unparsed(answer)) == []


async def test_the_search_for_incidents_gives_what_the_model_does_not_say(ask: Ask) -> None:
    """The model lags behind the API here: recorded answers stay unparsed just the same."""
    found = await ask(lambda api: IncidentsApi(api).search_incidents("state:active"))

    assert found.to_dict()["data"]["attributes"]["total"] == 1


async def test_pages_of_logs_follow_each_other(ask: Ask, sandbox: Sandbox) -> None:
    start, end = window(1500)

    def read_all(api: ApiClient) -> list[Any]:
        body = LogsListRequest(
            filter={"query": "status:error", "from": str(start * 1000), "to": str(end * 1000)},
            page={"limit": 20},
        )
        return list(LogsApi(api).list_logs_with_pagination(body=body))

    logs = await ask(read_all)

    searches = [each for each in sandbox.requests if each.path == "/api/v2/logs/events/search"]
    assert len(logs) > 40
    assert len({log.id for log in logs}) == len(logs)
    assert len(searches) == -(-len(logs) // 20)


async def test_a_downtime_from_beginning_to_end(ask: Ask) -> None:
    end = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    body = DowntimeCreateRequest(
        data={
            "type": "downtime",
            "attributes": {
                "scope": "service:redis",
                "message": "maintenance",
                "monitor_identifier": {"monitor_tags": ["service:redis"]},
                "schedule": {"start": None, "end": end},
            },
        }
    )

    created = await ask(lambda api: DowntimesApi(api).create_downtime(body))
    change = DowntimeUpdateRequest(
        data={"type": "downtime", "id": created.data.id, "attributes": {"message": "longer"}}
    )
    changed = await ask(lambda api: DowntimesApi(api).update_downtime(created.data.id, change))
    listed = await ask(lambda api: DowntimesApi(api).list_downtimes(current_only=True))
    await ask(lambda api: DowntimesApi(api).cancel_downtime(created.data.id))
    cancelled = await ask(lambda api: DowntimesApi(api).get_downtime(created.data.id))

    for answer in (created, changed, listed, cancelled):
        assert list(unparsed(answer)) == []
    assert str(created.data.attributes.status) == "active"
    assert changed.data.attributes.message == "longer"
    assert [each.id for each in listed.data] == [created.data.id]
    assert str(cancelled.data.attributes.status) == "canceled"


async def test_a_flag_is_switched(ask: Ask) -> None:
    await ask(
        lambda api: FeatureFlagsApi(api).disable_feature_flag_environment(FLAG_ID, PRODUCTION_ID)
    )
    flag = await ask(lambda api: FeatureFlagsApi(api).get_feature_flag(FLAG_ID))

    states = {
        each.environment_name: str(each.status)
        for each in flag.data.attributes.feature_flag_environments
    }
    assert states == {"production": "DISABLED", "staging": "ENABLED"}


async def test_a_workflow_is_run_and_cancelled(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.world.workflows[0].seconds = 3600 * 50
    body = WorkflowInstanceCreateRequest(meta={"payload": {"service": "payments"}})

    started = await ask(
        lambda api: WorkflowAutomationApi(api).create_workflow_instance(
            ids.DEPLOY_WORKFLOW_ID, body
        )
    )
    await ask(
        lambda api: WorkflowAutomationApi(api).cancel_workflow_instance(
            ids.DEPLOY_WORKFLOW_ID, started.data.id
        )
    )
    instance = await ask(
        lambda api: WorkflowAutomationApi(api).get_workflow_instance(
            ids.DEPLOY_WORKFLOW_ID, started.data.id
        )
    )

    shown = instance.data.attributes.to_dict()
    assert list(unparsed(instance)) == []
    assert shown["instanceStatus"]["detailsKind"] == "CANCELED"


async def test_an_incident_is_resolved(ask: Ask) -> None:
    body = IncidentUpdateRequest(
        data={
            "type": "incidents",
            "id": ids.INCIDENT_ID,
            "attributes": {"fields": {"state": {"type": "dropdown", "value": "resolved"}}},
        }
    )

    updated = await ask(lambda api: IncidentsApi(api).update_incident(ids.INCIDENT_ID, body))

    assert list(unparsed(updated)) == []
    assert updated.data.attributes.state == "resolved"
    assert updated.data.attributes.resolved is not None


REFUSALS: dict[str, tuple[Call, int]] = {
    "monitor": (lambda api: MonitorsApi(api).get_monitor(1), 404),
    "slo": (lambda api: SloApiV1(api).get_slo("0" * 32), 404),
    "incident": (lambda api: IncidentsApi(api).get_incident("not-an-id"), 400),
    "downtime": (lambda api: DowntimesApi(api).get_downtime("not-an-id"), 400),
    "workflow": (lambda api: WorkflowAutomationApi(api).get_workflow("not-an-id"), 400),
    "flag": (
        lambda api: FeatureFlagsApi(api).get_feature_flag(PRODUCTION_ID),
        404,
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_the_client_understands_refusals(ask: Ask, name: str) -> None:
    what, status = REFUSALS[name]

    with pytest.raises(ApiException) as raised:
        await ask(what)

    assert raised.value.status == status
    assert raised.value.body["errors"]
    assert isinstance(raised.value, NotFoundException) == (status == 404)


async def test_with_a_refused_key_the_client_is_forbidden(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.world.refused_keys.add("app")

    with pytest.raises(ForbiddenException) as raised:
        await ask(READS["get monitor"])

    assert raised.value.body == {"errors": ["Forbidden"]}
