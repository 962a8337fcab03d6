"""A sandbox in a process of its own, whose story goes on as it is asked, however fast the machine is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from tests.support.forked import PATIENCE, PROCESSES


def _serve(told: Connection, seconds: float, scenario: str) -> None:
    from pup_tui.datadog.sandbox.server import Received, Sandbox

    asked: list[Received] = []

    async def serve() -> None:
        sandbox = Sandbox(scenario, clock=lambda: seconds * len(asked))
        sandbox.requests = asked
        async with sandbox:
            told.send(sandbox.url)
            await asyncio.Event().wait()

    asyncio.run(serve())


@contextmanager
def asked_sandbox(seconds: float, scenario: str = "demo") -> Iterator[dict[str, str]]:
    """A sandbox whose story goes on by `seconds` with each request, and the environment that leads to it."""
    told, tells = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_serve, args=(tells, seconds, scenario))
    process.start()
    tells.close()
    try:
        assert told.poll(PATIENCE), "the sandbox does not listen"
        yield {"PUP_TUI_DATADOG_URL": told.recv(), "DD_API_KEY": "k" * 8, "DD_APP_KEY": "a" * 8}
    finally:
        process.kill()
        process.join()
        process.close()
        told.close()
