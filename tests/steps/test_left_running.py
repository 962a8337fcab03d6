"""Processes that a run has left running are ended, whatever they make of being told to."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pup_tui.steps.executor import RUN_MARK, STEP_MARK
from pup_tui.steps.left_running import end, left_running


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
        assert list(left_running("left-running", ["a", "b", "c"])) == ["a", "b"]
        assert end("left-running", "a", 1.0) == []
        assert process.wait() == signal
        assert other.poll() is None
        assert list(left_running("left-running", ["a", "b"])) == ["b"]
