"""The runbook that rebuilds an index against a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from pup_tui.core.state import RunStatus
from tests.integrations.test_postgres import asked, leading_to
from tests.support.databases import Server
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles

pytestmark = pytest.mark.library

INDEX = 'it\'s "customer"'
INDEXES = (
    "select string_agg(relname || ' ' || indisvalid, ', ' order by relname) from pg_index"
    " join pg_class on oid = indexrelid where indrelid = 'orders'::regclass"
)


async def run(
    server: Server,
    folder: Path,
    answers: Answers | None = None,
    after: After | None = None,
) -> Ran:
    return await run_of(
        "postgres/reindex",
        folder,
        {"SCHEMA": "public", "LARGER_THAN": 65536, "WAIT": "1m"},
        environ=leading_to(server),
        answers=answers,
        after=after,
    )


@asynccontextmanager
async def orders(server: Server, kind: str = "index", dead: int = 9000) -> AsyncIterator[None]:
    """A table with an index of which most is wasted."""
    await asked(
        server, "create table orders as select g as customer from generate_series(1, 9100) g"
    )
    await asked(
        server, f'create {kind} "{INDEX.replace(chr(34), chr(34) * 2)}" on orders (customer)'
    )
    await asked(server, f"delete from orders where customer <= {dead}")
    await asked(server, "vacuum analyze orders")
    try:
        yield
    finally:
        await asked(server, "drop table orders")


async def left_invalid(server: Server) -> None:
    """Have a unique index fail since rows are there twice."""
    await asked(server, "insert into orders select 9100")
    with pytest.raises(psycopg.errors.UniqueViolation):
        await asked(server, "create unique index concurrently unique_customer on orders (customer)")


async def test_one_that_wastes_room_is_rebuilt(postgres: Server, tmp_path: Path) -> None:
    size = "select pg_relation_size(indexrelid) from pg_index where indrelid = 'orders'::regclass"
    async with orders(postgres):
        before = await asked(postgres, size)
        state, watcher = await run(postgres, tmp_path)
        assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
        assert await asked(postgres, size) < before / 4
        assert await asked(postgres, INDEXES) == f"{INDEX} true"
    which, rebuild = (each.message for each in watcher.questions)
    assert INDEX in which
    assert "CREATE INDEX" in rebuild


async def test_one_that_is_not_valid_is_rebuilt_once_its_rows_are_mended(
    postgres: Server, tmp_path: Path
) -> None:
    async with orders(postgres):
        await left_invalid(postgres)
        assert await asked(postgres, INDEXES) == f"{INDEX} true, unique_customer false"
        state, _ = await run(postgres, tmp_path / "1")
        assert state.status is RunStatus.FAILED
        assert outcomes(state)["rebuild"] == "failed"
        assert outcomes(state)["tidy"] == "succeeded"
        assert await asked(postgres, INDEXES) == f"{INDEX} true, unique_customer false"

        await asked(
            postgres,
            "delete from orders o using orders p where o.customer = p.customer and o.ctid > p.ctid",
        )
        state, watcher = await run(postgres, tmp_path / "2")
        assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
        assert await asked(postgres, INDEXES) == f"{INDEX} true, unique_customer true"


async def test_what_is_left_over_is_dropped(postgres: Server, tmp_path: Path) -> None:
    async with orders(postgres):
        await left_invalid(postgres)
        await asked(postgres, "alter index unique_customer rename to unique_customer_ccnew")
        state, watcher = await run(postgres, tmp_path)
        assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
        assert await asked(postgres, INDEXES) == f"{INDEX} true"


async def test_nothing_is_done_where_all_are_well(postgres: Server, tmp_path: Path) -> None:
    state, watcher = await run(postgres, tmp_path)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
    assert watcher.questions == []
