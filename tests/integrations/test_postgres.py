"""Each action for PostgreSQL against a real primary and its replica."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.support.databases import PASSWORD, Server
from tests.support.integrations import Done, carried_out, proved
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.library

WHAT = "PostgreSQL 15"

Connection = psycopg.AsyncConnection[Any]


def leading_to(server: Server, password: str = PASSWORD) -> dict[str, str]:
    return {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGUSER": "app",
        "PGPASSWORD": password,
        "PGDATABASE": "shop",
    }


async def connected(
    server: Server, application: str = "checkout", user: str = "app", password: str = PASSWORD
) -> Connection:
    return await psycopg.AsyncConnection.connect(
        host="127.0.0.1",
        port=server.port,
        user=user,
        password=password,
        dbname="shop",
        application_name=application,
        autocommit=True,
    )


@asynccontextmanager
async def session(server: Server, application: str = "checkout") -> AsyncIterator[Connection]:
    """A session with a transaction that stays open."""
    async with await connected(server, application) as own:
        await own.execute("begin")
        await own.execute("select 1")
        yield own


async def asked(server: Server, statement: str) -> Any:
    """What the server answers, asked without the program: the first value, where there is one."""
    async with await connected(server, "looking") as own:
        cursor = await own.execute(statement.encode())
        row = await cursor.fetchone() if cursor.description else None
        return row and row[0]


async def seen(server: Server, statement: str) -> None:
    """Wait until the server gives anything but nothing."""
    async with asyncio.timeout(PATIENCE):
        while not await asked(server, statement):  # noqa: ASYNC110 -- the server is asked
            await asyncio.sleep(0.05)


async def acted(
    action: str, server: Server, folder: Path, given: dict[str, Any] | None = None, **more: Any
) -> Done:
    return await carried_out("postgres", action, folder, leading_to(server), given, **more)


async def test_how_the_server_is(postgres: Server, tmp_path: Path) -> None:
    primary = (await acted("status", postgres, tmp_path / "1")).outputs
    assert (primary["ROLE"], primary["MAX_CONNECTIONS"]) == ("primary", 100)
    assert primary["VERSION"].split(".")[0].isdigit()
    async with session(postgres):
        more = (await acted("status", postgres, tmp_path / "2")).outputs
    assert more["CONNECTIONS"] + more["FREE_CONNECTIONS"] == 97
    assert more["FREE_CONNECTIONS"] < 97
    proved("postgres", "status", "server", WHAT)


async def test_sessions_of_others(postgres: Server, tmp_path: Path) -> None:
    async with session(postgres, "checkout") as own:
        everything = (await acted("sessions", postgres, tmp_path / "1", {})).outputs
        idle = {"STATE": "idle in transaction"}
        (found,) = (await acted("sessions", postgres, tmp_path / "2", idle)).outputs["SESSIONS"]
        assert found["pid"] == own.info.backend_pid
        assert (found["application"], found["statement"]) == ("checkout", "select 1")
        assert found["pid"] in [each["pid"] for each in everything["SESSIONS"]]
        (role,) = [each for each in everything["ROLES"] if each["role"] == "app"]
        assert role["idle_in_transaction"] == 1
        old = {"STATE": "any", "OLDER_THAN": 3600}
        assert (await acted("sessions", postgres, tmp_path / "3", old)).outputs["SESSIONS"] == []
    proved("postgres", "sessions", "server", WHAT)


async def test_who_keeps_whom_waiting(postgres: Server, tmp_path: Path) -> None:
    none = await acted("blockers", postgres, tmp_path / "1")
    assert none.outputs == {"BLOCKERS": []}
    async with session(postgres, "migration") as first, session(postgres, "checkout") as second:
        await first.execute("select pg_advisory_xact_lock(7)")
        waiting = asyncio.create_task(second.execute("select pg_advisory_xact_lock(7)"))
        await seen(postgres, "select count(*) from pg_locks where not granted")
        (found,) = (await acted("blockers", postgres, tmp_path / "2")).outputs["BLOCKERS"]
        assert (found["pid"], found["application"]) == (first.info.backend_pid, "migration")
        assert (found["keeps_waiting"], found["is_first"]) == (1, True)
        await first.execute("rollback")
        await waiting
    proved("postgres", "blockers", "server", WHAT)


async def test_replicas_and_slots(
    postgres: Server, postgres_replica: Server, tmp_path: Path
) -> None:
    told = (await acted("replication", postgres, tmp_path / "1")).outputs
    assert [(each["name"], each["state"]) for each in told["REPLICAS"]] == [
        ("replica", "streaming")
    ]
    assert told["REPLICAS"][0]["bytes_behind"] >= 0
    assert [(each["slot"], each["active"]) for each in told["SLOTS"]] == [("replica", True)]
    there = (await acted("replication", postgres_replica, tmp_path / "2")).outputs
    assert there == {"REPLICAS": [], "SLOTS": []}
    role = (await acted("status", postgres_replica, tmp_path / "3")).outputs["ROLE"]
    assert role == "replica"
    proved("postgres", "replication", "server", WHAT)


async def test_log_and_slots(postgres: Server, tmp_path: Path) -> None:
    told = (await acted("wal", postgres, tmp_path / "1")).outputs
    assert told["WAL_BYTES"] >= 16 << 20
    assert (told["SLOTS_KEEP_MB"], told["ARCHIVE"], told["ARCHIVE_FAILS"]) == (-1, "off", False)
    proved("postgres", "wal", "server", WHAT)
    assert (await acted("checkpoint", postgres, tmp_path / "2")).ok
    proved("postgres", "checkpoint", "server", WHAT)

    await asked(postgres, "select pg_create_physical_replication_slot('forgotten')")
    assert (await acted("drop_slot", postgres, tmp_path / "3", {"SLOT": "forgotten"})).ok
    there = "select count(*) from pg_replication_slots where slot_name = 'forgotten'"
    assert await asked(postgres, there) == 0
    missing = await acted("drop_slot", postgres, tmp_path / "4", {"SLOT": "forgotten"})
    assert 'slot "forgotten" does not exist' in missing.reason
    proved("postgres", "drop_slot", "server", WHAT)


async def test_a_parameter_is_set_and_taken_back(postgres: Server, tmp_path: Path) -> None:
    work = "select current_setting('work_mem')"
    try:
        given = {"NAME": "work_mem", "VALUE": "9MB"}
        done = await acted("set_parameter", postgres, tmp_path / "1", given)
        assert done.outputs == {"IS": "9MB"}
        assert await asked(postgres, work) == "9MB"
        await acted(
            "set_parameter", postgres, tmp_path / "2", {**given, "VALUE": "7MB"}, undone=True
        )
        await seen(postgres, f"{work} = '9MB'")
        await asked(postgres, "alter system reset work_mem")
        await asked(postgres, "select pg_reload_conf()")
        await seen(postgres, f"{work} = '4MB'")
        await acted("set_parameter", postgres, tmp_path / "3", given, undone=True)
        await seen(postgres, f"{work} = '4MB'")
    finally:
        await asked(postgres, "alter system reset work_mem")
        await asked(postgres, "select pg_reload_conf()")
    for number, (name, value, why) in enumerate(
        (
            ("work_mem", "'; drop table x", "invalid value for parameter"),
            ("no_such", "1", "There is no parameter no_such."),
            ("max_connections", "7", "max_connections takes a restart of the server."),
        )
    ):
        wrong = {"NAME": name, "VALUE": value}
        failed = await acted("set_parameter", postgres, tmp_path / f"wrong{number}", wrong)
        assert why in failed.reason
    proved("postgres", "set_parameter", "server", WHAT)


async def test_what_is_large(postgres: Server, tmp_path: Path) -> None:
    await asked(postgres, "create table large as select generate_series(1, 1000) as id")
    await asked(postgres, "select pg_stat_force_next_flush()")
    told = (await acted("sizes", postgres, tmp_path, {"COUNT": 1})).outputs
    (table,) = told["TABLES"]
    assert (table["table"], table["bytes"] > 0) == ("large", True)
    assert "shop" in [each["database"] for each in told["DATABASES"]]
    await asked(postgres, "drop table large")
    proved("postgres", "sizes", "server", WHAT)


async def test_where_the_data_lies(postgres: Server, tmp_path: Path) -> None:
    told = (await acted("storage", postgres, tmp_path)).outputs
    assert told["DATA_DIRECTORY"] == str(postgres.folder / "data")
    system = "select system_identifier::text from pg_control_system()"
    assert told["SYSTEM"] == await asked(postgres, system)
    assert told["DATABASES_BYTES"] >= await asked(postgres, "select pg_database_size('shop')")
    proved("postgres", "storage", "server", WHAT)


async def test_what_is_old_and_made_young(postgres: Server, tmp_path: Path) -> None:
    await asked(postgres, "create table aged as select 7 as id")
    age = "select age(relfrozenxid) from pg_class where relname = 'aged'"
    try:
        async with session(postgres, "holds on") as own:
            await own.execute("select pg_current_xact_id()")
            told = (await acted("ages", postgres, tmp_path / "1", {"COUNT": 1000})).outputs
            (holder,) = [each for each in told["HOLDERS"] if each["application"] == "holds on"]
            assert (holder["kind"], holder["name"]) == ("session", str(own.info.backend_pid))
            await own.execute("rollback")
        assert [each["here"] for each in told["DATABASES"] if each["database"] == "shop"] == [True]
        assert "public.aged" in [each["name"] for each in told["TABLES"]]
        assert await asked(postgres, age) > 0
        assert (await acted("freeze", postgres, tmp_path / "2", {"TABLE": "aged"})).ok
        assert await asked(postgres, age) == 0
    finally:
        await asked(postgres, "drop table aged")
    missing = await acted("freeze", postgres, tmp_path / "3", {"TABLE": "aged"})
    assert 'relation "public.aged" does not exist' in missing.reason
    proved("postgres", "ages", "server", WHAT)
    proved("postgres", "freeze", "server", WHAT)


async def test_indexes_are_seen_rebuilt_and_dropped(postgres: Server, tmp_path: Path) -> None:
    await asked(postgres, "create table parts as select generate_series(1, 1000) as id")
    try:
        await asked(postgres, "create index parts_id on parts (id)")
        await asked(postgres, "insert into parts values (7)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            await asked(postgres, "create unique index concurrently parts_ccnew on parts (id)")
        told = (await acted("indexes", postgres, tmp_path / "1", {"LARGER_THAN": 8192})).outputs
        assert told["INVALID"] == ["parts_ccnew"]
        assert [each["index"] for each in told["INDEXES"]] == ["parts_ccnew", "parts_id"]
        one = (await acted("index", postgres, tmp_path / "2", {"INDEX": "parts_id"})).outputs
        assert (one["TABLE"], one["VALID"], one["LEFTOVERS"]) == ("parts", True, ["parts_ccnew"])
        missing = await acted("index", postgres, tmp_path / "3", {"INDEX": "none"})
        assert "There is no index none in public." in missing.reason
        file = "select pg_relation_filenode('parts_id')"
        before = await asked(postgres, file)
        assert (await acted("reindex", postgres, tmp_path / "4", {"INDEX": "parts_id"})).ok
        assert await asked(postgres, file) != before
        failed = await acted("reindex", postgres, tmp_path / "5", {"INDEX": "parts_ccnew"})
        assert "could not create unique index" in failed.reason
        for number, (index, ok) in enumerate({"parts_id": False, "parts_ccnew": True}.items()):
            folder = tmp_path / f"drop{number}"
            dropped = await acted("drop_invalid_index", postgres, folder, {"INDEX": index})
            assert dropped.ok is ok
    finally:
        await asked(postgres, "drop table parts")
    none = await acted("indexes", postgres, tmp_path / "6", {"SCHEMA": "none"})
    assert none.outputs == {"INDEXES": [], "INVALID": []}
    for action in ("indexes", "index", "reindex", "drop_invalid_index"):
        proved("postgres", action, "server", WHAT)


async def test_a_statement_is_cancelled_and_its_session_stays(
    postgres: Server, tmp_path: Path
) -> None:
    async with await connected(postgres) as own:
        running = asyncio.create_task(own.execute("select pg_sleep(600)"))
        active = "select count(*) from pg_stat_activity where query like 'select pg_sleep%'"
        await seen(postgres, f"{active} and state = 'active'")
        given = {"PID": own.info.backend_pid}
        assert (await acted("cancel", postgres, tmp_path / "1", given)).ok
        with pytest.raises(psycopg.errors.QueryCanceled):
            await running
        await own.execute("select 1")
    gone = await acted("cancel", postgres, tmp_path / "2", {"PID": 2_000_000_000})
    assert "There is no such session 2000000000 any more." in gone.reason
    proved("postgres", "cancel", "server", WHAT)


async def test_a_session_is_ended_and_no_other(postgres: Server, tmp_path: Path) -> None:
    async with session(postgres, "migration") as own:
        given: dict[str, Any] = {"PID": own.info.backend_pid, "STARTED": "1.000000"}
        another = await acted("terminate", postgres, tmp_path / "1", given)
        assert "There is no such session" in another.reason
        await own.execute("select 1")
        (found,) = (
            await acted("sessions", postgres, tmp_path / "2", {"STATE": "idle in transaction"})
        ).outputs["SESSIONS"]
        given["STARTED"] = found["started"]
        assert (await acted("terminate", postgres, tmp_path / "3", given)).ok
        with pytest.raises(psycopg.OperationalError):
            await own.execute("select 1")
    proved("postgres", "terminate", "server", WHAT)


async def test_a_password_is_changed_taken_back_and_forgotten(
    postgres: Server, tmp_path: Path
) -> None:
    environ = {
        **leading_to(postgres),
        "PUP_TUI_POSTGRES_ROTATE_ROLE": "payments",
        "PUP_TUI_POSTGRES_ROTATE_PASSWORD": "n3w-p@ssword",
    }
    numbers = iter(range(99))

    async def done(action: str, **more: Any) -> Done:
        return await carried_out("postgres", action, tmp_path / str(next(numbers)), environ, **more)

    missing = await done("rotated_role")
    assert "There is no role payments that may log in." in missing.reason
    await asked(postgres, "create role payments login password 'form3r-password'")
    kept = "select rolpassword from pg_authid where rolname = 'payments'"
    try:
        former = await asked(postgres, kept)
        told = (await done("rotated_role")).outputs
        assert (told["ROLE_NAME"], told["UNFINISHED"], told["EXPIRED"]) == (
            "payments",
            False,
            False,
        )
        assert "password authentication failed" in (await done("log_in_as_role")).reason
        await done("rotate_password", undone=True)
        assert await asked(postgres, kept) == former
        assert (await done("rotate_password")).ok
        assert (await done("log_in_as_role")).outputs == {"LOGGED_IN": "payments"}
        assert (await done("rotated_role")).outputs["UNFINISHED"] is True
        assert "already exists" in (await done("rotate_password")).reason
        assert (await done("forget_password")).ok
        assert "does not exist" in (await done("forget_password")).reason
    finally:
        await asked(postgres, "drop role if exists payments, payments_former")
    for action in ("rotated_role", "rotate_password", "log_in_as_role", "forget_password"):
        proved("postgres", action, "server", WHAT)


async def test_a_role_is_limited_and_taken_back(postgres: Server, tmp_path: Path) -> None:
    role = 'it\'s \\ a "role"'
    quoted = sql.Identifier(role).as_string(None)
    limit = "select rolconnlimit from pg_roles where rolname like '%role%'"
    await asked(postgres, f"create role {quoted} connection limit 7")
    try:
        given = {"ROLE": role, "LIMIT": 3}
        limited = await acted("limit_role", postgres, tmp_path / "1", given)
        assert limited.outputs == {"FORMER_LIMIT": 7}
        assert await asked(postgres, limit) == 3
        given["LIMIT"] = 0
        await acted("limit_role", postgres, tmp_path / "2", given, undone=True)
        assert await asked(postgres, limit) == 3
    finally:
        await asked(postgres, f"drop role {quoted}")
    missing = await acted("limit_role", postgres, tmp_path / "3", given)
    assert "There is no role" in missing.reason
    proved("postgres", "limit_role", "server", WHAT)


@pytest.mark.parametrize("action", ["status", "replication", "sizes", "storage", "blockers"])
async def test_a_wrong_password_fails_and_is_not_told(
    postgres: Server, tmp_path: Path, action: str
) -> None:
    environ = leading_to(postgres, "wrong-password")
    done = await carried_out("postgres", action, tmp_path, environ)
    assert "password authentication failed" in done.reason
    assert "wrong-password" not in "\n".join([*done.texts, done.reason])


async def test_a_replica_goes_on_and_is_paused_again(
    postgres: Server, postgres_replica: Server, tmp_path: Path
) -> None:
    told = (await acted("replay", postgres_replica, tmp_path / "1")).outputs
    assert (told["RECEIVES"], told["PAUSED"], told["PRIMARY"]) == (True, False, "127.0.0.1")
    assert told["BYTES_BEHIND"] >= 0
    await asked(postgres_replica, "select pg_wal_replay_pause()")
    try:
        told = (await acted("replay", postgres_replica, tmp_path / "2")).outputs
        assert told["PAUSED"] is True
        await acted("resume_replay", postgres_replica, tmp_path / "3", undone=True)
        assert await asked(postgres_replica, "select pg_is_wal_replay_paused()") is True
        resumed = await acted("resume_replay", postgres_replica, tmp_path / "4")
        assert resumed.ok, resumed.reason
        assert await asked(postgres_replica, "select pg_is_wal_replay_paused()") is False
    finally:
        await asked(postgres_replica, "select pg_wal_replay_resume()")
    primary = await acted("replay", postgres, tmp_path / "5")
    assert "This server is no replica." in primary.reason
    again = await acted("resume_replay", postgres_replica, tmp_path / "6")
    assert "This server is no replica that is paused." in again.reason
    for action in ("replay", "resume_replay"):
        proved("postgres", action, "server", WHAT)
