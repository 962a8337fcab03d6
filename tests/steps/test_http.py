from __future__ import annotations

import asyncio
import gzip
import os
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from pup_tui.core.requests import BARRED, HttpRequest
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.steps import http
from pup_tui.steps.http import HttpExecutor, expected
from tests.support.http_server import FakeServer, Recorded, Reply, Write

if TYPE_CHECKING:
    from collections.abc import Callable

    from pup_tui.steps.executor import Context, Outcome, Stop
    from tests.support.executors import RecordingSink

    Account = Callable[[str], DatadogConfiguration]


class Ask:
    """Makes requests with the test's sink, stop and context."""

    def __init__(self, sink: RecordingSink, stop: Stop, context: Context) -> None:
        self.configuration = DatadogConfiguration()
        self._rest = (sink, stop, context)

    def forbid_changes(self) -> None:
        sink, stop, context = self._rest
        self._rest = (sink, stop, replace(context, environ={"DD_READ_ONLY": "true"}))

    async def __call__(self, url: str, method: str = "GET", **given: Any) -> Outcome:
        request = HttpRequest(
            method=method, url=url, **{"to_datadog": url.startswith("/"), **given}
        )
        async with asyncio.timeout(60):
            return await HttpExecutor(self.configuration).run(request, *self._rest)


@pytest.fixture
def ask(sink: RecordingSink, stop: Stop, context: Context) -> Ask:
    return Ask(sink, stop, context)


@pytest.mark.parametrize(
    "given",
    [
        {"method": "POST"},
        {"url": "/x?_method=DELETE"},
        {"query": (("_method", "DELETE"),)},
        {"output_file": "x"},
        {"output_file": "x", "read_only": True},
    ],
)
async def test_where_nothing_may_be_changed_what_values_made_of_it_is_judged(
    given: dict[str, Any], ask: Ask
) -> None:
    ask.forbid_changes()
    async with FakeServer(Reply(200)) as server:
        url = server.url + given.pop("url", "/x")
        assert (await ask(url, **given)).reason == BARRED
        assert server.requests == []
        assert (await ask(f"{server.url}/x", "POST", read_only=True)).ok


class TestAnswer:
    async def test_json_is_indented_and_otherwise_as_it_came(
        self, ask: Ask, sink: RecordingSink
    ) -> None:
        body = b'{"z": 1.10, "a": [12345678901234567890123], "\xc3\xbc": "\\u00e9"}'
        reply = Reply(body=body, headers={"Content-Type": "application/json; charset=utf-8"})
        async with FakeServer(reply) as server:
            outcome = await ask(f"{server.url}/x")
        assert (outcome.ok, outcome.status_code, outcome.exit_code) == (True, 200, None)
        assert outcome.headers is not None
        assert outcome.headers["content-type"].startswith("application/json")
        assert sink.stdout.decode() == (
            '{\n  "z": 1.10,\n  "a": [\n    12345678901234567890123\n  ],\n  "ü": "\\u00e9"\n}\n'
        )

    async def test_204_is_empty(self, ask: Ask, sink: RecordingSink) -> None:
        async with FakeServer(Reply(204)) as server:
            outcome = await ask(server.url)
        assert outcome.ok
        assert sink.stdout == b""

    async def test_text_in_another_charset_becomes_utf8(
        self, ask: Ask, sink: RecordingSink
    ) -> None:
        reply = Reply(body=b"gr\xfcn", headers={"Content-Type": "text/plain; charset=ISO-8859-1"})
        async with FakeServer(reply) as server:
            await ask(server.url)
        assert sink.stdout.decode() == "grün"

    async def test_bytes_ask_for_a_file(self, ask: Ask, sink: RecordingSink) -> None:
        reply = Reply(body=b"\x89PNG\0\xff", headers={"Content-Type": "image/png"})
        async with FakeServer(reply) as server:
            outcome = await ask(f"{server.url}/i.png?key=s3cret")
        assert not outcome.ok
        assert outcome.status_code == 200
        assert outcome.reason == (
            f"{server.url}/i.png answered with 6 bytes of image/png; set `output_file` to keep it"
        )
        assert sink.stdout == b""

    async def test_unexpected_status_fails_with_its_body_to_read(
        self, ask: Ask, sink: RecordingSink
    ) -> None:
        async with FakeServer(Reply(503, {"error": "down"})) as server:
            outcome = await ask(f"{server.url.replace('//', '//u:s3cret@')}/p?key=s3cret")
        assert (outcome.ok, outcome.status_code) == (False, 503)
        assert outcome.reason == f"HTTP 503 from {server.url}/p"
        assert b'"error": "down"' in sink.stdout

    @pytest.mark.parametrize(("status", "is_open"), [(500, True), (504, True), (409, False)])
    async def test_a_change_that_the_server_fails_at_may_be_made(
        self, ask: Ask, status: int, is_open: bool
    ) -> None:
        async with FakeServer(Reply(status, {"error": "down"})) as server:
            outcome = await ask(f"{server.url}/p", method="POST")
        assert outcome.reason.endswith("; the server may have carried it out") is is_open

    async def test_status_that_the_step_expects(self, ask: Ask) -> None:
        async with FakeServer(Reply(404)) as server:
            outcome = await ask(server.url, expect_status=("2xx", "404"))
        assert (outcome.ok, outcome.status_code) == (True, 404)


