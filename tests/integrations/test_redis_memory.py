"""The runbook for a Redis that comes near to its memory, against a real one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pup_tui.core.state import RunStatus
from tests.integrations.test_redis import leading_to
from tests.support.databases import Server
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles
from tests.support.redis import asked, redis_server

pytestmark = pytest.mark.library

LARGE = 4_000_000


@pytest.fixture
def full() -> Iterator[Server]:
    """A server whose memory is used nearly whole, by some small keys and a large one."""
    with redis_server() as up:
        for number in range(20):
            asked(up, "SET", f"session:{number}", "x" * 1000)
        asked(up, "SETRANGE", "the report", str(LARGE), "x")
        asked(up, "CONFIG", "SET", "maxmemory", str(used(up) + 1_000_000))
        yield up


def used(server: Server) -> int:
    return _figure(server, "memory", "used_memory")


def limit(server: Server) -> int:
    return int(asked(server, "CONFIG", "GET", "maxmemory").split()[1])


def policy(server: Server) -> str:
    return asked(server, "CONFIG", "GET", "maxmemory-policy").split()[1]


def _figure(server: Server, section: str, name: str) -> int:
    told = dict(line.split(":") for line in asked(server, "INFO", section).split() if ":" in line)
    return int(told[name])


async def run(
    server: Server,
    folder: Path,
    what: Mapping[str, Any],
    after: After | None = None,
    *,
    wait: str = "1m",
    answers: Answers | None = None,
) -> Ran:
    return await run_of(
        "queues/redis-memory",
        folder,
        {"ENOUGH": 75, "DATABASE": 0, "WAIT": wait, "STEADY": 1},
        environ=leading_to(server),
        answers={"what": what, **(answers or {})},
        after=after,
    )


async def test_it_may_use_more(full: Server, tmp_path: Path) -> None:
    more = used(full) * 2
    state, seen = await run(full, tmp_path, {"DO": "grow", "NEW_MAX": more})
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert limit(full) == more
    what = seen.questions[0].message
    assert "(maxmemory)" in what
    assert "- string the report: 4" in what
    assert "Beyond its memory it does noeviction: 0 keys were dropped" in what


async def test_more_that_is_not_enough_is_taken_back(full: Server, tmp_path: Path) -> None:
    before, seen_at = limit(full), []
    given = {"DO": "grow", "NEW_MAX": before + 1}
    after = {"grow": lambda: seen_at.append(limit(full))}
    state, _ = await run(full, tmp_path, given, after, wait="1s")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["room"] == "failed"
    assert seen_at == [before + 1]
    assert limit(full) == before


async def test_it_drops_keys_by_itself(full: Server, tmp_path: Path) -> None:
    def written() -> None:
        for number in range(20):
            asked(full, "SET", f"new:{number}", "x" * 100_000)

    given = {"DO": "evict", "NEW_POLICY": "allkeys-lru"}
    state, seen = await run(full, tmp_path, given, {"evict": written})
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert policy(full) == "allkeys-lru"
    assert asked(full, "GET", "new:19") == "x" * 100_000
    assert used(full) <= limit(full)


async def test_what_is_refused_all_the_same_brings_the_policy_back(
    full: Server, tmp_path: Path
) -> None:
    """Only one small key may be dropped, so there is soon nothing left to drop."""
    asked(full, "EXPIRE", "session:1", "3600")

    def written() -> None:
        for number in range(20):
            asked(full, "SET", f"new:{number}", "x" * 100_000, fails=True)

    given = {"DO": "evict", "NEW_POLICY": "volatile-lru"}
    state, seen = await run(full, tmp_path, given, {"room": written})
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["steady"] == "failed", troubles(state, seen)
    assert policy(full) == "noeviction"


async def test_nothing_is_dropped_where_no_key_goes_by_itself(full: Server, tmp_path: Path) -> None:
    given = {"DO": "evict", "NEW_POLICY": "volatile-ttl"}
    state, _ = await run(full, tmp_path, given)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["undroppable"] == "succeeded"
    assert policy(full) == "noeviction"


async def test_a_large_key_goes(full: Server, tmp_path: Path) -> None:
    given = {"DO": "expire", "KEY": "the report", "SECONDS": 1}
    state, seen = await run(full, tmp_path, given)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert asked(full, "EXISTS", "the report") == "0"


async def test_a_key_that_would_not_go_in_time_stays(full: Server, tmp_path: Path) -> None:
    given = {"DO": "expire", "KEY": "the report", "SECONDS": 3600}
    state, _ = await run(full, tmp_path, given, wait="1s")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["room"] == "failed"
    assert asked(full, "TTL", "the report") == "-1"


async def test_one_with_enough_is_left_alone(full: Server, tmp_path: Path) -> None:
    asked(full, "CONFIG", "SET", "maxmemory", str(used(full) * 3))
    state, seen = await run(full, tmp_path, {})
    assert state.status is RunStatus.SUCCEEDED
    assert outcomes(state)["enough"] == "succeeded"
    assert seen.questions == []
