from __future__ import annotations

import asyncio
import gzip
import logging
import ssl
import tracemalloc
import zlib
from typing import Any

import pytest

from pup_tui.datadog.configuration import PROXY_VARIABLES
from pup_tui.datadog.failures import TransportError, client_failure
from pup_tui.datadog.proxies import proxy_for
from pup_tui.datadog.transport import Request, Response, open_client, send
from pup_tui.output.mask import Masker
from tests.support.http_server import FakeServer, Recorded, Reply, Write
from tests.support.untrusted import CERTIFICATE, untrusted_server

KEYS = {"DD-API-KEY": "api-0123456789", "DD-APPLICATION-KEY": "app-0123456789"}


async def get(url: str, **options: Any) -> Response:
    headers = options.pop("headers", {})
    return await send(Request("GET", url, headers), **options)


async def test_an_answer_of_any_status_is_given_whole() -> None:
    async with FakeServer(Reply(404, {"errors": ["gone"]}, {"X-One": "1"})) as server:
        response = await get(f"{server.url}/a?b=c", headers={"Accept": "text/plain"})
    assert response.status == 404
    assert response.headers["x-one"] == "1"
    assert response.content_type == "application/json"
    assert response.json == {"errors": ["gone"]}
    assert server.requests[0].query == {"b": "c"}
    assert server.requests[0].headers["accept"] == "text/plain"


async def test_a_body_that_is_no_json_is_text() -> None:
    async with FakeServer(
        Reply(200, b"caf\xe9", {"Content-Type": "text/plain; charset=x"})
    ) as server:
        response = await get(server.url)
    assert response.json is None
    assert response.text == "caf�"
    assert response.content_type == "text/plain"


async def drip(_: Recorded, write: Write) -> None:
    await write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        await write(b"x")
        await asyncio.sleep(0.01)


async def silence(_: Recorded, write: Write) -> None:
    await asyncio.Event().wait()


@pytest.mark.proves("F26", "P19")
@pytest.mark.parametrize("handler", [drip, silence])
async def test_the_deadline_counts_for_the_whole_answer(handler: Any) -> None:
    async with FakeServer(Reply(200)) as server:
        await get(server.url)  # what the first call of a process imports is none of the time below
    async with FakeServer(handler=handler) as server:
        # Long enough to connect beside other work: what counts is the answer that does not end.
        with pytest.raises(TransportError, match="no complete answer within 2 s") as caught:
            await get(f"{server.url}/slow?key=hunter22", deadline=2)
    assert len(server.requests) == 1
    assert caught.value.kind == "timeout"
    assert "hunter22" not in str(caught.value)


async def short_body(_: Recorded, write: Write) -> None:
    await write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half": ')


async def broken_chunks(_: Recorded, write: Write) -> None:
    await write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")


async def half_gzip(_: Recorded, write: Write) -> None:
    half = gzip.compress(b"x" * 100_000)[:-20]
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(half)}\r\n\r\n"
    await write(head.encode() + half)


@pytest.mark.proves("F25", "P19")
@pytest.mark.parametrize("handler", [short_body, broken_chunks, half_gzip])
async def test_a_partial_body_is_an_error(handler: Any) -> None:
    async with FakeServer(handler=handler) as server:
        with pytest.raises(TransportError, match="response incomplete") as caught:
            await get(server.url)
    assert caught.value.kind == "incomplete"


async def no_http(_: Recorded, write: Write) -> None:
    await write(b"SSH-2.0-OpenSSH_9.2\r\n")


async def hang_up(_: Recorded, write: Write) -> None:
    return


@pytest.mark.proves("F29")
@pytest.mark.parametrize("handler", [no_http, hang_up])
async def test_no_answer_is_an_error(handler: Any) -> None:
    async with FakeServer(handler=handler) as server:
        with pytest.raises(TransportError, match="closed, or the answer is not HTTP") as caught:
            await get(server.url)
    assert caught.value.kind == "connect"


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "identity"])
async def test_compressed_answers_are_read(encoding: str) -> None:
    text = b"0123456789" * 50_000
    packed = {"deflate": zlib.compress(text), "identity": text}.get(encoding, gzip.compress(text))
    async with FakeServer(Reply(200, packed, {"Content-Encoding": encoding})) as server:
        assert (await get(server.url)).body == text
    assert server.requests[0].headers["accept-encoding"] == "gzip"


