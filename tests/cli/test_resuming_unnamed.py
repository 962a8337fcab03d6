"""`pup-tui resume` while the run that is meant is under way, or has ended since it was asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cli.test_resuming import DIES, effects, killed
from tests.support.program import PROGRAM, Program
from tests.support.terminal import ended, typed

FAILS = "name: {0}\nsteps:\n  - {{name: a, kind: shell, run: 'echo {0} >> effects; {1}; false'}}\n"
WAITS = "if [ -e again ]; then touch held; while [ -e held ]; do sleep 0.05; done; fi; touch again"


def fail(program: Program, name: str, does: str = "true") -> str:
    """The id of a run that has failed."""
    path = program.write(name, FAILS.format(name, does))
    assert program("run", str(path)).code == 1
    (row, *_) = program("history", "--json").json
    return str(row["run"])


@contextmanager
def under_way(program: Program, *args: str) -> Iterator[None]:
    """While a call waits in its step."""
    call = program.start(*args)
    try:
        while not (program.cwd / "held").exists():
            assert call.poll() is None
            time.sleep(0.02)
        yield
    finally:
        (program.cwd / "held").unlink(missing_ok=True)
        call.communicate(timeout=200)


@pytest.mark.proves("P11", "P22")
def test_one_that_is_being_resumed_stands_for_no_older_one(program: Program) -> None:
    older = fail(program, "older")
    meant = fail(program, "meant", WAITS)
    with under_way(program, "resume"):
        refused = program("resume")
    assert refused.code == 4
    assert f"run {meant} is under way, resumed: process " in refused.err
    assert f"name the RUN to resume, as {older}" in refused.err
    assert effects(program) == ["older", "meant", "meant"]


@pytest.mark.proves("P22")
def test_where_the_only_one_is_being_resumed_it_is_said(program: Program) -> None:
    meant = fail(program, "meant", WAITS)
    with under_way(program, "resume"):
        refused = program("resume")
    assert refused.code == 4
    assert f"run {meant} is under way, resumed" in refused.err


def test_a_run_that_began_later_is_named_and_one_that_began_before_is_not_meant(
    program: Program,
) -> None:
    older = fail(program, "older")
    waiting = program.write("waiting", FAILS.format("waiting", WAITS))
    (program.cwd / "again").touch()
    with under_way(program, "run", str(waiting)):
        refused = program("resume")
        assert refused.code == 4
        assert "is under way: process " in refused.err
        assert program("resume", older).code == 1
        newer = fail(program, "newer")
        assert newer in program("resume").err
    assert effects(program) == ["older", "waiting", "older", "newer", "newer"]


def test_one_that_was_resumed_may_be_meant_rather_than_a_newer_one_that_failed(
    program: Program,
) -> None:
    meant = fail(program, "meant", WAITS)
    newer = fail(program, "newer")
    with under_way(program, "resume", meant):
        refused = program("resume")
    assert refused.code == 4
    assert f"run {meant} is under way, resumed" in refused.err
    assert f"name the RUN to resume, as {newer}" in refused.err
    assert effects(program) == ["meant", "newer", "meant"]


def asked_before(program: Program, *args: str) -> subprocess.Popen[str]:
    """A call that stands still from its first moment on."""
    call = subprocess.Popen(
        ["sh", "-c", 'kill -STOP $$; exec "$@"', "sh", *PROGRAM, *args],
        cwd=program.cwd,
        env=program.environ,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    _, status = os.waitpid(call.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    return call


@pytest.mark.proves("P11", "P22")
@pytest.mark.parametrize("ends", ["true", "false"])
def test_one_that_was_resumed_and_ended_meanwhile_stands_for_no_older_one(
    program: Program, ends: str
) -> None:
    older = fail(program, "older")
    meant = fail(program, "meant", f"[ ! -e again ] || exec {ends}; touch again")
    late = asked_before(program, "resume")
    assert program("resume").code == (0 if ends == "true" else 1)
    late.send_signal(signal.SIGCONT)
    _, told = late.communicate(timeout=200)
    assert late.returncode == 4
    assert f"run {meant} has {'succeeded' if ends == 'true' else 'failed'} since this was" in told
    assert f"name the RUN to resume, as {older if ends == 'true' else meant}" in told
    assert effects(program) == ["older", "meant", "meant"]


@pytest.mark.proves("P11", "P22")
def test_of_two_who_resume_one_that_fails_again_the_second_is_told(program: Program) -> None:
    run = fail(program, "meant")
    late = asked_before(program, "resume", run)
    assert program("resume", run).code == 1
    late.send_signal(signal.SIGCONT)
    _, told = late.communicate(timeout=200)
    assert late.returncode == 4
    assert f"run {run} has failed since this was asked for" in told
    assert effects(program) == ["meant", "meant"]
    assert program("resume", run).code == 1


INTERRUPTED = f"""
name: slow
steps:
  - {{name: slow, kind: shell, run: '{DIES.format(name="slow")}'}}
"""


@pytest.mark.parametrize(("said", "did"), [("f", ["slow"]), ("l", ["later"]), ("a", [])])
def test_where_another_run_ended_later_it_is_asked_which_one_is_meant(
    program: Program, said: str, did: list[str]
) -> None:
    killed(program, INTERRUPTED)
    later = fail(program, "later")
    before = effects(program)
    with typed(program, "resume") as child:
        child.expect_exact(later)
        child.expect_exact("it ended later")
        child.expect_exact("or [a]bort? [a]: ")
        child.sendline(said)
        if did:
            child.expect_exact("[a] " if said == "f" else "[a]: ")
            child.sendline("r")
        assert ended(child) == {"f": 0, "l": 1, "a": 3}[said]
    assert effects(program) == before + did


def test_where_the_interrupted_run_is_the_last_one_nothing_is_asked(program: Program) -> None:
    fail(program, "earlier")
    killed(program, INTERRUPTED)
    with typed(program, "resume") as child:
        child.expect_exact("or [a]bort? [a] ")
        child.sendline("r")
        assert ended(child) == 0
    assert effects(program) == ["earlier", "slow", "slow"]
