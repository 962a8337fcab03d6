"""The runbook for transactions that are open for too long against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from pup_tui.core.state import RunState, RunStatus
from tests.integrations.test_postgres import Connection, leading_to, seen, session
from tests.support.databases import Server
from tests.support.library_runs import After, Answers, Ran, run_of

pytestmark = pytest.mark.library


async def run(
    server: Server,
    folder: Path,
    answers: Answers | None = None,
    after: After | None = None,
) -> Ran:
    environ = leading_to(server)
    return await run_of(
        "postgres/long-transactions",
        folder,
        {"MINUTES": 0.02},
        environ=environ,
        answers=answers,
        after=after,
    )


async def grown_old(server: Server) -> None:
    old = "xact_start < now() - interval '1.2 seconds' and state like 'idle in%'"
    await seen(server, f"select count(*) from pg_stat_activity where {old}")


async def test_nothing_is_done_where_none_is_old(postgres: Server, tmp_path: Path) -> None:
    state, seen_by = await run(postgres, tmp_path)
    assert state.status is RunStatus.SUCCEEDED
    assert state.steps["end"].status == "skipped"
    assert seen_by.questions == []


async def test_the_one_that_keeps_others_waiting_is_ended(postgres: Server, tmp_path: Path) -> None:
    async with session(postgres, "checkout") as second, session(postgres, "migration") as first:
        process = first.info.backend_pid
        await first.execute("select pg_advisory_xact_lock(11)")
        waits = asyncio.create_task(second.execute("select pg_advisory_xact_lock(11)"))
        await seen(postgres, "select count(*) from pg_locks where not granted")
        await grown_old(postgres)
        state, watcher = await run(postgres, tmp_path, {"which": {"PIDS": _pids(first)}})
        assert state.status is RunStatus.SUCCEEDED
        await waits
        with pytest.raises(psycopg.OperationalError):
            await first.execute("select 1")
    (asked,) = [each for each in watcher.questions if each.step == "which"]
    assert f"Who keeps others waiting: {process}" in asked.message


async def test_one_that_ended_meanwhile_fails_the_run_and_the_other_stays(
    postgres: Server, tmp_path: Path
) -> None:
    async with session(postgres, "reports") as first, session(postgres, "checkout") as second:
        await grown_old(postgres)
        process = first.info.backend_pid

        def gone() -> None:
            first.pgconn.finish()

        state, _ = await run(postgres, tmp_path, {"which": {"PIDS": _pids(first)}}, {"which": gone})
        assert state.status is RunStatus.FAILED
        assert f"There is no such session {process} any more." in _reasons(state)
        await second.execute("select 1")


def _pids(*sessions: Connection) -> str:
    return "[" + ", ".join(f'"{each.info.backend_pid}"' for each in sessions) + "]"


def _reasons(state: RunState) -> str:
    return "\n".join(each.reason for each in state.steps.values())
