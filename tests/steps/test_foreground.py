"""Shell steps with `interactive: true`, on a real terminal whose other end the test holds."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pexpect
import pytest
from msgspec.structs import replace

from pup_tui.core.requests import ShellRequest
from pup_tui.steps.shell import ShellExecutor

if TYPE_CHECKING:
    from collections.abc import Callable

    from pup_tui.steps.executor import Context, Stop
    from tests.support.executors import RecordingSink

    Start = Callable[..., "Operator"]

SHELLS = [shell for shell in ("sh", "bash", "dash", "zsh", "ksh") if shutil.which(shell)]
RECORDED = re.escape("[pup-tui] on the operator's terminal; what it shows there is not recorded\n")
CTRL_C, CTRL_Z = "\x03", "\x1a"


class Operator:
    """Somebody who sits at the terminal on which a script runs."""

    def __init__(self, script: str, shell: str, folder: Path, stop_at: str) -> None:
        self._process = pexpect.spawn(
            sys.executable,
            ["-m", "tests.steps.operators_terminal", script, shell],
            cwd=str(folder),
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "STOP_AT": stop_at,
            },
            encoding="utf-8",
            timeout=200,
        )

    def sees(self, text: str) -> None:
        self._process.expect_exact(text)

    def types(self, keys: str) -> None:
        self._process.send(keys)

    def told(self, *, recorded: str = RECORDED) -> dict[str, Any]:
        """What was told after the step's end, when nothing that it started lives; `recorded` is a pattern."""
        self._process.expect_exact("TOLD ")
        told: dict[str, Any] = json.loads(self._process.readline())
        assert told.pop("modes kept")
        assert told.pop("in front")
        assert re.fullmatch(recorded, told.pop("recorded"))
        return told

    def leave(self) -> None:
        self._process.close(force=True)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Operator] = []

    def _start(script: str, shell: str = "sh", stop_at: str = "") -> Operator:
        started.append(Operator(script, shell, tmp_path, stop_at))
        return started[-1]

    yield _start
    for operator in started:
        operator.leave()


