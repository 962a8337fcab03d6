"""Statements carried out by a real PostgreSQL, MariaDB and SQLite."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from msgspec import structs

from pup_tui.core.requests import SqlRequest
from pup_tui.spelling import spelled
from pup_tui.steps.executor import Context, Outcome, Stop
from pup_tui.steps.sql.executor import SqlExecutor
from pup_tui.template.sql.engines import ENGINES, Engine, SqlUse
from pup_tui.template.sql.script import compile_sql
from tests.support.databases import PASSWORD, Server
from tests.support.executors import RecordingSink

HOSTILE: list[str] = [
    item["value"]
    for item in json.loads(
        (Path(__file__).parents[2] / "template" / "data" / "hostile_values.json").read_text()
    )
]
PATIENCE = 120.0

SLOW = {
    "postgresql": "select pg_sleep(600)",
    "mysql": "select sleep(600)",
    "sqlite": "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
}
"""A statement for each database that does not end by itself."""


@dataclass
class Asked:
    """How statements ended, and what people saw."""

    outcome: Outcome
    sink: RecordingSink

    @property
    def rows(self) -> Any:
        assert self.outcome.ok, self.outcome.reason
        assert self.outcome.said is not None
        return json.loads(self.outcome.said, parse_float=Decimal)

    def shown(self, stream: str) -> str:
        return b"".join(data for name, data in self.sink.written if name == stream).decode()


@dataclass
class Database:
    """A database to ask."""

    engine: Engine
    url: str
    context: Context

    async def ask(
        self,
        query: str,
        scope: dict[str, Any] | None = None,
        *,
        stop: Stop | None = None,
        **keys: Any,
    ) -> Asked:
        # Those that no transaction holds are sent nevertheless: what the server says of them is asked for.
        use = SqlUse(self.engine, autocommit=True)
        statements = compile_sql(query).render(scope or {}).statements(use)
        given = {"url": self.url, "service": None, **keys}
        request = SqlRequest(engine=self.engine, statements=statements, **given)
        sink = RecordingSink()
        async with asyncio.timeout(PATIENCE):
            outcome = await SqlExecutor().run(request, sink, stop or Stop(), self.context)
        return Asked(outcome, sink)


Connect = Callable[[Engine], Database]


@pytest.fixture
def connect(request: pytest.FixtureRequest, context: Context, tmp_path: Path) -> Connect:
    """The database of an engine; its server is started when it is first asked for."""
    password = quote(PASSWORD, safe="")
    patient = structs.replace(context, grace=30.0)

    def made(engine: Engine) -> Database:
        if engine == "sqlite":
            return Database(engine, f"sqlite:///{tmp_path}/shop.db", patient)
        name = "postgresql" if engine == "postgresql" else "mariadb"
        server: Server = request.getfixturevalue(f"{name}_server")
        url = f"{engine}://app:{password}@127.0.0.1:{server.port}/shop"
        return Database(engine, url, patient)

    return made


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, connect: Connect) -> Database:
    return connect(request.param)


async def test_hostile_values_arrive_byte_for_byte(database: Database) -> None:
    kind = "longtext character set utf8mb4" if database.engine == "mysql" else "text"
    columns = {"postgresql": "encode(convert_to(v, 'UTF8'), 'hex')"}.get(database.engine, "hex(v)")
    asked = await database.ask(
        f"drop table if exists hostile; create table hostile (n int, v {kind});"
        "{% for V in VALUES %}insert into hostile values ({{ loop.index0 }}, {{ V }});{% endfor %}"
        f"select v, {columns} as bytes from hostile where v in ({{{{ VALUES }}}}) order by n;",
        {"VALUES": HOSTILE},
    )
    assert [row["v"] for row in asked.rows] == HOSTILE
    assert [bytes.fromhex(row["bytes"]).decode() for row in asked.rows] == HOSTILE


async def test_types_come_back_as_json(database: Database) -> None:
    asked = await database.ask(
        "select {{ TEXT }} as a, {{ WHOLE }} as b, null as c, {{ EXACT }} + 0 as d, '100%s' as e",
        {"TEXT": "it's", "WHOLE": 5, "EXACT": 1.25},
    )
    (row,) = asked.rows
    assert row == {"a": "it's", "b": 5, "c": None, "d": Decimal("1.25"), "e": "100%s"}


async def test_no_rows_have_their_columns(database: Database) -> None:
    asked = await database.ask(
        "select 1 as id, {{ A }} as name where 1 = {{ B }}", {"A": "a", "B": 2}
    )
    assert asked.rows == []
    assert asked.shown("stdout") == "id | name\n---+-----\n(0 rows)\n"


async def test_a_name_that_holds_its_schema_is_explained(database: Database) -> None:
    asked = await database.ask("select * from {{ T | sql_name }}", {"T": "public.orders"})
    assert not asked.outcome.ok
    assert asked.outcome.reason.endswith("{{ SCHEMA | sql_name }}.{{ TABLE | sql_name }}")
    asked = await database.ask(
        "select * from {{ S | sql_name }}.{{ T | sql_name }}", {"S": "none", "T": "orders"}
    )
    assert "a name and that of its schema" not in asked.outcome.reason


@pytest.mark.parametrize(
    "query",
    [
        'select \'{"a": "shop.orders"}\' as told from nothing',
        "select 'the \"shop.orders\"' + 1 as told; select oops(",
        'select * from nothing -- not "shop.orders"',
    ],
)
async def test_a_dot_in_another_text_is_not(database: Database, query: str) -> None:
    asked = await database.ask(query, {})
    assert not asked.outcome.ok
    assert "a name and that of its schema" not in asked.outcome.reason


async def test_mysql_kills_a_connection_by_its_number(connect: Connect) -> None:
    database = connect("mysql")
    sleeping = asyncio.create_task(database.ask("select sleep(600) as kill_me"))
    found: list[dict[str, Any]] = []
    query = (
        "select id from information_schema.processlist"
        " where info like {{ LIKE }} and id <> connection_id()"
    )
    async with asyncio.timeout(PATIENCE):
        while not found and not sleeping.done():
            found = (await database.ask(query, {"LIKE": "%kill_me%"})).rows
    asked = await database.ask("kill {{ ID }}", {"ID": found[0]["id"]})
    assert asked.outcome.ok, asked.outcome.reason
    assert not (await sleeping).outcome.ok


async def test_numbers_arrive_as_numbers_however_they_were_typed(database: Database) -> None:
    typed = [spelled(1.1, "1.10"), spelled(1000.0, "1e3"), spelled(7, "007"), spelled(0.5, ".5")]
    asked = await database.ask(
        "select {{ A }} + 0 as a, {{ B }} + 0 as b, {{ C }} + 0 as c, {{ D }} + 0 as d",
        dict(zip("ABCD", typed, strict=True)),
    )
    (row,) = asked.rows
    assert list(row.values()) == [Decimal("1.1"), 1000, 7, Decimal("0.5")]
    listed = await database.ask("select 5 as a where 7 in ({{ TYPED }})", {"TYPED": typed})
    assert listed.rows == [{"a": 5}]


async def test_rows_are_a_table_on_screen_and_json_for_captures(database: Database) -> None:
    query = "select 1 as id, 'pen' as name union all select 2, null order by 1"
    asked = await database.ask(query)
    assert asked.shown("stdout").splitlines() == [
        "id | name",
        "---+-----",
        "1  | pen",
        "2  | NULL",
        "(2 rows)",
    ]
    as_json = await database.ask(query, format="json")
    assert as_json.shown("stdout") == as_json.outcome.said == asked.outcome.said
    assert asked.rows == [{"id": 1, "name": "pen"}, {"id": 2, "name": None}]


async def test_output_is_that_of_the_last_statement_with_rows(database: Database) -> None:
    asked = await database.ask(
        "select 1 as a; select 2 as a where 1 = 0; drop table if exists absent"
    )
    assert asked.rows == []


async def test_no_rows_are_no_output(database: Database) -> None:
    asked = await database.ask("drop table if exists absent")
    assert (asked.outcome.ok, asked.outcome.said) == (True, "")
    assert asked.shown("stdout") == ""


async def test_of_many_rows_the_first_are_taken(database: Database) -> None:
    query = "select 1 as a union all select 2 union all select 3"
    asked = await database.ask(query, max_rows=2)
    assert len(asked.rows) == 2
    assert "more than 2 rows" in asked.shown("stderr")
    assert len((await database.ask(query, max_rows=3)).rows) == 3


async def test_columns_of_the_same_name_are_told_apart(database: Database) -> None:
    assert (await database.ask("select 1 as a, 2 as a")).rows == [{"a": 1, "a_2": 2}]


async def test_statements_are_one_transaction(database: Database) -> None:
    await database.ask("drop table if exists once; create table once (a int)")
    asked = await database.ask("insert into once values (1); insert into nowhere values (2)")
    assert not asked.outcome.ok
    assert asked.outcome.reason.startswith("statement 2 of 2: ")
    assert "nowhere" in asked.outcome.reason
    assert (await database.ask("select * from once")).rows == []
    kept = await database.ask(
        "insert into once values (1); insert into nowhere values (2)", autocommit=True
    )
    assert not kept.outcome.ok
    assert (await database.ask("select * from once")).rows == [{"a": 1}]


async def test_read_only_is_kept_by_the_database(database: Database) -> None:
    await database.ask("drop table if exists kept; create table kept (a int)")
    asked = await database.ask("insert into kept values (1)", read_only=True)
    assert not asked.outcome.ok
    assert "read" in asked.outcome.reason.lower()
    assert (await database.ask("select * from kept", read_only=True)).rows == []


async def test_a_server_takes_one_statement_at_a_time(connect: Connect, database: Database) -> None:
    """What holds where the tokens of a text are not those of the server."""
    two = "select 1; select 2"
    statements = (
        replace(
            compile_sql("select 1").render({}).statements(SqlUse(database.engine))[0], text=two
        ),
    )
    request = SqlRequest(
        engine=database.engine, url=database.url, service=None, statements=statements
    )
    outcome = await SqlExecutor().run(request, RecordingSink(), Stop(), database.context)
    assert not outcome.ok


@pytest.mark.parametrize("value", ["a\ud800b", "a\0b"])
async def test_what_is_no_text_is_refused_or_kept(database: Database, value: str) -> None:
    asked = await database.ask("select {{ V }} as v", {"V": value})
    if asked.outcome.ok:
        assert asked.rows == [{"v": value}]
    else:
        assert "Unicode" in asked.outcome.reason or "NUL" in asked.outcome.reason


async def test_names_hold_anything(database: Database) -> None:
    scope = {"T": 'odd "name` x', "C": "select"}
    asked = await database.ask(
        "drop table if exists {{ T | sql_name }}; create table {{ T | sql_name }} ({{ C | sql_name }} int);"
        "insert into {{ T | sql_name }} values (7); select {{ C | sql_name }} from {{ T | sql_name }}",
        scope,
    )
    assert asked.rows == [{"select": 7}]


async def test_a_stop_ends_the_statement_in_the_database(database: Database) -> None:
    await database.ask("drop table if exists stopped; create table stopped (a int)")
    stop = Stop()
    sink_seen = asyncio.create_task(
        database.ask(f"insert into stopped values (1); {SLOW[database.engine]}", stop=stop)
    )
    if database.engine == "sqlite":
        # The file is locked as soon as the first statement was carried out.
        await _until(lambda: Path(database.url.removeprefix("sqlite:///") + "-journal").exists())
    else:
        await _until_listed(database, there=True)
    stop.set()
    asked = await sink_seen
    assert not asked.outcome.ok
    assert not asked.outcome.is_unknown
    assert asked.outcome.reason == "cancelled; the database has taken it back"
    if database.engine != "sqlite":
        await _until_listed(database, there=False)
    assert (await database.ask("select * from stopped")).rows == []


async def test_what_is_stopped_before_its_client_began_is_not_unknown(connect: Connect) -> None:
    stop = Stop()
    asked = asyncio.create_task(connect("sqlite").ask("create table never (a int)", stop=stop))
    await _until(lambda: any(map(Path.read_text, Path("/proc/self/task").glob("*/children"))))
    stop.set()
    outcome = (await asked).outcome
    assert (outcome.ok, outcome.is_unknown) == (False, False)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 -- a file tells of itself by being there
            await asyncio.sleep(0.02)


async def _until_listed(database: Database, *, there: bool) -> None:
    """Wait until the server lists the slow statement among what it does, or no more."""
    table, column = {
        "postgresql": ("pg_stat_activity where state = 'active'", "query"),
        "mysql": ("information_schema.processlist where true", "info"),
    }[database.engine]
    async with asyncio.timeout(PATIENCE):
        while True:
            asked = await database.ask(f"select {column} as query from {table}")
            found = [row for row in asked.rows if row["query"] == SLOW[database.engine]]
            if bool(found) == there:
                return


async def test_a_lost_connection_makes_it_unknown(connect: Connect) -> None:
    kill = {
        "postgresql": "select pg_terminate_backend(pg_backend_pid())",
        "mysql": "kill connection_id()",
    }
    for engine in ("postgresql", "mysql"):
        database = connect(engine)
        asked = await database.ask(kill[engine])
        assert not asked.outcome.ok
        assert asked.outcome.is_unknown
        assert "connection was lost" in asked.outcome.reason
        looking = await database.ask(kill[engine], read_only=True)
        assert (looking.outcome.ok, looking.outcome.is_unknown) == (False, False)


async def test_exact_numbers_dates_and_other_types_of_postgresql(connect: Connect) -> None:
    asked = await connect("postgresql").ask(
        "select 12345678901234567890.10 as n, 'NaN'::numeric as nan, '-Infinity'::float8 as inf,"
        " date '2024-02-29' as d, timestamp '2024-02-29 01:02:03.5' as t, 'infinity'::timestamp as never,"
        " interval '1 mon' as i, array[1, 2] as l, '{\"a\": 1.10}'::jsonb as j,"
        " '\\x00ff'::bytea as b, true as y"
    )
    (row,) = asked.rows
    assert row == {
        "n": Decimal("12345678901234567890.10"),
        "nan": "NaN",
        "inf": "-Infinity",
        "d": "2024-02-29",
        "t": "2024-02-29T01:02:03.5",
        "never": "infinity",
        "i": "1 mon",
        "l": [1, 2],
        "j": {"a": Decimal("1.10")},
        "b": "\\x00ff",
        "y": True,
    }


async def test_exact_numbers_dates_and_other_types_of_mysql(connect: Connect) -> None:
    asked = await connect("mysql").ask(
        "select 12345678901234567890.10 as n, date '2024-02-29' as d, timestamp '2024-02-29 01:02:03' as t,"
        " cast('25:01:02' as time) as i, x'00ff' as b, 18446744073709551615 as u"
    )
    assert asked.rows == [
        {
            "n": Decimal("12345678901234567890.10"),
            "d": "2024-02-29",
            "t": "2024-02-29T01:02:03",
            "i": "25:01:02",
            "b": "\\x00ff",
            "u": 18446744073709551615,
        }
    ]


async def test_negative_times_of_mysql(connect: Connect) -> None:
    times = ["-00:00:01", "-00:30:00.000005", "-25:01:02", "-838:59:59", "00:00:00", "838:59:59"]
    columns = ", ".join(f"cast('{each}' as time(6)) as `{each}`" for each in times)
    (row,) = (await connect("mysql").ask(f"select {columns}, 1 as last")).rows
    assert row == {**{each: each for each in times}, "last": 1}
    own = {"T": "-25:01:02"}
    asked = await connect("mysql").ask("select cast({{ T }} as time) as t", own)
    assert asked.rows == [{"t": "-25:01:02"}]


async def test_notices_and_counts_are_told_beside_the_rows(connect: Connect) -> None:
    asked = await connect("postgresql").ask("do $$ begin raise notice 'look'; end $$")
    assert "NOTICE: look" in asked.shown("stderr")


async def test_a_value_whose_type_postgresql_cannot_tell_is_explained(connect: Connect) -> None:
    database = connect("postgresql")
    asked = await database.ask("select concat('%', {{ V }}) as n", {"V": "x"})
    assert (
        "could not determine data type of parameter $1; say of which type" in asked.outcome.reason
    )
    asked = await database.ask("select concat('%', cast({{ V }} as text)) as n", {"V": "x"})
    assert asked.rows == [{"n": "%x"}]


@pytest.mark.proves("P9")
async def test_a_password_is_in_no_message(connect: Connect) -> None:
    secret = quote(PASSWORD, safe="")
    for engine in ("postgresql", "mysql"):
        database = connect(engine)
        for url in (
            database.url.replace("app:", "nobody:"),
            database.url.replace("/shop", "/nowhere"),
            database.url.replace("127.0.0.1", "127.0.0.1:x"),
            database.url + "?odd=option",
            database.url.replace(secret, f"{secret}%zz"),
        ):
            asked = await replace(database, url=url).ask("select 1")
            assert not asked.outcome.ok
            told = asked.outcome.reason + asked.shown("stdout") + asked.shown("stderr")
            assert PASSWORD not in told
            assert secret not in told


async def test_services_hold_what_the_runbook_does_not(
    connect: Connect, tmp_path: Path, postgresql_server: Server, mariadb_server: Server
) -> None:
    (tmp_path / "services").write_text(
        f"[shop]\nhost=127.0.0.1\nport={postgresql_server.port}\nuser=app\ndbname=shop\npassword={PASSWORD}\n"
    )
    (tmp_path / ".my.cnf").write_text(
        f"[shop]\nhost=127.0.0.1\nport={mariadb_server.port}\nuser=app\ndatabase=shop\npassword={PASSWORD}\n"
    )
    found: dict[Engine, str] = {"postgresql": "current_database()", "mysql": "database()"}
    for engine, function in found.items():
        database = connect(engine)
        keys: dict[str, Any] = {"url": None, "env": {"PGSERVICEFILE": str(tmp_path / "services")}}
        asked = await database.ask(f"select {function} as d", service="shop", **keys)
        assert asked.rows == [{"d": "shop"}]
        asked = await database.ask("select 1", service="nowhere", **keys)
        assert not asked.outcome.ok
        assert "nowhere" in asked.outcome.reason


async def test_statements_that_cannot_be_in_a_transaction(connect: Connect) -> None:
    database = connect("postgresql")
    asked = await database.ask("vacuum")
    assert "transaction block" in asked.outcome.reason
    assert "`autocommit: true`" in asked.outcome.reason
    assert (await database.ask("vacuum", autocommit=True)).outcome.ok


async def test_sqlite_cannot_change_its_journal_in_a_transaction(connect: Connect) -> None:
    database = connect("sqlite")
    asked = await database.ask("pragma journal_mode = wal")
    assert "`autocommit: true`" in asked.outcome.reason
    assert (await database.ask("pragma journal_mode = wal", autocommit=True)).outcome.ok


async def test_a_server_that_is_not_there_fails_the_step(connect: Connect) -> None:
    for url in ("postgresql://127.0.0.1:1/x", "mysql://127.0.0.1:1/x"):
        engine: Engine = "mysql" if url.startswith("mysql") else "postgresql"
        asked = await replace(connect("sqlite"), engine=engine, url=url).ask("select 1")
        assert (asked.outcome.ok, asked.outcome.is_unknown) == (False, False)
        assert "refused" in asked.outcome.reason


async def test_files_of_sqlite(connect: Connect, tmp_path: Path) -> None:
    database = replace(connect("sqlite"), url="sqlite:///sub/rel%20ative.db")
    reason = (await database.ask("select 1")).outcome.reason
    assert f"there is no database {tmp_path}/sub/rel ative.db" in reason
    (tmp_path / "sub").mkdir()
    await database.ask("create table t (a)")
    assert (tmp_path / "sub" / "rel ative.db").exists()
    absent = replace(database, url="sqlite:///absent.db")
    assert "there is no database" in (await absent.ask("select 1", read_only=True)).outcome.reason
    assert not (tmp_path / "absent.db").exists()
    memory = replace(database, url="sqlite://")
    assert (await memory.ask("select 1 as a")).rows == [{"a": 1}]
    host = replace(database, url="sqlite://shop.db")
    assert "working directory" in (await host.ask("select 1")).outcome.reason


async def test_a_driver_that_is_missing_is_named(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pup_tui.steps.sql.executor.find_spec", lambda name: None)
    database = replace(connect("sqlite"), engine="postgresql", url="postgresql://h/d")
    asked = await database.ask("select 1")
    assert asked.outcome.reason == "PostgreSQL needs the extra `sql`: pip install 'pup-tui[sql]'"
    assert (await connect("sqlite").ask("select 1 as a")).rows == [{"a": 1}]
