"""Shell steps with `tty: true`: a terminal of their own, at which nobody sits."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from pup_tui.core.requests import ShellRequest
from pup_tui.steps import process, survivors
from pup_tui.steps.shell import ShellExecutor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pup_tui.steps.executor import Context, Outcome, Stop
    from tests.support.executors import RecordingSink

SHELLS = [shell for shell in ("sh", "bash", "dash", "zsh", "ksh") if shutil.which(shell)]


@pytest.fixture(autouse=True)
def no_survivors(context: Context) -> Iterator[None]:
    """End what a test left alive on purpose."""
    yield
    for survivor in survivors.marked(context.run):
        with contextlib.suppress(ProcessLookupError):
            os.kill(survivor.pid, signal.SIGKILL)


@pytest.fixture
def run(sink: RecordingSink, stop: Stop, context: Context) -> Run:
    return Run(sink, stop, context)


class Run:
    def __init__(self, sink: RecordingSink, stop: Stop, context: Context) -> None:
        self._sink, self._stop, self._context = sink, stop, context

    async def __call__(
        self,
        script: str,
        *,
        shell: str = "sh",
        stdin: str | None = None,
        env: dict[str, str] | None = None,
        context: Context | None = None,
    ) -> Outcome:
        request = ShellRequest(script=script, shell=shell, tty=True, stdin=stdin, env=env or {})
        async with asyncio.timeout(60):
            return await ShellExecutor().run(
                request, self._sink, self._stop, context or self._context
            )


def python(code: str) -> str:
    return f"{shlex.quote(sys.executable)} -c '\nimport os, select, signal, sys\n{code}'"


@pytest.mark.parametrize("shell", SHELLS)
class TestEveryShell:
    async def test_all_three_streams_are_the_terminal(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        outcome = await run(
            python("print(*(os.isatty(n) for n in (0, 1, 2)), os.ttyname(0) == os.ttyname(2))"),
            shell=shell,
        )
        assert (outcome.ok, outcome.exit_code) == (True, 0)
        assert sink.written == [("stdout", b"True True True True\n")]

    async def test_it_is_the_controlling_terminal(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        await run("echo to the terminal > /dev/tty", shell=shell)
        assert sink.written == [("stdout", b"to the terminal\n")]

    async def test_standard_input_is_empty_for_every_reader(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        await run("cat; read line || echo none; cat; cat < /dev/tty; echo over", shell=shell)
        assert sink.stdout == b"none\nover\n"

    async def test_script_is_in_no_argument_list(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        await run("tr '\\0' ' ' < /proc/$$/cmdline; : # hidden-remark", shell=shell)
        assert sink.stdout.decode() == f"{shutil.which(shell)} /dev/stdin "

    async def test_child_inherits_the_three_streams_and_no_more(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        await run(python('print(sorted(os.listdir("/proc/self/fd")))'), shell=shell)
        assert sink.stdout == b"['0', '1', '2', '3']\n"

    async def test_locks_are_inherited(
        self, shell: str, run: Run, sink: RecordingSink, context: Context
    ) -> None:
        lock = os.open(context.cwd / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            kept = replace(context, inherit=(lock,))
            await run(f"env readlink /proc/self/fd/{lock}", shell=shell, context=kept)
        finally:
            os.close(lock)
        assert sink.stdout.decode() == f"{context.cwd}/lock\n"

    async def test_given_standard_input_is_not_the_terminals(
        self, shell: str, run: Run, sink: RecordingSink
    ) -> None:
        await run("cat; test -t 0 || test -t 1 && echo on one", shell=shell, stdin="given\n")
        assert sink.stdout == b"given\non one\n"


async def test_lines_end_as_the_program_ends_them(run: Run, sink: RecordingSink) -> None:
    await run("printf 'a\\nb\\r\\n'; echo c >&2")
    assert sink.written[0][0] == "stdout"
    assert sink.stdout == b"a\nb\r\nc\n"


async def test_size_and_kind_are_told(run: Run, sink: RecordingSink, context: Context) -> None:
    dumb = replace(context, environ={**context.environ, "TERM": "dumb"})
    await run("stty size; echo $TERM", context=dumb)
    assert sink.stdout == b"40 120\nxterm-256color\n"


async def test_the_step_says_another_kind(run: Run, sink: RecordingSink) -> None:
    await run("echo $TERM", env={"TERM": "vt100"})
    assert sink.stdout == b"vt100\n"


@pytest.mark.parametrize(
    "code",
    [
        "import readline\ntry: input()\nexcept EOFError: print(1)",
        "select.select([0], [], []); print(1 if os.read(0, 9) == b'' else 2)".replace("'", '"'),
        "import getpass\ntry: getpass.getpass(prompt='')\nexcept EOFError: print(1)".replace(
            "'", '"'
        ),
    ],
    ids=["readline", "select", "password"],
)
async def test_end_of_file_reaches_those_who_read_in_their_own_way(
    code: str, run: Run, sink: RecordingSink
) -> None:
    assert (await run(python(code))).ok
    assert sink.stdout.strip().endswith(b"1")


async def test_nothing_is_left_over_for_a_later_reader(run: Run, sink: RecordingSink) -> None:
    """However long nobody reads, there is one end of file to be read, and no other byte."""
    await run("sleep 0.5; stty raw -echo min 0 time 0; cat | od -An -tx1; stty sane")
    assert set(sink.stdout.split()) <= {b"00", b"04"}
    assert len(sink.stdout.split()) <= 2


async def test_a_flood_comes_whole(run: Run, sink: RecordingSink) -> None:
    await run(python('[os.write(1, b"x" * 999 + b"\\n") for _ in range(3000)]'))
    assert len(sink.stdout) == 3_000_000


@pytest.mark.parametrize("script", ["exit 3", "exec kill -TERM $$"])
async def test_exit_is_told_as_ever(script: str, run: Run) -> None:
    outcome = await run(script)
    assert not outcome.ok
    assert outcome.exit_code in (3, 143)


async def test_directory_missing(run: Run, context: Context) -> None:
    outcome = await run("echo x", context=replace(context, cwd=context.cwd / "gone"))
    assert f"cannot enter the directory {context.cwd}/gone" in outcome.reason


async def test_exit_ends_it_though_a_grandchild_holds_the_terminal(
    run: Run, sink: RecordingSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "DRAIN", 0.2)
    outcome = await run("trap '' HUP; sleep 600 & echo $!; exit 3")
    assert outcome.exit_code == 3
    grandchild = sink.stdout.decode().strip()
    assert f"sleep (pid {grandchild}) holds it open" in sink.stderr.decode()


@pytest.mark.parametrize(
    "daemon",
    [
        "sleep 600 & echo $!",
        "sleep 600 >/dev/null 2>&1 & echo $!",
        "( while :; do echo x; sleep 0.1; done ) & echo $!",
    ],
)
async def test_what_dies_with_its_terminal_is_named_with_the_cure(
    run: Run, sink: RecordingSink, daemon: str
) -> None:
    outcome = await run(daemon)
    assert outcome.ok
    (killed,) = {word for word in sink.stdout.decode().split() if word.isdigit()}
    assert f"(pid {killed})" in sink.stderr.decode()
    assert "SIGHUP killed " in sink.stderr.decode()
    assert (
        "behind `trap '' HUP`, and with its output elsewhere: `>log 2>&1 &`" in sink.stderr.decode()
    )


@pytest.mark.parametrize(
    "script",
    [
        "sleep 0.1 & wait",
        "sleep 600 & kill $!; wait",
        "trap '' HUP; sleep 600 >/dev/null 2>&1 & true",
    ],
)
async def test_of_what_does_not_die_with_its_terminal_nothing_such_is_told(
    run: Run, sink: RecordingSink, script: str
) -> None:
    assert (await run(script)).ok or "kill" in script
    assert "SIGHUP" not in sink.stderr.decode()


async def test_stop_ends_the_whole_group(
    run: Run, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    running = asyncio.create_task(run("sleep 600 & echo ready; wait"))
    await sink.seen(b"ready")
    stop.set()
    outcome = await running
    assert outcome.reason.startswith("cancelled")
    assert survivors.marked(context.run) == []


async def test_kill_follows_where_term_is_ignored(
    run: Run, sink: RecordingSink, stop: Stop
) -> None:
    running = asyncio.create_task(run("trap '' TERM HUP; echo ready; while :; do sleep 1; done"))
    await sink.seen(b"ready")
    stop.set()
    outcome = await running
    assert (outcome.exit_code, outcome.signal) == (137, "SIGKILL")
    assert outcome.reason.startswith("cancelled; killed by SIGKILL")


async def test_leaves_no_descriptor_open(run: Run) -> None:
    await run("exit 0")
    before = len(os.listdir("/proc/self/fd"))
    for number in range(20):
        await run("exit 0", shell="sh" if number % 5 else "no-such-shell")
    assert len(os.listdir("/proc/self/fd")) == before


async def test_two_at_a_time_have_a_terminal_each(run: Run, sink: RecordingSink) -> None:
    await asyncio.gather(run("tty"), run("tty"))
    first, second = sink.stdout.split()
    assert first != second