async def test_a_gzip_file_of_several_members_is_read_to_its_end() -> None:
    packed = b"".join(gzip.compress(part) for part in (b"one ", b"", b"two"))
    async with FakeServer(Reply(200, packed, {"Content-Encoding": "gzip"})) as server:
        assert (await get(server.url)).body == b"one two"


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip"])
async def test_an_unknown_encoding_is_named(encoding: str) -> None:
    async with FakeServer(Reply(200, b"x", {"Content-Encoding": encoding})) as server:
        with pytest.raises(TransportError, match="unknown content encoding"):
            await get(server.url)


async def test_a_damaged_body_is_an_error() -> None:
    async with FakeServer(Reply(200, b"no gzip", {"Content-Encoding": "gzip"})) as server:
        with pytest.raises(TransportError, match="damaged"):
            await get(server.url)


@pytest.mark.proves("P19")
async def test_the_limit_counts_plain_bytes() -> None:
    async with FakeServer(Reply(200, b"x" * 1001)) as server:
        with pytest.raises(TransportError, match="larger than 1000 bytes"):
            await get(server.url, max_bytes=1000)
        assert len((await get(server.url, max_bytes=1001)).body) == 1001


@pytest.mark.proves("F28", "P19")
async def test_a_gzip_bomb_is_stopped_before_it_is_large() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    async with (
        FakeServer(Reply(200, bomb, {"Content-Encoding": "gzip"})) as server,
        open_client() as client,
    ):
        tracemalloc.start()
        try:
            with pytest.raises(TransportError) as caught:
                await send(Request("GET", server.url), client=client)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert caught.value.kind == "too-large"
    assert peak < 50_000_000


async def test_a_redirect_is_given_unless_following_is_asked_for() -> None:
    async with FakeServer(Reply(302, headers={"Location": "/there"}), Reply(200, b"x")) as server:
        assert (await get(server.url)).status == 302
    assert [r.path for r in server.requests] == ["/"]


async def test_a_redirect_within_the_origin_keeps_the_headers() -> None:
    async with FakeServer(Reply(302, headers={"Location": "/there"}), Reply(200, b"x")) as server:
        response = await get(
            f"{server.url}/here", headers={"X-Token": "t"}, credentials=KEYS, follow_redirects=True
        )
    assert response.body == b"x"
    assert response.url == f"{server.url}/there"
    assert server.requests[1].headers["x-token"] == "t"
    assert server.requests[1].headers["dd-api-key"] == KEYS["DD-API-KEY"]


@pytest.mark.proves("F27", "P18")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_credentials_never_reach_another_origin(status: int) -> None:
    async with FakeServer() as other:
        location = f"{other.url}/steal?x=hunter22"
        async with FakeServer(Reply(status, headers={"Location": location})) as server:
            with pytest.raises(
                TransportError, match="credentials belong to another host"
            ) as caught:
                await get(server.url, credentials=KEYS, follow_redirects=True)
    assert other.requests == []
    assert "hunter22" not in str(caught.value)


@pytest.mark.proves("F27")
async def test_a_callers_headers_and_cookies_stay_at_their_origin() -> None:
    async with FakeServer(Reply(200, b"there")) as other:
        away = {"Location": f"{other.url}/there", "Set-Cookie": "session=hunter22; Path=/"}
        async with FakeServer(Reply(302, headers=away)) as server:
            response = await get(
                server.url,
                headers={"X-Api-Key": "hunter22", "Authorization": "hunter22", "Accept": "text/x"},
                follow_redirects=True,
            )
    assert response.body == b"there"
    sent = other.requests[0].headers
    assert sent["accept"] == "text/x"
    assert "hunter22" not in str(sent)


@pytest.mark.proves("F27")
@pytest.mark.parametrize("status", [307, 308])
async def test_a_body_is_not_sent_to_another_origin(status: int) -> None:
    async with (
        FakeServer() as other,
        FakeServer(Reply(status, headers={"Location": other.url})) as server,
    ):
        with pytest.raises(TransportError, match="POST was meant for another host"):
            await send(Request("POST", server.url, body=b"secret"), follow_redirects=True)
    assert other.requests == []


