"""`lock` with the real program: one run at a time, whoever dies meanwhile."""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.forked import Begun
from tests.support.often import often
from tests.support.program import Program

RUNBOOK = """
name: {name}
lock: "flag/{{{{ FLAG }}}}"
vars: {{FLAG: {{default: checkout}}}}
steps:
  - {{name: act, kind: shell, run: "{run}"}}
"""
CALLER = """
name: caller
steps:
  - {name: call, kind: runbook, runbook: quick, vars: {FLAG: checkout}}
"""


def write(program: Program) -> None:
    program.write("long", RUNBOOK.format(name="long", run="echo $$; exec sleep 1000"))
    program.write("quick", RUNBOOK.format(name="quick", run="echo acted"))


@contextmanager
def holding(program: Program, *args: str) -> Iterator[tuple[Begun, int]]:
    """A run that holds the lock, and the child that it waits for, which is gone afterwards."""
    process = program.start("run", "long.yaml", *args)
    child = os.pidfd_open(int(process.stdout.readline()))
    try:
        yield process, child
    finally:
        end(child)
        process.communicate(timeout=200)


def end(child: int) -> None:
    with suppress(ProcessLookupError):  # a test may have ended it
        signal.pidfd_send_signal(child, signal.SIGKILL)
    assert select.select([child], [], [], 60.0)[0]
    os.close(child)


def newest(program: Program) -> str:
    run = program("history", "--json").json[0]["run"]
    assert isinstance(run, str)
    return run


def test_a_second_run_is_refused_and_told_who_holds_the_lock(program: Program) -> None:
    write(program)
    with holding(program) as (process, _):
        second = program("run", "quick.yaml", "--json")
        assert (second.code, second.out) == (4, "")
        assert "pup-tui: the lock is held: flag/checkout by ada on " in second.err
        assert f"(run {newest(program)}, pid {process.pid})" in second.err
        assert "break it with --break-lock REASON" in second.err
        assert program("run", "quick.yaml", "--no-journal").code == 4
        assert program("run", "quick.yaml", "--arg", "FLAG=another").code == 0
    assert program("run", "quick.yaml").code == 0
    assert [run["runbook"] for run in program("history", "--json").json] == [
        "quick",
        "quick",
        "long",
    ]


def test_a_run_without_a_journal_holds_it_as_well_and_leaves_no_record(program: Program) -> None:
    write(program)
    with holding(program, "--no-journal"):
        assert program("run", "quick.yaml").code == 4
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    assert [path.name for path in (state / "locks").iterdir()] == ["gate"]


@pytest.mark.proves("F32", "P22")
def test_a_child_of_a_killed_run_keeps_it_until_it_ends(program: Program) -> None:
    write(program)
    with holding(program) as (process, child):
        process.kill()
        process.wait()
        second = program("run", "quick.yaml")
        assert second.code == 4
        assert "that run has ended, but it left running: sleep (pid " in second.err
        signal.pidfd_send_signal(child, signal.SIGKILL)
        assert select.select([child], [], [], 60.0)[0]
        assert program("run", "quick.yaml").code == 0


def test_a_lock_is_broken_with_a_reason_that_is_recorded(program: Program) -> None:
    write(program)
    with holding(program) as (process, _):
        broken = program("run", "quick.yaml", "--break-lock", "ada is [red]\x1b[31masleep")
        assert broken.code == 0
        assert "the lock flag/checkout was taken from ada on " in broken.err
        assert "\x1b" not in broken.err
        shown = program("show", newest(program), "--json").json
        assert shown["lock"] == "flag/checkout"
        (decision,) = shown["decisions"]
        assert f"pid {process.pid})" in decision["answer"]
        assert decision["by"] == "ada"
        assert decision["note"].startswith("ada is [red]")
        assert "broke the lock flag/checkout of ada" in program("show", newest(program)).out


@pytest.mark.proves("P22")
def test_of_those_who_break_a_lock_at_once_one_runs_and_the_others_know_its_name(
    program: Program,
) -> None:
    write(program)
    program.write("act", RUNBOOK.format(name="act", run="echo x >> effects; exec sleep 1000"))
    with holding(program):
        breaking = [program.start("run", "act.yaml", "--break-lock", "stuck") for _ in range(3)]
        starter = program.start("run", "act.yaml")
        assert starter.wait(timeout=200) == 4
        refused: list[Begun] = []
        while len(refused) < 2:
            ended = [process for process in breaking if process.poll() is not None]
            refused += ended
            breaking = [process for process in breaking if process not in ended]
            time.sleep(0.05)
        (winner,) = breaking
        for process in refused:
            assert process.returncode == 4
            _, err = process.communicate()
            assert f"pid {winner.pid})" in err
            assert "broke the lock of ada on " in err
        effects = program.cwd / "effects"
        while not (effects.exists() and effects.read_text()):
            # The others know that they have lost before the winner's step has begun.
            time.sleep(0.05)
        assert effects.read_text() == "x\n"
        winner.terminate()
        assert winner.wait(timeout=200) == 143
        starter.communicate()
        winner.communicate()


def test_breaking_needs_a_reason_and_a_lock(program: Program) -> None:
    write(program)
    program.write("free", "name: free\nsteps: [{name: a, kind: shell, run: echo acted}]\n")
    for runbook, reason in (("quick", " "), ("free", "because")):
        refused = program("run", f"{runbook}.yaml", "--break-lock", reason)
        assert (refused.code, refused.out) == (2, "")


def test_what_can_be_no_lock_runs_nothing(program: Program) -> None:
    write(program)
    program.write("empty", RUNBOOK.format(name="empty", run="echo acted").replace("flag/", ""))
    refused = program("run", "empty.yaml", "--arg", "FLAG= ")
    assert (refused.code, refused.out) == (2, "")
    assert "renders to nothing" in refused.err
    assert program("run", "quick.yaml", "--arg", "FLAG=a\nb").code == 2


def test_a_state_folder_that_cannot_hold_locks(program: Program) -> None:
    write(program)
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    state.mkdir()
    (state / "locks").write_text("in the way")
    failed = program("run", "quick.yaml")
    assert (failed.code, failed.out) == (1, "")
    assert "the folder cannot be used" in failed.err


@pytest.mark.proves("F31", "P22")
@pytest.mark.parametrize("number", range(often(1, 50)))
def test_of_runs_that_start_together_one_runs(program: Program, number: int) -> None:
    write(program)
    started = [program.start("run", "long.yaml", "--json") for _ in range(3)]
    winner = None
    for process in started:
        out, err = process.stdout, process.stderr
        assert out is not None
        assert err is not None
        line = out.readline()
        if not line:
            assert process.wait(timeout=200) == 4
            assert "the lock is held: flag/checkout by ada on " in err.read()
            continue
        assert winner is None
        winner = process
        while json.loads(line)["type"] != "step.output":
            line = out.readline()
        child = int(json.loads(line)["text"])
    assert winner is not None
    end(os.pidfd_open(child))
    for process in started:
        process.communicate(timeout=200)


def test_a_called_runbook_takes_its_own_lock(program: Program) -> None:
    write(program)
    program.write("caller", CALLER)
    with holding(program):
        refused = program("run", "caller.yaml", "--runbooks", ".", "--json")
        assert refused.code == 1
        finished = refused.event("step.finished", step="call")
        assert finished["reason"].startswith("its lock is held by ada on ")
    assert program("run", "caller.yaml", "--runbooks", ".").code == 0
