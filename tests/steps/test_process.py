"""Processes as they behave and misbehave; what they run is `sh` and this Python."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import resource
import signal
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from pup_tui.steps import child, process, survivors
from pup_tui.steps.child import CHUNK, TURNS, Reader
from pup_tui.steps.process import ProcessCommand, run_process
from tests.support.executors import RecordingSink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pup_tui.output.passage import Stream
    from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop


@pytest.fixture(autouse=True)
def no_survivors(context: Context) -> Iterator[None]:
    """End what a test left alive on purpose."""
    yield
    for survivor in survivors.marked(context.run):
        with contextlib.suppress(ProcessLookupError):
            os.kill(survivor.pid, signal.SIGKILL)


@pytest.fixture
def short_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "DRAIN", 0.2)


async def play(words: list[str], sink: OutputSink, stop: Stop, context: Context) -> Outcome:
    command = ProcessCommand(
        executable=words[0], arguments=tuple(words), environ=context.environ, cwd=context.cwd
    )
    async with asyncio.timeout(60):
        return await run_process(command, sink, stop, context)


def sh(script: str) -> list[str]:
    return ["/bin/sh", "-c", script]


def python(code: str) -> list[str]:
    return [sys.executable, "-c", f"import os, signal, sys, time\n{code}"]


class TestOutput:
    async def test_streams_before_the_exit(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        gate = context.cwd / "gate"
        os.mkfifo(gate)
        running = asyncio.create_task(
            play(sh(f"echo first; read x < {gate}; echo second"), sink, stop, context)
        )
        await sink.seen(b"first\n")
        assert not running.done()
        await asyncio.to_thread(gate.write_text, "go\n")
        assert (await running).ok
        assert sink.stdout == b"first\nsecond\n"

    async def test_order_within_each_stream(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        code = "for i in range(1000): os.write(1, b'out %d\\n' % i); os.write(2, b'err %d\\n' % i)"
        await play(python(code), sink, stop, context)
        assert sink.stdout == b"".join(b"out %d\n" % i for i in range(1000))
        assert sink.stderr == b"".join(b"err %d\n" % i for i in range(1000))

    async def test_a_flood_comes_whole_and_in_bounded_chunks(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        code = "[os.write(1, b'x' * 100_000) for _ in range(100)]"
        await play(python(code), sink, stop, context)
        assert len(sink.stdout) == 10_000_000
        assert max(len(data) for _, data in sink.written) <= child.CHUNK

    async def test_closed_output_does_not_end_the_process(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        outcome = await play(
            python("os.write(1, b'bye\\n'); os.close(1); time.sleep(0.2); os._exit(7)"),
            *(sink, stop, context),
        )
        assert (outcome.ok, outcome.exit_code, outcome.reason) == (False, 7, "exited with 7")
        assert sink.stdout == b"bye\n"

    async def test_output_that_cannot_be_kept_is_told_and_does_not_stop_the_process(
        self, stop: Stop, context: Context
    ) -> None:
        class FullDisk:
            def write(self, stream: Stream, data: bytes) -> None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        outcome = await play(sh("echo x; echo done > file"), FullDisk(), stop, context)
        assert (context.cwd / "file").read_text() == "done\n"
        assert (outcome.ok, outcome.exit_code) == (False, 0)
        assert outcome.reason == (
            "exited with 0, but its output could not be kept: No space left on device"
        )


class TestEnd:
    async def test_exit_by_signal_is_named(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        outcome = await play(sh("kill -KILL $$"), sink, stop, context)
        assert (outcome.ok, outcome.exit_code, outcome.signal) == (False, 137, "SIGKILL")
        assert outcome.reason == "killed by SIGKILL"

    @pytest.mark.proves("F18", "P15")
    async def test_exit_ends_it_though_a_grandchild_holds_the_pipes(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        outcome = await play(sh("sleep 600 & echo $!; exit 3"), sink, stop, context)
        assert (outcome.ok, outcome.exit_code) == (False, 3)
        grandchild = sink.stdout.decode().strip()
        assert f"sleep (pid {grandchild}) holds it open" in sink.stderr.decode()
        os.kill(int(grandchild), 0)

    @pytest.mark.usefixtures("short_drain")
    async def test_holder_with_another_session_and_a_cleared_environment_is_named(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        outcome = await play(sh("env -i setsid sleep 600 & echo $!"), sink, stop, context)
        assert outcome.ok
        held = re.search(r"sleep \(pid (\d+)\) holds it open", sink.stderr.decode())
        assert held is not None
        os.kill(int(held[1]), signal.SIGKILL)

    @pytest.mark.usefixtures("short_drain")
    async def test_what_was_written_before_the_exit_is_read_though_held(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        code = "import subprocess; subprocess.Popen(['sleep', '600']); os.write(1, b'x' * 60_000)"
        await play(python(code), sink, stop, context)
        assert len(sink.stdout) == 60_000

    async def test_background_process_that_let_go_of_the_pipes_is_left_alone(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        script = "sleep 600 > /dev/null 2>&1 & echo $!"
        outcome = await play(sh(script), sink, stop, context)
        assert outcome.ok
        os.kill(int(sink.stdout), 0)


class TestStop:
    async def stopped(
        self, words: list[str], sink: RecordingSink, stop: Stop, context: Context
    ) -> Outcome:
        """The outcome of a process that is stopped once it said "ready"."""
        running = asyncio.create_task(play(words, sink, stop, context))
        await sink.seen(b"ready")
        stop.set()
        return await running

    async def test_before_the_start_nothing_starts(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        stop.set()
        outcome = await play(sh("touch ran"), sink, stop, context)
        assert (outcome.ok, outcome.reason) == (False, "cancelled")
        assert not (context.cwd / "ran").exists()

    async def test_term_is_enough_for_most(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        patient = replace(context, grace=50)
        outcome = await self.stopped(sh("echo ready; exec sleep 600"), sink, stop, patient)
        assert (outcome.ok, outcome.exit_code, outcome.signal) == (False, 143, "SIGTERM")
        assert outcome.reason == "cancelled"

    async def test_clean_end_on_term_is_cancelled_all_the_same(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        code = (
            "signal.signal(signal.SIGTERM, lambda *a: (os.write(1, b'clean\\n'), os._exit(0)))\n"
            "os.write(1, b'ready\\n'); time.sleep(600)"
        )
        outcome = await self.stopped(python(code), sink, stop, replace(context, grace=50))
        assert (outcome.ok, outcome.exit_code, outcome.reason) == (False, 0, "cancelled")
        assert sink.stdout == b"ready\nclean\n"

    async def test_grace_is_the_whole_groups(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        """The leader dies at once; the child that cleans up is waited for."""
        code = (
            "if os.fork(): time.sleep(600)\n"
            "def end(*a): time.sleep(0.3); open('cleaned', 'w').close(); os._exit(0)\n"
            "signal.signal(signal.SIGTERM, end); os.write(1, b'ready\\n'); time.sleep(600)"
        )
        outcome = await self.stopped(python(code), sink, stop, replace(context, grace=50))
        assert outcome.reason == "cancelled"
        assert (context.cwd / "cleaned").exists()

    @pytest.mark.proves("F17", "P15")
    async def test_kill_follows_where_term_is_ignored(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        code = (
            "signal.signal(signal.SIGTERM, signal.SIG_IGN); os.write(1, b'ready\\n')\n"
            "while True: time.sleep(600)"
        )
        outcome = await self.stopped(python(code), sink, stop, context)
        assert (outcome.ok, outcome.exit_code, outcome.signal) == (False, 137, "SIGKILL")
        assert outcome.reason.startswith("cancelled; killed by SIGKILL")

    @pytest.mark.proves("F20", "P15")
    async def test_stopped_process_is_ended(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        script = "echo ready; kill -STOP $$"
        outcome = await self.stopped(sh(script), sink, stop, replace(context, grace=50))
        assert (outcome.exit_code, outcome.reason) == (143, "cancelled")

    @pytest.mark.proves("P15")
    async def test_group_goes_with_its_leader(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        script = "sleep 600 & sleep 600 & echo ready; wait"
        await self.stopped(sh(script), sink, stop, context)
        assert survivors.marked(context.run) == []

    @pytest.mark.proves("F19", "P15")
    async def test_daemon_in_another_session_is_named_and_left(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        moved = 'until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.02; done'
        script = f"setsid sleep 600 > /dev/null 2>&1 & {moved}; echo ready; wait"
        outcome = await self.stopped(sh(script), sink, stop, context)
        (daemon,) = survivors.marked(context.run, context.step)
        assert daemon.name == "sleep"
        assert outcome.reason == f"cancelled; still running: sleep (pid {daemon.pid})"

    async def test_cancelled_task_leaves_nothing(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        before = len(os.listdir("/proc/self/fd"))
        running = asyncio.create_task(play(sh("echo ready; sleep 600 & wait"), sink, stop, context))
        await sink.seen(b"ready")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert survivors.marked(context.run) == []
        assert len(os.listdir("/proc/self/fd")) == before

    async def test_task_that_is_cancelled_twice_leaves_nothing(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        code = (
            "signal.signal(signal.SIGTERM, lambda *a: os.write(1, b'busy\\n'))\n"
            "os.write(1, b'ready\\n')\nwhile True: time.sleep(600)"
        )
        running = asyncio.create_task(play(python(code), sink, stop, replace(context, grace=50)))
        await sink.seen(b"ready")
        running.cancel()
        await sink.seen(b"busy")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert survivors.marked(context.run) == []


class TestLimits:
    @pytest.mark.proves("F21b")
    async def test_no_descriptor_left_is_an_outcome(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        lowest_free = os.dup(0)
        os.close(lowest_free)
        limit = lowest_free + 3
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        try:
            outcome = await play(sh("true"), sink, stop, context)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert not outcome.ok
        assert "limit of open files" in outcome.reason

    async def test_exit_is_noticed_without_a_descriptor_to_watch_it(
        self,
        sink: RecordingSink,
        stop: Stop,
        context: Context,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.delattr(os, "pidfd_open")
        outcome = await play(sh("exit 4"), sink, stop, context)
        assert outcome.exit_code == 4

    @pytest.mark.proves("F21c")
    @pytest.mark.skipif(os.geteuid() != 0, reason="root alone may become another user")
    def test_no_process_left_is_an_outcome(self) -> None:
        program = """
