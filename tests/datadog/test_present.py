"""The present state of things, asked of the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from unittest.mock import patch

import pytest

from pup_tui.datadog.client import DatadogClient
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.datadog.named import NamedThing
from pup_tui.datadog.present import KEPT_SECONDS, PresentState, PresentStates
from pup_tui.datadog.sandbox import ids
from pup_tui.datadog.sandbox.server import Sandbox
from tests.support.http_server import FakeServer, Recorded, Reply, Write

KEYS = {"DD_API_KEY": "sandbox-api-key", "DD_APP_KEY": "sandbox-application-key"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as server:
        yield server


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[DatadogClient]:
    environ = {"PUP_TUI_DATADOG_URL": sandbox.url, **KEYS}
    async with DatadogClient(DatadogConfiguration.from_environment(environ)) as made:
        yield made


async def _asked(client: DatadogClient, *things: NamedThing) -> list[PresentState]:
    return await PresentStates().of(things, client)


async def test_states_are_told_in_words(sandbox: Sandbox, client: DatadogClient) -> None:
    slo = sandbox.world.slos[0]
    monitor, objective, flag, service = await _asked(
        client,
        NamedThing("monitor", str(ids.MONITOR_ID)),
        NamedThing("SLO", slo.id),
        NamedThing("flag", ids.FLAG_KEY, environment="production"),
        NamedThing("service", "payments"),
    )
    assert (monitor.state, monitor.told) == ("Alert", "payments: error rate is high")
    assert monitor.since is not None
    assert objective.state == slo.state
    assert objective.told.startswith(f"{slo.name} · now ")
    assert "target" in objective.told
    assert "budget" in objective.told
    assert (flag.state, flag.told) == ("ENABLED", "in production")
    assert service.state == "Alert"
    assert service.told.startswith("3 monitors: 3 Alert · payments: error rate is high, ")
    assert not any(each.problem for each in (monitor, objective, flag, service))


async def test_what_cannot_be_told_says_why(client: DatadogClient) -> None:
    found = await _asked(
        client,
        NamedThing("monitor", "", ("MONITOR_ID",)),
        NamedThing("service", "", ("A", "B")),
        NamedThing("monitor", "1"),
        NamedThing("flag", "no-such-flag"),
        NamedThing("service", "nobody"),
    )
    assert [each.problem for each in found[:2]] == [
        "not known yet: MONITOR_ID has no value yet",
        "not known yet: A, B have no value yet",
    ]
    assert "404: Monitor not found" in found[2].problem
    assert "no feature flag has the key" in found[3].problem
    assert (found[4].state, found[4].told) == (
        "no monitor",
        "no monitor has the tag service:nobody",
    )


async def test_of_a_service_its_incidents_are_told_too(
    sandbox: Sandbox, client: DatadogClient
) -> None:
    thing, told = (
        NamedThing("service", "payments"),
        "1 active incident: SEV-2 Checkouts fail in payments",
    )
    [found] = await _asked(client, thing)
    assert found.told.endswith(f" · {told}")
    sandbox.world.monitors.clear()
    [found] = await _asked(client, thing)
    assert found == (
        "active incident",
        f"no monitor has the tag service:payments · {told}",
        None,
        "",
    )


@pytest.mark.parametrize(
    ("incidents", "why"),
    [
        (Reply(403, {"errors": ["Forbidden"]}), "HTTP 403"),
        (
            Reply(200, {"data": {"attributes": {"incidents": []}}, "meta": {"warnings": ["gone"]}}),
            "the answer may not be complete: Datadog warns: gone",
        ),
    ],
)
async def test_who_may_not_see_all_incidents_is_told_of_monitors(
    incidents: Reply, why: str
) -> None:
    async def answer(asked: Recorded, write: Write) -> Reply:
        of_monitors = asked.path.startswith("/api/v1/monitor")
        monitor = {"id": 1, "name": "errors", "overall_state": "OK"}
        return Reply(200, [monitor]) if of_monitors else incidents

    async with FakeServer(handler=answer) as server:
        environ = {"PUP_TUI_DATADOG_URL": server.url, **KEYS}
        async with DatadogClient(DatadogConfiguration.from_environment(environ)) as client:
            [found] = await _asked(client, NamedThing("service", "payments"))
    assert (found.state, found.problem) == ("OK", "")
    assert found.told == f"1 monitor: 1 OK · its incidents are not known: {why}"


async def test_what_was_told_is_told_again_for_seconds_but_no_error_is(
    sandbox: Sandbox, client: DatadogClient
) -> None:
    now = [100.0]
    states = PresentStates(lambda: now[0])
    thing, missing = NamedThing("monitor", str(ids.MONITOR_ID)), NamedThing("monitor", "1")
    monitor = next(each for each in sandbox.world.monitors if each.id == ids.MONITOR_ID)
    await states.of([thing, missing], client)
    name, monitor.name = monitor.name, "another"
    now[0] += KEPT_SECONDS - 1
    assert (await states.of([thing], client))[0].told == name
    now[0] += 2
    assert (await states.of([thing], client))[0].told == "another"
    assert "404" in (await states.of([missing], client))[0].problem


async def test_nothing_but_reads_is_sent(
    sandbox: Sandbox, client: DatadogClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    ask = DatadogClient.request

    async def noted(self: DatadogClient, method: str, path: str, **more: object) -> object:
        sent.append(method)
        return await ask(self, method, path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(DatadogClient, "request", noted)
    await _asked(
        client,
        NamedThing("monitor", "1/../x?y"),
        NamedThing("SLO", sandbox.world.slos[0].id),
        NamedThing("flag", ids.FLAG_KEY),
        NamedThing("service", "payments"),
    )
    assert set(sent) == {"GET"}


async def test_all_are_told_within_one_time(client: DatadogClient) -> None:
    states = PresentStates(patience=0.05)
    things = [NamedThing("monitor", str(n)) for n in range(10)]

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    with patch.object(client, "request", never):
        async with asyncio.timeout(10):
            found = await states.of(things, client)
    assert {each.problem for each in found} == {"no answer within 0.05 s"}