def python(code: str) -> str:
    return (
        f"{shlex.quote(sys.executable)} -c '\nimport os, signal, sys, termios, time, tty\n{code}'"
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_typed_reaches_the_script(shell: str, start: Start) -> None:
    operator = start("printf 'who? '; read who; test -t 1 && echo hello $who", shell)
    operator.sees("who? ")
    operator.types("ada\r")
    operator.sees("hello ada\r\n")
    assert operator.told() == {"ok": True, "exit_code": 0, "reason": "", "left": []}


def test_locks_are_inherited(start: Start, tmp_path: Path) -> None:
    operator = start("for each in /proc/self/fd/*; do readlink $each; done")
    operator.sees(f"{tmp_path}/lock\r\n")
    assert operator.told()["ok"]


def test_ctrl_c_reaches_the_script_and_not_us(start: Start) -> None:
    # A shell can miss a signal between two of its commands; this handler cannot.
    script = python(
        'def caught(*_):\n    os.write(1, b"caught\\n"); os._exit(5)\n'
        'signal.signal(signal.SIGINT, caught); os.write(1, b"ready\\n")\n'
        "while True: time.sleep(0.05)"
    )
    operator = start(f"exec {script}")
    operator.sees("ready")
    operator.types(CTRL_C)
    operator.sees("caught")
    assert operator.told()["exit_code"] == 5


def test_ctrl_z_is_not_the_end_of_it(start: Start) -> None:
    operator = start(python('os.write(1, b"ready\\n"); print(sys.stdin.readline().upper())'))
    operator.sees("ready")
    operator.types(CTRL_Z)
    operator.sees("a step cannot be put to sleep")
    operator.types("go on\r")
    operator.sees("GO ON")
    assert operator.told() == {"ok": True, "exit_code": 0, "reason": "", "left": []}


def test_a_program_that_stops_itself_goes_on(start: Start) -> None:
    operator = start("kill -STOP $$; echo awake")
    operator.sees("awake")
    assert operator.told()["ok"]


def test_modes_are_restored_though_it_died_wildly(start: Start) -> None:
    code = "tty.setraw(0); os.write(1, b'\\x1b[?1049h\\x1b[?25l'); os.kill(0, signal.SIGKILL)"
    operator = start(python(code.replace("'", '"')))
    operator.sees("\x1b[?25h")
    operator.sees("\x1b[?1047l")
    assert operator.told()["reason"] == "killed by SIGKILL"


def test_the_foreground_is_restored_though_it_gave_it_away(start: Start) -> None:
    code = (
        "signal.signal(signal.SIGTTOU, signal.SIG_IGN)\n"
        "child = os.fork()\n"
        "if child == 0:\n  os.setpgid(0, 0); time.sleep(600)\n"
        "os.setpgid(child, child); os.tcsetpgrp(0, child); os.kill(child, signal.SIGKILL)"
    )
    assert start(python(code)).told()["ok"]


@pytest.mark.proves("F19", "P15")
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing tells of them")
@pytest.mark.parametrize("how", ["", "env -i PATH=$PATH ", "setsid "])
def test_what_goes_on_behind_it_is_named(start: Start, tmp_path: Path, how: str) -> None:
    gate = tmp_path / "gate"
    operator = start(f"{how}sh -c 'while [ ! -e {gate} ]; do sleep 0.05; done' & :")
    operator.sees("ENDED")
    gate.touch()
    goes_on = r"\[pup-tui\] still running, and not waited for: sh \(pid \d+\)(, (sh|sleep) \(pid \d+\))?\n"
    assert operator.told(recorded=RECORDED + goes_on)["ok"]


def test_a_stop_ends_the_group(start: Start, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    operator = start("stty raw -echo; sleep 600 & echo ready; wait", stop_at=str(gate))
    operator.sees("ready")
    gate.touch()
    told = operator.told()
    assert not told["ok"]
    assert told["reason"] == "cancelled"
    assert told["left"] == []


def test_a_stop_ends_what_ignores_it(start: Start, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    script = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    operator = start(script, stop_at=str(gate))
    operator.sees("ready")
    gate.touch()
    assert operator.told()["reason"].startswith("cancelled; killed by SIGKILL")


def test_an_interactive_shell_has_its_job_control(start: Start) -> None:
    operator = start("PS1='$ ' bash --norc --noprofile -i")
    operator.sees("$ ")
    operator.types("sh -c 'echo runs; exec sleep 600'\r")
    operator.sees("runs\r\n")
    operator.types(CTRL_Z)
    operator.sees("Stopped")
    operator.types("jobs -p | wc -l; exit\rexit\r")
    assert operator.told()["left"] == []


class Refusing:
    """A terminal that cannot be had, or is never free."""

    def __init__(self, error: OSError | None = None) -> None:
        self._error = error
        self.asked = asyncio.Event()

    @asynccontextmanager
    async def handed_over(self) -> AsyncIterator[int]:
        self.asked.set()
        if self._error is not None:
            raise self._error
        await asyncio.Event().wait()
        yield -1


async def test_without_a_terminal_it_fails(
    sink: RecordingSink, stop: Stop, context: Context
) -> None:
    request = ShellRequest(script="touch ran", interactive=True)
    outcome = await ShellExecutor().run(request, sink, stop, context)
    assert not outcome.ok
    assert outcome.reason.startswith("`interactive` hands over the operator's terminal, and there")
    assert not (context.cwd / "ran").exists()


async def test_a_terminal_that_cannot_be_had_is_an_outcome(
    sink: RecordingSink, stop: Stop, context: Context
) -> None:
    gone = Refusing(OSError(5, "it was closed"))
    request = ShellRequest(script="touch ran", interactive=True)
    outcome = await ShellExecutor().run(request, sink, stop, replace(context, terminal=gone))
    assert outcome.reason == "the terminal cannot be had: it was closed"


async def test_a_stop_while_somebody_else_has_the_terminal(
    sink: RecordingSink, stop: Stop, context: Context
) -> None:
    busy = Refusing()
    request = ShellRequest(script="touch ran", interactive=True)
    running = asyncio.create_task(
        ShellExecutor().run(request, sink, stop, replace(context, terminal=busy))
    )
    await busy.asked.wait()
    stop.set()
    assert (await running).reason == "cancelled"
    assert not (context.cwd / "ran").exists()
