from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pup_tui.datadog import workflows
from pup_tui.datadog.client import DatadogClient
from pup_tui.datadog.errors import DatadogError
from tests.support.fake_server import FakeServer, Reply

MakeClient = Callable[..., DatadogClient]


async def test_starting_sends_the_inputs_with_their_types(
    client_of: MakeClient, recorded: Callable[[str], Any]
) -> None:
    async with (
        FakeServer(Reply(200, recorded("dd-077"))) as server,
        client_of(server.url) as client,
    ):
        started = await workflows.start_workflow(client, "w-1", {"n": 1, "text": "x"})
    assert started == "111e18d6-3f19-4ada-91d3-ab1e1546b8b4"
    (asked,) = server.requests
    assert f"{asked.method} {asked.path}" == "POST /api/v2/workflows/w-1/instances"
    assert asked.json == {"meta": {"payload": {"n": 1, "text": "x"}}}


async def test_a_start_is_never_repeated(client_of: MakeClient) -> None:
    async with FakeServer(Reply(502)) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="HTTP 502"):
            await workflows.start_workflow(client, "w-1")
    assert len(server.requests) == 1


async def test_reading_and_cancelling(client_of: MakeClient) -> None:
    async with FakeServer(Reply(200, {})) as server, client_of(server.url) as client:
        await workflows.get_instance(client, "w/1", "i-1")
        await workflows.cancel_instance(client, "w/1", "i-1")
    assert [f"{r.method} {r.path}" for r in server.requests] == [
        "GET /api/v2/workflows/w%2F1/instances/i-1",
        "PUT /api/v2/workflows/w%2F1/instances/i-1/cancel",
    ]


@pytest.mark.parametrize("workflow_id", ["", "  ", "..", "."])
async def test_an_empty_id_is_refused_before_anything_is_sent(
    client_of: MakeClient, workflow_id: str
) -> None:
    async with FakeServer() as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="workflow id"):
            await workflows.start_workflow(client, workflow_id)
    assert server.requests == []


@pytest.mark.parametrize(
    "body", [None, [], {}, {"data": None}, {"data": []}, {"data": {"id": ""}}, {"data": {"id": 5}}]
)
def test_no_instance_id_is_a_failure(body: Any) -> None:
    with pytest.raises(DatadogError, match="named no workflow instance"):
        workflows.instance_id(body)


def test_the_recorded_instance_has_ended(recorded: Callable[[str], Any]) -> None:
    assert workflows.instance_state(recorded("dd-081")) == ("CANCELED", True)


@pytest.mark.parametrize(
    ("attributes", "state"),
    [
        ({"instanceStatus": {"detailsKind": "IN_PROGRESS"}}, ("IN_PROGRESS", False)),
        ({"instanceStatus": {"detailsKind": "SUCCEEDED"}}, ("SUCCEEDED", True)),
        ({"instanceStatus": {"detailsKind": "ODD"}, "endTimestamp": "2026"}, ("ODD", True)),
        ({"instanceStatus": {"detailsKind": "ODD"}}, ("ODD", False)),
        ({"endTimestamp": "2026"}, ("UNKNOWN", True)),
        ({"status": "success"}, ("UNKNOWN", False)),
        ({}, ("UNKNOWN", False)),
        (None, ("UNKNOWN", False)),
    ],
)
def test_the_state_of_an_instance(attributes: Any, state: tuple[str, bool]) -> None:
    assert workflows.instance_state({"data": {"attributes": attributes}}) == state


@pytest.mark.parametrize("state", ["SUCCEEDED", "SUCCESS"])
def test_success(state: str) -> None:
    assert workflows.end_problem(state) is None


@pytest.mark.parametrize("state", ["FAILED", "CANCELED", "TIMED_OUT", "ODD", "UNKNOWN"])
def test_every_other_end_is_named(state: str) -> None:
    assert state in (workflows.end_problem(state) or "")
