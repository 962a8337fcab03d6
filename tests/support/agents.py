"""Agents for tests: the official client, over both transports, with the program's own server behind it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pup_tui.agent.desk import Desk
from pup_tui.cli.mcp import desk_of
from pup_tui.journal.pending import PendingRun
from pup_tui.journal.reader import read_journal
from pup_tui.settings.settings import CommandLine, read_settings
from tests.support.program import PROGRAM, Program

# Every process that collects tests imports this, and few of them need the SDK, which takes long.
if TYPE_CHECKING:
    from mcp import Client
    from mcp.client import ClientRequestContext
    from mcp_types import ElicitRequestParams, ElicitResult

READER = "reader-token-0123456789-abcdef"
ASKER = "asker-token-0123456789-abcdefg"

KEY = "dd-application-key-0123456789"
"""A secret of the operator that is no variable's."""

Mode = Literal["auto", "legacy"]


@dataclass
class World:
    """A folder with runbooks, and an agent that is connected to the server of it."""

    program: Program
    client: Client
    asked: list[str] = field(default_factory=list)
    """What the server has asked the client, which says yes to everything."""

    @property
    def books(self) -> Path:
        return self.program.cwd / "books"

    @property
    def state(self) -> Path:
        return Path(self.program.environ["PUP_TUI_STATE_DIR"])

    def write(self, name: str, text: str) -> Path:
        path = self.books / f"{name}.yaml"
        path.write_text(f"name: {name}\n{text}")
        return path

    def run(self, name: str, **environ: str) -> str:
        """Run a runbook as the operator does; its id."""
        path = str(self.books / f"{name}.yaml")
        done = self.program("run", path, "--yes", "--json", **environ)
        run: str = done.events[0]["run"]
        return run

    async def answer(self, tool: str, **given: Any) -> tuple[bool, str]:
        """Whether a tool fails, and its text."""
        from mcp_types import TextContent

        result = await self.client.call_tool(tool, given)
        assert all(isinstance(part, TextContent) for part in result.content)
        text = "".join(part.text for part in result.content if isinstance(part, TextContent))
        return bool(result.is_error), text

    async def data(self, tool: str, **given: Any) -> Any:
        """What a tool tells."""
        fails, text = await self.answer(tool, **given)
        assert not fails, text
        answer = json.loads(text)
        assert answer.keys() == {"notice", "data"}
        assert "instruction" in answer["notice"]
        return answer["data"]

    async def refused(self, tool: str, told: str, **given: Any) -> None:
        """A tool refuses what it is asked, and says why."""
        fails, text = await self.answer(tool, **given)
        assert fails, text
        assert re.search(told, text), text

    async def digest(self, runbook: str, **values: Any) -> str:
        plan = await self.data("plan_run", runbook=runbook, values=values)
        digest: str = plan["digest"]
        return digest

    async def request(self, runbook: str, reason: str = "It is needed.", **values: Any) -> Any:
        digest = await self.digest(runbook, **values)
        given = {"runbook": runbook, "values": values, "digest": digest, "reason": reason}
        return await self.data("request_run", **given)

    def waiting(self, runbook: str) -> list[PendingRun]:
        """The runs of a runbook that wait for a person."""
        with read_journal(self.state) as journal:
            waits = [] if journal is None else journal.pending_runs(time.time())
        return [each for each in waits if each.runbook == runbook]

    def begun(self, runbook: str) -> list[str]:
        """The runs of a runbook that have begun."""
        with read_journal(self.state) as journal:
            return [] if journal is None else [row.run for row in journal.runs(runbook=runbook)]


def environ_of(program: Program) -> dict[str, str]:
    """The environment in which agents of a folder are served."""
    keys = {"DD_API_KEY": "dd-api-key-0123456789abcdef", "DD_APP_KEY": KEY}
    return {**program.environ, **keys, "PUP_TUI_RUNBOOKS": str(program.cwd / "books")}


def desk_in(program: Program, *, takes_requests: bool = True) -> Desk:
    """What agents get to in a folder, which is the working directory of this process."""
    settings = read_settings(CommandLine(), environ_of(program))
    return desk_of(settings, takes_requests=takes_requests)


@asynccontextmanager
async def http_server(desk: Desk) -> AsyncIterator[str]:
    """The address of a server over HTTP, on a free port of loopback."""
    from pup_tui.agent.web import READ, REQUEST, listening, url_of, web_server

    tokens = {READER: (READ,), ASKER: (READ, REQUEST)}
    begun = asyncio.Event()
    with listening(0) as found:
        server = web_server(desk, found, tokens, begun.set)
        serving = asyncio.create_task(server.serve(sockets=[found]))
        await begun.wait()
        try:
            yield url_of(found)
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def bare_client() -> AsyncIterator[Any]:
    """A client that sends what it is given, and no token."""
    import httpx2

    async with httpx2.AsyncClient() as client:
        yield client


@asynccontextmanager
async def http_client(url: str, token: str = ASKER, **headers: str) -> AsyncIterator[Any]:
    """A client that the official one sends with, with a token."""
    import httpx2

    sent = {"Authorization": f"Bearer {token}", **headers}
    async with httpx2.AsyncClient(headers=sent, timeout=60) as client:
        yield client


@asynccontextmanager
async def over_http(
    program: Program, *, mode: Mode = "auto", token: str = ASKER
) -> AsyncIterator[World]:
    """A world with an agent over HTTP."""
    from mcp.client.streamable_http import streamable_http_client

    async with AsyncExitStack() as opened:
        url = await opened.enter_async_context(http_server(desk_in(program)))
        client = await opened.enter_async_context(http_client(url, token))
        server = streamable_http_client(url, http_client=client)
        yield await opened.enter_async_context(_connected(program, server, mode))


@asynccontextmanager
async def over_stdio(program: Program, *, mode: Mode = "auto") -> AsyncIterator[World]:
    """A world with an agent that has started the program itself."""
    from mcp import StdioServerParameters

    server = StdioServerParameters(
        command=PROGRAM[0],
        args=[*PROGRAM[1:], "mcp", "--allow-requests"],
        env=environ_of(program),
        cwd=program.cwd,
    )
    async with _connected(program, server, mode) as world:
        yield world


@asynccontextmanager
async def _connected(program: Program, server: Any, mode: Mode) -> AsyncIterator[World]:
    from mcp import Client
    from mcp_types import ElicitResult, Implementation

    asked: list[str] = []

    async def says_yes(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={})

    client = Client(
        server,
        mode=mode,
        client_info=Implementation(name="helper", version="4.2"),
        elicitation_callback=says_yes,
        read_timeout_seconds=120,
    )
    async with client as connected:
        yield World(program, connected, asked)
