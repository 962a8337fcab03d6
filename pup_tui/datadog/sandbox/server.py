"""The sandbox as a server: HTTP/1.1 on a loopback socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import h11

from pup_tui.datadog.configuration import is_loopback
from pup_tui.datadog.sandbox.endpoints import ROUTES
from pup_tui.datadog.sandbox.hosts import refusal_of_host
from pup_tui.datadog.sandbox.messages import ApiRequest, ApiResponse
from pup_tui.datadog.sandbox.router import Router
from pup_tui.datadog.sandbox.scenarios import SCENARIOS
from pup_tui.datadog.sandbox.timeline import Timeline
from pup_tui.datadog.sandbox.world import World

LARGEST_BODY = 1 << 20
"""Bytes of a request's body; more is answered with 413."""

_CHUNK = 1 << 16


class Received(NamedTuple):
    """A request as it came in, for tests to look at; `body` is decoded where it is JSON."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


class Sandbox:
    """A small Datadog on the loopback interface.

    ```
    async with Sandbox("demo") as sandbox:
        print(sandbox.url)
    ```

    Args:
        scenario: a name from `SCENARIOS`.
        port: 0 picks a free one.
        host: a loopback address; any other is refused with ValueError.
        clock: seconds that never run backwards; scenarios move by it.
        now: the time of day in unix seconds.
        speed: how much faster than the clock scenarios move.
        rate_limit: requests in each period; None leaves that to the scenario.
    """

    def __init__(
        self,
        scenario: str = "demo",
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        speed: float = 1.0,
        rate_limit: int | None = None,
    ) -> None:
        if scenario not in SCENARIOS:
            raise ValueError(f"no scenario {scenario!r}; there are: {', '.join(SCENARIOS)}")
        if not is_loopback(host):
            raise ValueError(f"the sandbox listens on a loopback address only, not on {host}")
        self.world = World(Timeline(clock, now, speed))
        SCENARIOS[scenario](self.world)
        if rate_limit is not None:
            self.world.rate_limit = rate_limit
        self.requests: list[Received] = []
        self._router = Router(self.world, ROUTES)
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end; known once the sandbox listens."""
        if self._server is None:
            raise RuntimeError("the sandbox does not listen yet: enter it with 'async with'")
        port = self._server.sockets[0].getsockname()[1]
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{port}"

    async def __aenter__(self) -> Sandbox:
        self._server = await asyncio.start_server(self._connected, self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is None:
            return
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: asyncio's would report its cancellation as an error.
        task = asyncio.get_running_loop().create_task(self._converse(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(reader, writer)
        try:
            while (received := await connection.receive()) is not None:
                await connection.send(self._answer(received))
        except ConnectionError:
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _answer(self, received: _Raw) -> ApiResponse:
        if received.refusal is not None:
            return received.refusal
        try:
            target = urlsplit(received.target)
        except ValueError:
            return ApiResponse({"errors": ["Malformed request target"]}, 400)
        # A proxy's form of a target names a host too, and that one counts.
        refusal = refusal_of_host(target.netloc or received.headers.get("host", ""))
        if refusal is not None:
            return refusal
        query = dict(parse_qsl(target.query, keep_blank_values=True))
        readable, body = _decode(received.body)
        self.requests.append(Received(received.method, target.path, query, body))
        if not readable:
            return ApiResponse({"errors": ["Invalid JSON in the request's body"]}, 400)
        return self._router.answer(
            ApiRequest(received.method, target.path, query, body, received.headers)
        )


def _decode(body: bytes) -> tuple[bool, Any]:
    """Whether a body is JSON, and its value; its text where it is not."""
    try:
        return True, json.loads(body) if body else None
    except (ValueError, RecursionError):
        return False, body.decode(errors="replace")


class _Raw(NamedTuple):
    """A request off the wire, or the answer to one that could not be read."""

    method: str = ""
    target: str = ""
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    refusal: ApiResponse | None = None


class _Connection:
    """One client's connection; h11 keeps the protocol, this moves the bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._protocol = h11.Connection(h11.SERVER)
        self._wants_body = True

    async def receive(self) -> _Raw | None:
        """The next request; None when the client is done, or the connection is."""
        if self._protocol.our_state is h11.DONE and self._protocol.their_state is h11.DONE:
            self._protocol.start_next_cycle()
        if self._protocol.our_state is not h11.IDLE:
            return None
        try:
            head = await self._next_event()
            if not isinstance(head, h11.Request):
                return None
            return await self._with_body(head)
        except h11.RemoteProtocolError as error:
            return _Raw(refusal=ApiResponse({"errors": [str(error)]}, error.error_status_hint))

    async def _with_body(self, head: h11.Request) -> _Raw | None:
        self._wants_body = head.method != b"HEAD"
        if self._protocol.they_are_waiting_for_100_continue:
            await self._write(h11.InformationalResponse(status_code=100, headers=[]))
        body = b""
        while isinstance(event := await self._next_event(), h11.Data):
            body += event.data
            if len(body) > LARGEST_BODY:
                return _Raw(refusal=ApiResponse({"errors": ["Payload too large"]}, 413))
        if not isinstance(event, h11.EndOfMessage):
            return None
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        return _Raw(head.method.decode(), head.target.decode("latin-1"), headers, body)

    async def _next_event(self) -> Any:
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            self._protocol.receive_data(await self._reader.read(_CHUNK))
        return event

    async def send(self, response: ApiResponse) -> None:
        """Answer the request that was received last."""
        body = b"" if response.body is None else json.dumps(response.body).encode()
        headers = {
            "Content-Type": response.content_type,
            **response.headers,
            **({} if response.status == 204 else {"Content-Length": str(len(body))}),
        }
        await self._write(h11.Response(status_code=response.status, headers=list(headers.items())))
        if body and self._wants_body:
            await self._write(h11.Data(data=body))
        await self._write(h11.EndOfMessage())

    async def _write(self, event: h11.Event) -> None:
        data = self._protocol.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()
