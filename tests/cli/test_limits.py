"""Limits of the system on processes, threads, files and memory: a step's error, then an orderly end."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.held_down import held_down, needs_root
from tests.support.program import Ended, Program, program_in

pytestmark = needs_root


@pytest.fixture
def program() -> Iterator[Program]:
    """The program in a folder that another user reaches, which pytest's own are not for."""
    with TemporaryDirectory() as folder:
        yield program_in(Path(folder))


TWO_STEPS = """
name: x
steps:
  - {name: a, kind: shell, run: echo one, capture: {X: output}}
  - {name: b, kind: shell, run: "echo {{ X }}", when: always}
"""


def under(limit: str, program: Program, *args: str) -> Ended:
    """A call of the program within a limit; it ends by itself, and without a traceback."""
    folder = program.cwd.parent
    with held_down(folder, limit) as words:
        done = subprocess.run(
            [*words, *args],
            cwd=program.cwd,
            env=dict(program.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
    assert "Traceback" not in done.stderr + done.stdout
    return Ended(done.returncode, done.stdout, done.stderr)


def recorded(program: Program, done: Ended) -> dict[str, str]:
    """What the record says of a run: the status of each step."""
    shown = under("--nproc=100", program, "show", done.events[0]["run"], "--json")
    assert shown.code == 0, shown.err
    return {step["step"]: step["status"] for step in shown.json["steps"]}


@pytest.mark.parametrize("processes", [1, 2])
def test_without_room_for_its_threads_nothing_is_run(program: Program, processes: int) -> None:
    program.write("x", "name: x\nsteps: [{name: a, kind: shell, run: echo >effect}]\n")
    done = under(f"--nproc={processes}", program, "run", "x.yaml")
    assert done.code == 1
    assert "no thread can be started" in done.err
    assert "ulimit -u" in done.err
    assert not (program.cwd / "effect").exists()


@pytest.mark.proves("F21c")
def test_a_process_that_cannot_be_started_fails_its_step(program: Program) -> None:
    program.write("x", TWO_STEPS)
    done = under("--nproc=3", program, "run", "x.yaml", "--json")
    assert (done.code, done.statuses()) == (1, {"a": "failed", "b": "skipped"})
    reason = done.event("step.finished", step="a")["reason"]
    assert reason.startswith("cannot start /")
    assert "the limit of processes is reached (ulimit -u); end some and try again" in reason
    assert recorded(program, done) == {"a": "failed", "b": "skipped"}


def test_without_a_thread_for_it_an_output_is_looked_at_all_the_same(program: Program) -> None:
    program.write(
        "x",
        """
name: x
steps:
  - name: p
    kind: parallel
    steps:
      - {name: a, kind: shell, run: "echo one; until [ -e go ]; do :; done"}
      - {name: b, kind: shell, run: "echo two; until [ -e go ]; do :; done"}
      - {name: c, kind: shell, run: "echo three >go; echo three", capture: {X: output}}
  - {name: d, kind: shell, run: "echo {{ X }}"}
""",
    )
    done = under("--nproc=6", program, "run", "x.yaml", "--json")
    assert done.code == 0, done
    assert done.event("step.output", step="d")["text"] == "three"


def test_an_answer_for_which_no_thread_is_left_fails_its_step(program: Program) -> None:
    program.write(
        "x",
        """
name: x
steps:
  - {name: a, kind: http, url: "http://localhost:9/"}
  - {name: b, kind: shell, run: echo, when: always}
""",
    )
    done = under("--nproc=3", program, "run", "x.yaml", "--json")
    assert done.code == 1
    assert "no thread can be started" in done.event("step.finished", step="a")["reason"]
    assert [e for e in done.events if e["type"] == "step.output"] == []
    assert recorded(program, done)["a"] == "failed"


@pytest.mark.proves("F21b")
@pytest.mark.parametrize("files", [12, 20, 40])
def test_too_many_open_files_fail_their_steps(program: Program, files: int) -> None:
    steps = "".join(
        f"      - {{name: s{number}, kind: shell, run: sleep 1}}\n" for number in range(20)
    )
    text = f"name: x\nsteps:\n  - name: p\n    kind: parallel\n    steps:\n{steps}"
    program.write("x", text)
    done = under(f"--nofile={files}", program, "run", "x.yaml", "--json")
    assert done.code == 1
    failed = [e for e in done.events if e["type"] == "step.finished" and e["status"] == "failed"]
    assert any("the limit of open files is reached (ulimit -n)" in e["reason"] for e in failed)
    assert set(recorded(program, done)) == {"p", *(f"p/s{number}" for number in range(20))}


@pytest.mark.proves("F36")
def test_little_memory_ends_in_order(program: Program) -> None:
    program.write("x", TWO_STEPS)
    for memory in range(60, 120, 10):
        done = under(f"--as={memory * 1_000_000}", program, "run", "x.yaml")
        assert done.code in (0, 1), done
        assert done.code == 0 or "memory" in done.err
        if done.code == 0:
            break


def test_a_console_without_room_for_its_threads_says_so(program: Program) -> None:
    ours, its = os.openpty()
    with held_down(program.cwd.parent, "--nproc=2") as words:
        console = subprocess.Popen(
            words,
            cwd=program.cwd,
            env={**program.environ, "TERM": "xterm-256color"},
            stdin=its,
            stdout=its,
            stderr=its,
        )
        os.close(its)
        shown = b""
        try:
            with contextlib.suppress(
                OSError
            ):  # so a terminal tells that nobody has it open any more
                while data := os.read(ours, 65536):
                    shown += data
            assert console.wait(200) == 1
        finally:
            console.kill()
            console.wait()
            os.close(ours)
    assert b"Traceback" not in shown
    assert b"no thread can be started" in shown
