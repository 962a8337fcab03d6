"""The runbook for a host with a high load, by a real `ssh`: the load is played, the processes are real."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pup_tui.core.state import RunStatus
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles
from tests.support.small_host import loaded_host
from tests.support.sshd import Fleet, fleet

__all__ = ["fleet"]

pytestmark = pytest.mark.library

HIGH = "900.10 800.00 700.00 24/900 4711\n"
LOW = "0.10 400.00 600.00 2/900 4711\n"


@pytest.fixture
def load(fleet: Fleet, tmp_path: Path) -> Iterator[Path]:
    """What /proc/loadavg of the host `loaded` says."""
    path = tmp_path / "loadavg"
    path.write_text(HIGH)
    with loaded_host(fleet, tmp_path.name.replace("_", "-"), path):
        yield path


@pytest.fixture
def report() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is said to take too much."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


async def run(
    fleet: Fleet,
    load: Path,
    answers: Answers,
    after: After | None = None,
    wait: str = "2m",
) -> Ran:
    return await run_of(
        "hosts/high-load",
        load.parent / "run",
        {"HOST": load.parent.name.replace("_", "-"), "PER_CPU": 1.5, "WAIT": wait},
        environ={},
        around=fleet.around,
        answers=answers,
        after=after,
    )


def niceness(process: subprocess.Popen[bytes]) -> int:
    return os.getpriority(os.PRIO_PROCESS, process.pid)


async def test_a_process_stands_back_and_the_load_falls(
    fleet: Fleet, load: Path, report: subprocess.Popen[bytes]
) -> None:
    answers: Answers = {"what": {"DO": "nice", "PID": str(report.pid)}}
    state, seen = await run(fleet, load, answers, {"nice": lambda: _fallen(load)})
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert niceness(report) == 19
    what, nice, _ = (each.message for each in seen.questions)
    assert "is 900.1 (700.0 over 15 minutes)" in what
    assert "sleep 600" in nice


async def test_a_process_is_ended(
    fleet: Fleet, load: Path, report: subprocess.Popen[bytes]
) -> None:
    answers: Answers = {"what": {"DO": "end", "PID": str(report.pid)}}
    state, seen = await run(fleet, load, answers, {"end": lambda: _fallen(load)})
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert report.wait() == -signal.SIGTERM


async def test_the_load_does_not_fall_and_it_is_as_nice_as_it_was(
    fleet: Fleet, load: Path, report: subprocess.Popen[bytes]
) -> None:
    before = niceness(report)
    seen_nice: list[int] = []
    answers: Answers = {"what": {"DO": "nice", "PID": str(report.pid)}}
    after = {"nice": lambda: seen_nice.append(niceness(report))}
    state, _ = await run(fleet, load, answers, after, wait="1s")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["falls"] == "failed"
    assert seen_nice == [19]
    assert niceness(report) == before


async def test_nothing_is_done_where_it_is_low(fleet: Fleet, load: Path) -> None:
    _fallen(load)
    state, seen = await run(fleet, load, {})
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert seen.questions == []


def _fallen(load: Path) -> None:
    load.write_text(LOW)
