"""A sandbox in a process of its own, whose story goes on as it is asked, however fast the machine is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from tests.support.forked import PATIENCE, PROCESSES

if TYPE_CHECKING:
    from pup_tui.datadog.sandbox.server import Received, Sandbox
    from pup_tui.datadog.sandbox.world import World


def _serve(told: Connection, seconds: float, scenario: str) -> None:
    from pup_tui.datadog.sandbox.server import Sandbox

    asked: list[Received] = []

    async def serve() -> None:
        sandbox = Sandbox(scenario, clock=lambda: seconds * len(asked))
        sandbox.requests = asked
        async with sandbox:
            told.send(sandbox.url)
            await asyncio.Event().wait()

    asyncio.run(serve())


@contextmanager
def watched_sandbox() -> Iterator[tuple[dict[str, str], list[Received]]]:
    """A sandbox in a thread: the environment that leads to it, and what it has been asked, so far."""
    from pup_tui.datadog.sandbox.server import Sandbox

    with _in_thread(Sandbox()) as sandbox:
        yield leading_to(sandbox.url), sandbox.requests


@contextmanager
def _in_thread(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Let a sandbox answer whatever the test is doing."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(sandbox.__aenter__(), loop).result()
    try:
        yield sandbox
    finally:
        asyncio.run_coroutine_threadsafe(sandbox.__aexit__(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def leading_to(url: str) -> dict[str, str]:
    """The environment that leads to a Datadog."""
    return {"PUP_TUI_DATADOG_URL": url, "DD_API_KEY": "k" * 8, "DD_APP_KEY": "a" * 8}


@contextmanager
def asked_sandbox(seconds: float, scenario: str = "demo") -> Iterator[dict[str, str]]:
    """A sandbox whose story goes on by `seconds` with each request, and the environment that leads to it."""
    told, tells = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_serve, args=(tells, seconds, scenario))
    process.start()
    tells.close()
    try:
        assert told.poll(PATIENCE), "the sandbox does not listen"
        yield leading_to(told.recv())
    finally:
        process.kill()
        process.join()
        process.close()
        told.close()


@contextmanager
def world_asked(seconds: float, scenario: str) -> Iterator[tuple[dict[str, str], World]]:
    """A sandbox in a thread, whose story goes on with each request: what leads to it, and its world."""
    from pup_tui.datadog.sandbox.server import Sandbox

    asked: list[Received] = []
    sandbox = Sandbox(scenario, clock=lambda: seconds * len(asked))
    sandbox.requests = asked
    with _in_thread(sandbox):
        yield leading_to(sandbox.url), sandbox.world
