"""The server itself: what it answers to clients that are slow, too many, too large or no clients at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from pup_tui.serving.web_messages import ServerLimits, WebAnswer, WebRefusal, WebRequest
from pup_tui.serving.web_server import WebServer

LIMITS = ServerLimits(body=1000, head=2000, seconds=5.0, connections=4)
PATIENT = 10.0


async def answer(request: WebRequest) -> WebAnswer:
    told = {"method": request.method, "target": request.target, "bytes": len(request.body)}
    return WebAnswer(body=json.dumps(told).encode(), ends=request.target == "/end")


def refuse(refusal: WebRefusal) -> WebAnswer:
    return WebAnswer(status=refusal.status, body=refusal.why.encode())


@asynccontextmanager
async def listening(limits: ServerLimits = LIMITS) -> AsyncIterator[int]:
    async with WebServer(answer, refuse, host="127.0.0.1", port=0, limits=limits) as server:
        yield int(server.url.rpartition(":")[2])


async def sent(port: int, *parts: bytes, closes: bool = True) -> bytes:
    """What is answered to these bytes until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if closes:
            writer.write_eof()
        async with asyncio.timeout(PATIENT):
            return await reader.read()
    finally:
        writer.close()


def status(answered: bytes) -> int:
    return int(answered.split(b" ", 2)[1])


def post(body: bytes, *headers: bytes) -> bytes:
    head = [b"POST /x HTTP/1.1", b"Host: a", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


async def test_one_connection_carries_several_requests() -> None:
    async with listening() as port:
        answered = await sent(port, post(b"ab") + post(b"abc"))
    assert answered.count(b"200") == 2
    assert b'"bytes": 3' in answered


async def test_a_body_in_chunks_is_one_body() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with listening() as port:
        answered = await sent(port, head, b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n")
    assert b'"bytes": 5' in answered


@pytest.mark.parametrize(
    ("bytes_", "expected"),
    [
        (post(b"x" * 1001), 413),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"200\r\n" + b"x" * 512 + b"\r\n" + b"200\r\n" + b"x" * 512 + b"\r\n",
            413,
        ),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 4000, 431),
        (b"GET /" + b"y" * 4000, 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 HTTP\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (post(b"x")[:-1], 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ],
)  # fmt: skip
async def test_what_is_too_much_or_no_request_is_answered_and_ends(
    bytes_: bytes, expected: int
) -> None:
    async with listening() as port:
        answered = await sent(port, bytes_)
        assert status(answered) == expected
        assert b"onnection: close" in answered
        assert status(await sent(port, post(b"x"))) == 200


async def test_a_client_that_asks_first_is_told_to_go_on_unless_it_is_too_much() -> None:
    asks = b"Expect: 100-continue"
    async with listening() as port:
        answered = await sent(port, post(b"abc", asks))
        assert answered.startswith(b"HTTP/1.1 100")
        head, _, _ = post(b"x" * 2000, asks).partition(b"xxx")
        assert status(await sent(port, head, closes=False)) == 413


async def test_who_sends_nothing_more_is_not_waited_for() -> None:
    limits = ServerLimits(body=1000, head=2000, seconds=0.05, connections=4)
    async with listening(limits) as port:
        assert status(await sent(port, b"POST / HT", closes=False)) == 408
        assert status(await sent(port, post(b"abcdef")[:-3], closes=False)) == 408
        assert await sent(port, closes=False) == b""


async def test_those_who_are_too_many_are_turned_away_and_the_others_served() -> None:
    async with listening() as port:
        waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        try:
            for _, writer in waiting:
                writer.write(b"POST / HTTP/1.1\r\n")
                await writer.drain()
            assert status(await sent(port, post(b"x"))) == 503
            reader, writer = waiting[0]
            writer.write(b"Host: a\r\nContent-Length: 1\r\n\r\nx")
            assert b"200" in await reader.readline()
        finally:
            for _, writer in waiting:
                writer.close()
        answers = [status(await sent(port, post(b"x"))) for _ in range(50)]
        assert answers[-1] == 200


async def test_what_listens_no_more_lets_go_of_its_connections() -> None:
    async with listening() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\n")
        await writer.drain()
    with suppress(ConnectionResetError):
        async with asyncio.timeout(PATIENT):
            assert await reader.read() == b""
    writer.close()
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_the_answer_to_head_has_no_body_and_an_end_is_one() -> None:
    async with listening() as port:
        answered = await sent(port, b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert answered.endswith(b"\r\n\r\n")
        both = b"GET /end HTTP/1.1\r\nHost: a\r\n\r\n" * 2
        assert (await sent(port, both, closes=False)).count(b"HTTP/1.1 200") == 1
