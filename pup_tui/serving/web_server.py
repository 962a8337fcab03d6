"""A server that speaks HTTP/1.1: h11 keeps the protocol, this moves the bytes and keeps the limits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import h11

from pup_tui.serving.web_messages import ServerLimits, WebAnswer, WebRefusal, WebRequest

_CHUNK: Final = 1 << 16
_LINGER: Final = 1.0
"""Seconds for which what a client still sends is read away, so that it gets to see why it was refused."""

AnsweringRequests: TypeAlias = Callable[[WebRequest], "WebAnswer | Awaitable[WebAnswer]"]
"""Gives the answer to a request, at once or later."""

RefusingRequests: TypeAlias = Callable[[WebRefusal], WebAnswer]
"""How a server says that it does not take a request."""


class WebServer:
    """Listens at one address and answers one request after the other on each connection.

    ```
    async with WebServer(answer, refuse, host="127.0.0.1", port=0, limits=limits) as server:
        print(server.url)
    ```

    `answer` must not raise, nor `refuse`. Port 0 picks a free one.
    """

    def __init__(
        self,
        answer: AnsweringRequests,
        refuse: RefusingRequests,
        *,
        host: str,
        port: int,
        limits: ServerLimits,
    ) -> None:
        self._answer, self._refuse = answer, refuse
        self._host, self._port, self._limits = host, port, limits
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end; known once the server listens."""
        if self._server is None:
            raise RuntimeError("the server does not listen yet: enter it with 'async with'")
        port = self._server.sockets[0].getsockname()[1]
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{port}"

    async def __aenter__(self) -> WebServer:
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
        most, there_are = self._limits.connections, len(self._connections)
        if most is not None and there_are >= 2 * most:
            # Not even those who are told that there are too many are without number.
            writer.transport.abort()
            return
        is_full = most is not None and there_are >= most
        connection = _Connection(reader, writer, self._limits)
        # A task of our own: asyncio's would report its cancellation as an error.
        task = asyncio.get_running_loop().create_task(self._serve(connection, writer, is_full))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(
        self, connection: _Connection, writer: asyncio.StreamWriter, is_full: bool
    ) -> None:
        try:
            if is_full:
                told = f"{self._limits.connections} connections are open already"
                await connection.send(self._refuse(WebRefusal(503, told)), ends=True)
            else:
                await self._converse(connection)
        except (ConnectionError, TimeoutError, h11.LocalProtocolError):
            writer.transport.abort()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(self._limits.seconds):
                    await writer.wait_closed()

    async def _converse(self, connection: _Connection) -> None:
        while (received := await connection.receive()) is not None:
            if isinstance(received, WebRefusal):
                await connection.send(self._refuse(received), ends=True)
                return
            answer = self._answer(received)
            if not isinstance(answer, WebAnswer):
                answer = await answer
            await connection.send(answer, ends=answer.ends)
            if answer.ends:
                return


class _Connection:
    """One client's connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: ServerLimits
    ) -> None:
        self._reader, self._writer, self._limits = reader, writer, limits
        self._protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.head)
        self._wants_body = True
        self._has_begun = False

    async def receive(self) -> WebRequest | WebRefusal | None:
        """The next request, or why it is none; None when the client is done, or the connection is."""
        if self._protocol.our_state is h11.DONE and self._protocol.their_state is h11.DONE:
            self._protocol.start_next_cycle()
        if self._protocol.our_state is not h11.IDLE:
            return None
        self._has_begun = bool(self._protocol.trailing_data[0])
        try:
            async with asyncio.timeout(self._limits.seconds):
                head = await self._next_event()
                return await self._with_body(head) if isinstance(head, h11.Request) else None
        except h11.RemoteProtocolError as error:
            return WebRefusal(error.error_status_hint, str(error))
        except TimeoutError:
            told = f"the request was not whole after {self._limits.seconds:g} s"
            return WebRefusal(408, told) if self._has_begun else None

    async def _with_body(self, head: h11.Request) -> WebRequest | WebRefusal | None:
        self._wants_body = head.method != b"HEAD"
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        too_large = WebRefusal(413, f"the body has more than {self._limits.body:,} bytes")
        if int(headers.get("content-length", 0)) > self._limits.body:
            return too_large
        if self._protocol.they_are_waiting_for_100_continue:
            await self._write(h11.InformationalResponse(status_code=100, headers=[]))
        body = bytearray()
        while isinstance(event := await self._next_event(), h11.Data):
            body += event.data
            if len(body) > self._limits.body:
                return too_large
        if not isinstance(event, h11.EndOfMessage):
            return None
        return WebRequest(
            method=head.method.decode("latin-1"),
            target=head.target.decode("latin-1"),
            headers=headers,
            body=bytes(body),
        )

    async def _next_event(self) -> Any:
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            data = await self._reader.read(_CHUNK)
            self._has_begun = self._has_begun or bool(data)
            self._protocol.receive_data(data)
        return event

    async def send(self, answer: WebAnswer, *, ends: bool) -> None:
        """Answer the request that was received last; where that `ends` the connection, let it be seen."""
        headers = {
            **answer.headers,
            **({} if answer.status == 204 else {"Content-Length": str(len(answer.body))}),
            **({"Connection": "close"} if ends else {}),
        }
        async with asyncio.timeout(self._limits.seconds):
            await self._write(
                h11.Response(status_code=answer.status, headers=list(headers.items()))
            )
            if answer.body and self._wants_body:
                await self._write(h11.Data(data=answer.body))
            await self._write(h11.EndOfMessage())
        if ends:
            await self._linger()

    async def _linger(self) -> None:
        """Read away what is still on its way: closed with that unread, the answer would be lost with it."""
        with contextlib.suppress(OSError, TimeoutError):
            if self._writer.can_write_eof():
                self._writer.write_eof()
            async with asyncio.timeout(_LINGER):
                while await self._reader.read(_CHUNK):
                    pass

    async def _write(self, event: h11.Event) -> None:
        data = self._protocol.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()
