"""The console on a pty, with a state folder whose disk fills up while a step runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.copies import CopiedScreen
from tests.support.disks import small_disk
from tests.support.program import Program, program_in
from tests.support.screen import Screen

LONG = """
name: chatty
steps:
  - {name: a, kind: shell, run: "seq 1000000 1040000; read x < gate; echo the-end"}
  - {name: b, kind: shell, run: "touch effects"}
"""


def console(program: Program) -> Screen:
    environ = {**program.environ, "PUP_TUI_RUNBOOKS": str(program.cwd / "books")}
    return CopiedScreen(["chatty"], cwd=program.cwd, environ=environ, size=(160, 40))


@pytest.mark.proves("F09", "P14")
def test_a_full_disk_is_said_while_the_step_runs_and_in_the_exit_code(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    (program.cwd / "books").mkdir()
    (program.cwd / "books" / "chatty.yaml").write_text(LONG)
    os.mkfifo(program.cwd / "gate")
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    with small_disk(state), console(program) as screen:
        screen.wait_for(r"Run  r[\s\S]*enter Run  / Filter")
        screen.press("r")
        screen.wait_for(r"Run  \^r")
        screen.press("ctrl+r")
        # The path in the sentence may be longer than a line, beside which others stand.
        screen.wait_for(r"The output of a cannot be kept:[\s\S]*\bNo\b[\s\S]{1,160}?\bspace\b")
        screen.wait_for("running")
        (program.cwd / "gate").write_text("go\n")
        screen.wait_until_gone("running")
        screen.wait_for(r"(interrupted|failed)")
        screen.wait_for("could not be kept")
        assert not (program.cwd / "effects").exists()
        screen.press("q")
        assert screen.wait_for_exit() == 1
