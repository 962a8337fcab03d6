"""A sandbox whose time stands still until a test lets it pass."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from pup_tui.datadog.sandbox import Sandbox

NOON = 1_790_000_000.0


class FakeTime:
    """A clock and a time of day that move together, by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self) -> float:
        return self.seconds

    def now(self) -> float:
        return NOON + self.seconds

    def let_pass(self, seconds: float) -> None:
        self.seconds += seconds


class Stage:
    """A sandbox that listens, a client with keys, and the time."""

    def __init__(self, sandbox: Sandbox, client: httpx.AsyncClient, time: FakeTime) -> None:
        self.sandbox, self.client, self.time = sandbox, client, time

    async def get(self, path: str, **query: Any) -> Any:
        """The body of a successful GET."""
        response = await self.client.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def post(self, path: str, body: Any = None) -> Any:
        """The body of a successful POST, None where there is none."""
        response = await self.client.post(path, json=body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    async def newest(self, query: str, window: int = 300) -> float | None:
        """The newest point of the one series that a metric query gives."""
        now = int(self.time.now())
        answer = await self.get("/api/v1/query", **{"from": now - window, "to": now}, query=query)
        assert answer["status"] == "ok", answer
        (series,) = answer["series"]
        value = series["pointlist"][-1][1]
        return None if value is None else float(value)


Play = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    """Start a scenario: `await play("demo", speed=2)`."""
    async with AsyncExitStack() as stack:

        async def start(scenario: str = "demo", **options: Any) -> Stage:
            time = FakeTime()
            sandbox = await stack.enter_async_context(
                Sandbox(scenario, clock=time.clock, now=time.now, **options)
            )
            client = await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=sandbox.url,
                    headers={"DD-API-KEY": "api", "DD-APPLICATION-KEY": "app"},
                    trust_env=False,
                    verify=False,  # to read all certificates would take longer than most tests
                    timeout=20,
                )
            )
            return Stage(sandbox, client, time)

        yield start
