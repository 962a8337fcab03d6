"""Each action for MySQL and MariaDB against a real MariaDB and its replica."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import mysql.connector
import pytest
from mysql.connector.connection import MySQLConnection

from tests.support.databases import PASSWORD, Server
from tests.support.integrations import Done, carried_out, proved
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.library

WHAT = "MariaDB 10.11"


def leading_to(server: Server, password: str = PASSWORD) -> dict[str, str]:
    return {
        "MYSQL_HOST": "127.0.0.1",
        "MYSQL_TCP_PORT": str(server.port),
        "PUP_TUI_MYSQL_USER": "app",
        "MYSQL_PWD": password,
    }


@contextmanager
def session(server: Server, database: str = "shop") -> Iterator[MySQLConnection]:
    """A session that asks without the program."""
    own = mysql.connector.connect(
        host="127.0.0.1",
        port=server.port,
        user="app",
        password=PASSWORD,
        database=database,
        charset="utf8mb4",
        collation="utf8mb4_general_ci",
        autocommit=True,
        use_pure=True,
    )
    assert isinstance(own, MySQLConnection)
    try:
        yield own
    finally:
        own.close()


def told(own: MySQLConnection, statement: str) -> Any:
    """The first value that a statement gives, where it gives one."""
    with own.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        assert row is None or isinstance(row, tuple)
        return row and row[0]


def asked(server: Server, statement: str, database: str = "shop") -> Any:
    with session(server, database) as own:
        return told(own, statement)


def waits(server: Server, ours: int) -> Callable[[], Any]:
    """Whether a session carries out something."""
    statement = (
        f"select id from information_schema.processlist where id = {ours} and command = 'Query'"
    )
    return lambda: asked(server, statement)


@contextmanager
def waiting(own: MySQLConnection, statement: str, ends: list[str]) -> Iterator[None]:
    """A statement that is carried out for as long; how it ended is put among the `ends`."""

    def carry_out() -> None:
        try:
            told(own, statement)
            ends.append("")
        except mysql.connector.Error as error:
            ends.append(str(error))

    thread = Thread(target=carry_out)
    thread.start()
    try:
        yield
    finally:
        thread.join(PATIENCE)


async def acted(
    action: str, server: Server, folder: Path, given: dict[str, Any] | None = None, **more: Any
) -> Done:
    return await carried_out("mysql", action, folder, leading_to(server), given, **more)


async def test_how_the_server_is(mariadb: Server, mariadb_replica: Server, tmp_path: Path) -> None:
    primary = (await acted("status", mariadb, tmp_path / "1")).outputs
    assert (primary["READ_ONLY"], primary["MAX_CONNECTIONS"]) == (False, 151)
    assert "MariaDB" in primary["VERSION"]
    assert primary["CONNECTIONS"] + primary["FREE_CONNECTIONS"] == 151
    assert (await acted("status", mariadb_replica, tmp_path / "2")).outputs["READ_ONLY"] is True
    proved("mysql", "status", "server", WHAT)


async def test_sessions_of_others(mariadb: Server, tmp_path: Path) -> None:
    asked(mariadb, "create table if not exists sums (id int primary key)")
    with session(mariadb) as own:
        told(own, "start transaction")
        told(own, "insert into sums values (1)")
        everything = (await acted("sessions", mariadb, tmp_path / "1", {})).outputs
        (found,) = [each for each in everything["SESSIONS"] if each["id"] == own.connection_id]
        assert (found["command"], found["rows_modified"]) == ("Sleep", 1)
        assert found["transaction_seconds"] is not None
        (user,) = [each for each in everything["USERS"] if each["user"] == "app"]
        assert user["sessions"] >= 1
        old = await acted("sessions", mariadb, tmp_path / "2", {"OLDER_THAN": 3600})
        assert old.outputs["SESSIONS"] == []
        own.rollback()
    proved("mysql", "sessions", "server", WHAT)


async def test_who_keeps_whom_waiting(mariadb: Server, tmp_path: Path) -> None:
    assert (await acted("blockers", mariadb, tmp_path / "1")).outputs == {"BLOCKERS": []}
    asked(mariadb, "create table if not exists held (id int primary key)")
    asked(mariadb, "replace into held values (7)")
    ends: list[str] = []
    with session(mariadb) as first, session(mariadb) as second:
        for own in (first, second):
            told(own, "start transaction")
        told(first, "select * from held where id = 7 for update")
        with waiting(second, "select * from held where id = 7 for update", ends):
            until(lambda: asked(mariadb, "select count(*) from sys.innodb_lock_waits"))
            (found,) = (await acted("blockers", mariadb, tmp_path / "2")).outputs["BLOCKERS"]
            first.rollback()
        assert (found["id"], found["keeps_waiting"]) == (first.connection_id, 1)
        assert "for update" in found["waits_to"]
    assert ends == [""]
    proved("mysql", "blockers", "server", WHAT)


async def test_a_replica_follows_and_says_what_keeps_it_from_that(
    mariadb: Server, mariadb_replica: Server, tmp_path: Path
) -> None:
    asked(mariadb, "create table counted (id int primary key)")
    there = "select count(*) from information_schema.tables where table_name = 'counted'"
    until(lambda: asked(mariadb_replica, there, database=""))
    until(lambda: _applies(mariadb_replica))
    well = (await acted("replication", mariadb_replica, tmp_path / "1")).outputs
    assert (well["FOLLOWS"], well["ERROR"], well["PRIMARY"]) == (True, "", "127.0.0.1")
    assert well["SECONDS_BEHIND"] >= 0
    for server in (mariadb_replica, mariadb):
        asked(server, "insert into counted values (1)")
    followed = (
        "select count(*) from information_schema.processlist where state like 'Slave has read%'"
    )
    until(lambda: not asked(mariadb_replica, followed))
    ill = (await acted("replication", mariadb_replica, tmp_path / "2")).outputs
    assert (ill["FOLLOWS"], ill["SECONDS_BEHIND"]) == (False, -1)
    assert "Duplicate entry" in ill["ERROR"]
    none = await acted("replication", mariadb, tmp_path / "3")
    assert "This server is no replica." in none.reason
    proved("mysql", "replication", "server", WHAT)


def _applies(server: Server) -> bool:
    with session(server) as own, own.cursor(dictionary=True) as cursor:
        cursor.execute("show replica status")
        row = cursor.fetchone()
        assert isinstance(row, dict)
        return row["Slave_SQL_Running"] == "Yes"


async def test_what_is_large(mariadb: Server, tmp_path: Path) -> None:
    asked(mariadb, "create table if not exists large (id int primary key, text text)")
    asked(mariadb, "replace into large select seq, repeat('x', 1000) from seq_1_to_1000")
    asked(mariadb, "analyze table large")
    (table,) = (await acted("sizes", mariadb, tmp_path, {"COUNT": 1})).outputs["TABLES"]
    assert (table["database"], table["table"]) == ("shop", "large")
    assert table["bytes"] > 1_000_000
    proved("mysql", "sizes", "server", WHAT)


async def test_a_statement_is_ended_and_its_session_stays(mariadb: Server, tmp_path: Path) -> None:
    ends: list[str] = []
    with session(mariadb) as own:
        assert own.connection_id
        with waiting(own, "select count(*) from seq_1_to_600 where sleep(1) = 0", ends):
            until(waits(mariadb, own.connection_id))
            given = {"ID": own.connection_id}
            assert (await acted("kill_query", mariadb, tmp_path / "1", given)).ok
        assert "interrupted" in ends[0]
        assert told(own, "select 7") == 7
    gone = await acted("kill_query", mariadb, tmp_path / "2", {"ID": 2_000_000_000})
    assert "There is no such session 2000000000 any more." in gone.reason
    proved("mysql", "kill_query", "server", WHAT)


async def test_a_session_is_ended(mariadb: Server, tmp_path: Path) -> None:
    with session(mariadb) as own:
        given = {"ID": own.connection_id}
        assert (await acted("kill", mariadb, tmp_path / "1", given)).ok
        with pytest.raises(mysql.connector.Error):
            told(own, "select 7")
    gone = await acted("kill", mariadb, tmp_path / "2", given)
    assert "There is no such session" in gone.reason
    proved("mysql", "kill", "server", WHAT)


async def test_a_variable_is_changed_and_taken_back(mariadb: Server, tmp_path: Path) -> None:
    given = {"NAME": "max_connections", "VALUE": "151"}
    before = (await acted("set_global", mariadb, tmp_path / "1", given)).outputs
    assert before == {"FORMER": 151}
    given["VALUE"] = "200"
    await acted("set_global", mariadb, tmp_path / "2", given, undone=True)
    assert asked(mariadb, "select @@global.max_connections") == 151
    mode = {"NAME": "sql_mode", "VALUE": "ANSI_QUOTES"}
    changed = await acted("set_global", mariadb, tmp_path / "3", mode)
    assert asked(mariadb, "select @@global.sql_mode") == "ANSI_QUOTES"
    mode["VALUE"] = changed.outputs["FORMER"]
    assert (await acted("set_global", mariadb, tmp_path / "4", mode)).ok
    unknown = {"NAME": "no_such_variable", "VALUE": "1"}
    missing = await acted("set_global", mariadb, tmp_path / "5", unknown)
    assert "Unknown system variable" in missing.reason
    proved("mysql", "set_global", "server", WHAT)


async def test_a_variable_with_a_fraction_is_changed_and_taken_back(
    mariadb: Server, tmp_path: Path
) -> None:
    given = {"NAME": "long_query_time", "VALUE": "0.25"}
    changed = await acted("set_global", mariadb, tmp_path / "1", given)
    assert changed.ok, changed.reason
    before = changed.outputs["FORMER"]
    done = await acted("set_global", mariadb, tmp_path / "2", {**given, "VALUE": "2"}, undone=True)
    assert done.state.steps["call/change_it:undo"].status == "succeeded"
    again = await acted("set_global", mariadb, tmp_path / "3", {**given, "VALUE": str(before)})
    assert (again.ok, float(again.outputs["FORMER"])) == (True, 0.25)


@pytest.mark.parametrize("action", ["status", "sizes", "blockers"])
async def test_a_wrong_password_fails_and_is_not_told(
    mariadb: Server, tmp_path: Path, action: str
) -> None:
    environ = leading_to(mariadb, "wrong-password")
    done = await carried_out("mysql", action, tmp_path, environ)
    assert "Access denied" in done.reason
    assert "wrong-password" not in "\n".join([*done.texts, done.reason])
