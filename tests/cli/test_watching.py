"""A run of another process, watched while it goes on, and when it is over."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.forked import Begun
from tests.support.program import Program
from tests.support.terminal import ended, typed

GATED = """
name: x
vars: {TOKEN: {type: secret, from: 'env:TOKEN'}, PLACE: here}
steps:
  - name: first
    kind: shell
    env: {TOKEN: '{{ TOKEN }}'}
    run: 'echo "at {{ PLACE }} with $TOKEN"; printf unfini; read x < gate; echo shed; echo on-err >&2'
  - {name: last, kind: shell, run: exit 3}
"""


class Lines:
    """The lines of a stream, as they come."""

    def __init__(self, stream: Any) -> None:
        self.seen: list[str] = []
        self._news = threading.Condition()
        self._ended = False
        self.thread = threading.Thread(target=self._read, args=(stream,))
        self.thread.start()

    def _read(self, stream: Any) -> None:
        with stream:
            for line in stream:
                with self._news:
                    self.seen.append(line)
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def wait_for(self, text: str) -> str:
        """The first line that holds the text."""

        def found() -> str | None:
            return next((line for line in self.seen if text in line), None)

        with self._news:
            assert self._news.wait_for(lambda: found() or self._ended, timeout=120), self.seen
            line = found()
            assert line is not None, f"{text} did not come: {self.seen}"
            return line

    def all(self) -> list[str]:
        with self._news:
            assert self._news.wait_for(lambda: self._ended, timeout=120), self.seen
            return self.seen


@contextmanager
def started(program: Program, *args: str) -> Iterator[tuple[Begun, Lines, Lines]]:
    """A call that goes on, with what it prints."""
    process = program.start(*args, TOKEN="hunter-2-hunter")
    out, err = Lines(process.stdout), Lines(process.stderr)
    try:
        yield process, out, err
    finally:
        process.kill()
        process.wait()
        out.thread.join()
        err.thread.join()


@contextmanager
def gated(program: Program, *args: str) -> Iterator[tuple[Begun, str]]:
    """A run that stands at its gate, and its id."""
    os.mkfifo(program.cwd / "gate")
    program.write("x", GATED)
    with started(program, "run", "x.yaml", "--json", *args) as (process, out, _):
        run = json.loads(out.wait_for("run.started"))["run"]
        out.wait_for("at here")
        yield process, run


def open_gate(program: Program) -> None:
    (program.cwd / "gate").write_text("go\n")


def test_a_run_is_followed_to_its_end_with_its_exit_code(program: Program) -> None:
    with gated(program) as (process, run), started(program, "watch", run[:-2]) as watching:
        watched, out, err = watching
        told = err.wait_for("watching run")
        assert f"watching run {run} of ada on " in told
        assert f"process {process.pid}, since " in told
        out.wait_for("at here with ***")
        open_gate(program)
        assert process.wait(timeout=120) == watched.wait(timeout=120) == 1
        assert out.all() == ["at here with ***\n", "unfinished\n"]
        progress = "".join(err.all())
        assert "● 1/2 first (shell)" in progress
        assert "on-err\n✔ succeeded" in progress
        assert "failed: `last` failed: exited with 3" in progress
        assert "hunter" not in progress


def without_times(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events as they are told, but for when a line was seen."""
    return [
        {k: v for k, v in event.items() if not (k == "ts" and event["type"] == "step.output")}
        for event in events
    ]


def test_the_events_are_those_of_the_run_itself(program: Program) -> None:
    text = """
name: x
vars: {A: {type: list, default: [1, 2]}, TOKEN: {type: secret, from: 'env:TOKEN'}}
steps:
  - {name: each, kind: shell, foreach: A, run: 'echo {{ item }}; echo e >&2'}
  - {name: uses, kind: shell, env: {T: '{{ TOKEN }}'}, run: 'echo $T', capture: {out: output}}
  - {name: ask, kind: confirm, message: 'Go on after {{ out }}?'}
  - {name: again, kind: shell, run: 'test -e f || { touch f; exit 1; }', retry: {attempts: 2, delay: 1ms}}
  - name: polled
    kind: shell
    run: echo x >>n; wc -l <n
    poll: {interval: 100ms, timeout: 60s, until: 'output | trim | int > 1'}
  - {name: both, kind: group, steps: [{name: no, kind: shell, run: 'true', if: 'false'}]}
  - {name: bad, kind: shell, run: 'false'}
  - {name: tidy, kind: shell, when: cleanup, run: echo tidy}
"""
    program.write("x", text)
    done = program("run", "x.yaml", "--yes", "--json", TOKEN="hunter-2-hunter")
    assert done.code == 1, done.err
    run = done.events[0]["run"]
    watched = program("watch", run, "--json")
    assert watched.code == 1
    assert watched.err == ""

    def about(events: list[dict[str, Any]], step: str | None) -> list[dict[str, Any]]:
        return [event for event in without_times(events) if event.get("step") == step]

    steps = {event.get("step") for event in done.events}
    for step in steps:
        told = [e for e in about(watched.events, step) if e["type"] != "step.output"]
        assert told == [e for e in about(done.events, step) if e["type"] != "step.output"]
        printed = [e for e in about(watched.events, step) if e["type"] == "step.output"]
        assert printed == [e for e in about(done.events, step) if e["type"] == "step.output"]
    assert "hunter" not in watched.out


