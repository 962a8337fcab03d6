"""Over HTTP nobody gets in but with a token, from this machine, and as far as the token goes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.agent.misuse import ASKABLE
from tests.support.agents import (
    ASKER,
    READER,
    bare_client,
    desk_in,
    http_client,
    http_server,
    over_http,
)
from tests.support.program import Program

CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    },
}
ACCEPTS = {"Accept": "application/json, text/event-stream"}
OF_ASKER = f"Bearer {ASKER}"

REFUSED = [
    ("no token", {}, 401),
    ("a token that nobody gave out", {"Authorization": "Bearer nobody-0123456789-0123456789"}, 401),
    ("half a token", {"Authorization": f"Bearer {ASKER[:20]}"}, 401),
    ("a token and more", {"Authorization": f"Bearer {ASKER} {ASKER}"}, 401),
    ("another scheme", {"Authorization": f"Basic {ASKER}"}, 401),
    ("a token elsewhere", {"X-Api-Key": ASKER, "Cookie": f"token={ASKER}"}, 401),
    ("a foreign host", {"Authorization": OF_ASKER, "Host": "runbooks.example.com"}, 421),
    ("a name that leads here", {"Authorization": OF_ASKER, "Host": "127.0.0.1.example.com"}, 421),
    ("another port", {"Authorization": OF_ASKER, "Host": "127.0.0.1:1"}, 421),
    ("a foreign origin", {"Authorization": OF_ASKER, "Origin": "https://example.com"}, 403),
    ("a page of this machine", {"Authorization": OF_ASKER, "Origin": "http://localhost:3000"}, 403),
    ("a file", {"Authorization": OF_ASKER, "Origin": "null"}, 403),
]


@pytest.mark.proves("P25")
@pytest.mark.parametrize(
    ("headers", "status"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
async def test_a_request_is_refused(headers: dict[str, str], status: int, program: Program) -> None:
    async with http_server(desk_in(program)) as url, bare_client() as client:
        answer = await client.post(url, json=CALL, headers={**ACCEPTS, **headers})
    assert answer.status_code == status
    assert "serverInfo" not in answer.text


async def test_a_token_opens_it_and_stands_in_no_address(program: Program) -> None:
    async with http_server(desk_in(program)) as url, bare_client() as client:
        headers = {**ACCEPTS, "Authorization": OF_ASKER}
        assert (await client.post(url, json=CALL, headers=headers)).status_code == 200
        asked = await client.post(
            f"{url}?token={ASKER}&access_token={ASKER}", json=CALL, headers=ACCEPTS
        )
        assert asked.status_code == 401


async def test_other_places_and_large_bodies_are_refused(program: Program) -> None:
    async with http_server(desk_in(program)) as url, http_client(url, **ACCEPTS) as client:
        assert (await client.post(url.replace("/mcp", "/"), json=CALL)).status_code == 404
        large: dict[str, Any] = {**CALL, "params": {"text": "a" * 1_100_000}}
        assert (await client.post(url, json=large)).status_code == 413
        assert (await client.post(url, content=b"{" * 1_000)).status_code == 400
        assert (await client.post(url, json=CALL)).status_code == 200


@pytest.mark.proves("P25")
def test_only_this_machine_reaches_it() -> None:
    from pup_tui.agent.web import listening

    with listening(0) as found:
        assert found.getsockname()[0] == "127.0.0.1"


@pytest.mark.proves("P25")
async def test_a_token_that_may_read_asks_for_no_run(program: Program) -> None:
    async with over_http(program, token=READER) as world:
        world.write("asked", ASKABLE)
        digest = await world.digest("asked")
        given = {"runbook": "asked", "digest": digest, "reason": "It is needed."}
        await world.refused("request_run", "may look and plan, and not ask for runs", **given)
        assert world.waiting("asked") == []


async def test_nothing_that_is_answered_holds_a_token(program: Program) -> None:
    async with over_http(program) as world:
        world.write("asked", ASKABLE)
        run = (await world.request("asked"))["run"]
        told = await world.data("get_run", run=run)
        (waits,) = world.waiting("asked")
    assert ASKER not in json.dumps(told)
    assert ASKER not in repr(waits)
