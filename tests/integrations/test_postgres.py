"""Each action for PostgreSQL against a real server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from tests.support.databases import PASSWORD, Server, postgresql
from tests.support.integrations import Done, carried_out, proved

WHAT = "PostgreSQL 15"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with postgresql() as up:
        yield up


@pytest.fixture
def session(postgres: Server) -> Iterator[psycopg.Connection[Any]]:
    """A session that holds a transaction open."""
    with psycopg.connect(_url(postgres), application_name="idle one") as connection:
        connection.execute("select 1")
        yield connection


def _url(server: Server, password: str = PASSWORD) -> str:
    return f"postgresql://app:{quote(password, safe='')}@127.0.0.1:{server.port}/shop"


async def acted(
    action: str, server: Server, folder: Path, given: Mapping[str, Any] | None = None
) -> Done:
    environ = {"PUP_TUI_POSTGRES_URL": _url(server)}
    return await carried_out("postgres", action, folder, environ, given)


async def test_what_looks(
    postgres: Server, session: psycopg.Connection[Any], tmp_path: Path
) -> None:
    told = (await acted("whoami", postgres, tmp_path / "1")).outputs
    assert (told["USER"], told["REPLICA"]) == ("app", False)
    proved("postgres", "whoami", "server", WHAT)
    long = (await acted("long_transactions", postgres, tmp_path / "2", {"MINUTES": 0})).outputs
    mine = [each for each in long["TRANSACTIONS"] if each["application_name"] == "idle one"]
    assert [each["pid"] for each in mine] == [session.info.backend_pid]
    none = (await acted("long_transactions", postgres, tmp_path / "3")).outputs
    assert none == {"TRANSACTIONS": []}
    proved("postgres", "long_transactions", "server", WHAT)
    counted = (await acted("connections", postgres, tmp_path / "4")).outputs
    assert 2 <= counted["USED"] < counted["MOST"]
    proved("postgres", "connections", "server", WHAT)
    wrong = {"PUP_TUI_POSTGRES_URL": _url(postgres, "wrong-password")}
    done = await carried_out("postgres", "whoami", tmp_path / "5", wrong)
    assert not done.ok
    assert "wrong-password" not in "\n".join([done.reason, *done.texts])


async def test_who_blocks_is_found(
    postgres: Server, session: psycopg.Connection[Any], tmp_path: Path
) -> None:
    session.execute("select pg_advisory_xact_lock(7)")
    pid = session.info.backend_pid
    waiting = psycopg.connect(_url(postgres))
    try:
        # Sent, and not waited for.
        waiting.pgconn.send_query(b"select pg_advisory_lock(7)")
        found: list[dict[str, Any]] = []
        for attempt in range(100):
            done = await acted("blocked", postgres, tmp_path / f"{attempt}")
            found = done.outputs["BLOCKED"]
            if found:
                break
        assert [each["blocked_by"] for each in found] == [f"{{{pid}}}"]
        proved("postgres", "blocked", "server", WHAT)
        cancelled = await acted(
            "cancel_query", postgres, tmp_path / "c", {"PID": waiting.info.backend_pid}
        )
        assert cancelled.ok, cancelled.reason
        proved("postgres", "cancel_query", "server", WHAT)
    finally:
        waiting.close()
    assert (await acted("blocked", postgres, tmp_path / "after")).outputs == {"BLOCKED": []}


async def test_a_session_is_ended(
    postgres: Server, session: psycopg.Connection[Any], tmp_path: Path
) -> None:
    given = {"PID": session.info.backend_pid}
    assert (await acted("terminate", postgres, tmp_path / "1", given)).ok
    with pytest.raises(psycopg.OperationalError):
        session.execute("select 1")
    again = await acted("terminate", postgres, tmp_path / "2", given)
    assert not again.ok
    proved("postgres", "terminate", "server", WHAT)
