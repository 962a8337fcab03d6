"""The console stopped from outside or by Ctrl-Z, and gone on with by a real shell's `fg`."""

from __future__ import annotations

import os
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.program import PROGRAM, Program, program_in
from tests.support.screen import Screen

READY = r"Run  r[\s\S]*enter Run  / Filter"
STEP = "steps: [{name: a, kind: shell, run: 'echo first; read x < gate; echo second'}]\n"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = program_in(tmp_path)
    (program.cwd / "books").mkdir()
    (program.cwd / "books" / "slow.yaml").write_text(f"name: slow\n{STEP}")
    os.mkfifo(program.cwd / "gate")
    return program


@pytest.fixture
def shell(program: Program) -> Iterator[Screen]:
    """An interactive shell, from which the console was opened and a run begun whose step goes on."""
    environ = {
        **program.environ,
        "PUP_TUI_RUNBOOKS": str(program.cwd / "books"),
        "PS1": "prompt> ",
        "HISTFILE": "",
    }
    call = ["bash", "--norc", "--noprofile", "-i"]
    with Screen(call, cwd=program.cwd, environ=environ, size=(100, 30)) as screen:
        screen.wait_for("prompt>")
        screen.send_line(f"{shlex.join(PROGRAM)} slow")
        screen.wait_for(READY)
        screen.press("r")
        screen.wait_for(r"Run  \^r")
        screen.press("ctrl+r")
        screen.wait_for("first")
        screen.wait_for(r"\? Help")
        try:
            yield screen
        finally:
            for pid in children(screen.pid):
                os.kill(pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


ALL_OF_IT = (
    r"\A pup-tui",
    r"/ filter +Runbooks +● slow",
    r"● running  0 of 1 succeeded  [\d:]+",
    "rollback-feature-flag",
    r"\$ echo first; read x < gate",
    r"by type .* 1 line · following",
    r"z Enlarge .*\? Help",
)
"""What stands in all corners of the screen; most of it does not change with time."""


def goes_on(screen: Screen, program: Program) -> None:
    """`fg`, on a terminal on which nothing of the console is left."""
    screen.forget()
    screen.send_line("fg")
    for part in ALL_OF_IT:
        screen.wait_for(part)
    (program.cwd / "gate").write_text("go\n")
    screen.wait_for("second")
    screen.press_until("?", "esc closes")


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_all_of_the_screen_is_drawn_again_after_a_signal(
    program: Program, shell: Screen, number: signal.Signals
) -> None:
    os.kill(children(shell.pid)[0], number)
    shell.wait_for("prompt>")
    goes_on(shell, program)


def test_ctrl_z_goes_to_the_shell_and_fg_comes_back(program: Program, shell: Screen) -> None:
    shell.press("ctrl+z")
    shell.wait_for("prompt>")
    shell.send_line("echo here-$((20 + 3))")
    shell.wait_for("here-23")
    goes_on(shell, program)


def test_ctrl_z_stops_who_waits_for_the_console_too(program: Program) -> None:
    environ = {
        **program.environ,
        "PUP_TUI_RUNBOOKS": str(program.cwd / "books"),
        "PS1": "prompt> ",
        "HISTFILE": "",
    }
    (program.cwd / "Makefile").write_text(f"demo:\n\t@{shlex.join(PROGRAM)} slow; echo it-ended\n")
    call = ["bash", "--norc", "--noprofile", "-i"]
    with Screen(call, cwd=program.cwd, environ=environ, size=(100, 30)) as screen:
        screen.wait_for("prompt>")
        screen.send_line("make demo")
        screen.wait_for(READY)
        screen.press("ctrl+z")
        screen.wait_for("prompt>")
        screen.send_line("echo here-$((20 + 3))")
        screen.wait_for("here-23")
        screen.forget()
        screen.send_line("fg")
        screen.wait_for(READY)
        screen.press("q")
        screen.wait_for("it-ended")


@pytest.mark.parametrize("around", [[], ["sh", "-c", f"{shlex.join(PROGRAM)} slow; exit 3"]])
def test_ctrl_z_without_a_shell_says_so(program: Program, around: list[str]) -> None:
    environ = {**program.environ, "PUP_TUI_RUNBOOKS": str(program.cwd / "books")}
    call = around or [*PROGRAM, "slow"]
    with Screen(call, cwd=program.cwd, environ=environ, size=(100, 30)) as screen:
        screen.wait_for(READY)
        screen.press("ctrl+z")
        screen.wait_for("no shell behind the console")