@pytest.mark.parametrize(
    ("status", "patterns", "holds"),
    [
        (200, ("2xx",), True),
        (299, ("2XX",), True),
        (404, ("404",), True),
        (404, ("2xx", "404"), True),
        (404, ("403",), False),
        (301, ("2xx",), False),
        (201, ("200",), False),
    ],
)
def test_expected_status(status: int, patterns: tuple[str, ...], holds: bool) -> None:
    assert expected(status, patterns) is holds


class TestRequest:
    async def test_method_query_headers_and_body_arrive(self, ask: Ask) -> None:
        async with FakeServer() as server:
            await ask(
                f"{server.url}/p?a=1#part",
                "PATCH",
                query=(("b", "x y&z"), ("c", "é")),
                headers={"X-Token": "t"},
                body='{"é": 1}',
            )
        (received,) = server.requests
        assert (received.method, received.path) == ("PATCH", "/p")
        assert received.query == {"a": "1", "b": "x y&z", "c": "é"}
        assert received.headers["x-token"] == "t"
        assert received.body == '{"é": 1}'.encode()

    async def test_body_file_is_read_below_the_operators_directory(
        self, ask: Ask, context: Context
    ) -> None:
        (context.cwd / "b.bin").write_bytes(b"\0\xff")
        async with FakeServer() as server:
            outcome = await ask(server.url, "POST", body_file="b.bin")
        assert outcome.ok
        assert server.requests[0].body == b"\0\xff"

    async def test_body_file_is_read_below_the_steps_directory(
        self, ask: Ask, context: Context
    ) -> None:
        (context.cwd / "sub").mkdir()
        (context.cwd / "sub" / "b.bin").write_bytes(b"below")
        async with FakeServer() as server:
            assert (await ask(server.url, "POST", body_file="b.bin", cwd="sub")).ok
        assert server.requests[0].body == b"below"

    async def test_body_file_that_is_missing_sends_nothing(
        self, ask: Ask, context: Context
    ) -> None:
        async with FakeServer() as server:
            outcome = await ask(server.url, "POST", body_file="gone")
        assert outcome.reason == f"cannot read {context.cwd}/gone: No such file or directory"
        assert server.requests == []

    async def test_body_file_that_is_a_pipe_does_not_hang(self, ask: Ask, context: Context) -> None:
        os.mkfifo(context.cwd / "pipe")
        outcome = await ask("http://127.0.0.1:9/", "POST", body_file="pipe")
        assert outcome.reason.endswith("pipe: it is not a regular file")

    @pytest.mark.parametrize("url", ["ftp://example.com/x", "api/v1/x", "file:///etc/passwd"])
    async def test_http_and_https_only(self, ask: Ask, url: str) -> None:
        outcome = await ask(url, to_datadog=False)
        assert not outcome.ok
        assert "http" in outcome.reason

    @pytest.mark.proves("F22", "F29")
    async def test_refused_connection_names_host_and_cause(self, ask: Ask) -> None:
        async with FakeServer() as server:
            gone = server.url
        outcome = await ask(f"{gone}/p?key=s3cret")
        assert outcome.reason == f"GET {gone}/p: Connection refused"

    @pytest.mark.proves("F22", "P9")
    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_a_connection_that_broke_says_what_may_have_been_done(
        self, ask: Ask, method: str
    ) -> None:
        async def half(_: Recorded, write: Write) -> None:
            await write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1")

        async with FakeServer(handler=half) as server:
            outcome = await ask(f"{server.url}/p", method=method)
        assert outcome.reason.startswith(f"{method} {server.url}/p: response incomplete")
        assert outcome.reason.endswith("may have carried it out") is (method == "POST")

    async def test_bad_header_is_named_without_its_value(self, ask: Ask) -> None:
        outcome = await ask("http://127.0.0.1:9/", headers={"X-Key": "s3cret\r\nX: y"})
        assert "X-Key" in outcome.reason
        assert "s3cret" not in outcome.reason

    async def test_text_that_is_no_unicode(self, ask: Ask) -> None:
        outcome = await ask("http://127.0.0.1:9/p", "POST", body="\ud800")
        assert outcome.reason == "POST http://127.0.0.1:9/p holds text that is not valid Unicode"


