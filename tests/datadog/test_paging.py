"""Lists that come page by page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pup_tui.datadog.client import DatadogClient
from pup_tui.datadog.commands import execute, resolve
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.lookups import environment_id, flag_id
from pup_tui.datadog.paging import MAX_PAGES
from tests.support.http_server import FakeServer, Recorded, Reply, Write

MakeClient = Callable[..., DatadogClient]


class Listing:
    """Incidents and SLOs of which a page has no more than `most`, whatever is asked.

    Without `tells_total` an answer says only what comes next, without `tells_next` only how many there are.
    The things before `shown_from` are counted, and not given.
    """

    def __init__(
        self,
        count: int,
        most: int,
        *,
        tells_total: bool = True,
        tells_next: bool = True,
        links: bool = False,
        shown_from: int = 0,
    ) -> None:
        self.count, self.most = count, most
        self.tells_total, self.tells_next = tells_total, tells_next
        self.links, self.shown_from = links, shown_from

    async def __call__(self, request: Recorded, _: Write) -> Reply:
        is_slos = request.path.startswith("/api/v1/slo")
        size = min(self.most, int(request.query["page[size]"]))
        at = int(request.query.get("page[offset]", 0))
        number = int(request.query.get("page[number]", 0))
        at = at or number * size
        numbers = [n for n in range(at, min(at + size, self.count)) if n >= self.shown_from]
        things = [{"data": {"id": str(n), "attributes": {}}} for n in numbers]
        total = {"total": self.count} if self.tells_total else {}
        following = {"next_number": number + 1} if is_slos else {"next_offset": at + size}
        pagination = following if self.tells_next else {}
        attributes: dict[str, Any] = {"slos" if is_slos else "incidents": things}
        if is_slos:
            pagination |= total
        else:
            attributes |= total
        answer: dict[str, Any] = {
            "data": {"attributes": attributes},
            "meta": {"pagination": pagination},
        }
        if self.links and at + size < self.count:
            answer["links"] = {"next": f"https://example.com/?page={at + size}"}
        return Reply(200, answer)


async def run(client: DatadogClient, words: str) -> tuple[list[str], str, Any]:
    result = await execute(resolve(words.split()), client)
    document = json.loads(result.stdout)
    return [each["id"] for each in document["data"]], result.stderr, document.get("meta")


@pytest.mark.parametrize("words", ["incidents list --service=x", "slos list --service=x"])
@pytest.mark.parametrize(
    "listing",
    [
        Listing(7, 1),
        Listing(7, 3),
        Listing(7, 3, tells_next=False),
        Listing(7, 3, tells_total=False),
        Listing(7, 7),
        Listing(7, 3, tells_next=False, tells_total=False, links=True),
        Listing(0, 3),
        Listing(200, 100, tells_next=False),
        Listing(250, 100, tells_next=False, tells_total=False),
    ],
)
async def test_every_page_is_read_however_many_things_are_on_one(
    client_of: MakeClient, listing: Listing, words: str
) -> None:
    async with FakeServer(handler=listing) as server, client_of(server.url) as client:
        found, told, meta = await run(client, words)
    assert found == [str(n) for n in range(listing.count)]
    if listing.tells_total or not listing.tells_next:
        assert (told, meta) == ("", None)


async def test_a_page_without_anything_is_not_the_end_where_another_is_named(
    client_of: MakeClient,
) -> None:
    listing = Listing(7, 3, shown_from=6)
    async with FakeServer(handler=listing) as server, client_of(server.url) as client:
        found, told, meta = await run(client, "incidents list --service=x")
    assert (found, len(server.requests)) == (["6"], 3)
    assert told == "these are 1 of 7 results\n"
    assert meta == {"warnings": ["these are 1 of 7 results"]}


@pytest.mark.parametrize("words", ["incidents list --service=x", "slos list --service=x"])
async def test_nothing_of_what_is_counted_is_not_told_as_nothing(
    client_of: MakeClient, words: str
) -> None:
    listing = Listing(7, 3, shown_from=99)
    async with FakeServer(handler=listing) as server, client_of(server.url) as client:
        found, told, _ = await run(client, words)
    assert (found, told) == ([], "these are 0 of 7 results\n")


async def test_there_is_an_end_to_pages(client_of: MakeClient) -> None:
    listing = Listing(9999, 1)
    async with FakeServer(handler=listing) as server, client_of(server.url) as client:
        with pytest.raises(DatadogError, match="more than 50 results on 50 pages: narrow it down"):
            await run(client, "incidents list --service=x")
    assert len(server.requests) == MAX_PAGES


async def test_names_are_looked_for_on_every_page(client_of: MakeClient) -> None:
    async def flags(request: Recorded, _: Write) -> Reply:
        at, key = int(request.query["offset"]), "key" if "key" in request.query else "name"
        things = [
            {"id": f"id-{n}", "attributes": {key: f"n{n}"}} for n in range(at, min(at + 2, 5))
        ]
        return Reply(200, {"data": things, "meta": {"page": {"total_count": 5}}})

    async with FakeServer(handler=flags) as server, client_of(server.url) as client:
        assert await flag_id(client, "n4") == "id-4"
        assert await environment_id(client, "N3") == "id-3"
        with pytest.raises(DatadogError, match="no feature flag has the key 'n9'"):
            await flag_id(client, "n9")
