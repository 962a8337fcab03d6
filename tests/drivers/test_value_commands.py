"""Commands that give values, as real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pup_tui.core.requests import PupRequest, ShellRequest, StepRequest
from pup_tui.drivers.values import MAX_OUTPUT, run_value_command
from pup_tui.steps.executor import Executor
from pup_tui.steps.shell import ShellExecutor
from pup_tui.template.value_command import ValueCommand, render_value_command
from tests.support.executors import FakeExecutor, Play
from tests.support.runs import ENVIRON

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who is left")


async def run(
    source: str,
    folder: Path,
    scope: Mapping[str, str] | None = None,
    secrets: tuple[str, ...] = (),
    seconds: float = 30,
    told: list[str] | None = None,
) -> str:
    command = render_value_command(source, scope or {}, secrets)
    executors: dict[type[StepRequest], Executor] = {ShellRequest: ShellExecutor()}
    say = (lambda _: None) if told is None else told.append
    printed = await run_value_command(command, seconds, executors, ENVIRON, folder, say)
    return printed.text()


async def test_standard_output_is_what_it_gives(tmp_path: Path) -> None:
    assert await run("pwd; echo note >&2", tmp_path) == f"{tmp_path}\n"


async def test_values_are_data(tmp_path: Path) -> None:
    value = "$(touch pwned) `id` '\"; x"
    assert await run("printf %s {{ A }}", tmp_path, {"A": value}) == value
    assert os.listdir(tmp_path) == []


async def test_its_standard_input_is_empty(tmp_path: Path) -> None:
    assert await run("cat; echo end", tmp_path) == "end\n"


async def test_a_line_whose_beginning_is_lost_is_not_told(tmp_path: Path) -> None:
    secret = "T00SECRET-" + "x" * 300
    fails = "printf '%s%16300s\\n' {{ S }} . >&2; exit 3"
    with pytest.raises(ValueError, match="the command failed: exited with 3") as caught:
        await run(fails, tmp_path, {"S": secret}, ("S",))
    assert "x" not in str(caught.value).replace("exited", "")


async def test_a_failure_tells_the_last_line_of_its_errors(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^the command failed: exited with 3: no such user$"):
        await run("echo first >&2; echo 'no such user' >&2; echo >&2; exit 3", tmp_path)


async def test_secrets_that_it_knows_are_masked_in_its_errors(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"bad \*\*\*$") as told:
        await run("echo bad {{ T }} >&2; exit 1", tmp_path, {"T": "hunter22"}, ("T",))
    assert "hunter22" not in str(told.value)


async def test_its_errors_cannot_drive_a_terminal(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the command failed") as told:
        await run("printf 'bad\\033]0;x\\007\\033[2J' >&2; exit 1", tmp_path)
    assert "\x1b" not in str(told.value)


async def test_one_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    hanging = FakeExecutor(Play(hold=asyncio.Event()))
    with pytest.raises(ValueError, match=r"^the command did not end within 0\.01 s$"):
        await run_value_command(
            ValueCommand(script="x"), 0.01, {ShellRequest: hanging}, ENVIRON, tmp_path, print
        )


@LINUX
@pytest.mark.parametrize("start", ["", "setsid ", "env -i setsid "])
@pytest.mark.parametrize("fails", [False, True])
async def test_what_it_leaves_running_is_named(tmp_path: Path, start: str, fails: bool) -> None:
    told: list[str] = []
    end = "echo why >&2; exit 3" if fails else ":"
    text = f"{start}sleep 600 >/dev/null 2>&1 & echo $! > pid; echo value; {end}"
    if fails:
        with pytest.raises(ValueError, match=r"exited with 3: why$"):
            await run(text, tmp_path, told=told)
    else:
        assert await run(text, tmp_path, told=told) == "value\n"
    pid = int((tmp_path / "pid").read_text())
    try:
        name = f"sleep (pid {pid})"
        assert told == [f"a command that gives a value: still running, and not waited for: {name}"]
    finally:
        os.kill(pid, signal.SIGKILL)


@LINUX
async def test_what_got_away_from_one_that_is_given_up_is_named(tmp_path: Path) -> None:
    text = "setsid sh -c 'echo $$ > pid; exec sleep 600' >/dev/null 2>&1 & exec sleep 600"
    with pytest.raises(ValueError, match="did not end within") as given_up:
        await run(text, tmp_path, seconds=3)
    pid = int((tmp_path / "pid").read_text())
    os.kill(pid, signal.SIGKILL)
    assert f"; still running: sleep (pid {pid})" in str(given_up.value)


async def test_nothing_is_left_of_one_that_is_given_up(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    running = asyncio.ensure_future(
        run("exec 3>pipe; echo here >&3; sleep 600 & wait", tmp_path, seconds=600)
    )
    held = await asyncio.to_thread(open, pipe, "rb", 0)
    assert await asyncio.to_thread(held.read, 5) == b"here\n"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    # The pipe ends when the last process that holds it has ended.
    assert await asyncio.to_thread(held.read, 1) == b""
    held.close()


async def test_output_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="more than 1 MiB"):
        await run("exec yes", tmp_path)


async def test_as_much_output_as_is_allowed(tmp_path: Path) -> None:
    made = await run(f"head -c {MAX_OUTPUT} /dev/zero | tr '\\0' x", tmp_path)
    assert len(made) == MAX_OUTPUT


async def test_output_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not UTF-8"):
        await run("printf '\\377'", tmp_path)


async def test_a_pup_command_is_a_pup_subcommand(tmp_path: Path) -> None:
    pup = FakeExecutor(Play(stdout=b'["a"]'))
    command = render_value_command("pup slos list --query='{{ A }} b'", {"A": "x y"})
    made = await run_value_command(command, 5, {PupRequest: pup}, ENVIRON, tmp_path, print)
    assert made.text() == '["a"]'
    assert pup.requests == [PupRequest(words=("slos", "list", "--query=x y b"))]
