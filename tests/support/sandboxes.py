"""A sandbox in a process of its own, whose stories move faster than the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from tests.support.forked import PATIENCE, PROCESSES


def _serve(told: Connection, scenario: str, speed: float) -> None:
    from pup_tui.datadog.sandbox.server import Sandbox

    async def serve() -> None:
        async with Sandbox(scenario, speed=speed) as sandbox:
            told.send(sandbox.url)
            await asyncio.Event().wait()

    asyncio.run(serve())


@contextmanager
def fast_sandbox(speed: float, scenario: str = "demo") -> Iterator[dict[str, str]]:
    """A sandbox whose scenario moves `speed` times as fast, and the environment that leads to it.

    Whoever polls it has to look as much more often to see the same.
    """
    told, tells = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_serve, args=(tells, scenario, speed))
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
