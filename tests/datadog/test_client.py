from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from pup_tui.datadog.client import DatadogClient
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.retries import RetryPolicy
from pup_tui.output.mask import Masker
from tests.support.http_server import FakeServer, Recorded, Reply, Write

MakeClient = Callable[..., DatadogClient]
LIMITED = Reply(429, {"errors": ["Too many requests"]}, {"X-RateLimit-Reset": "7"})
BROKEN = Reply(500, {"errors": ["boom"]})
FINE = Reply(200, {"ok": True})


async def test_a_request_carries_credentials_query_and_body(client_of: MakeClient) -> None:
    async with FakeServer(FINE) as server, client_of(server.url) as client:
        response = await client.request(
            "POST",
            "/api/v2/x",
            query={"a b": "service:x AND y", "flag": True, "page[size]": 5, "many": ["1", "2"]},
            json={"text": "é"},
            headers={"X-One": "1", "dd-api-key": "other"},
        )
    assert response.json == {"ok": True}
    sent = server.requests[0]
    assert (sent.method, sent.path) == ("POST", "/api/v2/x")
    assert sent.query == {
        "a b": "service:x AND y", "flag": "true", "page[size]": "5", "many": "1,2",
    }  # fmt: skip
    assert sent.json == {"text": "é"}
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["accept"] == "application/json"
    assert sent.headers["x-one"] == "1"
    assert sent.headers["dd-api-key"] == "api-key-0123456789"
    assert sent.headers["dd-application-key"] == "app-key-9876543210"


async def test_an_access_token_goes_alone() -> None:
    async with FakeServer(FINE) as server:
        configuration = DatadogConfiguration(
            base_url=server.url, api_key="k", app_key="a", access_token="token-0123456789"
        )
        async with DatadogClient(configuration) as client:
            await client.request("GET", "/api/v1/validate")
    assert server.requests[0].headers["authorization"] == "Bearer token-0123456789"
    assert "dd-api-key" not in server.requests[0].headers


async def test_without_credentials_nothing_is_sent() -> None:
    async with (
        FakeServer(FINE) as server,
        DatadogClient(DatadogConfiguration(base_url=server.url)) as client,
    ):
        with pytest.raises(DatadogError, match="set DD_API_KEY and DD_APP_KEY, or DD_ACCESS"):
            await client.request("GET", "/api/v1/validate")
    assert server.requests == []


@pytest.mark.parametrize("path", ["api/v1/x", "//example.com/x", "https://example.com/x", ""])
async def test_a_path_cannot_leave_the_host(client_of: MakeClient, path: str) -> None:
    async with client_of("http://127.0.0.1:1") as client:
        with pytest.raises(DatadogError, match="begins with one slash"):
            await client.request("GET", path)


@pytest.mark.proves("F23")
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_rate_limit_is_waited_for_whatever_the_method(
    client_of: MakeClient, waits: list[float], method: str
) -> None:
    told: list[tuple[float, str]] = []
    async with (
        FakeServer(LIMITED, FINE) as server,
        client_of(server.url, on_wait=lambda s, r: told.append((s, r))) as client,
    ):
        assert (await client.request(method, "/api/v1/x")).status == 200
    assert waits == [7.0]
    assert told == [(7.0, "rate limit of Datadog")]
    assert len(server.requests) == 2


@pytest.mark.proves("F23")
async def test_a_rate_limit_beyond_the_cap_stops_clearly(
    client_of: MakeClient, waits: list[float]
) -> None:
    reply = Reply(429, headers={"Retry-After": "86400000", "X-Request-Id": "r-1"})
    async with FakeServer(reply) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="resets in 86400000 s") as caught:
            await client.request("GET", "/api/v1/x")
    assert caught.value.status == 429
    assert str(caught.value).endswith("(request r-1)")
    assert waits == []


async def test_a_rate_limit_is_named_as_datadog_names_it(client_of: MakeClient) -> None:
    told: list[str] = []
    named = Reply(429, headers={"X-RateLimit-Reset": "2", "X-RateLimit-Name": "api_search"})
    async with (
        FakeServer(named, FINE) as server,
        client_of(server.url, on_wait=lambda _, r: told.append(r)) as client,
    ):
        await client.request("GET", "/api/v1/x")
    assert told == ["rate limit of Datadog (api_search)"]


