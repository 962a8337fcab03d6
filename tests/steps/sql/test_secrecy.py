"""A secret in the URL and among the values of a statement is in nothing that people or the record see."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec

from pup_tui.core.requests import SqlRequest
from pup_tui.journal.writer import MemoryJournal
from pup_tui.steps.sql.executor import SqlExecutor
from tests.support.databases import PASSWORD, Server
from tests.support.runbooks import program_of
from tests.support.runs import Seen, local_run

VALUE = "4-hunter-2-value"


async def test_a_secret_is_shown_and_recorded_nowhere(
    tmp_path: Path, postgresql_server: Server
) -> None:
    port = postgresql_server.port
    program = program_of(f"""
vars: {{P: {{type: secret}}, V: {{type: secret}}}}
steps:
  - name: good
    kind: sql
    url: "postgresql://app:{{{{ P }}}}@127.0.0.1:{port}/shop"
    query: select {{{{ V }}}} as v, pg_sleep(1)
  - name: bad
    kind: sql
    url: "postgresql://nobody:{{{{ P }}}}@127.0.0.1:{port}/shop"
    query: select {{{{ V }}}} as v
    on_failure: warn
  - name: refused
    kind: sql
    url: "postgresql://app:{{{{ P }}}}@127.0.0.1:{port}/shop"
    query: select {{{{ V }}}}::int
    on_failure: warn
""")
    journal = MemoryJournal()
    live = await local_run(
        program,
        tmp_path,
        secrets={"P": PASSWORD, "V": VALUE},
        executors={SqlRequest: SqlExecutor()},
        journal=journal,
    )
    seen = Seen(live)
    live.watch(seen)
    driving = asyncio.create_task(live.drive())
    arguments: set[str] = set()
    while not driving.done():
        arguments |= _all_arguments()
        await asyncio.sleep(0.1)
    state = await driving
    assert {id_: str(step.status) for id_, step in state.steps.items()} == {
        "good": "succeeded",
        "bad": "warned",
        "refused": "warned",
    }
    assert any("pup_tui.steps.sql.client" in each for each in arguments)
    assert state.steps["good"].command == f"postgresql://app:***@127.0.0.1:{port}/shop"
    assert state.steps["good"].sent.statement == "select *** as v, pg_sleep(1)"
    told = [
        *arguments,
        repr(seen.notices),
        repr(seen.lines),
        repr(msgspec.to_builtins(journal.events)),
        *_logs(tmp_path),
    ]
    for each in told:
        assert VALUE not in each
        assert PASSWORD not in each


async def test_a_secret_is_masked_before_a_table_writes_its_breaks_as_signs(tmp_path: Path) -> None:
    program = program_of("""
vars: {V: {type: secret}}
steps:
  - name: look
    kind: sql
    url: "sqlite://"
    query: "select {{ V }} as v, 'it is ' || {{ V }} || '!', 'all' || char(9) || 'well' as w"
""")
    value = "one\ttwo\nshort\r\nthe last of its lines"
    live = await local_run(
        program, tmp_path, secrets={"V": value}, executors={SqlRequest: SqlExecutor()}
    )
    seen = Seen(live)
    live.watch(seen)
    await live.drive()
    row = seen.texts("look")[2]
    assert [cell.strip() for cell in row.split(" | ")] == ["***", "it is ***!", "all␉well"]


def _logs(folder: Path) -> list[str]:
    return [path.read_text(errors="replace") for path in folder.rglob("*.log")]


def _all_arguments() -> set[str]:
    """The arguments of every process."""
    return {_arguments(path) for path in Path("/proc").glob("[0-9]*/cmdline")}


def _arguments(path: Path) -> str:
    """The arguments of a process, unless it has ended."""
    try:
        return os.fsdecode(path.read_bytes())
    except OSError:
        return ""
