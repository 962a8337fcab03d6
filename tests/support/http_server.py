"""A server on this machine that records what it is asked and answers as it is told.

It stands for any HTTP server in tests, also for one that misbehaves. It knows nothing of
Datadog; the sandbox does.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as it came over the wire. Header names are in lower case."""

    method: str
    path: str
    """As sent, percent-encoding included."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    pairs: Sequence[tuple[str, str]] = ()
    """The query as it was sent, a name once for each of its values."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. A `body` that is no bytes is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] | None = None


Write = Callable[[bytes], Awaitable[None]]
Handler = Callable[[Recorded, Write], Awaitable[Reply | None]]


class FakeServer:
    """Answers with the replies in their order, the last one again and again.

    Instead of a list a `handler` may be given; it gives a Reply, or writes raw bytes itself and
    gives None. With `tls` it speaks HTTPS. Use as an async context manager.
    """

    def __init__(
        self, *replies: Reply, handler: Handler | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.requests: list[Recorded] = []
        self.url = ""
        self._replies = list(replies) or [Reply()]
        self._handler = handler
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._tls)
        self.url = (
            f"http{'s' if self._tls else ''}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        try:
            recorded = await _read(reader)
            self.requests.append(recorded)
            reply = await self._answer(recorded, write)
            if reply is not None:
                await write(_wire(reply))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client hung up, which several tests are about
        finally:
            writer.close()

    async def _answer(self, recorded: Recorded, write: Write) -> Reply | None:
        if self._handler is not None:
            return await self._handler(recorded, write)
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]


async def _read(reader: asyncio.StreamReader) -> Recorded:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(target)
    query = {
        name: ",".join(values)
        for name, values in parse_qs(parts.query, keep_blank_values=True).items()
    }
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    return Recorded(method, parts.path, query, headers, body, pairs)


def _wire(reply: Reply) -> bytes:
    body, headers = reply.body, dict(reply.headers or {})
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    if reply.status != 204:
        headers.setdefault("Content-Length", str(len(body)))
    lines = [f"HTTP/1.1 {reply.status} -", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body