def test_a_line_is_told_with_when_it_was_printed(program: Program) -> None:
    text = "name: x\nsteps: [{name: a, kind: shell, run: echo one; sleep 0.5; echo two}]\n"
    program.write("x", text)
    run = program("run", "x.yaml", "--json").events[0]["run"]
    watched = program("watch", run, "--json")
    began, ended = (watched.event(f"step.{word}")["ts"] for word in ("started", "finished"))
    one, two = (event["ts"] for event in watched.events if event["type"] == "step.output")
    assert began <= one < two <= ended
    apart = datetime.fromisoformat(two) - datetime.fromisoformat(one)
    assert apart.total_seconds() >= 0.4


def test_a_question_is_said_to_wait_and_is_answered_where_the_run_is(program: Program) -> None:
    program.write("x", "name: x\nsteps: [{name: ask, kind: confirm, message: Sure about it?}]\n")
    with typed(program, "run", "x.yaml") as run:
        run.expect("Sure about it")
        run_id = program("history", "--json").json[0]["run"]
        with started(program, "watch", run_id) as (watched, _, err):
            err.wait_for("? Sure about it?")
            err.wait_for("waits for an answer where the run is: ada on ")
            run.sendline("y")
            err.wait_for("yes, answered by ada")
            assert ended(run) == watched.wait(timeout=120) == 0
    again = program("watch", run_id)
    assert again.code == 0
    assert "waits for an answer" not in again.err


def test_a_run_whose_process_is_killed_is_said_to_be_interrupted(program: Program) -> None:
    with gated(program) as (process, run), started(program, "watch", run) as (watched, out, err):
        out.wait_for("at here")
        process.kill()
        assert watched.wait(timeout=120) == 1
        told = err.wait_for("was interrupted")
        assert told.endswith(f"its program is gone: `pup-tui resume {run}` goes on with it\n")
        assert out.all() == ["at here with ***\n", "unfini\n"]
        open_gate(program)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]
)
def test_a_run_that_a_signal_stopped_has_its_exit_code(
    program: Program, number: signal.Signals, code: int
) -> None:
    with gated(program) as (process, run), started(program, "watch", run) as (watched, out, _):
        out.wait_for("at here")
        process.send_signal(number)
        assert process.wait(timeout=120) == watched.wait(timeout=120) == code


def test_ctrl_c_ends_the_watching_and_not_the_run(program: Program) -> None:
    with gated(program) as (process, run), started(program, "watch", run) as (watched, out, err):
        out.wait_for("at here")
        watched.send_signal(signal.SIGINT)
        assert watched.wait(timeout=120) == 130
        err.wait_for(f"not watched any more: run {run} goes on")
        assert process.poll() is None
        open_gate(program)
        assert process.wait(timeout=120) == 1


def test_a_run_that_was_resumed_is_followed_through_its_legs(program: Program) -> None:
    program.write("x", "name: x\nsteps: [{name: a, kind: shell, run: 'echo hi; test -e ok'}]\n")
    run = program("run", "x.yaml", "--json").events[0]["run"]
    (program.cwd / "ok").touch()
    assert program("resume", run, "--yes").code == 0
    watched = program("watch", run)
    assert watched.code == 0
    assert watched.out == "hi\nhi\n"
    assert watched.err.count(f"run {run}") == 2
    assert "attempt 2" in watched.err
    assert "succeeded · 1 of 1 succeeded" in watched.err


def test_there_is_no_such_run(program: Program) -> None:
    assert program("watch", "X").code == 2
    program.write("x", "name: x\nsteps: [{name: a, kind: shell, run: 'true'}]\n")
    program("run", "x.yaml")
    done = program("watch", "NOPE")
    assert done.code == 2
    assert "there is no run `NOPE`" in done.err


def test_a_run_is_watched_without_being_touched(program: Program, tmp_path: Path) -> None:
    program.write("x", "name: x\nsteps: [{name: a, kind: shell, run: echo hi}]\n")
    run = program("run", "x.yaml", "--json").events[0]["run"]
    state = tmp_path / "state"

    def all_of_it() -> dict[Path, bytes]:
        kept = (path for path in state.rglob("*") if path.is_file())
        return {
            path: path.read_bytes() for path in kept if not path.name.endswith(("-shm", "-wal"))
        }

    before = all_of_it()
    assert program("watch", run).out == "hi\n"
    assert all_of_it() == before