async def test_a_post_becomes_a_get_after_see_other() -> None:
    async with FakeServer(Reply(303, headers={"Location": "/done"}), Reply()) as server:
        await send(
            Request("POST", server.url, {"Content-Type": "text/plain"}, b"body"),
            follow_redirects=True,
        )
    assert server.requests[1].method == "GET"
    assert server.requests[1].body == b""
    assert "content-type" not in server.requests[1].headers


async def test_redirects_end() -> None:
    async with FakeServer(Reply(302, headers={"Location": "/again"})) as server:
        with pytest.raises(TransportError, match="more than 10 redirects"):
            await get(server.url, follow_redirects=True)
    assert len(server.requests) == 11


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://x/", "http://[bad"])
async def test_a_redirect_to_what_is_no_http_is_refused(location: str) -> None:
    async with FakeServer(Reply(302, headers={"Location": location})) as server:
        with pytest.raises(TransportError):
            await get(server.url, follow_redirects=True)


@pytest.mark.proves("F22", "P9")
@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://user:hunter22@127.0.0.1:1/a?k=hunter22#hunter22", "connect"),
        ("ftp://user:hunter22@example.com/?k=hunter22", "invalid"),
        ("/api/v1/x?k=hunter22", "invalid"),
        ("http://127.0.0.1:99999/?k=hunter22", "invalid"),
        ("http://exa mple.com/?k=hunter22", "invalid"),
        ("http://127.0.0.1/\r\n?k=hunter22", "invalid"),
        ("http://name.invalid/?k=hunter22", "unreachable"),
    ],
)
async def test_errors_name_no_secret_of_the_url(url: str, kind: str) -> None:
    with pytest.raises(TransportError) as caught:
        await get(url, headers={"X-Token": "hunter22"})
    assert caught.value.kind == kind
    assert "hunter22" not in str(caught.value)
    assert "hunter22" not in repr(Request("GET", url, {"X-Token": "hunter22"}, b"hunter22"))


async def test_a_very_long_url_is_not_repeated_in_its_error() -> None:
    with pytest.raises(TransportError, match="send long values in the body") as caught:
        await get(f"http://127.0.0.1:1/{'x' * 70_000}")
    assert caught.value.kind == "invalid"
    assert "http://127.0.0.1:1/…" in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.proves("F22", "P9")
@pytest.mark.parametrize(
    "headers",
    [{"X-Token": "hunter22\r\nX-Evil: 1"}, {"X-Token": "hunter22\x00"}, {"X:hunter22": "1"},
     {"": "hunter22"}, {"Content-Length": "5"}, {"Transfer-Encoding": "chunked"}],
)  # fmt: skip
async def test_bad_headers_are_refused_before_anything_is_sent(headers: dict[str, str]) -> None:
    async with FakeServer() as server:
        with pytest.raises(TransportError, match="header") as caught:
            await get(server.url, headers=headers)
    assert caught.value.kind == "invalid"
    assert server.requests == []
    assert "hunter22" not in str(caught.value).replace("X:hunter22", "")


async def test_credentials_win_over_a_header_of_that_name() -> None:
    async with FakeServer() as server:
        await get(server.url, headers={"dd-api-key": "other"}, credentials=KEYS)
    assert server.requests[0].headers["dd-api-key"] == KEYS["DD-API-KEY"]


