"""The actions for Redis that ask a Sentinel, and the runbook of a failover, against real servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pup_tui.core.state import RunStatus
from tests.support.integrations import Done, carried_out, proved
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles
from tests.support.sentinels import SERVICE, Sentinels, asked, sentinels
from tests.support.waiting import until

pytestmark = pytest.mark.library

WHAT = "redis-server 7 with Sentinel, by redis-cli"


@pytest.fixture(scope="module")
def _redis() -> Iterator[Sentinels]:
    with sentinels() as up:
        yield up


@pytest.fixture
def redis(_redis: Sentinels) -> Sentinels:
    """The servers, with the first one as the primary."""
    until(_redis.agree)
    if _redis.primary != _redis.servers[0].port:
        asked(_redis.sentinels[0], "SENTINEL", "FAILOVER", SERVICE)
        until(lambda: _redis.primary == _redis.servers[0].port)
        until(_redis.agree)
    return _redis


def place(redis: Sentinels, number: int) -> str:
    return f"127.0.0.1:{redis.servers[number].port}"


async def acted(
    action: str, redis: Sentinels, folder: Path, given: dict[str, Any] | None = None, **more: Any
) -> Done:
    return await carried_out("redis", action, folder, redis.environ, given or {}, **more)


async def test_what_sentinel_knows(redis: Sentinels, tmp_path: Path) -> None:
    told = await acted("sentinel", redis, tmp_path / "1", {"SERVICE": SERVICE})
    assert told.outputs["PRIMARY"] == place(redis, 0)
    assert (told.outputs["FLAGS"], told.outputs["SENTINELS"]) == ("master", 3)
    assert told.outputs["KNOWN"] == told.outputs["CANDIDATES"] == [place(redis, 1)]
    assert told.outputs["QUORUM"].startswith("OK 3 usable Sentinels")
    unknown = await acted("sentinel", redis, tmp_path / "2", {"SERVICE": "other"})
    assert not unknown.ok
    proved("redis", "sentinel", "server", WHAT)


async def test_how_far_the_replica_is_behind(redis: Sentinels, tmp_path: Path) -> None:
    asked(redis.servers[0], "SET", "a", "1")
    assert asked(redis.servers[0], "WAIT", "1", "10000") == "1"
    told = (await acted("replication", redis, tmp_path / "1")).outputs
    (replica,) = told["REPLICAS"]
    assert replica[:3] == ["127.0.0.1", str(redis.servers[1].port), "online"]
    assert told["OFFSET"] > 0
    assert 0 <= told["BEHIND"] < 1000
    environ = {**redis.environ, "PUP_TUI_REDIS_PORT": str(redis.servers[1].port)}
    replica_told = await carried_out("redis", "replication", tmp_path / "2", environ, {})
    assert "This server is no primary." in replica_told.reason
    proved("redis", "replication", "server", WHAT)


async def test_a_failover_and_back(redis: Sentinels, tmp_path: Path) -> None:
    given = {"SERVICE": SERVICE}
    undone = await acted("failover", redis, tmp_path / "1", given, undone=True)
    assert undone.state.steps["call/another"].status == "succeeded"
    assert redis.primary == redis.servers[0].port
    until(redis.agree)
    done = await acted("failover", redis, tmp_path / "2", given)
    assert done.ok, done.reason
    assert done.outputs == {"FORMER": place(redis, 0), "NEW": place(redis, 1)}
    unknown = await acted("failover", redis, tmp_path / "3", {"SERVICE": "other"})
    assert not unknown.ok
    assert "Sentinel knows no other." in unknown.reason
    proved("redis", "failover", "server", WHAT)


async def run(
    redis: Sentinels,
    folder: Path,
    after: After | None = None,
    answers: Answers | None = None,
    **values: Any,
) -> Ran:
    given = {"BEHIND_ALLOWED": 65536, "REPLICAS_NEEDED": 1, "WAIT": "2m", "STEADY": 1}
    return await run_of(
        "queues/redis-failover",
        folder,
        {"SERVICE": SERVICE, **given, **values},
        environ=redis.environ,
        answers=answers,
        after=after,
    )


async def test_the_replica_takes_over_with_all_that_was_written(
    redis: Sentinels, tmp_path: Path
) -> None:
    asked(redis.servers[0], "SET", "order", "17")
    state, seen = await run(redis, tmp_path)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert redis.primary == redis.servers[1].port
    assert asked(redis.servers[1], "GET", "order") == "17"
    assert asked(redis.servers[1], "SET", "order", "18") == "OK"
    until(lambda: asked(redis.servers[0], "GET", "order") == "18")
    asks = seen.questions[0].message
    assert (
        f"make one of {place(redis, 1)} the primary of cache in place of {place(redis, 0)}" in asks
    )


async def test_one_that_nobody_follows_is_taken_back(redis: Sentinels, tmp_path: Path) -> None:
    """It is to have two replicas, and there are two servers in all."""
    changed: list[int] = []
    state, seen = await run(
        redis,
        tmp_path,
        {"failover": lambda: changed.append(redis.primary)},
        REPLICAS_NEEDED=2,
        WAIT="30s",
    )
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["follow"] == "failed", troubles(state, seen)
    assert changed == [redis.servers[1].port]
    assert redis.primary == redis.servers[0].port


async def test_a_replica_that_may_not_take_over_does_not(redis: Sentinels, tmp_path: Path) -> None:
    asked(redis.servers[1], "CONFIG", "SET", "replica-priority", "0")
    try:
        until(
            lambda: (
                "slave-priority\n0" in asked(redis.sentinels[0], "SENTINEL", "REPLICAS", SERVICE)
            )
        )
        state, seen = await run(redis, tmp_path)
    finally:
        asked(redis.servers[1], "CONFIG", "SET", "replica-priority", "100")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["nobody"] == "succeeded"
    assert seen.questions == []
    assert redis.primary == redis.servers[0].port
    until(
        lambda: "slave-priority\n100" in asked(redis.sentinels[0], "SENTINEL", "REPLICAS", SERVICE)
    )
