"""Processes that a run has left running are ended, whatever they make of being told to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pup_tui.steps.executor import RUN_MARK, STEP_MARK
from pup_tui.steps.left_running import Traces, end, left_running
from pup_tui.steps.survivors import PROC, status


@contextmanager
def child(step: str, script: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        ["sh", "-c", script],
        env={RUN_MARK: "left-running", STEP_MARK: step, "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield process
        process.kill()


@pytest.mark.parametrize(
    ("script", "signal"),
    [
        ("echo up; exec sleep 600", -15),
        ("echo up; kill -STOP $$; sleep 600", -15),
        ("trap '' TERM; echo up; while :; do sleep 0.1; done", -9),
    ],
)
def test_it_is_told_to_end_and_then_killed(script: str, signal: int) -> None:
    with child("a", script) as process, child("b", "echo up; exec sleep 600") as other:
        every = [Traces("left-running", step) for step in "abc"]
        assert list(left_running(every)) == every[:2]
        assert end(every[0], 1.0) == []
        assert process.wait() == signal
        assert other.poll() is None
        assert list(left_running(every)) == [every[1]]


def told(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


@pytest.mark.skipif(not PROC.joinpath("self/stat").exists(), reason="needs Linux")
def test_one_with_a_cleared_environment_is_found_by_what_was_noted() -> None:
    script = "env -i setsid sh -c 'echo $$; exec sleep 600'; :"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as process:
        hidden = told(process)
        assert process.stdout is not None
        seen = status(process.pid)
        assert seen is not None
        pipe = f"pipe:[{os.fstat(process.stdout.fileno()).st_ino}]"
        by_parent = Traces("r", "s", process.pid, seen.started)
        by_pipe = Traces("r", "s", 0, "", frozenset({pipe}))
        try:
            for traces in (by_parent, by_pipe):
                assert [each.pid for each in traces.living()] == [process.pid, hidden]
            another = Traces("r", "s", process.pid, f"{seen.started}0")
            assert another.living() == []
            assert end(by_parent, 5.0) == []
        finally:
            process.kill()
        assert by_pipe.living() == []


@pytest.mark.skipif(not PROC.joinpath("self/stat").exists(), reason="needs Linux")
def test_what_is_marked_as_another_steps_is_not_this_ones() -> None:
    with child("b", "echo up; exec sleep 600") as process:
        seen = status(process.pid)
        assert seen is not None
        assert Traces("left-running", "a", process.pid, seen.started).living() == []
