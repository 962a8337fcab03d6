from __future__ import annotations

import time

import pytest

from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.datadog.granted import granted
from tests.support.http_server import FakeServer, Recorded, Reply, Write


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        (Reply(200, {"series": []}), "yes"),
        (Reply(200, b"<html>login</html>"), "unknown"),
        (Reply(200, {"errors": ["try later"]}), "unknown"),
        (Reply(200, {"data": []}), "unknown"),
        (Reply(200, {"status": "error", "error": "no such metric"}), "yes"),
        (Reply(401), "no"),
        (Reply(403, {"errors": ["Forbidden"]}), "no"),
        (Reply(404), "unknown"),
        (Reply(429, headers={"X-RateLimit-Reset": "200"}), "unknown"),
        (Reply(500), "unknown"),
        (Reply(302, headers={"Location": "https://example.com"}), "unknown"),
    ],
)
async def test_an_answer_tells_whether_a_permission_is_there(reply: Reply, word: str) -> None:
    async def answer(asked: Recorded, _: Write) -> Reply:
        return reply if asked.path == "/api/v1/query" else Reply(403)

    async with FakeServer(handler=answer) as server:
        account = DatadogConfiguration(base_url=server.url, access_token="t-0123456789")
        found = await granted(account, time.time)
    assert found["timeseries_query"] == word
    assert {given for name, given in found.items() if name != "timeseries_query"} == {"no"}
    assert {(each.method, each.path) for each in server.requests if each.method != "GET"} <= {
        ("POST", "/api/v2/logs/events/search"),
        ("POST", "/api/v2/events/search"),
        ("POST", "/api/v2/dora/deployments"),
    }
    assert len(server.requests) == len(found)
