"""The runbook for statements that run for too long against a real MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mysql.connector
import pytest
from mysql.connector.connection import MySQLConnection

from pup_tui.core.state import RunStatus
from tests.integrations.test_mysql import asked, leading_to, session, told, waiting, waits
from tests.support.databases import Server
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles
from tests.support.waiting import until

pytestmark = pytest.mark.library

LONG = "select count(*) from seq_1_to_600 where sleep(1) = 0"
LIMIT = "select @@global.max_statement_time"


async def run(
    server: Server,
    folder: Path,
    answers: Answers | None = None,
    after: After | None = None,
) -> Ran:
    return await run_of(
        "mysql/long-queries",
        folder,
        {"SECONDS": 1},
        environ=leading_to(server),
        answers=answers,
        after=after,
    )


def ours(own: MySQLConnection) -> int:
    assert own.connection_id is not None
    return own.connection_id


@contextmanager
def running(server: Server, own: MySQLConnection, ends: list[str]) -> Iterator[None]:
    """A statement that has run for too long already."""
    with waiting(own, LONG, ends):
        until(waits(server, ours(own)))
        until(lambda: asked(server, f"select {_row(own)} and time >= 1)"))
        yield


def _row(own: MySQLConnection) -> str:
    return f"exists (select 1 from information_schema.processlist where id = {ours(own)}"


def end(server: Server, own: MySQLConnection) -> None:
    asked(server, f"kill {ours(own)}")
    until(lambda: not asked(server, f"select {_row(own)})"))


async def test_a_statement_is_ended_and_new_ones_are_limited(
    mariadb: Server, tmp_path: Path
) -> None:
    ends: list[str] = []
    try:
        with session(mariadb) as own, running(mariadb, own, ends):
            answers: Answers = {"what": {"STOP": [str(ours(own))], "LIMIT": "70"}}
            state, watcher = await run(mariadb, tmp_path, answers)
            if state.status is not RunStatus.SUCCEEDED:
                end(mariadb, own)
        assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
        assert "interrupted" in ends[0]
        assert asked(mariadb, LIMIT) == 70
    finally:
        asked(mariadb, "set global max_statement_time = 0")
    assert "sleep(1) = 0" in watcher.questions[0].message


async def test_the_session_that_keeps_others_waiting_is_ended(
    mariadb: Server, tmp_path: Path
) -> None:
    asked(mariadb, "create table if not exists stock (id int primary key, left_over int)")
    asked(mariadb, "replace into stock values (7, 100)")
    update = "update stock set left_over = left_over - 1 where id = 7"
    ends: list[str] = []
    with session(mariadb) as first, session(mariadb) as second:
        holder = ours(first)
        told(first, "start transaction")
        told(first, "update stock set left_over = 0 where id = 7")
        with waiting(second, update, ends):
            until(lambda: asked(mariadb, "select count(*) from sys.innodb_lock_waits"))
            until(lambda: asked(mariadb, f"select {_row(second)} and time >= 1)"))
            state, watcher = await run(mariadb, tmp_path)
            if state.status is not RunStatus.SUCCEEDED:
                end(mariadb, first)
        assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
        assert ends == [""]
        with pytest.raises(mysql.connector.Error):
            told(first, "select 1")
    assert asked(mariadb, "select left_over from stock where id = 7") == 99
    assert f"End the sessions {holder}?" in watcher.questions[1].message


async def test_one_that_ended_meanwhile_fails_the_run_and_the_limit_is_what_it_was(
    mariadb: Server, tmp_path: Path
) -> None:
    ends: list[str] = []
    with session(mariadb) as own, running(mariadb, own, ends):
        answers: Answers = {"what": {"END": [str(ours(own))], "LIMIT": "70"}}

        def gone() -> None:
            assert asked(mariadb, LIMIT) == 70
            end(mariadb, own)

        state, watcher = await run(mariadb, tmp_path, answers, {"limit": gone})
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["end_session"] == "failed"
    assert "There is no such session" in troubles(state, watcher)
    assert asked(mariadb, LIMIT) == 0


async def test_nothing_is_done_where_nothing_is_long(mariadb: Server, tmp_path: Path) -> None:
    state, watcher = await run(mariadb, tmp_path)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
    assert watcher.questions == []
