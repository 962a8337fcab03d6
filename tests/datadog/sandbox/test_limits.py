from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Play = Callable[..., Awaitable[Any]]

MONITORS = "/api/v1/monitor"


async def call(stage: Any, headers: dict[str, str], path: str = MONITORS) -> httpx.Response:
    async with httpx.AsyncClient(
        base_url=stage.sandbox.url, trust_env=False, verify=False
    ) as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"DD-API-KEY": "any", "DD-APPLICATION-KEY": "thing"},
        {"Authorization": "Bearer anything"},
        {"Authorization": "bearer anything", "DD-API-KEY": ""},
    ],
)
async def test_any_credentials_are_accepted(play: Play, headers: dict[str, str]) -> None:
    assert (await call(await play(), headers)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status", "error"),
    [
        ({}, 403, "API key required"),
        ({"DD-API-KEY": ""}, 403, "API key required"),
        ({"DD-APPLICATION-KEY": "a"}, 403, "API key required"),
        ({"DD-API-KEY": "k"}, 403, "Forbidden"),
        ({"DD-API-KEY": "revoked", "DD-APPLICATION-KEY": "a"}, 403, "Forbidden"),
        ({"DD-API-KEY": "k", "DD-APPLICATION-KEY": "revoked"}, 403, "Forbidden"),
        ({"Authorization": "Bearer"}, 401, "Unauthorized"),
        ({"Authorization": "Basic eDp5"}, 401, "Unauthorized"),
        ({"Authorization": "Bearer revoked"}, 401, "Unauthorized"),
    ],
)
async def test_wrong_and_missing_credentials_get_datadogs_errors(
    play: Play, headers: dict[str, str], status: int, error: str
) -> None:
    stage = await play()
    stage.sandbox.world.refused_keys.add("revoked")

    response = await call(stage, headers)

    assert response.status_code == status
    assert response.json() == {"errors": [error]}


async def test_an_api_key_alone_can_be_validated(play: Play) -> None:
    stage = await play()

    response = await call(stage, {"DD-API-KEY": "k"}, "/api/v1/validate")

    assert response.json() == {"valid": True}


async def test_requests_are_counted_in_aligned_periods(play: Play) -> None:
    stage = await play(rate_limit=2)
    stage.time.let_pass(3.5)

    answers = [await stage.client.get(MONITORS) for _ in range(3)]
    stage.time.let_pass(float(answers[2].headers["X-RateLimit-Reset"]))
    after = await stage.client.get(MONITORS)

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert [each.headers["X-RateLimit-Remaining"] for each in answers] == ["1", "0", "0"]
    assert answers[2].json() == {"errors": ["Too many requests"]}
    assert answers[2].headers["X-RateLimit-Limit"] == "2"
    assert answers[2].headers["X-RateLimit-Period"] == "10"
    assert answers[2].headers["X-RateLimit-Reset"] == "7"
    assert answers[2].headers["X-RateLimit-Name"]
    assert after.status_code == 200


async def test_a_refused_request_changes_nothing(play: Play) -> None:
    stage = await play(rate_limit=0)

    response = await stage.client.post(
        "/api/v2/downtime",
        json={
            "data": {
                "type": "downtime",
                "attributes": {
                    "scope": "service:redis",
                    "monitor_identifier": {"monitor_tags": ["*"]},
                },
            }
        },
    )

    assert response.status_code == 429
    assert stage.sandbox.world.downtimes == []


async def test_the_rate_limited_scenario_is_tight(play: Play) -> None:
    stage = await play("rate-limited")

    statuses = [(await stage.client.get(MONITORS)).status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]


async def test_an_argument_wins_over_the_scenario(play: Play) -> None:
    stage = await play("rate-limited", rate_limit=100)

    assert (await stage.client.get(MONITORS)).headers["X-RateLimit-Limit"] == "100"
