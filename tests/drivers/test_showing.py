"""What is made of an output for people, while a run goes on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from pup_tui.core.requests import ShellRequest
from pup_tui.core.state import RunStatus
from pup_tui.drivers.clock import FakeClock
from pup_tui.output.shown import made_path
from pup_tui.steps.executor import Outcome
from tests.support.executors import FakeExecutor, Play
from tests.support.runbooks import program_of
from tests.support.runs import local_run

ROWS = json.dumps([{"name": f"n{number}", "n": number} for number in range(9_000)]).encode()


async def _pass_time(clock: FakeClock) -> None:
    """Let time pass whenever nothing else happens."""
    while True:
        for _ in range(20):
            await asyncio.sleep(0)
        clock.advance(1.0)


async def test_making_a_table_takes_none_of_the_time_of_its_step(tmp_path: Path) -> None:
    program = program_of("""
        steps:
          - {name: a, kind: shell, run: x, timeout: 60s, show: {table: {rows: json}}}
          - name: b
            kind: shell
            run: x
            poll: {interval: 1s, timeout: 60s, until: json}
            show: json
    """)
    clock = FakeClock()
    executor = FakeExecutor(Play(stdout=ROWS))
    run = await local_run(program, tmp_path, executors={ShellRequest: executor}, clock=clock)
    time = asyncio.create_task(_pass_time(clock))
    try:
        state = await run.drive()
    finally:
        time.cancel()
    assert state.status is RunStatus.SUCCEEDED, state.reason
    assert made_path(run.outputs.path("a")).read_text().endswith("(9,000 rows)\n")


async def test_below_a_table_of_ones_own_stands_that_the_answer_is_a_part(tmp_path: Path) -> None:
    program = program_of("""
        steps:
          - {name: a, kind: shell, run: x, show: {table: {rows: json.data}}}
          - {name: b, kind: shell, run: x, show: {table: {rows: "json.data | selectattr('n', 'eq', 1)"}}}
    """)
    page = {"data": [{"n": 1}, {"n": 2}], "meta": {"page": {"total_count": 7}}}
    executor = FakeExecutor(Play(stdout=json.dumps(page).encode()))
    run = await local_run(program, tmp_path, executors={ShellRequest: executor})
    assert (await run.drive()).status is RunStatus.SUCCEEDED
    made = [made_path(run.outputs.path(step)).read_text().splitlines()[-1] for step in "ab"]
    assert made == ["(2 rows; these are 2 of 7 results)", "(1 row)"]


async def test_a_warning_below_a_table_shows_every_character(tmp_path: Path) -> None:
    program = program_of("steps: [{name: a, kind: shell, run: x, show: table}]")
    page = {"data": [], "meta": {"warnings": ["\x1b[31mred\nend"]}}
    executor = FakeExecutor(Play(stdout=json.dumps(page).encode()))
    run = await local_run(program, tmp_path, executors={ShellRequest: executor})
    assert (await run.drive()).status is RunStatus.SUCCEEDED
    (line,) = made_path(run.outputs.path("a")).read_text().splitlines()
    assert line.endswith("Datadog warns: \\x1b[31mred\\nend)")


async def test_of_several_attempts_the_last_is_shown(tmp_path: Path) -> None:
    program = program_of("""
        steps:
          - name: a
            kind: shell
            run: x
            poll: {interval: 100ms, timeout: 60s, until: json.n == 2}
            retry: {attempts: 2, delay: 1ms}
            show: {table: {rows: "[json]"}}
    """)
    bad = Outcome(ok=False, exit_code=1, reason="exited with 1")
    plays = [Play(stdout=b'{"n":1}'), Play(stdout=b'{"n":3}', outcome=bad), Play(stdout=b'{"n":2}')]
    run = await local_run(program, tmp_path, executors={ShellRequest: FakeExecutor(*plays)})
    assert (await run.drive()).status is RunStatus.SUCCEEDED
    assert made_path(run.outputs.path("a")).read_text() == "n\n-\n2\n(1 row)\n"
    assert run.outputs.path("a").read_text() == '{"n":1}\n{"n":3}\n{"n":2}\n'


async def test_what_went_to_stderr_stands_below_what_was_made(tmp_path: Path) -> None:
    program = program_of("steps: [{name: a, kind: shell, run: x, show: json}]")
    play = Play(stdout=b"[1]", stderr=b"careful \x1b[2J\x07\n")
    run = await local_run(program, tmp_path, executors={ShellRequest: FakeExecutor(play)})
    await run.drive()
    made = made_path(run.outputs.path("a")).read_text()
    assert made == "[\n  \x1b[33m1\x1b[0m\n]\ncareful \n"


async def test_no_field_of_a_row_lets_a_secret_out(tmp_path: Path) -> None:
    program = program_of("""
        vars: {WORD: {type: secret}}
        steps:
          - name: a
            kind: shell
            run: x
            show: {table: {rows: json, columns: [n, {title: W, value: "WORD[:4]"}]}}
    """)
    play = Play(stdout=b'[{"n": 1, "\\u0000secrets": [], "row": 2, "WORD": "shadow"}, {"n": 2}]')
    run = await local_run(
        program,
        tmp_path,
        secrets={"WORD": "hunter-of-tests"},
        executors={ShellRequest: FakeExecutor(play)},
    )
    await run.drive()
    made = made_path(run.outputs.path("a")).read_text()
    assert made == "n | W\n--+----\n1 | ***\n2 | ***\n(2 rows)\n"


async def test_nothing_of_an_earlier_attempt_is_left_to_show(tmp_path: Path) -> None:
    program = program_of("""
        steps:
          - name: a
            kind: shell
            run: x
            assert: "exit_code == 0 and output != '[1]'"
            retry: {attempts: 2, delay: 1ms}
            show: json
    """)
    plays = [Play(stdout=b"[1]"), Play(stdout=b"x" * 2_000_000)]
    run = await local_run(program, tmp_path, executors={ShellRequest: FakeExecutor(*plays)})
    await run.drive()
    assert not made_path(run.outputs.path("a")).exists()