async def test_no_wait_goes_beyond_the_time_that_is_left(
    client_of: MakeClient, waits: list[float]
) -> None:
    async with (
        FakeServer(LIMITED, FINE) as server,
        client_of(server.url, time_left=lambda: 6.6) as client,
    ):
        with pytest.raises(
            DatadogError, match=r"resets in 7 s, .* the 7 s that the step still has"
        ):
            await client.request("GET", "/api/v1/x")
    async with FakeServer(BROKEN) as server, client_of(server.url, time_left=lambda: 0.7) as client:
        with pytest.raises(DatadogError, match="HTTP 500: boom"):
            await client.request("GET", "/api/v1/x")
    assert waits == [0.5]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_what_was_never_sent_is_sent_again_whatever_it_is(
    client_of: MakeClient, waits: list[float], method: str
) -> None:
    async with client_of("http://127.0.0.1:1") as client:
        with pytest.raises(DatadogError, match="Connection refused"):
            await client.request(method, "/api/v1/x")
        assert not client.may_have_changed
    assert waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("replies", "method", "changed"),
    [
        ([LIMITED], "POST", False),
        ([BROKEN], "POST", True),
        ([BROKEN], "GET", False),
        ([FINE], "POST", True),
        ([LIMITED, BROKEN], "DELETE", True),
    ],
)
async def test_it_is_known_whether_something_may_have_been_changed(
    client_of: MakeClient, replies: list[Reply], method: str, changed: bool
) -> None:
    async with FakeServer(*replies) as server, client_of(server.url) as client:
        await client.request(method, "/api/v1/x", check=False)
        assert client.may_have_changed is changed


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, {"errors": ["boom"]}, {"X-Request-Id": "r-1.a:2"}),
        Reply(400, {"errors": ["boom"], "meta": {"request_id": "r-1.a:2"}}),
        Reply(400, {"errors": [{"title": "boom", "meta": {"request_id": "r-1.a:2"}}]}),
        Reply(403, {"errors": ["boom"], "request_id": "r-1.a:2"}),
    ],
)
async def test_an_error_names_the_request_as_datadog_does(
    client_of: MakeClient, reply: Reply
) -> None:
    async with FakeServer(reply) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match=r"boom \(request r-1\.a:2\)"):
            await client.request("POST", "/api/v1/x")


@pytest.mark.parametrize("id_", ["", "a b", "\x1b[31m", "x" * 200, 7, None, ["a"]])
async def test_what_is_no_id_is_not_taken_for_one(client_of: MakeClient, id_: object) -> None:
    reply = Reply(400, {"errors": ["boom"], "meta": {"request_id": id_}})
    async with FakeServer(reply) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError) as caught:
            await client.request("GET", "/api/v1/x")
    assert "(request" not in str(caught.value)


async def test_a_rate_limit_that_never_ends_is_an_error(
    client_of: MakeClient, waits: list[float]
) -> None:
    async with FakeServer(LIMITED) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="HTTP 429: Too many requests"):
            await client.request("GET", "/api/v1/x")
    assert len(server.requests) == RetryPolicy().attempts
    assert waits == [7.0] * 3


@pytest.mark.proves("F24")
async def test_reads_are_repeated_after_a_server_error(
    client_of: MakeClient, waits: list[float]
) -> None:
    told: list[str] = []
    async with (
        FakeServer(BROKEN, BROKEN, FINE) as server,
        client_of(server.url, on_wait=lambda _, r: told.append(r)) as client,
    ):
        assert (await client.request("GET", "/api/v1/x")).status == 200
    assert waits == [0.5, 1.0]
    assert told == ["HTTP 500", "HTTP 500"]


async def test_a_post_that_is_a_read_is_repeated(client_of: MakeClient) -> None:
    async with FakeServer(BROKEN, FINE) as server, client_of(server.url) as client:
        await client.request("POST", "/api/v2/logs/events/search", json={"a": 1}, read=True)
    assert [r.body for r in server.requests] == [b'{"a": 1}'] * 2


@pytest.mark.proves("F24", "P11")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_change_is_never_repeated_after_a_server_error(
    client_of: MakeClient, method: str
) -> None:
    async with FakeServer(BROKEN, FINE) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="HTTP 500: boom") as caught:
            await client.request(method, "/api/v1/x")
    assert caught.value.status == 500
    assert len(server.requests) == 1


