"""Background processes that write on when their step has ended: they live while the program does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from pup_tui.steps import leftovers as module
from pup_tui.steps import process, survivors
from pup_tui.steps.executor import Context, Outcome, Stop
from pup_tui.steps.leftovers import Leftovers
from pup_tui.steps.process import ProcessCommand, run_process
from pup_tui.steps.pseudo_terminal import run_on_terminal
from tests.support.executors import RecordingSink

TICKS = "while echo tick; do echo >>ticks; sleep 0.02; done"
"""Counts what it could write, and ends at the first that it could not."""

WRITER = "trap '' HUP; (" + TICKS + ") & echo started"


@pytest.fixture(autouse=True)
def short_drain(monkeypatch: pytest.MonkeyPatch, context: Context) -> Iterator[None]:
    """End what a test left alive on purpose."""
    monkeypatch.setattr(process, "DRAIN", 0.2)
    yield
    for survivor in survivors.marked(context.run):
        with contextlib.suppress(ProcessLookupError):
            os.kill(survivor.pid, signal.SIGKILL)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 -- another process is waited for
            await asyncio.sleep(0.02)


def written(context: Context) -> int:
    path = context.cwd / "ticks"
    return path.stat().st_size if path.exists() else 0


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


async def play(script: str, context: Context, *, tty: bool = False) -> tuple[Outcome, str]:
    command = ProcessCommand(
        executable="/bin/sh",
        arguments=("sh", "-c", script),
        environ=context.environ,
        cwd=context.cwd,
    )
    sink = RecordingSink()
    stdin = os.open(os.devnull, os.O_RDONLY)
    run = run_on_terminal if tty else run_process
    try:
        async with asyncio.timeout(60):
            outcome = await run(command, sink, Stop(), context, stdin=stdin)
    finally:
        os.close(stdin)
    return outcome, sink.stderr.decode()


@pytest.mark.parametrize("tty", [False, True])
async def test_a_daemon_writes_on_when_its_step_has_ended(context: Context, tty: bool) -> None:
    before = descriptors()
    with Leftovers() as leftovers:
        outcome, told = await play(WRITER, replace(context, leftovers=leftovers), tty=tty)
        assert outcome.ok
        assert "is thrown away, and may end it once pup-tui has ended" in told
        count = written(context)
        await until(lambda: written(context) > count + 20)
    assert descriptors() == before
    await until(lambda: not survivors.marked(context.run))


async def test_what_it_writes_is_more_than_a_pipe_holds(context: Context) -> None:
    script = "(sleep 0.5; head -c 1000000 /dev/zero && echo >ticks) & true"
    with Leftovers() as leftovers:
        await play(script, replace(context, leftovers=leftovers))
        await until(lambda: written(context) > 0)


async def test_the_stream_is_closed_with_its_last_writer(context: Context) -> None:
    before = descriptors()
    with Leftovers() as leftovers:
        await play("sleep 600 & true", replace(context, leftovers=leftovers))
        assert descriptors() > before
        for survivor in survivors.marked(context.run):
            os.kill(survivor.pid, signal.SIGKILL)
        await until(lambda: descriptors() == before)


async def test_streams_beyond_the_limit_are_closed(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    with Leftovers() as leftovers:
        before = descriptors()
        for _ in range(3):
            await play("sleep 600 & true", replace(context, leftovers=leftovers))
        assert descriptors() == before + 3


async def test_nothing_is_taken_once_they_are_closed(context: Context) -> None:
    before = descriptors()
    with Leftovers() as leftovers:
        pass
    await play("sleep 600 & true", replace(context, leftovers=leftovers))
    assert descriptors() == before


async def test_one_that_writes_without_end_does_not_keep_the_program_busy(
    context: Context,
) -> None:
    reads = 0

    class Counting(Leftovers):
        def _read(self, descriptor: int) -> None:
            nonlocal reads
            reads += 1
            super()._read(descriptor)

    with Counting() as leftovers:
        await play(f"exec {sys.executable} -c '{FLOOD}'", replace(context, leftovers=leftovers))
        loop = asyncio.get_running_loop()
        before, began = reads, loop.time()
        await asyncio.sleep(10 * module._PAUSE)
        # However long that took: a read each time that the pause was over, and no more.
        assert reads - before <= (loop.time() - began) / module._PAUSE + 1


FLOOD = "import os\nif os.fork() == 0:\n while True: os.write(1, bytes(65536))"
