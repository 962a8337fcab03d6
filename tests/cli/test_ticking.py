"""Whoever a schedule names is told of what went wrong, once, also where the program itself was killed."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import Any

import pytest

from tests.support.http_server import FakeServer, Reply
from tests.support.program import Program
from tests.support.schedules import made_before

EACH_MINUTE = ("--cron", "* * * * *", "--tz", "UTC")
SLOW = "{name: slow, steps: [{name: wait, kind: shell, run: 'touch begun; exec sleep 300'}]}"
FAILS = "{name: slow, steps: [{name: wait, kind: shell, run: 'exit 3'}]}"


def scheduled(program: Program, server: FakeServer, text: str) -> None:
    program.write("slow", text)
    address = server.url.replace("http://", "json://")
    told = ("--notify", f"command:echo {address}")
    assert program("schedule", "add", "./slow.yaml", *EACH_MINUTE, *told).code == 0


async def begun_and_ended(program: Program, how: signal.Signals) -> str:
    """Fire a run and end its program in the midst of it; the run's id."""
    fired = program.start_anew("schedule", "fire", "slow", repr(float(time.time() // 60 * 60)))
    while not (program.cwd / "begun").exists():
        assert fired.poll() is None, fired.communicate()
        await asyncio.sleep(0.05)
    fired.send_signal(how)
    await asyncio.to_thread(fired.communicate)
    (run,) = (await call(program, "history", "--json")).json
    return str(run["run"])


async def call(program: Program, *args: str) -> Any:
    return await asyncio.to_thread(program, *args)


def told(server: FakeServer) -> list[tuple[str, str]]:
    """What was told, and as what."""
    return [(each.json["type"], each.json["message"]) for each in server.requests]


@pytest.mark.proves("P27")
async def test_a_run_that_was_killed_is_told_of_once_by_the_next_look(program: Program) -> None:
    async with FakeServer(Reply(body={})) as server:
        scheduled(program, server, SLOW)
        run = await begun_and_ended(program, signal.SIGKILL)
        assert told(server) == []
        first = await call(program, "schedule", "tick")
        again = await call(program, "schedule", "tick")
        ((about, message),) = told(server)
    assert about == "failure"
    assert message.startswith(f"run {run} of slow: interrupted: ")
    assert (message in first.err, message in again.err) == (True, False)
    (last,) = (await call(program, "schedule", "list", "--json")).json[0]["last"]
    assert (last["run"], last["status"], last["outcome"]) == (run, "interrupted", "told")


async def test_a_paused_schedule_tells_of_a_killed_run_too(program: Program) -> None:
    async with FakeServer(Reply(body={})) as server:
        scheduled(program, server, SLOW)
        await begun_and_ended(program, signal.SIGKILL)
        await call(program, "schedule", "pause", "slow")
        await call(program, "schedule", "tick")
        assert [about for about, _ in told(server)] == ["failure"]


async def test_one_that_somebody_stopped_is_no_failure(program: Program) -> None:
    async with FakeServer(Reply(body={})) as server:
        scheduled(program, server, SLOW)
        run = await begun_and_ended(program, signal.SIGTERM)
        await call(program, "schedule", "tick")
        ((about, message),) = told(server)
    assert (about, message.split(": ")[:2]) == ("warning", [f"run {run} of slow", "cancelled"])


async def test_one_that_failed_tells_so_itself_and_no_look_does_again(program: Program) -> None:
    async with FakeServer(Reply(body={})) as server:
        scheduled(program, server, FAILS)
        moment = repr(float(time.time() // 60 * 60))
        assert (await call(program, "schedule", "fire", "slow", moment)).code == 1
        await call(program, "schedule", "tick")
        ((about, message),) = told(server)
    assert about == "failure"
    assert "of slow: failed: " in message
    assert "exited with 3" in message


async def test_what_was_missed_is_a_warning_and_what_could_not_begin_a_failure(
    program: Program,
) -> None:
    async with FakeServer(Reply(body={})) as server:
        scheduled(program, server, FAILS)
        (program.cwd / "slow.yaml").unlink()
        assert (await call(program, "schedule", "fire", "slow", "60.0")).code == 2
        made_before(program, 600.0)
        await call(program, "schedule", "tick")
        abouts = {message.partition(":")[0]: about for about, message in told(server)}
    assert abouts["missed"] == "warning"
    assert abouts["could not begin"] == "failure"
