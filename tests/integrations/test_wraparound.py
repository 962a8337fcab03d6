"""The runbook for rows that are too old against a real PostgreSQL; 2,000 transactions are old here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from pup_tui.core.state import RunStatus
from tests.integrations.test_postgres import asked, connected, leading_to
from tests.support.databases import Server
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles

pytestmark = pytest.mark.library

TABLE = 'it\'s "old"'
AGE = "select age(relfrozenxid) from pg_class where relname = 'it''s \"old\"'"
OLD = 2000
PASS = "do $$ begin for i in 1..2500 loop perform pg_current_xact_id(); commit; end loop; end $$"


@pytest.fixture
async def table(postgres: Server) -> AsyncIterator[None]:
    """A table that is young."""
    await asked(postgres, 'create table "it\'s ""old""" as select 7 as id')
    try:
        yield
    finally:
        await asked(postgres, 'drop table "it\'s ""old"""')


async def run(
    server: Server,
    folder: Path,
    answers: Answers | None = None,
    after: After | None = None,
    old: int = OLD,
) -> Ran:
    return await run_of(
        "postgres/wraparound",
        folder,
        {"OLD": old, "WAIT": "1m"},
        environ=leading_to(server),
        answers=answers,
        after=after,
    )


@pytest.mark.usefixtures("table")
async def test_who_holds_on_is_ended_and_old_tables_are_young_again(
    postgres: Server, tmp_path: Path
) -> None:
    async with await connected(postgres, "report") as report:
        await report.execute("begin isolation level repeatable read")
        await report.execute("select 1 from pg_class limit 1")
        await asked(postgres, PASS)
        assert await asked(postgres, AGE) >= OLD
        answers: Answers = {"what": {"VACUUM": [f"public.{TABLE}"]}}
        process = report.info.backend_pid
        state, watcher = await run(postgres, tmp_path, answers)
        assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
        with pytest.raises(psycopg.OperationalError):
            await report.execute("select 1")
    assert await asked(postgres, AGE) < OLD
    what, end, vacuum, _ = (each.message for each in watcher.questions)
    assert "report" in what
    assert str(process) in end
    assert f"Vacuum 1 tables, public.{TABLE}?" in vacuum


@pytest.mark.usefixtures("table")
async def test_they_stay_old_where_somebody_holds_on(postgres: Server, tmp_path: Path) -> None:
    async with await connected(postgres, "report") as report:
        await report.execute("begin isolation level repeatable read")
        await report.execute("select 1 from pg_class limit 1")
        await asked(postgres, PASS)
        answers: Answers = {"what": {"END": [], "VACUUM": [f"public.{TABLE}"]}}
        state, watcher = await run(postgres, tmp_path, answers)
        assert state.status is RunStatus.FAILED
        assert outcomes(state)["vacuum"] == "succeeded"
        assert outcomes(state)["still"] == "succeeded"
        assert f"session {report.info.backend_pid}" in troubles(state, watcher)
        await report.execute("rollback")


async def test_nothing_is_done_where_all_are_young(postgres: Server, tmp_path: Path) -> None:
    state, watcher = await run(postgres, tmp_path, old=500_000_000)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
    assert watcher.questions == []
