"""What a past run has left running is found and ended, unless the run is under way again."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pup_tui.core.state import RunStatus
from pup_tui.drivers.left_behind import can_be_seen, left_behind
from pup_tui.journal.errors import RunGoesOn
from pup_tui.journal.lock import RunLock
from pup_tui.journal.records import RunRow
from pup_tui.steps.executor import RUN_MARK, STEP_MARK

RUN = "left-behind"
ROW = RunRow(
    run=RUN,
    runbook="deploy",
    name="deploy",
    started_at=0.0,
    operator="ada",
    host=socket.gethostname(),
    pid=os.getpid(),
    path="deploy.yaml",
    sha256="",
    status=RunStatus.INTERRUPTED,
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder of state in which the run's lock is left, which nobody holds."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    RunLock.acquire(folder, RUN).release()
    return folder


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """What the step `deploy` has left running."""
    marks = {RUN_MARK: RUN, STEP_MARK: "deploy", "PATH": "/usr/bin:/bin"}
    script = "echo up; exec sleep 600"
    with subprocess.Popen(["sh", "-c", script], env=marks, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield process
        process.kill()


async def test_it_is_named_and_ended(state: Path, child: subprocess.Popen[bytes]) -> None:
    assert can_be_seen(ROW)
    (left,) = await left_behind(state, ROW, ["look", "deploy"])
    assert left.step == "deploy"
    assert f"(pid {child.pid})" in left.processes
    assert await left.lives()
    assert await left.end() == ""
    assert not await left.lives()
    assert await left_behind(state, ROW, ["look", "deploy"]) == []


async def test_that_of_a_run_under_way_is_left_alone(
    state: Path, child: subprocess.Popen[bytes]
) -> None:
    lock = RunLock.acquire(state, RUN)
    try:
        with pytest.raises(RunGoesOn):
            await left_behind(state, ROW, ["deploy"])
    finally:
        lock.release()
    assert child.poll() is None
