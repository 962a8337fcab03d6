"""The runbook for a PostgreSQL without connections against a real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from pup_tui.core.state import RunStatus
from tests.integrations.test_postgres import Connection, asked, connected, leading_to, seen, session
from tests.support.databases import Server
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles

pytestmark = pytest.mark.library

LIMIT = "select rolconnlimit from pg_roles where rolname = 'reports'"


@asynccontextmanager
async def forgotten(server: Server, count: int) -> AsyncIterator[list[Connection]]:
    """So many sessions with a transaction that is open, and in which nothing happens."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(session(server, "forgotten")) for _ in range(count)]


async def run(
    server: Server,
    folder: Path,
    more: int,
    answers: Answers | None = None,
    after: After | None = None,
) -> Ran:
    """With the aim that so many connections more are free than now."""
    taken = await asked(
        server, "select count(*) from pg_stat_activity where backend_type = 'client backend'"
    )
    return await run_of(
        "postgres/connections-full",
        folder,
        {"FREE": 97 - taken + more, "MINUTES": 0},
        environ=leading_to(server),
        answers=answers,
        after=after,
    )


def pids(*sessions: Connection) -> list[str]:
    return [str(each.info.backend_pid) for each in sessions]


async def are_ended(sessions: list[Connection]) -> None:
    for each in sessions:
        with pytest.raises(psycopg.OperationalError):
            await each.execute("select 1")


async def test_those_that_forgot_their_transactions_are_ended(
    postgres: Server, tmp_path: Path
) -> None:
    async with await connected(postgres, "working") as other, forgotten(postgres, 4) as own:
        state, watcher = await run(postgres, tmp_path, 3)
        assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
        await are_ended(own)
        await other.execute("select 1")
    what = watcher.questions[0].message
    assert f"{own[0].info.backend_pid}" in what
    assert "idle in transaction" in what


async def test_a_statement_is_cancelled_and_the_role_gets_no_more(
    postgres: Server, tmp_path: Path
) -> None:
    await asked(postgres, "create role reports")
    try:
        async with await connected(postgres, "reports") as own, forgotten(postgres, 3) as others:
            running = asyncio.create_task(own.execute("select pg_sleep(600)"))
            active = "select count(*) from pg_stat_activity where query like 'select pg_sleep%'"
            await seen(postgres, f"{active} and state = 'active'")
            answers: Answers = {
                "what": {"CANCEL": pids(own), "LIMIT_ROLE": "reports", "LIMIT": "7"}
            }
            state, watcher = await run(postgres, tmp_path, 2, answers)
            assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
            with pytest.raises(psycopg.errors.QueryCanceled):
                await running
            await own.execute("select 1")
            await are_ended(others)
        assert await asked(postgres, LIMIT) == 7
    finally:
        await asked(postgres, "drop role reports")


async def test_one_that_ended_meanwhile_fails_the_run_and_the_limit_is_taken_back(
    postgres: Server, tmp_path: Path
) -> None:
    await asked(postgres, "create role reports connection limit 12")
    limits = []
    try:
        async with forgotten(postgres, 1) as (own,), forgotten(postgres, 1) as (other,):

            def gone() -> None:
                own.pgconn.finish()

            answers: Answers = {"what": {"END": pids(own), "LIMIT_ROLE": "reports", "LIMIT": "7"}}
            state, _ = await run(postgres, tmp_path, 1, answers, {"limit": gone})
            assert outcomes(state)["limit"] == "succeeded"
            assert outcomes(state)["end"] == "failed"
            assert state.status is RunStatus.FAILED
            await other.execute("select 1")
        limits.append(await asked(postgres, LIMIT))
    finally:
        await asked(postgres, "drop role reports")
    assert limits == [12]


async def test_nothing_is_done_where_there_are_enough(postgres: Server, tmp_path: Path) -> None:
    state, watcher = await run(postgres, tmp_path, -5)
    assert state.status is RunStatus.SUCCEEDED
    assert watcher.questions == []
