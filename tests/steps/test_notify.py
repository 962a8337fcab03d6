"""Messages through the real Apprise, to services that are loopback servers."""

from __future__ import annotations

import asyncio
import importlib.util
from typing import TYPE_CHECKING, get_args

import pytest

from pup_tui.core.requests import NotifyRequest
from pup_tui.runbook.model import NotifyType
from pup_tui.steps import notify, survivors
from pup_tui.steps.notify import NotifyExecutor
from tests.support.http_server import FakeServer, Recorded, Reply, Write

if TYPE_CHECKING:
    from pup_tui.steps.executor import Context, Outcome, Stop
    from tests.support.executors import RecordingSink


class Send:
    """Sends messages with the test's sink, stop and context."""

    def __init__(self, sink: RecordingSink, stop: Stop, context: Context) -> None:
        self._rest = (sink, stop, context)

    async def __call__(self, *to: str, title: str = "Title", message: str = "Text") -> Outcome:
        request = NotifyRequest(to=to, title=title, message=message)
        async with asyncio.timeout(60):
            return await NotifyExecutor().run(request, *self._rest)


@pytest.fixture
def send(sink: RecordingSink, stop: Stop, context: Context) -> Send:
    return Send(sink, stop, context)


def address(server: FakeServer, path: str = "") -> str:
    """The server as an address of Apprise, with credentials."""
    return server.url.replace("http://", "json://ada:s3cret@") + "/" + path


async def test_message_arrives_as_it_is(send: Send, sink: RecordingSink) -> None:
    message = "{{ 7*7 }} *a* <b> :smile: \\n é\nsecond line"
    async with FakeServer(Reply(body={})) as server:
        outcome = await send(address(server, "hook"), title="Über", message=message)
    assert (outcome.ok, outcome.reason) == (True, "")
    (received,) = server.requests
    assert (received.path, received.json["title"]) == ("/hook", "Über")
    assert received.json["message"] == message
    assert sink.written == [("stdout", b"sent to json:// (1)\n")]


@pytest.mark.parametrize("about", get_args(NotifyType))
async def test_services_are_told_what_the_message_is_about(
    about: NotifyType, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    async with FakeServer(Reply(body={})) as server:
        request = NotifyRequest(to=(address(server),), title="t", message="m", type=about)
        assert (await NotifyExecutor().run(request, sink, stop, context)).ok
    assert server.requests[0].json["type"] == about


async def test_title_may_be_missing(send: Send) -> None:
    async with FakeServer(Reply(body={})) as server:
        assert (await send(address(server), title="")).ok
    assert server.requests[0].json["title"] == ""


async def test_those_that_fail_are_named_and_the_others_get_it(
    send: Send, sink: RecordingSink
) -> None:
    async def reply(request: Recorded, _: Write) -> Reply:
        return Reply(403 if request.path == "/no" else 200, {})

    async with FakeServer(handler=reply) as server:
        outcome = await send(
            address(server, "yes"),
            address(server, "no"),
            "json://ada:s3cret@127.0.0.1:9/",
            "s3cret",
        )
    assert not outcome.ok
    assert outcome.reason == (
        "json:// (2) did not take the message: HTTP 403; "
        "json:// (3) did not take the message: no connection; "
        "address 4 is no address that Apprise can send to: check its scheme, host and credentials"
    )
    assert sink.stdout == b"sent to json:// (1)\n"
    assert b"s3cret" not in sink.stderr
    assert b"json:// (2) did not take the message: HTTP 403\n" in sink.stderr


async def test_addresses_that_are_none_are_told_without_their_content(
    send: Send, sink: RecordingSink
) -> None:
    outcome = await send("nosuch://s3cret", "slack://s3cret", "json://", "://s3cret", "s3cret:x")
    assert not outcome.ok
    names = [
        each.partition(" is no address that Apprise")[0] for each in outcome.reason.split("; ")
    ]
    assert names == ["nosuch:// (1)", "slack:// (2)", "json:// (3)", "address 4", "address 5"]
    assert "s3cret" not in outcome.reason
    assert b"s3cret" not in sink.stdout + sink.stderr


async def test_nobody_to_send_to(send: Send) -> None:
    assert (await send()).reason.startswith("`to` is empty")


async def test_nothing_to_send(send: Send) -> None:
    outcome = await send("json://127.0.0.1:9", title=" ", message="\n")
    assert outcome.reason == "the message is empty; nothing was sent"


async def test_without_the_extra_it_says_how_to_get_it(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "find_spec", lambda name: None)
    assert importlib.util.find_spec("apprise") is not None
    outcome = await send("json://127.0.0.1:9")
    assert outcome.reason == (
        "notifications need the extra `notify`: pip install 'pup-tui[notify]'"
    )


async def test_stop_ends_the_sender(send: Send, stop: Stop, context: Context) -> None:
    async def silence(_: Recorded, __: Write) -> None:
        stop.set()
        await asyncio.sleep(60)

    async with FakeServer(handler=silence) as server:
        outcome = await send(address(server))
    assert (outcome.ok, outcome.reason) == (False, "cancelled; json:// (1) may have it")
    assert survivors.marked(context.run) == []


async def test_stop_before_the_start_sends_nothing(send: Send, stop: Stop) -> None:
    stop.set()
    async with FakeServer(Reply(body={})) as server:
        outcome = await send(address(server))
    assert (outcome.reason, server.requests) == ("cancelled", [])


async def test_service_that_does_not_answer_is_given_up(
    send: Send, context: Context, sink: RecordingSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "LIMIT", 1.0)

    async def silence(_: Recorded, __: Write) -> None:
        await asyncio.sleep(60)

    async with FakeServer(handler=silence) as server:
        outcome = await send(address(server) + "?rto=50")
    assert not outcome.ok
    assert outcome.reason == "json:// (1) did not answer within 1 s, and may have it"
    assert survivors.marked(context.run) == []
    assert sink.written == []


async def test_nothing_in_the_working_directory_is_run(send: Send, context: Context) -> None:
    (context.cwd / "json.py").write_text("open('ran', 'w')")
    async with FakeServer(Reply(body={})) as server:
        assert (await send(address(server))).ok
    assert not (context.cwd / "ran").exists()


async def test_side_by_side_each_is_sent_once(send: Send) -> None:
    async with FakeServer(Reply(body={})) as server:
        outcomes = await asyncio.gather(*(send(address(server, str(n))) for n in range(3)))
    assert all(outcome.ok for outcome in outcomes)
    assert sorted(request.path for request in server.requests) == ["/0", "/1", "/2"]