async def hang_up(_: Recorded, write: Write) -> None:
    await write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half": ')


@pytest.mark.parametrize(("method", "asked"), [("GET", 4), ("POST", 1)])
async def test_broken_answers_are_repeated_for_reads_only(
    client_of: MakeClient, method: str, asked: int
) -> None:
    async with FakeServer(handler=hang_up) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="response incomplete") as caught:
            await client.request(method, "/api/v1/x")
    assert len(server.requests) == asked
    assert ("may have carried it out" in str(caught.value)) is (method == "POST")


async def test_of_what_was_never_sent_nothing_is_told_to_be_done(client_of: MakeClient) -> None:
    async with client_of("http://127.0.0.1:1") as client:
        for headers in ({}, {"X-A": "a\nb"}):
            with pytest.raises(DatadogError) as caught:
                await client.request("POST", "/api/v1/x", headers=headers)
            assert "carried it out" not in str(caught.value)


async def test_no_answer_within_the_call_timeout_is_final(client_of: MakeClient) -> None:
    async def silence(_: Recorded, write: Write) -> None:
        await asyncio.Event().wait()

    async with (
        FakeServer(handler=silence) as server,
        client_of(server.url, call_timeout=2) as client,
    ):
        with pytest.raises(DatadogError, match="no complete answer within 2 s"):
            await client.request("GET", "/api/v1/x")
    assert len(server.requests) == 1


@pytest.mark.proves("F23")
async def test_cancelling_ends_a_wait_at_once() -> None:
    waiting = asyncio.Event()
    async with FakeServer(LIMITED) as server:
        configuration = DatadogConfiguration(base_url=server.url, access_token="token-0123456789")
        async with DatadogClient(configuration, on_wait=lambda *_: waiting.set()) as client:
            task = asyncio.create_task(client.request("GET", "/api/v1/x"))
            await waiting.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(client_of: MakeClient, status: int) -> None:
    async with FakeServer() as other:
        reply = Reply(status, headers={"Location": f"{other.url}/?k=hunter22"})
        async with FakeServer(reply) as server, client_of(server.url) as client:
            with pytest.raises(DatadogError, match=f"HTTP {status}: redirected") as caught:
                await client.request("GET", "/api/v1/x")
    assert other.requests == []
    assert "hunter22" not in str(caught.value)


@pytest.mark.proves("F22", "P9")
async def test_an_error_holds_neither_query_nor_keys(client_of: MakeClient) -> None:
    echo = {"errors": ["key api-key-0123456789 is bad, app-key-9876543210 too"]}
    async with FakeServer(Reply(403, echo)) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError) as caught:
            await client.request("GET", "/api/v1/x?a=hunter22", query={"b": "hunter22"})
    text = str(caught.value)
    assert text.startswith("GET /api/v1/x failed: HTTP 403: key *** is bad, *** too")
    assert "DD_SITE" in text
    assert "hunter22" not in text


@pytest.mark.parametrize("key", ["api-key-0123456789", "app-key-9876543210"])
async def test_an_error_holds_no_key_in_another_spelling(client_of: MakeClient, key: str) -> None:
    spelled = [base64.b64encode(key.encode()).decode(), key.encode().hex(), quote(key + "/")]
    echo = {"errors": [*spelled, f"{'x' * 490} {key}"]}
    async with FakeServer(Reply(403, echo)) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError) as caught:
            await client.request("GET", "/api/v1/x")
    text = str(caught.value)
    assert [each for each in (*spelled, key, key[:8]) if each[:12] in text] == []


async def test_an_error_is_masked_before_its_text_is_cut(client_of: MakeClient) -> None:
    secret = "T00SECRET two  words " + "x" * 40
    masked = Masker([secret]).mask
    echo = {"errors": [f"{'x' * 480} {secret}"]}
    async with FakeServer(Reply(404, echo)) as server, client_of(server.url, mask=masked) as client:
        with pytest.raises(DatadogError) as caught:
            await client.request("GET", f"/api/v1/{quote(secret)}", shown="/api/v1/***?x=***")
    text = str(caught.value)
    assert text.startswith("GET /api/v1/*** failed: HTTP 404: ")
    assert "T00" not in text