class TestOutputFile:
    async def test_bytes_are_written_whole(
        self, ask: Ask, sink: RecordingSink, context: Context
    ) -> None:
        async with FakeServer(Reply(body=b"\0\xff\x01")) as server:
            outcome = await ask(server.url, output_file="dump.bin")
        assert outcome.ok
        path = context.cwd / "dump.bin"
        assert path.read_bytes() == b"\0\xff\x01"
        assert path.stat().st_mode & 0o777 == 0o600
        assert sink.stdout.decode() == f"written 3 bytes to {path}\n"
        assert [each.name for each in context.cwd.iterdir() if each.is_file()] == ["dump.bin"]

    async def test_is_written_below_the_steps_directory(self, ask: Ask, context: Context) -> None:
        (context.cwd / "sub").mkdir()
        async with FakeServer(Reply(body=b"x")) as server:
            assert (await ask(server.url, output_file="dump.bin", cwd="sub")).ok
        assert (context.cwd / "sub" / "dump.bin").read_bytes() == b"x"

    async def test_side_by_side_one_file_is_written_whole(self, ask: Ask, context: Context) -> None:
        async with FakeServer(Reply(body=b"a" * 100_000), Reply(body=b"b" * 200_000)) as server:
            await asyncio.gather(*(ask(server.url, output_file="dump.bin") for _ in range(2)))
        written = (context.cwd / "dump.bin").read_bytes()
        assert written in (b"a" * 100_000, b"b" * 200_000)
        assert [each.name for each in context.cwd.iterdir()] == ["dump.bin"]

    async def test_mode_of_an_old_file_stays(self, ask: Ask, context: Context) -> None:
        path = context.cwd / "old"
        path.write_text("old")
        path.chmod(0o640)
        async with FakeServer(Reply(body=b"new")) as server:
            await ask(server.url, output_file="old")
        assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o640)

    async def test_error_answer_is_not_written(self, ask: Ask, context: Context) -> None:
        (context.cwd / "old").write_text("old")
        async with FakeServer(Reply(500, body=b"sorry")) as server:
            outcome = await ask(server.url, output_file="old")
        assert not outcome.ok
        assert (context.cwd / "old").read_text() == "old"

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("link", "symbolic link"),
            ("directory", "not a regular file"),
            ("no/such/file", "no directory"),
            ("directory/\0", "null"),
        ],
    )
    async def test_target_that_cannot_be_written_is_told_before_anything_is_sent(
        self, ask: Ask, context: Context, name: str, said: str
    ) -> None:
        (context.cwd / "directory").mkdir()
        (context.cwd / "link").symlink_to(context.cwd / "elsewhere")
        async with FakeServer() as server:
            outcome = await ask(server.url, "POST", output_file=name)
        assert not outcome.ok
        assert said in outcome.reason
        assert server.requests == []
        assert not (context.cwd / "elsewhere").exists()


