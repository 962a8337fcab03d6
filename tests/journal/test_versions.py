"""A journal of each version that there was opens, is brought up to date, and tells the same runs.

The files were made by the programs of their time: `data/journal-N.db` by one that wrote version N.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from pup_tui.core.events import AttemptFinished, RunCreated
from pup_tui.core.state import RunStatus
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.records import RehearsalRecord
from pup_tui.journal.schema import VERSION
from pup_tui.journal.store import Journal
from tests.support.journals import problems_of
from tests.support.program import Program, program_in

DATA = Path(__file__).parent / "data"
VERSIONS = range(1, VERSION + 1)


@pytest.fixture(params=VERSIONS, ids=lambda version: f"version {version}")
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A state folder with the kept journal of a version."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    shutil.copy(DATA / f"journal-{request.param}.db", state / "journal.db")
    return state


def test_one_is_kept_of_each_version() -> None:
    assert {path.name for path in DATA.iterdir()} == {f"journal-{n}.db" for n in VERSIONS}


def test_it_is_brought_up_to_date_and_tells_the_same(kept: Path) -> None:
    Journal.open(kept).close()
    with closing(JournalReader.open(kept)) as reader:
        assert problems_of(reader) == []
        rows = reader.runs()
        events = {row.status: reader.events(row.run) for row in rows}
        texts = [reader.files(row.run) for row in rows]
        version = reader._database.execute("PRAGMA user_version").fetchone()[0]
    assert version == VERSION
    assert [(row.runbook, row.status) for row in rows] == [
        ("restart", RunStatus.ABORTED),
        ("restart", RunStatus.FAILED),
    ]
    assert [row.vars for row in rows] == [
        {"SERVICE": "checkout", "TOKEN": "***"},
        {"SERVICE": "payments", "TOKEN": "***"},
    ]
    assert [list(each) for each in texts] == [["restart.yaml"]] * 2
    failed = events[RunStatus.FAILED]
    assert isinstance(failed[0], RunCreated)
    ended = [event.exit_code for event in failed if isinstance(event, AttemptFinished)]
    assert ended == [0, 0, 0, 3, 3]


def test_it_tells_and_takes_how_runbooks_were_rehearsed(kept: Path) -> None:
    path = "/tmp/example/books/restart.yaml"
    with closing(Journal.open(kept)) as journal:
        before = journal.rehearsals().get(path)
        assert before is None or (before.cases, before.failed) == (1, 0)
        now = RehearsalRecord(
            path=path,
            runbook="restart",
            tree="0" * 64,
            rehearsed_at=1_800_000_000.0,
            cases=3,
            failed=1,
            points=10,
            reached=7,
        )
        journal.note_rehearsals([now])
        journal.note_rehearsals([now])
    with closing(JournalReader.open(kept)) as reader:
        known = reader.rehearsals()
        assert known.get(path) == now
        assert known.get("/tmp/example/books/other.yaml") is None


def test_its_runs_are_shown_and_new_ones_are_recorded(kept: Path, tmp_path: Path) -> None:
    program: Program = program_in(tmp_path)
    aborted, failed = (row["run"] for row in program("history", "--json").json)
    shown = program("show", failed, "--json").json
    assert {step["step"]: step["status"] for step in shown["steps"]} == {
        "look": "succeeded",
        "sure": "succeeded",
        "restart": "succeeded",
        "restart[0]": "succeeded",
        "restart[1]": "succeeded",
        "fails": "failed",
    }
    assert program("show", aborted).code == 0
    program.write("quick", "name: Q\nsteps:\n  - {name: Say, kind: shell, run: echo hi}\n")
    assert program("run", "quick.yaml").code == 0
    assert len(program("history", "--json").json) == 3


def test_a_run_that_failed_goes_on_from_where_it_stood(kept: Path, tmp_path: Path) -> None:
    program = program_in(tmp_path)
    failed = next(r["run"] for r in program("history", "--json").json if r["status"] == "failed")
    secrets = program.cwd / "secrets.yaml"
    secrets.write_text("TOKEN: hunter2-hunter2\n")
    # Where it worked then there may be no folder on this computer.
    where = ("--directory", str(program.cwd))
    again = program("resume", failed, "--yes", "--json", "--arg-file", str(secrets), *where)
    assert again.code == 1, again.err
    assert "steps done: 4" in again.err
    ran = {event["step"] for event in again.events if event["type"] == "step.started"}
    assert ran == {"fails"}
    (row,) = (row for row in program("history", "--json").json if row["run"] == failed)
    assert len(row["legs"]) == 2
