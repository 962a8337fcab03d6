from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from pup_tui.datadog.sandbox import Sandbox
from pup_tui.datadog.sandbox.server import LARGEST_BODY

Play = Callable[..., Awaitable[Any]]

KEYS = "DD-API-KEY: k\r\nDD-APPLICATION-KEY: a\r\n"


async def exchange(sandbox: Sandbox, sent: str) -> str:
    """What comes back for raw bytes, until the sandbox closes or the client's end does."""
    host, port = sandbox.url.removeprefix("http://").rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent.encode())
    writer.write_eof()
    received = await reader.read()
    writer.close()
    await writer.wait_closed()
    return received.decode()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_only_loopback_addresses(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Sandbox(host=host)


def test_the_address_is_not_known_before_it_listens() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        _ = Sandbox().url


async def test_picks_a_free_port_and_gives_it_back() -> None:
    async with Sandbox() as one, Sandbox() as other:
        assert one.url != other.url
        assert one.url.startswith("http://127.0.0.1:")
        url = one.url

    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


async def test_closing_does_not_wait_for_idle_clients() -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        async with Sandbox() as sandbox:
            await client.get(sandbox.url + "/api/v1/validate")
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", int(sandbox.url.rsplit(":", 1)[1])
            )
        assert await reader.read() == b""
        writer.close()


async def test_keeps_connections_open(play: Play) -> None:
    stage = await play()

    received = await exchange(
        stage.sandbox, f"GET /api/v1/validate HTTP/1.1\r\nHost: localhost\r\n{KEYS}\r\n" * 2
    )

    assert received.count("HTTP/1.1 200") == 2
    assert received.count('{"valid": true}') == 2


@pytest.mark.parametrize(
    "host",
    ["localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:1", "127.9.9.9", "[::1]", "[::1]:8080"],
)
async def test_answers_under_the_names_of_this_computer(play: Play, host: str) -> None:
    stage = await play()

    received = await exchange(
        stage.sandbox, f"GET /api/v1/validate HTTP/1.1\r\nHost: {host}\r\n{KEYS}\r\n"
    )

    assert received.startswith("HTTP/1.1 200")


@pytest.mark.parametrize(
    "head",
    [
        "/ HTTP/1.1\r\nHost: evil.example",
        "/ HTTP/1.1\r\nHost: evil.example:80",
        "/ HTTP/1.1\r\nHost: localhost.evil.example",
        "/ HTTP/1.1\r\nHost: 127.0.0.1.evil.example",
        "/ HTTP/1.1\r\nHost: localhost@evil.example",
        "/ HTTP/1.1\r\nHost: evil.example@localhost",
        "/ HTTP/1.1\r\nHost: [::1].evil.example",
        "/ HTTP/1.1\r\nHost: 192.0.2.1",
        "/ HTTP/1.1\r\nHost: [2001:db8::1]",
        "/ HTTP/1.1\r\nHost: 0.0.0.0",
        "/ HTTP/1.1\r\nHost: localhost:80:80",
        "/ HTTP/1.1\r\nHost: ",
        "/ HTTP/1.0",
        "http://evil.example/ HTTP/1.1\r\nHost: localhost",
    ],
)
async def test_a_page_under_another_name_gets_nothing(play: Play, head: str) -> None:
    stage = await play()

    received = await exchange(stage.sandbox, f"GET {head}\r\n{KEYS}\r\n")

    assert received.startswith(("HTTP/1.1 421", "HTTP/1.0 421"))
    assert "check the Host header" in received
    assert stage.sandbox.requests == []


async def test_a_request_with_two_hosts_or_none_is_malformed(play: Play) -> None:
    stage = await play()

    for hosts in ("", "Host: localhost\r\nHost: evil.example\r\n"):
        received = await exchange(stage.sandbox, f"GET / HTTP/1.1\r\n{hosts}{KEYS}\r\n")
        assert received.startswith("HTTP/1.1 400")


async def test_records_what_was_asked(play: Play) -> None:
    stage = await play()

    await stage.client.get("/api/v1/monitor", params={"name": "pay ments", "page": "0"})
    await stage.client.post("/api/v2/nowhere", json={"a": [1]})

    first, second = stage.sandbox.requests
    assert first == ("GET", "/api/v1/monitor", {"name": "pay ments", "page": "0"}, None)
    assert (second.method, second.path, second.body) == ("POST", "/api/v2/nowhere", {"a": [1]})


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/", 404, "Not Found"),
        ("GET", "/api/v1/nothing", 404, "Not Found"),
        ("DELETE", "/api/v1/monitor", 405, "Method Not Allowed"),
    ],
)
async def test_unknown_paths_and_methods(
    play: Play, method: str, path: str, status: int, error: str
) -> None:
    stage = await play()

    response = await stage.client.request(method, path)

    assert response.status_code == status
    assert response.json() == {"errors": [error]}


async def test_a_trailing_slash_is_no_difference(play: Play) -> None:
    stage = await play()

    assert await stage.get("/api/v1/validate/") == {"valid": True}


@pytest.mark.parametrize("body", ["{not json", "[" * 100_000, "9" * 10_000])
async def test_a_body_that_is_not_json(play: Play, body: str) -> None:
    stage = await play()

    response = await stage.client.post("/api/v2/downtime", content=body.encode())

    assert response.status_code == 400
    assert "JSON" in response.json()["errors"][0]
    assert stage.sandbox.requests[-1].body == body


async def test_a_malformed_target(play: Play) -> None:
    stage = await play()

    received = await exchange(
        stage.sandbox, f"GET http://[x HTTP/1.1\r\nHost: localhost\r\n{KEYS}\r\n"
    )

    assert received.startswith("HTTP/1.1 400")


async def test_a_body_that_is_too_large(play: Play) -> None:
    stage = await play()

    response = await stage.client.post("/api/v2/downtime", content=b" " * (LARGEST_BODY + 1))

    assert response.status_code == 413


async def test_head_has_no_body(play: Play) -> None:
    stage = await play()

    response = await stage.client.head("/api/v1/validate")
    again = await stage.client.get("/api/v1/validate")

    assert response.status_code == 405
    assert response.content == b""
    assert again.status_code == 200


async def test_what_is_not_http_is_refused_politely(play: Play) -> None:
    stage = await play()

    received = await exchange(stage.sandbox, "NONSENSE\r\n\r\n")

    assert received.startswith("HTTP/1.1 400")
    assert stage.sandbox.requests == []


async def test_a_client_that_goes_away_is_no_trouble(play: Play) -> None:
    stage = await play()

    received = await exchange(
        stage.sandbox,
        "POST /api/v2/downtime HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{",
    )

    assert received == "" or received.startswith("HTTP/1.1 400")
    assert (await stage.client.get("/api/v1/validate")).status_code == 200


async def test_waits_for_nobody_who_expects_continue(play: Play) -> None:
    stage = await play()

    received = await exchange(
        stage.sandbox,
        f"POST /api/v2/dora/deployments HTTP/1.1\r\nHost: localhost\r\n{KEYS}"
        "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    )

    assert "HTTP/1.1 400" in received


async def test_a_bug_is_an_answer_and_a_log_line(
    play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    stage = await play()
    stage.sandbox.world.monitors.append(None)  # not a monitor: the listing must fail

    response = await stage.client.get("/api/v1/monitor")

    assert response.status_code == 500
    assert response.json() == {"errors": ["Internal Server Error"]}
    assert "/api/v1/monitor" in caplog.text
