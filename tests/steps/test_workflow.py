from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from pup_tui.core.requests import WorkflowRequest
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.datadog.sandbox import Sandbox, ids
from pup_tui.steps import workflow
from pup_tui.steps.workflow import WorkflowExecutor
from tests.support.http_server import FakeServer, Recorded, Reply, Write

if TYPE_CHECKING:
    from collections.abc import Callable

    from pup_tui.steps.executor import Context, Stop
    from tests.support.executors import RecordingSink

    Account = Callable[[str], DatadogConfiguration]


def request(workflow_id: str = "w-1", **inputs: Any) -> WorkflowRequest:
    return WorkflowRequest(workflow_id=workflow_id, inputs=inputs, interval=0.01)


STARTED = Reply(200, {"data": {"id": "i-1"}})


def instance(state: str, *, ended: bool = False) -> Reply:
    attributes: dict[str, Any] = {"instanceStatus": {"detailsKind": state}}
    if ended:
        attributes["endTimestamp"] = "2026-01-01T00:00:00Z"
    return Reply(200, {"data": {"id": "i-1", "attributes": attributes}})


class TestAgainstTheSandbox:
    async def test_follows_to_success(
        self, account: Account, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        def clock() -> float:
            """The workflow takes until it was seen under way."""
            return 60.0 if b"IN_PROGRESS" in sink.stderr else 0.0

        async with Sandbox(clock=clock) as sandbox, asyncio.timeout(30):
            outcome = await WorkflowExecutor(account(sandbox.url)).run(
                request(ids.DEPLOY_WORKFLOW_ID, service="payments", version="2.0.0"),
                *(sink, stop, context),
            )
        assert (outcome.ok, outcome.reason) == (True, "")
        document = json.loads(sink.stdout)
        instance = f"workflow instance {document['data']['id']}"
        assert [line.removeprefix("[pup-tui] ") for line in sink.stderr.decode().splitlines()] == [
            f"{instance} started",
            "its step Build: IN_PROGRESS",
            f"{instance}: IN_PROGRESS",
            "its step Build: SUCCEEDED",
            "its step Roll_out: SUCCEEDED",
            f"{instance}: SUCCEEDED",
        ]

    async def test_names_a_failed_end(
        self, account: Account, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        async with Sandbox(speed=40) as sandbox, asyncio.timeout(30):
            outcome = await WorkflowExecutor(account(sandbox.url)).run(
                request(ids.FAILING_WORKFLOW_ID), sink, stop, context
            )
        assert not outcome.ok
        assert outcome.reason.startswith("the workflow ended as ")
        assert json.loads(sink.stdout)["data"]["id"]

    async def test_side_by_side_each_follows_its_own(
        self, account: Account, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        async with Sandbox(speed=40) as sandbox, asyncio.timeout(30):
            executor = WorkflowExecutor(account(sandbox.url))
            good, bad = await asyncio.gather(
                executor.run(request(ids.DEPLOY_WORKFLOW_ID, service="x"), sink, stop, context),
                executor.run(request(ids.FAILING_WORKFLOW_ID), sink, stop, context),
            )
        assert (good.ok, bad.ok) == (True, False)

    async def test_stop_cancels_the_instance(
        self, account: Account, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        async with Sandbox() as sandbox, asyncio.timeout(30):
            running = asyncio.create_task(
                WorkflowExecutor(account(sandbox.url)).run(
                    request(ids.DEPLOY_WORKFLOW_ID, service="payments"), sink, stop, context
                )
            )
            await sink.seen(b"IN_PROGRESS", "stderr")
            stop.set()
            outcome = await running
            (started,) = sandbox.world.instances
        assert not outcome.ok
        assert outcome.reason == (
            f"cancelled; the workflow instance {started.id} was cancelled as well"
        )
        assert started.state == "CANCELED"

    async def test_cancelled_task_cancels_the_instance(
        self, account: Account, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        async with Sandbox() as sandbox, asyncio.timeout(30):
            running = asyncio.create_task(
                WorkflowExecutor(account(sandbox.url)).run(
                    request(ids.DEPLOY_WORKFLOW_ID, service="payments"), sink, stop, context
                )
            )
            await sink.seen(b"IN_PROGRESS", "stderr")
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert sandbox.world.instances[0].state == "CANCELED"


@pytest.mark.parametrize("workflow_id", ["", "  "])
async def test_empty_id_sends_nothing(
    account: Account, sink: RecordingSink, stop: Stop, context: Context, workflow_id: str
) -> None:
    async with FakeServer() as server:
        outcome = await WorkflowExecutor(account(server.url)).run(
            request(workflow_id), sink, stop, context
        )
    assert outcome.reason == "`workflow_id` is empty; nothing was started"
    assert server.requests == []


async def test_unknown_end_state_fails_and_is_named(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    async with FakeServer(STARTED, instance("PONDERED", ended=True)) as server:
        outcome = await WorkflowExecutor(account(server.url)).run(request(), sink, stop, context)
    assert not outcome.ok
    assert "PONDERED" in outcome.reason


async def test_one_failing_look_does_not_end_it(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    replies = (STARTED, instance("IN_PROGRESS"), Reply(404), instance("SUCCEEDED", ended=True))
    async with FakeServer(*replies) as server:
        outcome = await WorkflowExecutor(account(server.url)).run(request(), sink, stop, context)
    assert outcome.ok
    assert b"looking again: GET" in sink.stderr


async def test_a_rate_limit_on_looks_is_waited_for(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    limited = Reply(429, headers={"X-RateLimit-Reset": "200"})
    around = replace(context, time_left=lambda: 30.0)
    async with FakeServer(STARTED, limited, instance("SUCCEEDED", ended=True)) as server:
        executor = WorkflowExecutor(account(server.url))
        running = asyncio.create_task(executor.run(request(), sink, stop, around))
        await sink.seen(b"cannot see the workflow instance, looking again in 200 s: ", "stderr")
        stop.set()
        outcome = await running
    assert outcome.ok
    assert [each.method for each in server.requests] == ["POST", "GET", "GET"]


async def test_gives_up_when_every_look_fails_and_says_that_it_may_run(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    async with FakeServer(STARTED, Reply(403)) as server:
        outcome = await WorkflowExecutor(account(server.url)).run(request(), sink, stop, context)
    assert (outcome.ok, outcome.is_unknown, outcome.status_code) == (False, True, 403)
    assert "instance i-1, which may still run" in outcome.reason
    assert outcome.reason.endswith("it needs the permission workflows_read")
    assert len(server.requests) == 1 + workflow.MISSES


async def test_refused_start_is_told(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    async with FakeServer(Reply(400, {"errors": ["no API trigger"]})) as server:
        outcome = await WorkflowExecutor(account(server.url)).run(request(), sink, stop, context)
    assert (outcome.ok, outcome.is_unknown, outcome.status_code) == (False, False, 400)
    assert "no API trigger" in outcome.reason


async def _half(_: Recorded, write: Write) -> None:
    await write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1")


async def _hang_up(_: Recorded, write: Write) -> None:
    await write(b"")


async def _garbled(_: Recorded, write: Write) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\n"
    await write(head + b"x")


@pytest.mark.parametrize(
    "answer",
    [
        Reply(504),
        Reply(500, {"errors": ["?"]}),
        Reply(200),
        Reply(200, {}),
        _half,
        _hang_up,
        _garbled,
    ],
)
async def test_a_start_that_datadog_may_have_carried_out_is_unknown(
    account: Account, sink: RecordingSink, stop: Stop, context: Context, answer: Any
) -> None:
    served = FakeServer(answer) if isinstance(answer, Reply) else FakeServer(handler=answer)
    async with served as server:
        outcome = await WorkflowExecutor(account(server.url)).run(request(), sink, stop, context)
    assert (outcome.ok, outcome.is_unknown) == (False, True)
    assert outcome.reason.endswith("it may run: look at its run history")
    assert len(server.requests) == 1


async def test_a_start_that_never_left_is_a_failure(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    async with FakeServer() as server:
        gone = server.url
    outcome = await WorkflowExecutor(account(gone)).run(request(), sink, stop, context)
    assert (outcome.ok, outcome.is_unknown) == (False, False)


async def test_a_start_that_is_not_allowed_names_the_permission(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    async with FakeServer(Reply(403, {"errors": ["Forbidden"]})) as server:
        outcome = await WorkflowExecutor(account(server.url)).run(request(), sink, stop, context)
    assert outcome.reason.endswith("it needs the permission workflows_run")


async def test_stop_while_it_starts_still_cancels_the_instance(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    asked: list[str] = []

    async def slow_start(recorded: Recorded, _: Write) -> Reply:
        asked.append(f"{recorded.method} {recorded.path.rpartition('/')[2]}")
        if recorded.method == "POST":
            stop.set()
            await asyncio.sleep(0.05)
            return STARTED
        return instance("IN_PROGRESS")

    async with FakeServer(handler=slow_start) as server:
        outcome = await WorkflowExecutor(account(server.url)).run(request(), sink, stop, context)
    assert outcome.reason == "cancelled; the workflow instance i-1 was cancelled as well"
    assert (asked[0], asked[-1]) == ("POST instances", "PUT cancel")


async def test_an_instance_that_has_ended_when_the_stop_comes_is_not_cancelled(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    answers = [STARTED, instance("IN_PROGRESS"), instance("SUCCEEDED", ended=True)]
    seldom = WorkflowRequest(workflow_id="w-1", inputs={}, interval=1000)
    async with FakeServer(*answers) as server, asyncio.timeout(60):
        running = asyncio.create_task(
            WorkflowExecutor(account(server.url)).run(seldom, sink, stop, context)
        )
        await sink.seen(b"IN_PROGRESS", "stderr")
        stop.set()
        outcome = await running
        asked = [recorded.method for recorded in server.requests]
    assert (outcome.ok, outcome.stopped) == (True, False)
    assert asked == ["POST", "GET", "GET"]


async def test_stop_while_nothing_answers_the_start(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    async def silence(_: Recorded, __: Write) -> None:
        stop.set()
        await asyncio.sleep(60)

    async with FakeServer(handler=silence) as server, asyncio.timeout(30):
        outcome = await WorkflowExecutor(account(server.url)).run(request(), sink, stop, context)
    assert (outcome.stopped, outcome.is_unknown) == (True, True)
    assert outcome.reason.startswith("cancelled; the workflow was being started; it may run")


async def test_cancel_that_fails_is_told(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    async def stubborn(recorded: Recorded, _: Write) -> Reply:
        if recorded.method == "POST":
            return STARTED
        if recorded.method == "PUT":
            return Reply(409, {"errors": ["too late"]})
        stop.set()
        return instance("IN_PROGRESS")

    async with FakeServer(handler=stubborn) as server:
        outcome = await WorkflowExecutor(account(server.url)).run(request(), sink, stop, context)
    assert (outcome.stopped, outcome.is_unknown) == (True, True)
    assert outcome.reason.startswith("cancelled; the workflow instance i-1 could not be cancelled")
    assert "too late" in outcome.reason


async def test_missing_credentials_are_told(
    sink: RecordingSink, stop: Stop, context: Context
) -> None:
    outcome = await WorkflowExecutor(DatadogConfiguration()).run(request(), sink, stop, context)
    assert "DD_API_KEY" in outcome.reason


async def test_a_stop_while_it_waits_for_a_rate_limit_ends_it_at_once(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    async with FakeServer(Reply(429, headers={"X-RateLimit-Reset": "200"})) as server:
        patient = replace(context, grace=600.0)
        running = asyncio.create_task(
            WorkflowExecutor(account(server.url)).run(request(), sink, stop, patient)
        )
        await sink.seen(b"trying again in 200 s", "stderr")
        stop.set()
        async with asyncio.timeout(60):
            outcome = await running
    assert (outcome.stopped, outcome.reason) == (True, "cancelled; nothing was started")
    assert len(server.requests) == 1


async def test_it_tells_by_what_its_instance_can_be_followed(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    told: list[str] = []
    async with FakeServer(STARTED, instance("SUCCEEDED", ended=True)) as server:
        executor = WorkflowExecutor(account(server.url))
        await executor.run(request("w/1"), sink, stop, replace(context, follows=told.append))
    assert told == ['["w/1","i-1"]']


@pytest.mark.parametrize(("state", "ok"), [("SUCCEEDED", True), ("FAILED", False)])
async def test_an_instance_that_was_started_before_is_followed_to_its_end(
    account: Account, sink: RecordingSink, stop: Stop, context: Context, state: str, ok: bool
) -> None:
    replies = instance("IN_PROGRESS"), instance(state, ended=True)
    async with FakeServer(*replies) as server:
        executor = WorkflowExecutor(account(server.url))
        around = replace(context, follow='["w-1","i-1"]')
        outcome = await executor.run(request("another"), sink, stop, around)
    assert outcome.ok is ok
    assert {each.method for each in server.requests} == {"GET"}
    assert all("/w-1/instances/i-1" in each.path for each in server.requests)
    assert b"workflow instance i-1 of w-1 is followed on" in sink.stderr


async def test_an_instance_that_was_started_before_is_cancelled_by_a_stop_at_the_beginning(
    account: Account, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    stop.set()
    async with FakeServer(instance("IN_PROGRESS")) as server:
        around = replace(context, follow='["w-1","i-1"]')
        outcome = await WorkflowExecutor(account(server.url)).run(request(""), sink, stop, around)
    assert outcome.reason == "cancelled; the workflow instance i-1 was cancelled as well"
    assert server.requests[-1].path.endswith("/w-1/instances/i-1/cancel")
