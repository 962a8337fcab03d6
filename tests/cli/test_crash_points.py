"""The program killed right before and right after each of its commits."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pup_tui.core.events import AttemptFinished, AttemptStarted
from pup_tui.core.state import RunStatus
from pup_tui.journal.store import Journal
from tests.support.journals import problems_of
from tests.support.program import Program

STEPS = ("one", "two")
RUNBOOK = """
name: crash
steps:
  - {name: one, kind: shell, run: echo x >> one}
  - {name: two, kind: shell, run: echo x >> two}
"""
EVENTS = (0, 2, 4)
"""How many events are recorded after so many commits: the end of a step comes with the intent of the next."""
KILLED_AT = """
import os, signal, sys
from pup_tui.cli.main import main
from pup_tui.journal.store import Journal

append, calls = Journal.append, 0

def append_or_die(self, *args, **options):
    global calls
    calls += 1
    if (calls, "before") == (int(sys.argv[1]), sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    sequence = append(self, *args, **options)
    if (calls, "after") == (int(sys.argv[1]), sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return sequence

Journal.append = append_or_die
main(["run", "crash.yaml", "--json"])
"""


def killed_at(program: Program, commit: int, side: str) -> subprocess.CompletedProcess[bytes]:
    call = [sys.executable, "-c", KILLED_AT, str(commit), side]
    killed = subprocess.run(
        call,
        cwd=program.cwd,
        env=program.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=200,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    return killed


@pytest.mark.proves("F01", "F02", "F04", "F05", "P11", "P12", "P13")
@pytest.mark.parametrize(
    ("commit", "side"),
    [(1, "before"), (1, "after"), (2, "before"), (2, "after"), (3, "before")],
)
def test_what_finished_is_recorded_and_what_began_is_known(
    program: Program, commit: int, side: str
) -> None:
    program.write("crash", RUNBOOK)
    killed = killed_at(program, commit, side)
    journal = Journal.open(Path(program.environ["PUP_TUI_STATE_DIR"]))
    try:
        (run,) = journal.runs()
        events = journal.events(run.run)
        assert problems_of(journal) == []
    finally:
        journal.close()
    assert run.status is RunStatus.INTERRUPTED
    assert len(events) == EVENTS[commit if side == "after" else commit - 1]
    began = {e.attempt.partition("#")[0] for e in events if isinstance(e, AttemptStarted)}
    ended = {e.attempt.partition("#")[0] for e in events if isinstance(e, AttemptFinished)}
    assert len(began - ended) <= 1
    for step in STEPS:
        path = program.cwd / step
        effects = path.read_text().count("x") if path.exists() else 0
        assert effects <= 1
        assert step in began or effects == 0
        assert step not in ended or effects == 1
    told = [json.loads(line) for line in killed.stdout.splitlines()]
    assert {event["step"] for event in told if event["type"] == "step.finished"} <= ended


@pytest.mark.proves("F01", "P11")
@pytest.mark.parametrize(("commit", "step"), [(1, "one"), (2, "two")])
def test_what_was_about_to_begin_is_known_not_to_have_begun(
    program: Program, commit: int, step: str
) -> None:
    program.write("crash", RUNBOOK)
    killed_at(program, commit, "after")
    (run,) = program("history", "--json").json
    shown = program("show", run["run"], "--json").json
    assert {each["step"]: each["status"] for each in shown["steps"]}[step] == "pending"
    resumed = program("resume", "--json")
    assert resumed.code == 0, resumed.err
    assert f"{step}: was about to begin, and did not" in resumed.err
    assert [(program.cwd / each).read_text() for each in STEPS] == ["x\n", "x\n"]
