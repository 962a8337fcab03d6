"""The runbook that changes the password of a role against a real PostgreSQL."""

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

ROLE = 'it\'s "checkout"'
FORMER, NEW = "form3r-pass'word", "n3w/p@ss:w'ord-%20"
KEPT = "select count(*) from pg_roles where rolname like '%_former'"


@pytest.fixture
async def role(postgres: Server) -> AsyncIterator[None]:
    """A role with its former password."""
    quoted = '"' + ROLE.replace('"', '""') + '"'
    await asked(
        postgres, f"create role {quoted} login password '{FORMER.replace(chr(39), chr(39) * 2)}'"
    )
    try:
        yield
    finally:
        former = '"' + ROLE.replace('"', '""') + '_former"'
        await asked(postgres, f"drop role if exists {quoted}, {former}")


async def gets_in(server: Server, password: str) -> bool:
    try:
        async with await connected(server, user=ROLE, password=password):
            return True
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            return False
        raise


async def run(
    server: Server,
    folder: Path,
    answers: Answers | None = None,
    after: After | None = None,
    *,
    end_sessions: bool = False,
) -> Ran:
    return await run_of(
        "postgres/rotate-password",
        folder,
        {"END_SESSIONS": end_sessions},
        environ={
            **leading_to(server),
            "PUP_TUI_POSTGRES_ROTATE_ROLE": ROLE,
            "PUP_TUI_POSTGRES_ROTATE_PASSWORD": NEW,
        },
        answers=answers,
        after=after,
    )


@pytest.mark.usefixtures("role")
async def test_it_is_changed_and_the_former_one_forgotten(postgres: Server, tmp_path: Path) -> None:
    await asked(postgres, "alter system set log_statement = 'all'")
    await asked(postgres, "select pg_reload_conf()")
    try:
        own = await connected(postgres, user=ROLE, password=FORMER)
        state, watcher = await run(postgres, tmp_path, end_sessions=True)
        assert state.status is RunStatus.SUCCEEDED, troubles(state, watcher)
        with pytest.raises(psycopg.OperationalError):
            await own.execute("select 1")
    finally:
        await asked(postgres, "alter system reset log_statement")
        await asked(postgres, "select pg_reload_conf()")
    assert await gets_in(postgres, NEW)
    assert not await gets_in(postgres, FORMER)
    assert await asked(postgres, KEPT) == 0
    told = "\n".join([line.text for _, line in watcher.lines] + [repr(watcher.notices)])
    log = (postgres.folder / "log").read_text(errors="replace")
    assert "rolcanlogin" in log
    for secret in (NEW, NEW.replace("'", "''"), FORMER, "SCRAM-SHA-256$"):
        assert secret not in told
        assert secret not in log


@pytest.mark.usefixtures("role")
async def test_one_that_does_not_get_in_has_its_former_password_again(
    postgres: Server, tmp_path: Path
) -> None:
    quoted = '"' + ROLE.replace('"', '""') + '"'
    await asked(postgres, f"alter role {quoted} connection limit 0")
    state, watcher = await run(postgres, tmp_path)
    assert state.status is RunStatus.FAILED
    assert "too many connections for role" in troubles(state, watcher)
    assert outcomes(state)["change"] == "succeeded"
    await asked(postgres, f"alter role {quoted} connection limit -1")
    assert await gets_in(postgres, FORMER)
    assert not await gets_in(postgres, NEW)
    assert await asked(postgres, KEPT) == 0


@pytest.mark.usefixtures("role")
async def test_what_was_not_finished_is_not_begun_again(postgres: Server, tmp_path: Path) -> None:
    former = '"' + ROLE.replace('"', '""') + '_former"'
    await asked(postgres, f"create role {former}")
    state, watcher = await run(postgres, tmp_path)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["unfit"] == "succeeded"
    assert await gets_in(postgres, FORMER)
    assert watcher.questions == []
