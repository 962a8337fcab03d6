"""The runbook for a replica that is behind against a real primary of PostgreSQL and its replica."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from pup_tui.core.state import RunStatus
from tests.integrations.test_postgres import asked, leading_to, seen, session
from tests.support.databases import Server
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles

pytestmark = pytest.mark.library

PAUSED = "select pg_is_wal_replay_paused()"
CAUGHT_UP = "select pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()"
BEHIND = (
    "select pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()"
    " and now() - pg_last_xact_replay_timestamp() > interval '1.2 seconds'"
)


async def run(
    replica: Server,
    folder: Path,
    answers: Answers | None = None,
    after: After | None = None,
) -> Ran:
    return await run_of(
        "postgres/replica-lag",
        folder,
        {"BEHIND": 1, "WAIT": "1m"},
        environ=leading_to(replica),
        answers=answers,
        after=after,
    )


@asynccontextmanager
async def shop(primary: Server, replica: Server) -> AsyncIterator[None]:
    """A table on both; in the end the replica has caught up."""
    await asked(primary, "create table orders as select generate_series(1, 100) as id")
    await seen(replica, "select to_regclass('orders') is not null")
    try:
        yield
    finally:
        await asked(replica, "select pg_wal_replay_resume()")
        await asked(primary, "drop table orders")
        await seen(replica, "select to_regclass('orders') is null")


async def paused(primary: Server, replica: Server) -> None:
    """Have the replica stand still, and be behind."""
    await asked(replica, "select pg_wal_replay_pause()")
    await seen(replica, "select pg_get_wal_replay_pause_state() = 'paused'")
    await asked(primary, "insert into orders values (101)")
    await seen(replica, BEHIND)


async def test_one_that_is_paused_goes_on(
    postgres: Server, postgres_replica: Server, tmp_path: Path
) -> None:
    async with shop(postgres, postgres_replica):
        await paused(postgres, postgres_replica)
        state, watcher = await run(postgres_replica, tmp_path)
        assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
        assert await asked(postgres_replica, "select count(*) from orders") == 101
        assert await asked(postgres_replica, PAUSED) is False
    what = watcher.questions[0].message
    assert "is paused" in what
    assert "MiB behind 127.0.0.1" in what


async def test_a_query_that_is_in_its_way_is_ended(
    postgres: Server, postgres_replica: Server, tmp_path: Path
) -> None:
    await asked(postgres_replica, "alter system set max_standby_streaming_delay = -1")
    await asked(postgres_replica, "select pg_reload_conf()")
    try:
        async with (
            shop(postgres, postgres_replica),
            session(postgres_replica, "report") as report,
        ):
            await report.execute("select count(*) from orders")
            await asked(postgres, "drop table orders")
            await asked(postgres, "create table orders as select generate_series(1, 7) as id")
            await seen(postgres_replica, BEHIND)
            given = {"PIDS": [str(report.info.backend_pid)], "HOW": "terminate"}
            state, watcher = await run(postgres_replica, tmp_path, {"what": given})
            assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
            with pytest.raises(psycopg.OperationalError):
                await report.execute("select 1")
            assert await asked(postgres_replica, "select count(*) from orders") == 7
    finally:
        await asked(postgres_replica, "alter system reset max_standby_streaming_delay")
        await asked(postgres_replica, "select pg_reload_conf()")
    what = watcher.questions[0].message
    assert "it waits for relation" in what
    assert str(report.info.backend_pid) in what


async def test_one_that_ended_meanwhile_fails_the_run_and_it_is_paused_again(
    postgres: Server, postgres_replica: Server, tmp_path: Path
) -> None:
    async with shop(postgres, postgres_replica):
        async with session(postgres_replica, "report") as report:
            await paused(postgres, postgres_replica)

            def gone() -> None:
                report.pgconn.finish()

            given = {"PIDS": [str(report.info.backend_pid)]}
            state, _ = await run(postgres_replica, tmp_path, {"what": given}, {"resume": gone})
        assert state.status is RunStatus.FAILED
        assert outcomes(state)["resume"] == "succeeded"
        assert outcomes(state)["end"] == "failed"
        assert await asked(postgres_replica, PAUSED) is True


async def test_one_that_gets_no_log_is_left_as_it_is(
    postgres_replica: Server, tmp_path: Path
) -> None:
    receives = "select count(*) from pg_stat_wal_receiver where status = 'streaming'"
    await seen(postgres_replica, receives)
    former = await asked(
        postgres_replica, "select quote_literal(current_setting('primary_conninfo'))"
    )
    await asked(postgres_replica, "alter system set primary_conninfo = ''")
    await asked(postgres_replica, "select pg_reload_conf()")
    try:
        await seen(postgres_replica, "select not exists (select from pg_stat_wal_receiver)")
        state, watcher = await run(postgres_replica, tmp_path)
    finally:
        await asked(postgres_replica, f"alter system set primary_conninfo = {former}")
        await asked(postgres_replica, "select pg_reload_conf()")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["cut_off"] == "succeeded"
    assert watcher.questions == []
    await seen(postgres_replica, receives)


async def test_nothing_is_done_where_it_is_not_behind(
    postgres: Server, postgres_replica: Server, tmp_path: Path
) -> None:
    await seen(postgres_replica, CAUGHT_UP)
    state, watcher = await run(postgres_replica, tmp_path / "1")
    assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
    assert watcher.questions == []
    state, _ = await run(postgres, tmp_path / "2")
    assert "This server is no replica." in troubles(state, watcher)
