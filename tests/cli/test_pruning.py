"""Past runs that go, and those that stay whatever is asked for."""

from __future__ import annotations

import hashlib
import os
import socket
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from pup_tui.core.events import Moment, RunCreated, Source
from pup_tui.core.state import RunStatus
from pup_tui.drivers.locks import HeldLocks
from pup_tui.journal.records import RunRecord, RunSummary
from pup_tui.journal.store import Journal
from tests.support.program import Program

LONG_AGO = 1_700_000_000.0
ENDED = RunSummary(status=RunStatus.SUCCEEDED, ended_wall=LONG_AGO)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def created(run: str) -> RunCreated:
    return RunCreated(
        at=Moment(LONG_AGO, 0.0),
        run=run,
        runbook="r",
        source=Source(path="/r.yaml", sha256=hashlib.sha256(run.encode()).hexdigest()),
        operator="bob",
        host=socket.gethostname(),
        values={},
    )


def record(state: Path, run: str, *, output: int = 0, summary: RunSummary | None = ENDED) -> None:
    """A run with so many bytes of output, of a file of its own; without `summary` one that broke off."""
    begins = created(run)
    journal = Journal.open(state)
    journal.create_run(RunRecord.of(begins, name="R", pid=1), {"r.yaml": run.encode()})
    journal.append(run, begins, summary=summary)
    journal.close()
    (state / "outputs" / run / "0-say").write_bytes(b"x" * output)


def left(program: Program) -> list[str]:
    return sorted(row["run"] for row in program("history", "--json").json)


def test_old_runs_go_with_all_that_is_kept_of_them(program: Program, state: Path) -> None:
    program.write("new", "name: N\nsteps:\n  - {name: Say, kind: shell, run: echo hi}\n")
    for run in ("01OLD", "02OLD"):
        record(state, run, output=1_500_000)
    assert program("run", "new.yaml").code == 0
    (new,) = set(left(program)) - {"01OLD", "02OLD"}
    asked = program("history", "prune", "--older-than", "30d")
    assert (asked.code, "add --yes" in asked.err) == (3, True)
    assert len(left(program)) == 3
    done = program("history", "prune", "--older-than", "30d", "--yes")
    assert (done.code, done.err) == (0, "2 runs removed\n")
    assert left(program) == [new]
    assert [path.name for path in (state / "outputs").iterdir()] == [new]
    assert program("show", new).code == 0
    with closing(sqlite3.connect(state / "journal.db")) as database:
        texts = database.execute("SELECT count(*) FROM content").fetchone()[0]
        assert (texts, database.execute("PRAGMA integrity_check").fetchone()[0]) == (1, "ok")
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert "nothing was removed" in program("history", "prune", "--older-than", "30d").err


@pytest.mark.parametrize(
    ("args", "gone"),
    [
        (["--larger-than", "1 kB"], {"big"}),
        (["--larger-than", "999"], {"big", "middle"}),
        (["--larger-than", "1 kB", "--older-than", "1d"], {"big"}),
        (["--larger-than", "1 MB", "--older-than", "1d"], set()),
        (["--older-than", "1d"], {"big", "middle", "small"}),
    ],
)
def test_what_is_asked_for_holds_together(
    program: Program, state: Path, args: list[str], gone: set[str]
) -> None:
    for run, output in {"big": 1001, "middle": 1000, "small": 1}.items():
        record(state, run, output=output)
    assert program("history", "prune", *args, "--yes").code == 0
    assert {"big", "middle", "small"} - set(left(program)) == gone


def test_interrupted_runs_and_those_that_hold_a_lock_stay(program: Program, state: Path) -> None:
    record(state, "01CRASHED", summary=None)
    record(
        state, "02STOPPED", summary=RunSummary(status=RunStatus.INTERRUPTED, ended_wall=LONG_AGO)
    )
    record(state, "03HOLDS")
    record(state, "04GOES")
    held = HeldLocks(state / "locks", created("03HOLDS"))
    held.take("payments", LONG_AGO)
    [survivor] = held.inherit
    left_running = subprocess.Popen(["sleep", "600"], pass_fds=[survivor])
    try:
        held.release()
        done = program("history", "prune", "--older-than", "1d", "--yes")
    finally:
        left_running.kill()
        left_running.wait()
    why = f"it still holds the lock payments: sleep (pid {left_running.pid})"
    assert done.err == f"run 03HOLDS stays: {why}\n1 run removed\n"
    assert left(program) == ["01CRASHED", "02STOPPED", "03HOLDS"]
    # Its file, which nobody could tidy up, still names the run.
    assert "03HOLDS" in "".join(map(Path.read_text, (state / "locks").iterdir()))
    assert program("history", "prune", "--older-than", "1d", "--yes").err == "1 run removed\n"
    assert left(program) == ["01CRASHED", "02STOPPED"]


def test_a_run_under_way_stays(program: Program, state: Path) -> None:
    record(state, "01OLD")
    gate = program.cwd / "gate"
    program.write(
        "waits", "name: W\nsteps:\n  - {name: W, kind: shell, run: 'echo up; read x < gate'}\n"
    )
    os.mkfifo(gate)
    with program.start("run", "waits.yaml") as running:
        assert running.stdout.readline() == "up\n"
        assert program("history", "prune", "--larger-than", "1", "--yes").code == 0
        gate.write_text("go\n")
        assert running.wait(timeout=200) == 0
    assert next(row["status"] for row in program("history", "--json").json) == "succeeded"


def test_the_configuration_says_it_once_and_for_all(program: Program, state: Path) -> None:
    nothing = program("history", "prune", "--yes")
    assert (nothing.code, "nothing says which runs may go" in nothing.err) == (2, True)
    record(state, "01OLD", output=2000)
    record(state, "02OLD", output=10)
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"])
    folder.mkdir()
    (folder / "config.yaml").write_text("retention:\n  older_than: 30d\n  larger_than: 1 kB\n")
    told = {
        each["name"]: (each["value"], each["source"])
        for each in program("config", "--json").json["settings"]
    }
    assert told["retention.older_than"] == ("30d", "config.yaml:2")
    assert told["retention.larger_than"] == ("1 kB", "config.yaml:3")
    assert program("history", "prune", "--yes").err == "1 run removed\n"
    assert left(program) == ["02OLD"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("retention: {older_than: soon}\n", ":1:25: "),
        ("retention:\n  larger_than: big\n", ":2:16: "),
        ("retention:\n  olderthan: 3d\n", ":2:3: unknown key `olderthan`"),
        ("retention: 30d\n", ":1:12: "),
    ],
)
def test_mistakes_in_the_configuration_are_told_with_their_place(
    program: Program, text: str, place: str
) -> None:
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"])
    folder.mkdir()
    (folder / "config.yaml").write_text(text)
    done = program("history", "prune", "--yes")
    assert (done.code, place in done.err) == (2, True), done.err


@pytest.mark.parametrize("args", [["--older-than", "soon"], ["--larger-than", "big"]])
def test_what_is_no_age_or_size_is_refused(program: Program, args: list[str]) -> None:
    done = program("history", "prune", *args, "--yes")
    assert (done.code, args[0] in done.err) == (2, True)