class TestRedirects:
    async def test_not_followed_unless_asked_for(self, ask: Ask) -> None:
        async with FakeServer(Reply(302, headers={"Location": "/b"})) as server:
            outcome = await ask(f"{server.url}/a")
        assert outcome.status_code == 302
        assert "follow_redirects: true" in outcome.reason
        assert len(server.requests) == 1

    async def test_followed_to_another_host_without_the_headers(self, ask: Ask) -> None:
        async with FakeServer(Reply(body=b"there")) as other:
            reply = Reply(302, headers={"Location": f"{other.url}/b"})
            async with FakeServer(reply) as server:
                outcome = await ask(
                    server.url, headers={"X-Token": "s3cret"}, follow_redirects=True
                )
        assert outcome.ok
        assert "x-token" in server.requests[0].headers
        assert "x-token" not in other.requests[0].headers


class TestDatadog:
    async def test_credentials_go_with_a_datadog_path(self, ask: Ask, account: Account) -> None:
        async with FakeServer(Reply(body={"ok": True})) as server:
            ask.configuration = account(server.url)
            outcome = await ask(
                "/api/v1/x?a=1", query=(("b", "1"), ("b", "2")), headers={"accept": "text/csv"}
            )
        assert outcome.ok
        (received,) = server.requests
        assert received.headers["dd-api-key"] == "api-key-0123456789"
        assert received.headers["accept"] == "text/csv"
        assert received.query == {"a": "1", "b": "1,2"}

    @pytest.mark.proves("P18")
    async def test_credentials_do_not_go_anywhere_else(self, ask: Ask, account: Account) -> None:
        """Not even to the very host of Datadog, where the author did not write a path."""
        async with FakeServer() as server:
            ask.configuration = account(server.url)
            await ask(f"{server.url}/api/v1/x", to_datadog=False)
        assert "dd-api-key" not in server.requests[0].headers
        assert "dd-application-key" not in server.requests[0].headers

    @pytest.mark.proves("F27", "P18")
    async def test_redirect_is_not_followed_with_credentials(
        self, ask: Ask, account: Account
    ) -> None:
        async with FakeServer() as other:
            reply = Reply(307, headers={"Location": f"{other.url}/steal"})
            async with FakeServer(reply) as server:
                ask.configuration = account(server.url)
                outcome = await ask("/api/v1/x", follow_redirects=True)
        assert (outcome.ok, outcome.status_code) == (False, 307)
        assert other.requests == []

    async def test_path_cannot_become_a_host(self, ask: Ask, account: Account) -> None:
        async with FakeServer() as server:
            ask.configuration = account(server.url)
            outcome = await ask("//example.com/x")
        assert not outcome.ok
        assert server.requests == []

    async def test_missing_credentials_are_told(self, ask: Ask) -> None:
        outcome = await ask("/api/v1/x")
        assert "DD_API_KEY" in outcome.reason

    async def test_refusal_keeps_its_body(
        self, ask: Ask, account: Account, sink: RecordingSink
    ) -> None:
        known_as = {"X-Request-Id": "r-1"}
        async with FakeServer(
            Reply(404, {"errors": ["no such monitor"]}, headers=known_as)
        ) as server:
            ask.configuration = account(server.url)
            outcome = await ask("/api/v1/monitor/1")
        assert (outcome.status_code, outcome.reason) == (
            404,
            f"HTTP 404 from {server.url}/api/v1/monitor/1 (request r-1)",
        )
        assert b"no such monitor" in sink.stdout

    async def test_rate_limit_is_waited_for_and_told(
        self, ask: Ask, account: Account, sink: RecordingSink
    ) -> None:
        limited = Reply(429, headers={"X-RateLimit-Reset": "1"})
        async with FakeServer(limited, Reply(body={})) as server:
            ask.configuration = account(server.url)
            outcome = await ask("/api/v1/x")
        assert outcome.ok
        assert sink.stderr == b"[pup-tui] trying again in 1 s: rate limit of Datadog\n"

    async def test_a_rate_limit_on_the_last_attempt_tells_when_another_has_a_chance(
        self, ask: Ask, account: Account
    ) -> None:
        at_once = Reply(429, headers={"Retry-After": "0"})
        limited = Reply(429, headers={"X-RateLimit-Reset": "200"})
        async with FakeServer(at_once, at_once, at_once, limited) as server:
            ask.configuration = account(server.url)
            outcome = await ask("/api/v1/x")
        assert (outcome.ok, outcome.status_code, outcome.again_in) == (False, 429, 200)
        assert len(server.requests) == 4

    @pytest.mark.parametrize(
        ("status", "headers", "again_in"),
        [
            (429, {"Retry-After": "7"}, 7.0),
            (503, {"Retry-After": "7"}, 7.0),
            (429, {}, None),
            (429, {"Retry-After": "soon"}, None),
            (403, {"Retry-After": "7"}, 7.0),
            (403, {"RateLimit-Remaining": "0", "RateLimit-Reset": "9"}, 9.0),
            (429, {"Retry-After": "7", "RateLimit-Remaining": "0", "RateLimit-Reset": "9"}, 7.0),
            (500, {"Retry-After": "7"}, None),
            (
                429,
                {
                    "Retry-After": "Mon, 30 Nov 2026 12:00:09 GMT",
                    "Date": "Mon, 30 Nov 2026 12:00:00 GMT",
                },
                9.0,
            ),
        ],
    )
    async def test_any_server_says_when_another_attempt_has_a_chance(
        self, ask: Ask, status: int, headers: dict[str, str], again_in: float | None
    ) -> None:
        async with FakeServer(Reply(status, headers=headers)) as server:
            outcome = await ask(f"{server.url}/x")
        assert (outcome.ok, outcome.again_in) == (False, again_in)
        assert len(server.requests) == 1

    async def test_a_stop_while_a_rate_limit_is_waited_for_says_that_nothing_was_done(
        self, ask: Ask, account: Account, sink: RecordingSink, stop: Stop
    ) -> None:
        limited = Reply(429, headers={"X-RateLimit-Reset": "200"})
        async with FakeServer(limited) as server:
            ask.configuration = account(server.url)
            asking = asyncio.create_task(ask("/api/v1/x", method="POST"))
            await sink.seen(b"trying again in 200 s", "stderr")
            stop.set()
            outcome = await asking
        assert (outcome.stopped, outcome.reason) == (True, "cancelled")
        assert len(server.requests) == 1