import asyncio, os, pathlib, resource
from pup_tui.steps.executor import Context, Stop
from tests.support.executors import RecordingSink
from pup_tui.steps.process import ProcessCommand, run_process
async def main():
    context = Context(environ={}, cwd=pathlib.Path("/"), run="r", step="s")
    command = ProcessCommand(executable="/bin/true", arguments=("true",), environ={}, cwd=context.cwd)
    resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
    os.setuid(54321)
    print((await run_process(command, RecordingSink(), Stop(), context)).reason)
asyncio.run(main())
"""
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=False,
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert done.stdout == (
            "cannot start /bin/true: the limit of processes is reached (ulimit -u); "
            "end some and try again\n"
        ), done.stderr


class TestLateStop:
    """A stop that comes when the process has exited: its exit is a fact."""

    async def test_what_has_exited_has_ended_by_itself(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        running = asyncio.create_task(
            play(sh("echo on; read -r x <go; exit 3"), sink, stop, context)
        )
        os.mkfifo(context.cwd / "go")
        await sink.seen(b"on")
        (leader,) = [s for s in survivors.marked(context.run) if s.pid != os.getpid()]
        with open(context.cwd / "go", "w"):  # noqa: ASYNC230 -- nothing else shall get a turn
            pass
        os.waitid(os.P_PID, leader.pid, os.WEXITED | os.WNOWAIT)  # noqa: ASYNC222
        stop.set()
        outcome = await running
        assert (outcome.ok, outcome.exit_code, outcome.reason) == (False, 3, "exited with 3")
        assert not outcome.stopped

    async def test_what_a_stop_has_ended_says_so(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        running = asyncio.create_task(
            play(
                sh("trap 'exit 0' TERM; echo on; while :; do sleep 0.1; done"), sink, stop, context
            )
        )
        await sink.seen(b"on")
        stop.set()
        outcome = await running
        assert (outcome.ok, outcome.stopped, outcome.exit_code) == (False, True, 0)
        assert outcome.reason == "cancelled"


@pytest.mark.proves("F21c")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["/no/such/thing"], "cannot start /no/such/thing: it is not there"),
        (["/bin/echo", "x" * 200_000], "cannot start /bin/echo: argument 1 takes 200,000 bytes"),
        (["/bin/echo", *["x" * 100_000] * 100], "arguments and the environment together"),
        (["/dev/null"], "it may not be executed here; check its permissions"),
    ],
)
async def test_what_cannot_start_says_why(
    words: list[str], told: str, sink: RecordingSink, stop: Stop, context: Context
) -> None:
    outcome = await play(words, sink, stop, context)
    assert not outcome.ok
    assert told in outcome.reason


@pytest.mark.proves("F21c")
async def test_a_directory_that_is_not_there_is_named(
    sink: RecordingSink, stop: Stop, context: Context
) -> None:
    where = replace(context, cwd=context.cwd / "gone")
    outcome = await play(sh("true"), sink, stop, where)
    assert "cannot enter the directory" in outcome.reason
    assert "gone" in outcome.reason


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who was left behind")
class TestLeftBehind:
    """What goes on when a step has ended, whatever it did to get away."""

    WAIT = 'until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.02; done; echo $! >pid'

    @pytest.mark.parametrize("how", ["", "setsid", "env -i setsid", "nohup"])
    async def test_it_is_named_after_an_exit(
        self, how: str, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        script = f"{how} sleep 600 </dev/null >/dev/null 2>&1 & {self.WAIT}"
        outcome = await play(sh(script), sink, stop, context)
        pid = int((context.cwd / "pid").read_text())
        try:
            assert outcome.ok
            told = f"[pup-tui] still running, and not waited for: sleep (pid {pid})\n"
            assert sink.stderr.decode() == told
        finally:
            os.kill(pid, signal.SIGKILL)

    async def test_what_it_started_itself_is_named_with_it_and_once(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        daemon = "sleep 600 & echo $! >below; exec sleep 600"
        script = f"env -i setsid sh -c '{daemon}' </dev/null >/dev/null 2>&1 & {self.WAIT}"
        await play(sh(script), sink, stop, context)
        pid, below = (int((context.cwd / name).read_text()) for name in ("pid", "below"))
        try:
            assert f"sleep (pid {pid})" in sink.stderr.decode()
            assert f"(pid {below})" in sink.stderr.decode()
            os.kill(pid, signal.SIGKILL)
            later = RecordingSink()
            await play(sh("true"), later, stop, context)
            assert later.stderr == b""
        finally:
            for each in (pid, below):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)

    @pytest.mark.proves("F19", "P15")
    async def test_it_is_named_after_a_stop_without_marks(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        script = f"env -i setsid sleep 600 </dev/null >/dev/null 2>&1 & {self.WAIT}; echo on; wait"
        running = asyncio.create_task(play(sh(script), sink, stop, context))
        await sink.seen(b"on")
        stop.set()
        outcome = await running
        pid = int((context.cwd / "pid").read_text())
        try:
            assert outcome.reason == f"cancelled; still running: sleep (pid {pid})"
        finally:
            os.kill(pid, signal.SIGKILL)

    async def test_it_is_named_once_and_reaped_when_it_ends(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        script = f"setsid sleep 600 </dev/null >/dev/null 2>&1 & {self.WAIT}"
        await play(sh(script), sink, stop, context)
        pid = int((context.cwd / "pid").read_text())
        later = RecordingSink()
        await play(sh("true"), later, stop, context)
        assert later.stderr == b""
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # noqa: ASYNC222 -- it was killed
        await play(sh("true"), later, stop, context)
        assert later.stderr == b""
        with pytest.raises(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG)  # noqa: ASYNC222

    async def test_what_ends_with_the_step_is_not_named(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        await play(sh("true & true | true"), sink, stop, context)
        assert sink.stderr == b""


async def test_others_get_turns_between_the_chunks_of_a_flood() -> None:
    reading, writing = os.pipe()
    turns: list[int] = []
    turn = 0

    class Sink:
        def write(self, stream: Stream, data: bytes) -> None:
            turns.append(turn)

    reader = Reader(reading, "pipe:[1]", "stdout", Sink())

    def flood() -> None:
        with os.fdopen(writing, "wb") as end:
            end.write(bytes(20 * CHUNK))

    flooding = asyncio.create_task(asyncio.to_thread(flood))
    while not reader.ended.is_set():
        await asyncio.sleep(0)
        turn += 1
    await flooding
    assert all(later - sooner >= TURNS for sooner, later in pairwise(turns))
    assert len(turns) >= 20
