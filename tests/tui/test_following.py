"""A run of another process in the console: it goes on there as it is recorded, and is only shown."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.support.console import MakeServices, OpenConsole
from tests.support.forked import Begun
from tests.support.program import program_in

TEXT = """
name: elsewhere
steps:
  - {name: waits, kind: shell, run: 'echo from there; printf half; read x < gate; echo " and half"'}
  - {name: bad, kind: shell, run: exit 3}
"""


@contextmanager
def elsewhere(folder: Path, state: Path) -> Iterator[tuple[Begun, Path]]:
    """A run in a process of its own, recorded in `state`, that waits at a gate; and that gate."""
    program = program_in(folder)
    program = replace(program, environ={**program.environ, "PUP_TUI_STATE_DIR": str(state)})
    gate = program.cwd / "gate"
    os.mkfifo(gate)
    program.write("elsewhere", TEXT)
    process = program.start("run", "elsewhere.yaml")
    assert process.stdout.readline() == "from there\n"
    try:
        yield process, gate
    finally:
        process.kill()
        process.communicate()


async def test_a_run_of_another_process_goes_on_in_the_console(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    services = make_services({})
    with elsewhere(tmp_path, services.state) as (process, gate):
        async with open_console(services) as console:
            await console.press("h")
            await console.sees("running")
            await console.press("enter")
            await console.sees("from there", "half", "driven by ada on", f"process {process.pid}")
            await console.press("ctrl+c")
            await console.tells("cancelled there")
            assert "past run" not in console.screen
            gate.write_text("go\n")
            await console.sees("✖ failed", "exited with 3")
            await console.press("up")
            await console.sees("half and half")
        assert process.wait(timeout=120) == 1


async def test_its_process_is_killed_and_it_is_shown_as_interrupted(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    services = make_services({})
    with elsewhere(tmp_path, services.state) as (process, gate):
        async with open_console(services) as console:
            await console.press("h")
            await console.sees("running")
            await console.press("enter")
            await console.sees("from there")
            process.kill()
            await console.sees("interrupted", "r resumes the run")
        gate.write_text("go\n")


async def test_an_attempt_that_never_acted_is_shown_as_one_that_was_not_made(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    services = make_services({})
    with elsewhere(tmp_path, services.state) as (process, gate):
        async with open_console(services) as console:
            await console.press("h")
            await console.sees("running")
            await console.press("enter")
            await console.sees("from there")
            (note,) = services.state.glob("outputs/*/children")
            known = json.loads(note.read_text())
            note.write_text(json.dumps({**known, "children": []}))
            process.kill()
            await console.sees("interrupted", "r resumes the run", "0 of 2")
            assert "unknown" not in console.screen
        gate.write_text("go\n")


async def test_its_tab_can_be_closed_while_it_goes_on(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    services = make_services({})
    with elsewhere(tmp_path, services.state) as (process, gate):
        async with open_console(services) as console:
            await console.press("h")
            await console.sees("running")
            await console.press("enter")
            await console.sees("from there")
            await console.press("ctrl+w")
            await console.eventually(lambda: not console.main.run_tabs())
            assert process.poll() is None
        gate.write_text("go\n")
        assert process.wait(timeout=120) == 1
