from __future__ import annotations

import asyncio
import os
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pup_tui.core.requests import ShellRequest
from pup_tui.steps.executor import Outcome
from pup_tui.steps.remote.left import LeftThere
from pup_tui.steps.survivors import status
from tests.steps.remote.conftest import Elsewhere
from tests.support.needed import needs_sudo


async def lives(pid: int) -> bool:
    """Whether a process still lives when it had a moment to end."""
    for _ in range(50):
        if status(pid) is None:
            return False
        await asyncio.sleep(0.05)
    return True


async def stopped_after(on: Elsewhere, script: str, **told: Any) -> tuple[Outcome, list[int]]:
    """How a script ended that was stopped once it had printed `ready`, and the numbers that it printed."""
    running = asyncio.create_task(on("web1", script, **told))
    await on.sink.seen(b"ready\n")
    on.stop.set()
    outcome = await running
    return outcome, [int(word) for word in on.sink.stdout.split() if word.isdigit()]


async def test_a_stop_ends_what_runs_there(on: Elsewhere) -> None:
    outcome, pids = await stopped_after(on, "sleep 600 & echo $! $$; echo ready; wait")
    assert (outcome.stopped, outcome.ok, outcome.is_unknown) == (True, False, False)
    assert outcome.reason == "cancelled"
    assert [await lives(pid) for pid in pids] == [False, False]


async def test_it_can_clean_up(on: Elsewhere) -> None:
    script = "trap 'echo cleaned; exit 7' TERM; sleep 600 & echo ready; wait"
    outcome, _ = await stopped_after(on, script)
    assert (outcome.stopped, outcome.exit_code) == (True, 7)
    assert on.sink.stdout == b"ready\ncleaned\n"


async def test_what_ignores_that_is_killed(on: Elsewhere) -> None:
    script = "trap '' TERM; echo $$; echo ready; while :; do sleep 600; done"
    outcome, pids = await stopped_after(on, script)
    assert outcome.reason == ("cancelled; killed by SIGKILL on web1 because SIGTERM did not end it")
    assert [await lives(pid) for pid in pids] == [False]


async def test_as_root(on: Elsewhere) -> None:
    needs_sudo()
    outcome, pids = await stopped_after(on, "echo $$; echo ready; sleep 600", become=True)
    assert outcome.reason == "cancelled"
    assert [await lives(pid) for pid in pids] == [False]


async def test_a_stop_before_it_begins(on: Elsewhere) -> None:
    on.stop.set()
    outcome = await on("web1", "echo never")
    assert (outcome.stopped, outcome.is_unknown, on.sink.stdout) == (True, False, b"")


async def test_a_stop_while_it_connects(on: Elsewhere) -> None:
    running = asyncio.create_task(on("silent", "echo never"))
    await asyncio.sleep(0.3)
    on.stop.set()
    outcome = await running
    assert (outcome.stopped, outcome.is_unknown) == (True, False)
    assert not on.followed


async def test_a_task_that_is_cancelled_leaves_nothing(on: Elsewhere) -> None:
    running = asyncio.create_task(on("web1", "echo $$; echo ready; sleep 600"))
    await on.sink.seen(b"ready\n")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not await lives(int(on.sink.stdout.split()[0]))


async def test_what_cannot_be_ended_is_told(on: Elsewhere) -> None:
    running = asyncio.create_task(on("web1", "echo $$; echo ready; sleep 600"))
    await on.sink.seen(b"ready\n")
    pid = int(on.sink.stdout.split()[0])
    ssh = on.context.environ["PATH"].partition(os.pathsep)[0] + "/ssh"
    os.rename(ssh, f"{ssh}-away")
    try:
        on.stop.set()
        outcome = await running
    finally:
        os.rename(f"{ssh}-away", ssh)
        os.kill(pid, 9)
    assert (outcome.stopped, outcome.is_unknown) == (True, True)
    assert "could not be ended and may still run" in outcome.reason


class TestFollowing:
    """What an attempt of a program that was killed has begun, as another one finds it."""

    async def begun(self, on: Elsewhere, script: str) -> str:
        """The word for what a script is; it runs on without anybody."""
        running = asyncio.create_task(on("web1", f"echo begun; exec >/dev/null 2>&1; {script}"))
        await on.sink.seen(b"begun\n")
        self._running = running
        return on.followed[0]

    async def test_it_is_waited_for(self, on: Elsewhere) -> None:
        word = await self.begun(on, "sleep 1")
        outcome = await on.carried_out(ShellRequest(script="echo never"), follow=word)
        assert outcome.is_unknown
        assert "is not there any more, and how the script ended is not known" in outcome.reason
        assert b"still runs, and its end is waited for" in on.sink.stderr
        await self._running

    async def test_it_is_not_there(self, on: Elsewhere) -> None:
        await on("web1", ":")
        outcome = await on.carried_out(ShellRequest(script=":"), follow=on.followed[0])
        assert outcome.is_unknown
        assert b"still runs" not in on.sink.stderr

    async def test_another_process_with_its_number_is_let_be(self, on: Elsewhere) -> None:
        await on("web1", ":")
        left = msgspec.json.decode(on.followed[0], type=LeftThere)
        other = await asyncio.create_subprocess_exec("sleep", "60", start_new_session=True)
        begun = replace(left.begun, pid=other.pid, group=other.pid)
        word = msgspec.json.encode(replace(left, begun=begun)).decode()
        outcome = await on.carried_out(ShellRequest(script=":"), follow=word)
        assert outcome.is_unknown
        assert other.returncode is None
        other.kill()
        await other.wait()

    async def test_a_stop_ends_it(self, on: Elsewhere) -> None:
        word = await self.begun(on, "sleep 600")
        pid = msgspec.json.decode(word, type=LeftThere).begun.pid
        running = asyncio.create_task(
            on.carried_out(ShellRequest(script="echo never"), follow=word)
        )
        await on.sink.seen(b"is waited for", "stderr")
        on.stop.set()
        outcome = await running
        assert outcome.stopped
        assert not await lives(pid)
        await self._running

    async def test_a_host_that_cannot_be_reached(self, on: Elsewhere) -> None:
        await on("web1", ":")
        left = msgspec.json.decode(on.followed[0], type=LeftThere)
        gone = replace(left, remote=replace(left.remote, host="unreachable"))
        word = msgspec.json.encode(gone).decode()
        outcome = await on.carried_out(ShellRequest(script=":"), follow=word)
        assert outcome.is_unknown
        assert "it cannot be seen whether" in outcome.reason
        assert "Connection refused" in outcome.reason