class TestProxy:
    def network(self, monkeypatch: pytest.MonkeyPatch, server: FakeServer) -> frozenset[str]:
        """The name of a variable that makes a server the proxy of all http calls."""
        monkeypatch.setenv("http_proxy", server.url.replace("//", "//joe:hunter22@"))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        return frozenset({"http_proxy"})

    async def test_one_in_use_is_said_without_its_password(
        self, ask: Ask, sink: RecordingSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with FakeServer(Reply(body=b"by proxy")) as server:
            network = self.network(monkeypatch, server)
            ask.configuration = DatadogConfiguration(network=network)
            outcome = await ask("http://example.com/x")
        assert outcome.ok
        assert sink.stdout == b"by proxy"
        assert [each.headers["host"] for each in server.requests] == ["example.com"]
        told = f"[pup-tui] through the proxy {server.url} that http_proxy names\n"
        assert sink.stderr.decode() == told

    async def test_datadog_is_asked_through_it_and_that_is_said_once(
        self, ask: Ask, sink: RecordingSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failing = Reply(429, headers={"X-RateLimit-Reset": "1"})
        async with FakeServer(failing, Reply(body={})) as server:
            ask.configuration = DatadogConfiguration(
                base_url="http://datadog.invalid",
                access_token="t-0123456789",
                network=self.network(monkeypatch, server),
            )
            outcome = await ask("/api/v1/x")
        assert outcome.ok
        assert len(server.requests) == 2
        assert sink.stderr.decode().count("through the proxy") == 1
        assert b"hunter22" not in sink.stderr

    async def test_a_redirect_that_leads_through_one_says_so(
        self, ask: Ask, sink: RecordingSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        away = Reply(302, headers={"Location": "http://example.com/y"})
        async with FakeServer(away) as first, FakeServer(Reply(body=b"y")) as proxy:
            ask.configuration = DatadogConfiguration(network=self.network(monkeypatch, proxy))
            monkeypatch.setenv("no_proxy", "127.0.0.1")
            outcome = await ask(first.url, follow_redirects=True)
        assert outcome.ok
        assert len(proxy.requests) == 1
        assert sink.stderr.decode().count(f"through the proxy {proxy.url} ") == 1


class TestLimits:
    async def test_body_over_the_limit_after_decompression(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch, context: Context
    ) -> None:
        monkeypatch.setattr(http, "MAX_BYTES", 1_000_000)
        reply = Reply(body=gzip.compress(b"x" * 1_000_001), headers={"Content-Encoding": "gzip"})
        async with FakeServer(reply) as server:
            outcome = await ask(server.url, output_file="dump")
        assert "larger than 1000000 bytes" in outcome.reason
        assert not (context.cwd / "dump").exists()

    @pytest.mark.proves("F25")
    async def test_body_that_is_cut_off_is_not_output(self, ask: Ask, sink: RecordingSink) -> None:
        async with FakeServer(Reply(body=b"part", headers={"Content-Length": "99"})) as server:
            outcome = await ask(server.url)
        assert outcome.reason.endswith("response incomplete")
        assert sink.stdout == b""

    @pytest.mark.proves("F26")
    @pytest.mark.parametrize(
        ("method", "reason"),
        [("GET", "cancelled"), ("POST", "cancelled; the server may have carried it out")],
    )
    async def test_stop_ends_a_request_that_drips(
        self, ask: Ask, stop: Stop, sink: RecordingSink, method: str, reason: str
    ) -> None:
        dripping = asyncio.Event()

        async def drip(_: Recorded, write: Write) -> None:
            await write(b"HTTP/1.1 200 -\r\nContent-Length: 100000\r\n\r\n")
            while True:
                await write(b"x")
                dripping.set()
                await asyncio.sleep(0.02)

        async with FakeServer(handler=drip) as server:
            running = asyncio.create_task(ask(server.url, method))
            await dripping.wait()
            stop.set()
            outcome = await running
        assert (outcome.ok, outcome.reason) == (False, reason)
        assert sink.stdout == b""

    async def test_stop_before_the_start_sends_nothing(self, ask: Ask, stop: Stop) -> None:
        stop.set()
        async with FakeServer() as server:
            outcome = await ask(server.url, "POST")
        assert outcome.reason == "cancelled"
        assert server.requests == []