@pytest.mark.proves("F22", "P9")
async def test_the_log_holds_no_url(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with FakeServer() as server:
            await get(f"{server.url}/?k=hunter22")
    assert "hunter22" not in caplog.text


@pytest.mark.proves("F30")
async def test_a_proxy_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://user:hunter22@127.0.0.1:1")
    said = r"through the proxy http://127\.0\.0\.1:1 that HTTP_PROXY names"
    with pytest.raises(TransportError, match=said) as caught:
        await get("http://example.com/", network={"HTTP_PROXY"})
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "environ", "told"),
    [
        ("http://a.example/x", {"http_proxy": "http://p:1", "HTTP_PROXY": "http://q:1"}, "p:1"),
        ("https://a.example/x", {"HTTPS_PROXY": "http://u:hunter22@p:1/"}, "http://p:1 "),
        ("https://a.example/x", {"ALL_PROXY": "socks5://u:hunter22@[::1]:9"}, "socks5://[::1]:9 "),
        ("https://a.example/x", {"https_proxy": "u:hunter22@p:1"}, "http://p:1 "),
        ("http://a.example/x", {"HTTPS_PROXY": "http://p:1"}, None),
        ("http://a.example:81/x", {"ALL_PROXY": "http://p:1", "NO_PROXY": "a.example:81"}, None),
        ("http://a.b.example/x", {"ALL_PROXY": "http://p:1", "NO_PROXY": "c, b.example"}, None),
        ("http://a.example/x", {"ALL_PROXY": "http://p:1", "no_proxy": "*"}, None),
        ("http://a.example/x", {}, None),
    ],
)
def test_which_proxy_a_call_goes_through(
    monkeypatch: pytest.MonkeyPatch, url: str, environ: dict[str, str], told: str | None
) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    proxy = proxy_for(url, environ)
    if told is None:
        assert proxy is None
    else:
        assert told in str(proxy)
        assert "hunter22" not in str(proxy)


@pytest.mark.proves("F30")
async def test_a_proxy_variable_that_is_nonsense_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "junk://hunter22")
    with pytest.raises(TransportError, match="ALL_PROXY") as caught:
        await get("http://example.com/", network={"ALL_PROXY"})
    assert "hunter22" not in str(caught.value)


@pytest.mark.proves("F30")
async def test_a_certificate_variable_that_is_nonsense_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent.pem")
    with pytest.raises(TransportError, match="SSL_CERT_FILE") as caught:
        await get("https://127.0.0.1:1/", network={"SSL_CERT_FILE"})
    assert caught.value.kind == "tls"


async def test_the_certificates_that_come_along_are_read_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with FakeServer() as server:
        await get(server.url)
        monkeypatch.setattr(ssl, "create_default_context", lambda **_: pytest.fail("read again"))
        assert (await get(server.url)).status == 200


async def test_certificates_that_are_named_later_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with untrusted_server() as (address, _):
        url = f"https://{address}/"
        for _ in range(2):
            with pytest.raises(TransportError, match="not trusted"):
                await get(url)
            with monkeypatch.context() as patch:
                patch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
                assert (await get(url, network={"SSL_CERT_FILE"})).body == b"ok"


async def test_a_server_without_tls_is_told_apart() -> None:
    async def plain_text(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(plain_text, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(TransportError) as caught:
            await get(f"https://127.0.0.1:{port}")
    assert caught.value.kind == "tls"


async def test_cancelling_ends_a_call_at_once() -> None:
    asked = asyncio.Event()

    async def asked_in_vain(_: Recorded, write: Write) -> None:
        asked.set()
        await asyncio.Event().wait()

    async with FakeServer(handler=asked_in_vain) as server:
        task = asyncio.create_task(get(server.url))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.proves("F29", "P18")
async def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    async with untrusted_server() as (address, asked):
        url = f"https://{address}/"
        with pytest.raises(TransportError, match="certificate is not trusted") as caught:
            await get(url, credentials=KEYS)
        assert caught.value.kind == "tls"
        assert asked == []
        assert (await get(url, verify=False)).body == b"ok"


@pytest.mark.parametrize("code", [62, 64])
def test_a_certificate_of_another_host_is_told_without_the_host_that_was_asked(code: int) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    error.verify_message = (
        "Hostname mismatch, certificate is not valid for 'tenant-t00secret.example'."
    )
    told = client_failure(error, "GET ***", "https://x", (), proxy=None, answered=False)
    assert str(told) == "GET ***: the certificate is not trusted: it is for another host"
    error.verify_code = 18
    error.verify_message = "self-signed certificate"
    told = client_failure(error, "GET ***", "https://x", (), proxy=None, answered=False)
    assert str(told) == "GET ***: the certificate is not trusted: self-signed certificate"


async def test_a_proxy_that_is_a_secret_is_masked_before_its_password_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = "http://User:pw@127.0.0.1:1"
    monkeypatch.setenv("http_proxy", secret)
    request = Request("GET", "http://example.invalid/x", mask=Masker([secret]).mask)
    with pytest.raises(TransportError) as caught:
        await send(request, network=("http_proxy",))
    assert "through the proxy http://*** that http_proxy names" in str(caught.value)
