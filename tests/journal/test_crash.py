"""Real processes that are killed, run out of disk, or write at the same time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pup_tui.core.events import Interrupted
from pup_tui.core.state import RunStatus
from pup_tui.journal.errors import JournalError
from pup_tui.journal.records import OWNER_GONE
from pup_tui.journal.store import Journal
from tests.support.journals import problems_of

PROGRAM = """
import os, resource, socket, subprocess, sys
from pathlib import Path
from pup_tui.core.events import Interrupted, Moment, RunCreated, Source
from pup_tui.core.state import RunStatus
from pup_tui.journal.errors import JournalError
from pup_tui.journal.records import RunRecord, RunSummary
from pup_tui.journal.store import Journal

def say(*words):
    print(*words, flush=True)

def begin(journal, run):
    event = RunCreated(at=Moment(1.0, 0.0), run=run, runbook="payments/restart",
                       source=Source("restart.yaml", ""), operator="casey",
                       host=socket.gethostname(), values={})
    record = RunRecord.of(event, name="Restart", pid=os.getpid())
    journal.create_run(record, {"restart.yaml": b"steps: []"})

def note(count, size=100):
    return Interrupted(at=Moment(1.0, float(count)), reason="x" * size)

state, run = Path(sys.argv[1]), sys.argv[2]
"""

KILLED_IN_A_STEP = """
journal = Journal.open(state)
begin(journal, run)
for count in range(1, 4):
    journal.append(run, note(count))
child = subprocess.Popen([sys.executable, "-c", "print('up', flush=True); input()"])
say(child.pid)
input()
"""

KILLED_WHILE_WRITING = """
journal = Journal.open(state)
begin(journal, run)
count = 0
while True:
    count += 1
    say(journal.append(run, note(count)))
"""

RUNS_OUT_OF_DISK = """
journal = Journal.open(state)
begin(journal, run)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
count = 0
try:
    while True:
        journal.append(run, note(count + 1, 2000))
        count += 1
except JournalError as error:
    say(count)
    say(error)
try:
    journal.append(run, note(0, 1))
except JournalError as error:
    say(error)
"""

WRITES_A_RUN = """
say("ready")
input()
journal = Journal.open(state)
begin(journal, run)
for count in range(1, 100):
    journal.append(run, note(count))
ended = RunSummary(status=RunStatus.SUCCEEDED, duration=1.0, ended_wall=2.0)
journal.append(run, note(100), summary=ended)
journal.close()
"""


@contextmanager
def program(script: str, state: Path, run: str = "aa11") -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM + script, str(state), run],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_killed_run_is_interrupted_though_its_child_lives_on(state: Path) -> None:
    with program(KILLED_IN_A_STEP, state) as process:
        told = {line(process), line(process)}
        (child,) = (int(word) for word in told - {"up"})
        looking = Journal.open(state)
        assert [row.status for row in looking.runs()] == [RunStatus.RUNNING]
        process.kill()
        process.wait()
        try:
            os.kill(child, 0)
            (row,) = looking.runs()
        finally:
            os.kill(child, signal.SIGKILL)
    assert (row.status, row.reason, row.duration) == (RunStatus.INTERRUPTED, OWNER_GONE, None)
    events = looking.events("aa11")
    assert [event.at.clock for event in events] == [1.0, 2.0, 3.0]
    assert looking.files("aa11") == {"restart.yaml": b"steps: []"}
    assert problems_of(looking) == []
    looking.close()


@pytest.mark.proves("P13")
@pytest.mark.parametrize("moment", [1, 7, 40])
def test_all_that_was_acknowledged_survives_a_kill(state: Path, moment: int) -> None:
    with program(KILLED_WHILE_WRITING, state) as process:
        for _ in range(moment):
            line(process)
        process.kill()
        assert process.stdout is not None
        rest = process.stdout.read().splitlines()
    acknowledged = moment + len(rest)
    journal = Journal.open(state)
    events = journal.events("aa11")
    assert len(events) in (acknowledged, acknowledged + 1)
    assert [row.status for row in journal.runs()] == [RunStatus.INTERRUPTED]
    assert problems_of(journal) == []
    journal.close()


@pytest.mark.proves("F10", "P14")
def test_without_room_writing_stops_and_what_was_stored_stays(state: Path) -> None:
    with program(RUNS_OUT_OF_DISK, state) as process:
        stored, error, after = int(line(process)), line(process), line(process)
        assert process.wait() == 0
    path = state / "journal.db"
    assert error.startswith("the journal cannot be ")
    assert f": {path}: check the disk" in error
    assert "not written any more since an error" in after
    journal = Journal.open(state)
    events = journal.events("aa11")
    assert [event.at.clock for event in events] == [float(n) for n in range(1, stored + 1)]
    assert stored > 0
    assert problems_of(journal) == []
    assert journal.append("aa11", Interrupted(at=events[-1].at, reason="")) == stored + 1
    journal.close()


def test_two_processes_write_at_once(state: Path) -> None:
    with program(WRITES_A_RUN, state, "aa11") as one, program(WRITES_A_RUN, state, "bb22") as two:
        for process in (one, two):
            assert line(process) == "ready"
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        assert (one.wait(), two.wait()) == (0, 0)
    journal = Journal.open(state)
    assert {row.run: row.status for row in journal.runs()} == {
        "aa11": RunStatus.SUCCEEDED,
        "bb22": RunStatus.SUCCEEDED,
    }
    for run in ("aa11", "bb22"):
        clocks = [event.at.clock for event in journal.events(run)]
        assert clocks == [float(n) for n in range(1, 101)]
    assert problems_of(journal) == []
    journal.close()


def test_an_unusable_journal_is_no_traceback_of_sqlite(state: Path) -> None:
    state.mkdir()
    (state / "journal.db").write_bytes(b"SQLite format 3\0" + b"\0" * 4080)
    with pytest.raises(JournalError) as caught:
        Journal.open(state)
    assert str(caught.value).count(": ") >= 2
