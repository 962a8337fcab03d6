"""The runbook for replication slots that nobody reads against a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from pup_tui.core.state import RunStatus
from tests.integrations.test_postgres import asked, leading_to, seen
from tests.support.databases import PASSWORD, Server, postgresql_tool
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles
from tests.support.waiting import until

pytestmark = pytest.mark.library

SLOTS = "select string_agg(slot_name, ' ' order by slot_name) from pg_replication_slots where not active"
BOUND = "select current_setting('max_slot_wal_keep_size')"


async def run(
    server: Server,
    folder: Path,
    answers: Answers | None = None,
    after: After | None = None,
    wait: str = "1m",
) -> Ran:
    return await run_of(
        "postgres/slot-full",
        folder,
        {"KEEPS_MB": 20, "WAIT": wait},
        environ=leading_to(server),
        answers=answers,
        after=after,
    )


@asynccontextmanager
async def unread(server: Server, *slots: str) -> AsyncIterator[None]:
    """Slots that nobody reads, each of which keeps more than 30 MB of log."""
    for slot in slots:
        await asked(server, f"select pg_create_physical_replication_slot('{slot}', true)")
    for _ in range(3):
        await asked(server, "create table filler (id int)")
        await asked(server, "drop table filler")
        await asked(server, "select pg_switch_wal()")
    try:
        yield
    finally:
        names = ", ".join(f"'{slot}'" for slot in slots)
        await asked(
            server,
            "select pg_drop_replication_slot(slot_name) from pg_replication_slots"
            f" where slot_name in ({names})",
        )
        await asked(server, "alter system reset max_slot_wal_keep_size")
        await asked(server, "select pg_reload_conf()")
        await seen(server, f"{BOUND} = '-1'")


@contextmanager
def reading(server: Server, slot: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Somebody who reads by a slot, until the end."""
    folder.mkdir()
    command = [postgresql_tool("pg_receivewal"), f"--slot={slot}", f"--directory={folder}"]
    source = f"--dbname=host=127.0.0.1 port={server.port} user=app"
    environ = {**os.environ, "PGPASSWORD": PASSWORD}
    with subprocess.Popen([*command, source], env=environ) as process:
        try:
            yield process
        finally:
            process.terminate()


async def test_one_that_nobody_needs_is_dropped_and_others_are_bounded(
    postgres: Server, tmp_path: Path
) -> None:
    async with unread(postgres, "cdc_orders"):
        answers: Answers = {"what": {"DO": "drop", "BOUND_MB": "4096"}}
        state, watcher = await run(postgres, tmp_path, answers)
        assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
        assert "cdc_orders" not in (await asked(postgres, SLOTS) or "")
        assert await asked(postgres, BOUND) == "4GB"
    what, drop, bound, _ = (each.message for each in watcher.questions)
    assert "may keep as much as they like" in " ".join(what.split())
    assert "cdc_orders" in drop
    assert "next checkpoint on:\nnone" in bound


async def test_who_reads_it_comes_back(postgres: Server, tmp_path: Path) -> None:
    free = "select not active from pg_replication_slots where slot_name = 'archiver'"
    async with unread(postgres, "archiver"):
        with reading(postgres, "archiver", tmp_path / "log"):
            state, watcher = await run(postgres, tmp_path / "run", {"what": {"DO": "wait"}})
        await seen(postgres, free)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)


async def test_one_that_goes_on_keeping_log_fails_the_run_and_the_bound_is_taken_back(
    postgres: Server, tmp_path: Path
) -> None:
    async with unread(postgres, "cdc_orders", "cdc_stock"):
        answers: Answers = {"what": {"DO": "drop", "DROP": ["cdc_orders"], "BOUND_MB": "4096"}}
        state, _ = await run(postgres, tmp_path, answers, wait="1s")
        assert state.status is RunStatus.FAILED
        assert outcomes(state)["bound"] == "succeeded"
        assert outcomes(state)["read"] == "failed"
        await seen(postgres, f"{BOUND} = '-1'")
        assert await asked(postgres, SLOTS) == "cdc_stock"


async def test_one_that_is_read_again_is_not_dropped(postgres: Server, tmp_path: Path) -> None:
    async with unread(postgres, "archiver"):
        readers = []

        def read() -> None:
            context = reading(postgres, "archiver", tmp_path / "log")
            readers.append(context)
            process = context.__enter__()
            until(lambda: process.poll() is not None or list((tmp_path / "log").iterdir()))
            assert process.poll() is None

        state, watcher = await run(
            postgres, tmp_path / "run", {"what": {"DO": "drop"}}, {"what": read}
        )
        for context in readers:
            context.__exit__(None, None, None)
        await seen(postgres, SLOTS)
        assert state.status is RunStatus.FAILED
        assert 'replication slot "archiver" is active' in troubles(state, watcher)
