"""Terminals that go away, change their size all the time, or are none."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import Under
from tests.support.places import short_place
from tests.support.program import PROGRAM, Program
from tests.support.proofs import Figure
from tests.support.screen import Screen

LONG = """
name: long
steps:
  - {name: a, kind: shell, run: 'echo $$ >pid.new; mv pid.new pid; echo it-is-up; exec sleep 600'}
"""


def wait_for(holds: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + 200
    while not holds():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


def is_gone(program: Program) -> bool:
    try:
        stat = Path(f"/proc/{(program.cwd / 'pid').read_text().strip()}/stat").read_text()
    except FileNotFoundError:
        return True
    return stat.rpartition(")")[2].split()[0] in "ZX"


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.proves("F07", "P16")
def test_a_session_of_tmux_is_ended(program: Program) -> None:
    program.write("long", LONG)
    call = subprocess.list2cmdline([*PROGRAM, "run", "long.yaml"])
    environ = {**program.environ, "TERM": "xterm-256color"}
    with short_place() as place:
        tmux = ["tmux", "-S", str(place / "tmux"), "-f", "/dev/null"]
        begin = [*tmux, "new-session", "-d", "-x", "100", "-y", "30", call]
        subprocess.run(begin, cwd=program.cwd, env=environ, check=True)
        try:
            wait_for((program.cwd / "pid").exists, "the step did not begin")
            subprocess.run([*tmux, "kill-session"], env=environ, check=True)
            wait_for(lambda: is_gone(program), "the step lives on")
            state = ["history", "--json"]
            wait_for(lambda: program(*state).json[0]["status"] != "running", "the run goes on")
            assert program(*state).json[0]["status"] == "interrupted"
        finally:
            subprocess.run([*tmux, "kill-server"], env=environ, check=False, capture_output=True)


def ignoring_hup() -> list[str]:
    words = ["env", "--ignore-signal=HUP"]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this env cannot ignore signals")
    return words


@pytest.mark.proves("F08", "P16")
def test_a_terminal_that_goes_away_while_hup_is_ignored(program: Program, figure: Figure) -> None:
    books = program.cwd / "books"
    books.mkdir()
    (books / "long.yaml").write_text(LONG)
    environ = {**program.environ, "PUP_TUI_RUNBOOKS": str(books)}
    words = [*ignoring_hup(), *PROGRAM, "long"]
    with Screen(words, cwd=program.cwd, environ=environ, size=(100, 30)) as screen:
        screen.wait_for(r"Run  r[\s\S]*enter Run  / Filter")
        screen.press("r")
        screen.wait_for(r"Run  \^r")
        screen.press("ctrl+r")
        screen.wait_for("(?m)it-is-up$")
        before = used(screen.pid)
        screen.hang_up()
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        code = screen.wait_for_exit()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime - before
    figure(f"ended with {code}, after {spent:.1f} s of the processor")
    assert code == 129
    assert is_gone(program)
    assert program("history", "--json").json[0]["status"] == "interrupted"


def used(pid: int) -> float:
    """The seconds of the processor that a process has used."""
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


@pytest.mark.long
@pytest.mark.proves("F35")
def test_a_storm_of_sizes(program: Program, figure: Figure) -> None:
    books = program.cwd / "books"
    books.mkdir()
    (books / "long.yaml").write_text(LONG)
    environ = {**program.environ, "PUP_TUI_RUNBOOKS": str(books)}
    with Screen([*PROGRAM, "long"], cwd=program.cwd, environ=environ, size=(100, 30)) as screen:
        screen.wait_for(r"Run  r[\s\S]*enter Run  / Filter")
        screen.press("r")
        screen.wait_for(r"Run  \^r")
        screen.press("ctrl+r")
        screen.wait_for("(?m)it-is-up$")
        before = used(screen.pid)
        for number in range(500):
            screen.have_size(20 + number % 180, 5 + number % 60)
            if number % 10 == 0:
                screen.read(0.0)
        for size in ((1, 1), (0, 0), (24, 1), (500, 500)):
            screen.have_size(*size)
            screen.read(0.5)
        screen.resize(80, 24)
        screen.wait_for("(?m)it-is-up$")
        screen.wait_for("running")
        assert not is_gone(program)
        figure(f"504 sizes, {used(screen.pid) - before:.1f} s of the processor")
        os.kill(int((program.cwd / "pid").read_text()), 9)
        screen.wait_until_gone("running")


PLAIN = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.proves("F37")
@pytest.mark.parametrize("command", ["history", "list", "show RUN", "schema"])
def test_a_reader_who_leaves(program: Program, command: str) -> None:
    program.write("quick", "name: quick\nsteps: [{name: a, kind: shell, run: 'seq 100000'}]\n")
    assert program("run", "quick.yaml").code == 0
    args = command.replace("RUN", program("history", "--json").json[0]["run"]).split()
    with program.start_anew(*args) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == ""


@pytest.mark.proves("F37")
def test_a_closed_output_and_a_plain_locale(program: Program, under: Under) -> None:
    program.write("quick", "name: 'Grüße ✓'\nsteps: [{name: a, kind: shell, run: echo 漢字}]\n")
    done = under([], "run", "quick.yaml", **PLAIN)
    assert done.code == 0, done.err
    closed = under(["sh", "-c", 'exec "$@" >&-', "sh"], "history", **PLAIN)
    assert closed.code in (0, 1)
    assert under([], "history", **PLAIN).code == 0
