"""Each action that moves a database of PostgreSQL against two real servers behind a real HAProxy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.integrations import Done, carried_out, proved
from tests.support.moving import BACKEND, CLIENT, NEW, OLD, Move, asked, connected, moving
from tests.support.waiting import until

pytestmark = pytest.mark.library

WHAT = "PostgreSQL 15"
NOWHERE = "FFFFFFFF/FFFFFFFF"


@pytest.fixture(scope="module")
def _move() -> Iterator[Move]:
    with moving() as up:
        yield up


@pytest.fixture
def move(_move: Move) -> Move:
    return _move


class Acting:
    """Carries out one action after the other, each in a folder of its own."""

    def __init__(self, move: Move, folder: Path) -> None:
        self._move, self._folder, self._count = move, folder, 0

    async def __call__(self, action: str, given: dict[str, Any] | None = None, **more: Any) -> Done:
        self._count += 1
        environ = {**self._move.environ, **more.pop("environ", {})}
        place = self._folder / str(self._count)
        return await carried_out("postgres-move", action, place, environ, given or {}, **more)

    async def does(self, action: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        done = await self(action, given)
        assert done.ok, "\n".join([done.reason, *done.texts])
        return dict(done.outputs)

    async def fails(
        self, action: str, told: str, given: dict[str, Any] | None = None, **more: Any
    ) -> None:
        done = await self(action, given, **more)
        assert not done.ok
        assert told in "\n".join(
            [*(each.reason for each in done.state.steps.values()), *done.texts]
        )


OBSTACLES = {
    "create table sales.log (line text)": (
        "sales.log has no primary key: give it one, or a replica identity"
    ),
    "create unlogged table sales.cache (id int primary key)": (
        "sales.cache is unlogged: its content does not come along"
    ),
    "create materialized view sales.sums as select 1 as one": (
        "sales.sums is a materialized view: its content does not come along"
    ),
    "select lo_create(4711)": "it has large objects, which do not come along",
    "create publication pup_tui_old for all tables": (
        "the publication or slot pup_tui_old is left of another move"
    ),
    "alter database shop set default_transaction_read_only = off": (
        "default_transaction_read_only is set for it"
    ),
    "create database other": "the server has the database other as well",
}
AWAY = (
    "drop table sales.log, sales.cache",
    "drop materialized view sales.sums",
    "select lo_unlink(4711)",
    "drop publication pup_tui_old",
    "alter database shop reset default_transaction_read_only",
    "drop database other",
)


async def test_what_keeps_a_database_from_being_moved(move: Move, tmp_path: Path) -> None:
    act = Acting(move, tmp_path)
    told = await act.does("obstacles")
    assert told["OBSTACLES"] == []
    assert told["SOURCE"]["system"] != told["TARGET"]["system"]
    for statement in OBSTACLES:
        asked(move.old.port, statement)
    asked(move.new.port, "create table own (id int)")
    with connected(move.old.port, application_name="report"):
        found = (await act.does("obstacles"))["OBSTACLES"]
    for statement in AWAY:
        asked(move.old.port, statement)
    asked(move.new.port, "drop table own")
    assert set(found) == {
        *OBSTACLES.values(),
        "app, a superuser, is connected as 'report': nothing keeps it out",
        "the database is not empty on the target",
    }
    same = {"PUP_TUI_TARGET_PGPORT": str(move.old.port)}
    told = (await act("obstacles", environ=same)).outputs["OBSTACLES"]
    assert "source and target are one server" in told
    closed = {"PUP_TUI_TARGET_PGPORT": "1"}
    await act.fails("obstacles", "onnection refused", environ=closed)
    proved("postgres-move", "obstacles", "server", WHAT)


async def test_the_whole_way_and_what_each_action_refuses(move: Move, tmp_path: Path) -> None:
    act = Acting(move, tmp_path)
    old, new = move.old.port, move.new.port
    await _copied(move, act)

    await act.fails("turn_around", "The source lets clients in.")
    await act.fails("open_target", "The source lets clients in.")
    await act.fails("retire", "The target lets nobody in, or the source does not follow it.")
    await act("stop_writes", undone=True)
    move.client.writes_again()
    position = (await act.does("stop_writes"))["POSITION"]
    with pytest.raises(psycopg.OperationalError, match="too many connections"):
        connected(old, *CLIENT)
    proved("postgres-move", "stop_writes", "server", WHAT)

    await act.fails("catch_up", "", {"POSITION": NOWHERE, "WAIT": "2s"})
    await act.does("catch_up", {"POSITION": position, "WAIT": "1m"})
    sequence = "select last_value from sales.orders_id_seq"
    assert asked(new, sequence) == asked(old, sequence)
    proved("postgres-move", "catch_up", "server", WHAT)

    same = await act.does("compare")
    assert (same["DIFFERENT"], same["TABLES"]) == ([], 3)
    assert same["CHECKSUM"] == same["TARGET_CHECKSUM"]
    assert same["ROWS"] == asked(old, "select count(*) from sales.orders") + 20001
    asked(new, "update sales.notes set price = price + 0.01 where id = 7")
    other = await act.does("compare")
    assert other["DIFFERENT"] == ["sales.notes"]
    assert other["CHECKSUM"] != other["TARGET_CHECKSUM"]
    asked(new, "update sales.notes set price = price - 0.01 where id = 7")
    asked(new, "alter table sales.totals rename orders to sold")
    assert (await act.does("compare"))["DIFFERENT"] == ["sales.totals"]
    asked(new, "alter table sales.totals rename sold to orders")
    await act.fails("compare", "onnection refused", environ={"PUP_TUI_TARGET_PGPORT": "1"})
    proved("postgres-move", "compare", "server", WHAT)

    await act("turn_around", undone=True)
    assert asked(old, "select count(*) from pg_subscription") == 0
    assert asked(new, "select count(*) from pg_replication_slots") == 0
    await act.does("turn_around")
    proved("postgres-move", "turn_around", "server", WHAT)

    await act("open_target", undone=True)
    assert asked(new, "select datconnlimit from pg_database where datname = 'shop'") == 0
    assert asked(new, "show synchronous_standby_names") == ""
    await act.does("open_target")
    with pytest.raises(psycopg.OperationalError, match="too many connections"):
        connected(old, *CLIENT)
    proved("postgres-move", "open_target", "server", WHAT)
    await act.fails("take_target", "the database is not empty")
    await act.fails(
        "stop_writes", "the target lets clients in: both would take writes", undone=True
    )
    await act.fails("turn_around", "The target lets clients in.")

    await _redirected(move, act)
    await _left(move, act)


async def _copied(move: Move, act: Acting) -> None:
    """The target has what the source has, and follows."""
    old, new = move.old.port, move.new.port
    await act.fails("copy", 'schema "sales" does not exist')
    assert (
        asked(
            old,
            "select (select count(*) from pg_publication) + (select count(*) from pg_replication_slots)",
        )
        == 0
    )
    await act("take_target", undone=True)
    assert asked(new, "select count(*) from pg_namespace where nspname = 'sales'") == 0
    assert asked(new, "select datconnlimit from pg_database where datname = 'shop'") == -1
    await act.does("take_target")
    assert asked(new, "show work_mem") == "5MB"
    with pytest.raises(psycopg.OperationalError, match="too many connections"):
        connected(new, *CLIENT)
    await act.fails("take_target", "the database is not empty")
    proved("postgres-move", "take_target", "server", WHAT)

    await act("copy", undone=True)
    assert asked(new, "select count(*) from pg_subscription") == 0
    assert asked(old, "select count(*) from pg_replication_slots") == 0
    asked(new, "truncate sales.orders, sales.totals, sales.notes")
    await act.does("copy")
    proved("postgres-move", "copy", "server", WHAT)
    until(
        lambda: not asked(new, "select count(*) from pg_subscription_rel where srsubstate <> 'r'")
    )
    told = await act.does("progress")
    assert (told["WAITING"], told["ERRORS"]) == (0, 0)
    assert told["KEPT"] >= told["BEHIND"] >= 0
    gone = await act("progress", environ={"PUP_TUI_TARGET_PGPORT": "1"})
    assert (gone.ok, gone.outputs["WAITING"]) == (True, -1)
    await act.fails("progress", "onnection refused", environ={"PGPORT": "1"})
    proved("postgres-move", "progress", "server", WHAT)


async def _redirected(move: Move, act: Acting) -> None:
    """The proxy leads to the target."""
    move.proxy.asked(f"set server {BACKEND}/{OLD} state maint")
    nobody = await act.does("probe")
    assert (nobody["ON_TARGET"], nobody["FOLLOWS"]) == (False, True)
    move.proxy.asked(f"set server {BACKEND}/{NEW} state ready")
    move.client.writes_again()
    told = await act.does("probe")
    assert (told["ON_TARGET"], told["FOLLOWS"]) == (True, True)
    assert told["CLIENTS"] >= 1
    proved("postgres-move", "probe", "server", WHAT)
    await act.does("way_back")


async def _left(move: Move, act: Acting) -> None:
    """The source is retired."""
    await act.does("retire")
    move.client.writes_again()
    for each in (move.client, move.watch):
        each.end()
    assert move.watch.both == 0
    assert move.lost() == set()
    assert asked(move.new.port, "show synchronous_standby_names") == ""
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        connected(move.old.port)
    proved("postgres-move", "retire", "server", WHAT)
    await act.fails("way_back", "the target goes on without it")
    proved("postgres-move", "way_back", "server", WHAT)
