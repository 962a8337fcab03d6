"""Answers that come in pages: the whole list, or none of it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from pup_tui.core.requests import HttpRequest
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.runbook.parts import PagedAnswer
from pup_tui.steps.http import HttpExecutor
from tests.support.http_server import FakeServer, Recorded, Reply, Write

if TYPE_CHECKING:
    from pup_tui.steps.executor import Context, Outcome, Stop
    from tests.support.executors import RecordingSink

ITEMS = [{"id": number} for number in range(25)]


class Interface:
    """Gives ten items at a time, by whatever leads to them; `rest` is what is beside a page's list."""

    def __init__(self, by: str) -> None:
        self.by = by
        self.broken_at = 0
        self.elsewhere = ""

    async def __call__(self, request: Recorded, write: Write) -> Reply:
        start = {
            "cursor": lambda: int(request.query.get("cursor") or 0),
            "link": lambda: int(request.query.get("from", 0)),
            "offset": lambda: int(request.query.get("offset", 0)),
            "page": lambda: (int(request.query.get("page", 1)) - 1) * 10,
        }[self.by]()
        if self.broken_at and start == self.broken_at:
            return Reply(status=429, headers={"Retry-After": "7"})
        page = ITEMS[start : start + 10]
        more = start + 10 < len(ITEMS)
        match self.by:
            case "cursor":
                told = {"next": str(start + 10) if more else ""}
                return Reply(body={"data": {"items": page}, "meta": told})
            case "link":
                link = f'</items?from=0>; rel="first", <{self.elsewhere}/items?from={start + 10}>; rel=next'
                return Reply(body=page, headers={"Link": link} if more else None)
        return Reply(body={"data": {"items": page}})


async def listed(
    server: FakeServer, pages: PagedAnswer, around: tuple[Any, ...], **given: Any
) -> Outcome:
    request = HttpRequest(
        method="GET", url=f"{server.url}/items", to_datadog=False, pages=pages, **given
    )
    async with asyncio.timeout(60):
        return await HttpExecutor(DatadogConfiguration()).run(request, *around)


PAGES = {
    "cursor": PagedAnswer(by="cursor", items="data.items", next="meta.next", query="cursor"),
    "link": PagedAnswer(by="link"),
    "offset": PagedAnswer(by="offset", items="data.items", query="offset"),
    "page": PagedAnswer(by="page", items="data.items", query="page"),
}


@pytest.fixture
def around(sink: RecordingSink, stop: Stop, context: Context) -> tuple[Any, ...]:
    return sink, stop, context


@pytest.mark.parametrize("by", PAGES)
async def test_all_pages_are_one_list(
    by: str, sink: RecordingSink, around: tuple[Any, ...]
) -> None:
    async with FakeServer(handler=Interface(by)) as server:
        done = await listed(
            server, PAGES[by], around, query=(("limit", "10"),), headers={"X-Key": "k"}
        )
    assert done.ok, done.reason
    assert json.loads(sink.stdout.decode()) == ITEMS
    assert all(request.headers["x-key"] == "k" for request in server.requests)


@pytest.mark.parametrize("by", PAGES)
async def test_a_page_that_fails_fails_all_and_says_when_to_ask_again(
    by: str, sink: RecordingSink, around: tuple[Any, ...]
) -> None:
    interface = Interface(by)
    interface.broken_at = 10
    async with FakeServer(handler=interface) as server:
        done = await listed(server, PAGES[by], around)
    assert not done.ok
    assert "HTTP 429" in done.reason
    assert done.again_in == 7
    assert "id" not in sink.stdout.decode()