@pytest.mark.parametrize("name", ["X-Request-Id", "X-RateLimit-Name"])
async def test_an_error_of_a_rate_limit_holds_no_key(client_of: MakeClient, name: str) -> None:
    reply = Reply(429, headers={"Retry-After": "86400000", name: "api-key-0123456789"})
    async with FakeServer(reply) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="resets in") as caught:
            await client.request("GET", "/api/v1/x")
    assert "***" in str(caught.value)
    assert "api-key-0123456789" not in str(caught.value)


async def test_an_unreachable_host_is_named_at_once(waits: list[float]) -> None:
    configuration = DatadogConfiguration(
        base_url="https://api.invalid", access_token="t-0123456789"
    )
    async with DatadogClient(configuration) as client:
        with pytest.raises(DatadogError, match=r"api\.invalid/api/v1/x: the host name cannot be"):
            await client.request("GET", "/api/v1/x", query={"k": "v"})
    assert waits == []


HTML = b"<html>\n<p>login</p>" + 200 * b" me"


@pytest.mark.parametrize(("method", "changes"), [("GET", False), ("POST", True), ("DELETE", True)])
@pytest.mark.parametrize("content_type", ["text/html", "application/json; charset=utf-8", ""])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (HTML, r" with what is not JSON: .*<html> <p>login</p> me .*…"),
        (b'{"data": [', r' with what is not JSON: .*{"data": \['),
        (b"\xff\xfe\x00", " with what is not JSON: "),
        ({"errors": ["bad thing"], "data": None}, ": bad thing"),
        ({"errors": [{"detail": "bad thing"}]}, ": bad thing"),
        ({"status": "error", "error": "bad thing"}, ": bad thing"),
    ],
)
async def test_an_answer_that_says_success_and_is_none_is_an_error(
    client_of: MakeClient, method: str, changes: bool, content_type: str, body: Any, told: str
) -> None:
    reply = Reply(200, body, headers={"Content-Type": content_type} if content_type else {})
    async with FakeServer(reply) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match=f"/api/v1/x failed: HTTP 200{told}") as caught:
            await client.request(method, "/api/v1/x")
    assert caught.value.may_be_done is client.may_have_changed is changes
    assert str(caught.value).endswith("; Datadog may have carried it out") is changes
    assert len(server.requests) == 1


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("DELETE", 200)])
async def test_an_answer_without_a_body_may_be_a_success(
    client_of: MakeClient, method: str, status: int
) -> None:
    replies = Reply(status, b""), Reply(200, b"")
    async with FakeServer(*replies) as server, client_of(server.url) as client:
        assert (await client.request(method, "/api/v1/x")).status == status
        with pytest.raises(DatadogError, match="HTTP 200 with nothing"):
            await client.request("GET", "/api/v1/x")


async def test_what_is_asked_for_need_not_be_json(client_of: MakeClient) -> None:
    async with FakeServer(Reply(200, b"a,b")) as server, client_of(server.url) as client:
        table = await client.request("GET", "/api/v1/x", headers={"Accept": "text/csv"})
        unchecked = await client.request("GET", "/api/v1/x", check=False)
    assert table.text == unchecked.text == "a,b"


async def test_errors_beside_what_was_asked_for_are_no_failure(client_of: MakeClient) -> None:
    body = {"data": [{"id": 1}], "errors": ["one part failed"]}
    async with FakeServer(Reply(200, body)) as server, client_of(server.url) as client:
        assert (await client.request("GET", "/api/v1/x")).json == body


async def test_any_status_may_be_asked_for(client_of: MakeClient) -> None:
    async with FakeServer(Reply(404, {"errors": ["x"]})) as server, client_of(server.url) as client:
        assert (await client.request("GET", "/api/v1/x", check=False)).status == 404


async def test_a_sandbox_is_reached_past_a_proxy(
    client_of: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with FakeServer(FINE) as server, client_of(server.url) as client:
        assert (await client.request("GET", "/api/v1/x")).status == 200


async def test_a_closed_client_may_be_used_again(client_of: MakeClient) -> None:
    async with FakeServer(FINE) as server:
        client = client_of(server.url)
        for _ in range(2):
            await client.request("GET", "/api/v1/x")
            await client.aclose()
    assert len(server.requests) == 2
