"""What is stored of a run and not as it was written: said, set aside on a yes, never backed up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pup_tui.journal.database import open_copy
from pup_tui.journal.errors import JournalError
from pup_tui.journal.repair import back_up
from pup_tui.journal.store import Journal
from tests.support.program import Program

BOOK = "name: {0}\nsteps:\n  - {{name: Say, kind: shell, run: echo the-{0} >> effects; false}}\n"


@pytest.fixture
def state(program: Program, tmp_path: Path) -> Path:
    """A state folder with a run of `bad`, which will be harmed, and a newer one of `good`."""
    for name in ("bad", "good"):
        program.write(name, BOOK.format(name))
        assert program("run", f"{name}.yaml").code == 1
    return tmp_path / "state"


def runs(program: Program) -> dict[str, str]:
    return {row["runbook"]: row["run"] for row in program("history", "--json").json}


def harm(state: Path, statement: str) -> None:
    with closing(sqlite3.connect(state / "journal.db")) as database, database:
        database.execute(statement)


FLIPPED_EVENT = """
    UPDATE event SET body = replace(body, 'the-bad >> e', 'the-bae >> e')
    WHERE run = 1 AND instr(body, 'the-bad >> e') AND sequence > 1
"""
FLIPPED_TEXT = """
    UPDATE content SET bytes = CAST(replace(CAST(bytes AS TEXT), 'the-bad', 'the-bae') AS BLOB)
"""
EXCHANGED_TEXT = """
    UPDATE run_file SET sha256 = (SELECT sha256 FROM run_file WHERE run = 2) WHERE run = 1
"""
HARMS = {
    FLIPPED_EVENT: "is not as it was written",
    "UPDATE event SET body = CAST(x'7bff' AS TEXT) WHERE run = 1 AND sequence = 3": "event 3 of run",
    "UPDATE event SET chain = x'00' WHERE run = 1 AND sequence = 2": "event 2 of run",
    "UPDATE event SET chain = 'text' WHERE run = 1 AND sequence = 2": "event 2 of run",
    "DELETE FROM event WHERE run = 1 AND sequence = 2": "event 2 of run",
    FLIPPED_TEXT: "the text bad.yaml of run",
    "DELETE FROM content WHERE instr(CAST(bytes AS TEXT), 'the-bad')": "the text bad.yaml of run",
    "UPDATE run_file SET name = 'other.yaml' WHERE run = 1": "the text bad.yaml of run",
    "DELETE FROM run_file WHERE run = 1": "the text bad.yaml of run",
    EXCHANGED_TEXT: "the text bad.yaml of run",
    "UPDATE run SET vars = '{' WHERE number = 1": "the record of run",
    "UPDATE run SET status = 'fai\x7fed' WHERE number = 1": "the record of run",
    "UPDATE run SET name = CAST(x'62ff64' AS TEXT) WHERE number = 1": "the record of run",
}


@pytest.mark.proves("F13", "P14")
@pytest.mark.parametrize("statement", HARMS)
def test_what_is_not_as_it_was_written_is_said_and_nothing_changed(
    program: Program, state: Path, tmp_path: Path, statement: str
) -> None:
    run = runs(program)["bad"]
    harm(state, statement)
    for args, code in (
        (["history"], 1),
        (["history", "--json"], 1),
        (["list"], 0),
        (["show", run], 1),
        (["resume", run], 1),
        (["history", "repair"], 3),
        (["history", "backup", str(tmp_path / "copy.db")], 1),
    ):
        done = program(*args)
        assert (done.code, HARMS[statement] in done.err, run in done.err) == (code, True, True), (
            args
        )
        assert "pup-tui history repair" in done.err or "add --yes" in done.err
        assert "Traceback" not in done.err
    assert not (tmp_path / "copy.db").exists()
    assert list(state.glob("aside-*")) == []
    assert (program.cwd / "effects").read_text().split() == ["the-bad", "the-good"]


@pytest.mark.proves("F13", "P14")
@pytest.mark.parametrize("statement", HARMS)
def test_such_a_run_is_set_aside_as_it_is_and_the_others_stay(
    program: Program, state: Path, tmp_path: Path, statement: str
) -> None:
    known = runs(program)
    harm(state, statement)
    done = program("history", "repair", "--yes")
    assert done.code == 0, done.err
    (aside,) = state.glob("aside-*")
    assert str(aside) in done.err
    assert runs(program) == {"good": known["good"]}
    assert program("history").err == ""
    assert program("history", "backup", str(tmp_path / "copy.db")).code == 0
    assert "sound" in program("history", "repair").err
    assert program("show", known["good"]).code == 0
    assert [path.name for path in (state / "outputs").iterdir()] == [known["good"]]
    assert list((aside / "outputs" / known["bad"]).glob("*.log")) != []
    there = program("history", PUP_TUI_STATE_DIR=str(aside))
    assert (there.code, HARMS[statement] in there.err) == (1, True)
    # The text of the next run is its own again.
    assert program("run", "bad.yaml").code == 1
    assert program("show", runs(program)["bad"]).code == 0


@pytest.mark.proves("P14")
def test_several_are_counted_and_repair_names_each(program: Program, state: Path) -> None:
    known = runs(program)
    harm(state, "UPDATE event SET chain = x'00' WHERE sequence = 2")
    assert "what is stored of 2 runs is not as it was written" in program("history").err
    done = program("history", "repair", "--yes")
    assert done.code == 0
    assert all(f"run {run}: event 2 of run {run} is not" in done.err for run in known.values())
    assert runs(program) == {}


@pytest.mark.proves("P14")
def test_a_run_that_is_under_way_is_not_set_aside(program: Program, state: Path) -> None:
    run = runs(program)["bad"]
    harm(state, FLIPPED_EVENT)
    journal = Journal.open(state)
    try:
        (events,) = journal._database.execute("SELECT count(*) FROM event WHERE run = 1").fetchone()
        journal.reopen_run(run, events, host="here", pid=1, files={})
        refused = program("history", "repair", "--yes")
    finally:
        journal.close()
    assert refused.code == 1
    assert f"a run is under way, {run}" in refused.err
    assert list(state.glob("aside-*")) == []


@pytest.mark.proves("P14")
def test_all_of_a_long_history_is_looked_through_by_repair_and_the_newest_of_it_by_the_list(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harm(state, FLIPPED_EVENT)
    monkeypatch.setattr("pup_tui.journal.reader.MOST_CHECKED", 1)
    with closing(Journal.open(state)) as journal:
        assert journal.losses() == ""
        assert len(journal.damaged_runs()) == 1


@pytest.mark.proves("F16")
@pytest.mark.parametrize("harmed", [FLIPPED_EVENT, "DROP TABLE content"])
def test_a_copy_that_came_out_otherwise_is_no_backup(
    program: Program,
    state: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    harmed: str,
) -> None:
    def harms(path: Path) -> sqlite3.Connection:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(harmed)
            database.commit()
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return open_copy(path)

    monkeypatch.setattr("pup_tui.journal.repair.open_copy", harms)
    with pytest.raises(JournalError):
        back_up(state, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