@pytest.mark.parametrize("by", PAGES)
async def test_more_pages_than_may_be_are_no_part_of_a_list(
    by: str, sink: RecordingSink, around: tuple[Any, ...]
) -> None:
    few = PagedAnswer(
        **{name: getattr(PAGES[by], name) for name in ("by", "items", "next", "query")}, max=2
    )
    async with FakeServer(handler=Interface(by)) as server:
        done = await listed(server, few, around)
    assert done.reason == (
        "there are more than 2 pages: ask for less, or give `pages` a larger `max`"
    )
    assert sink.stdout.decode() == ""
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("by", "value", "rest"), [("offset", "20", ITEMS[20:]), ("page", "2", ITEMS[10:])]
)
async def test_counting_begins_where_the_request_does(
    by: str, value: str, rest: list[Any], sink: RecordingSink, around: tuple[Any, ...]
) -> None:
    async with FakeServer(handler=Interface(by)) as server:
        await listed(server, PAGES[by], around, query=((by, value),))
    assert json.loads(sink.stdout.decode()) == rest
    assert all(len(request.pairs) == 1 for request in server.requests)


async def test_numbers_stay_as_they_were_spelled(
    sink: RecordingSink, around: tuple[Any, ...]
) -> None:
    first = Reply(
        body=b'{"data": [1.10, 12345678901234567890], "next": 12345678901234567890}',
    )
    last = Reply(body=b'{"data": [{"b": 1, "a": 2e400}], "next": null}')
    pages = PagedAnswer(by="cursor", items="data", next="next", query="after")
    async with FakeServer(first, last) as server:
        done = await listed(server, pages, around)
    assert done.ok
    assert "".join(sink.stdout.decode().split()) == '[1.10,12345678901234567890,{"b":1,"a":2e400}]'
    assert server.requests[1].query == {"after": "12345678901234567890"}


async def test_credentials_go_to_no_other_server(
    sink: RecordingSink, around: tuple[Any, ...]
) -> None:
    async with FakeServer(Reply(body=[])) as other:
        interface = Interface("link")
        interface.elsewhere = other.url
        async with FakeServer(handler=interface) as server:
            done = await listed(server, PAGES["link"], around)
    assert "the next page is on another server, to which nothing is sent" in done.reason
    assert other.requests == []


@pytest.mark.parametrize("target", ["http://[", "//[x", "http://127.0.0.1:99999/items"])
async def test_a_link_that_leads_nowhere(target: str, around: tuple[Any, ...]) -> None:
    linked = Reply(body=[1], headers={"Link": f"<{target}>; rel=next"})
    async with FakeServer(linked) as server:
        done = await listed(server, PAGES["link"], around)
    assert done.reason == "the Link header leads to what is no URL"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"data": {"items": 5}}', "page 1 has no list at `data.items`"),
        (b'{"data": []}', "page 1 has no list at `data.items`"),
        (b'{"other": 1}', "page 1 has no list at `data.items`"),
        (b"<html>", "page 1 has no list at `data.items`"),
        (b"", "page 1 has no list at `data.items`"),
        (b'{"\xff": 1}', "page 1 has no list at `data.items`"),
        (b"[" * 100_000, "page 1 has no list at `data.items`"),
    ],
)
async def test_an_answer_without_a_list(body: bytes, told: str, around: tuple[Any, ...]) -> None:
    async with FakeServer(Reply(body=body)) as server:
        done = await listed(server, PAGES["offset"], around)
    assert done.reason == told


async def test_a_cursor_that_is_none(around: tuple[Any, ...]) -> None:
    """What leads on and cannot be followed is not taken for the end."""
    odd = Reply(body={"data": {"items": [1]}, "meta": {"next": {"page": 2}}})
    async with FakeServer(odd) as server:
        done = await listed(server, PAGES["cursor"], around)
    assert done.reason == "`meta.next` is no cursor, which is a text or a number"


async def test_a_cursor_that_leads_to_itself(around: tuple[Any, ...]) -> None:
    same = Reply(body={"data": {"items": [1]}, "meta": {"next": "same"}})
    async with FakeServer(same) as server:
        done = await listed(server, PAGES["cursor"], around)
    assert done.reason == "page 2 leads to itself"
    assert len(server.requests) == 2
