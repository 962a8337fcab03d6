"""What is lost or damaged of a journal: said by all that read it, set aside on a yes, never deleted."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.disks import small_disk
from tests.support.program import Program
from tests.support.terminal import ended, typed

QUICK = "name: Quick\nsteps:\n  - {name: Say, kind: shell, run: echo hi}\n"
KILLED = """
import os, signal, sys
from pathlib import Path
from pup_tui.journal.store import Journal
journal = Journal.open(Path(sys.argv[1]))
journal._database.execute("UPDATE run SET host = 'of-the-log'")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def state(program: Program, tmp_path: Path) -> Path:
    """A state folder with one run in it."""
    program.write("quick", QUICK)
    assert program("run", "quick.yaml").code == 0
    return tmp_path / "state"


def truncated(state: Path) -> None:
    (state / "journal.db").write_bytes(b"")


def overwritten(state: Path) -> None:
    (state / "journal.db").write_bytes(b"this is no database " * 1000)


def deleted(state: Path) -> None:
    (state / "journal.db").unlink()


def log_deleted(state: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(state)], check=False)
    (state / "journal.db-wal").unlink()


def log_left_alone(state: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(state)], check=False)
    (state / "journal.db").unlink()


Harm = Callable[[Path], None]
HARMS: dict[Harm, str] = {
    truncated: "the journal is damaged: it is empty",
    overwritten: "the journal is damaged: it is no database",
    deleted: "the journal is gone, but outputs of 1 run are there",
    log_deleted: "the journal's log is gone, and with it perhaps the last records",
    log_left_alone: "the journal is gone, but the log that belongs to it is there",
}


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder but the locks, by what they are called in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "locks" not in path.parts
    }


@pytest.mark.proves("F13", "F14", "F16", "P14")
@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize(
    "args", [["history"], ["show", "0"], ["list"], ["run", "quick.yaml"], ["resume"]]
)
def test_it_is_said_and_nothing_is_changed(
    program: Program, state: Path, harm: Harm, args: list[str]
) -> None:
    harm(state)
    before = contents(state)
    done = program(*args)
    assert HARMS[harm] in done.err
    assert "pup-tui history repair" in done.err
    assert done.code == (0 if args == ["list"] else 1)
    assert contents(state) == before


@pytest.mark.proves("F13", "F14", "F16", "P14")
@pytest.mark.parametrize("harm", HARMS)
def test_it_is_set_aside_on_a_yes_and_the_next_run_is_recorded(
    program: Program, state: Path, harm: Harm
) -> None:
    harm(state)
    before = contents(state)
    asked = program("history", "repair")
    assert (asked.code, "add --yes" in asked.err) == (3, True)
    assert HARMS[harm] in asked.err
    assert contents(state) == before
    done = program("history", "repair", "--yes")
    assert done.code == 0
    (aside,) = state.glob("aside-*")
    assert str(aside) in done.err
    kept = {name.removeprefix(f"{aside.name}/"): data for name, data in contents(state).items()}
    assert kept == before
    assert program("run", "quick.yaml").code == 0
    assert len(program("history", "--json").json) == (2 if harm is log_deleted else 1)
    assert "sound" in program("history", "repair").err


LACKS = {
    "DROP TABLE event": "the journal is damaged (no such table: event)",
    "DROP TABLE run": "the journal is damaged (no such table: run)",
    "DROP TABLE content": "the journal is damaged (no such table: content)",
    "ALTER TABLE run DROP COLUMN reason": "the journal is damaged (no such column: reason)",
    "PRAGMA user_version = 0": "the journal is damaged: it has no version",
}


@pytest.mark.proves("F13", "P14")
@pytest.mark.parametrize("statement", LACKS)
def test_a_journal_that_lacks_something_is_set_aside_as_a_whole(
    program: Program, state: Path, statement: str
) -> None:
    with closing(sqlite3.connect(state / "journal.db", isolation_level=None)) as database:
        database.execute(statement)
    before = (state / "journal.db").read_bytes()
    calls = (
        ["history"],
        ["list"],
        ["run", "quick.yaml"],
        ["resume"],
        ["history", "backup", "copy"],
    )
    for args in calls:
        done = program(*args)
        assert LACKS[statement] in done.err
        assert "pup-tui history repair" in done.err
        assert done.code == (0 if args == ["list"] else 1)
    assert (state / "journal.db").read_bytes() == before
    done = program("history", "repair", "--yes")
    assert (done.code, LACKS[statement] in done.err) == (0, True)
    (aside,) = state.glob("aside-*")
    assert (aside / "journal.db").read_bytes() == before
    assert program("run", "quick.yaml").code == 0
    assert "sound" in program("history", "repair").err


def test_outputs_of_runs_that_the_journal_does_not_know(program: Program, state: Path) -> None:
    (known,) = program("history", "--json").json
    shutil.copytree(state / "outputs" / known["run"], state / "outputs" / "01LOST")
    for args, code in ((["history"], 1), (["list"], 0), (["show", known["run"]], 0)):
        done = program(*args)
        assert done.code == code
        assert "the records of 1 run are lost, only what they printed is left" in done.err
    assert known["run"] in program("history").out
    assert program("history", "repair", "--yes").code == 0
    assert [path.name for path in (state / "outputs").iterdir()] == [known["run"]]
    assert len(list(state.glob("aside-*/outputs/01LOST/*"))) > 0
    assert program("history").err == ""


@pytest.mark.proves("P14")
@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["history", "--runbook", "other"], "these are the runs that are known, and not all are"),
        (["history", "--json"], "these are the runs that are known, and not all are"),
        (["history", "prune", "--older-than", "1d"], "not all runs are known"),
        (["resume"], "there is no run to resume among those that are known, and not all are"),
        (["resume", "01OTHER"], "no run `01OTHER` among those that are known, and not all are"),
        (["show", "01OTHER"], "no run `01OTHER` among those that are known, and not all are"),
        (["watch", "01OTHER"], "no run `01OTHER` among those that are known, and not all are"),
    ],
)
def test_where_records_are_lost_nobody_is_told_that_there_are_no_such_runs(
    program: Program, state: Path, args: list[str], told: str
) -> None:
    (state / "outputs" / "01LOST").mkdir()
    (state / "outputs" / "01LOST" / "0000-a.log").touch()
    done = program(*args)
    assert done.code == 1
    assert told in done.err
    assert "`pup-tui history repair` sets aside" in done.err.splitlines()[-1]
    assert "no such runs" not in done.err


def test_the_newest_run_is_not_resumed_where_newer_ones_may_be_lost(
    program: Program, state: Path
) -> None:
    program.write(
        "fails", "name: fails\nsteps: [{name: a, kind: shell, run: echo a >> out; false}]\n"
    )
    assert program("run", "fails.yaml").code == 1
    run = program("history", "--json").json[0]["run"]
    (state / "outputs" / "01LOST").mkdir()
    (state / "outputs" / "01LOST" / "0000-a.log").touch()
    done = program("resume")
    assert (done.code, (program.cwd / "out").read_text()) == (1, "a\n")
    assert "which run is the newest is not known" in done.err
    assert program("resume", run).code == 1
    assert (program.cwd / "out").read_text() == "a\na\n"


@pytest.mark.proves("F13", "P14")
@pytest.mark.parametrize(
    "args",
    [["history"], ["list"], ["resume"], ["history", "prune", "--older-than", "1d"]],
    ids=lambda args: args[-1],
)
def test_damage_of_a_part_is_said_where_the_rest_can_be_read(
    program: Program, state: Path, args: list[str]
) -> None:
    damage_a_part(state)
    done = program(*args)
    assert f"the journal is damaged: {state}/journal.db" in done.err
    assert "pup-tui history repair" in done.err
    # As a cell, behind two blanks: a description may have the word.
    assert "  never" not in done.out
    assert done.code == (0 if args == ["list"] else 1)


def damage_a_part(state: Path) -> None:
    """Overwrite the pages of an index that is only looked at when outputs are compared with the records."""
    damage(state, "sqlite_autoindex_run_1")


def damage(state: Path, name: str) -> None:
    """Overwrite the first page of a table or an index."""
    with closing(sqlite3.connect(state / "journal.db")) as database:
        (size,) = database.execute("PRAGMA page_size").fetchone()
        found = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,))
        (page,) = found.fetchone()
    with (state / "journal.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"x" * size)


@pytest.mark.parametrize("command", ["history", "list"])
def test_damage_that_keeps_everything_from_being_read_is_said_once(
    program: Program, state: Path, command: str
) -> None:
    damage(state, "run")
    done = program(command)
    assert done.err.count("the journal is damaged") == 1
    assert "pup-tui history repair" in done.err
    assert done.code == (0 if command == "list" else 1)


def test_a_run_that_began_and_was_never_recorded_is_no_loss(program: Program, state: Path) -> None:
    folder = state / "outputs" / "01BEGAN"
    folder.mkdir()
    (folder / "owner.lock").touch()
    assert program("history").err == ""


def test_the_operator_is_asked_on_a_terminal(program: Program, state: Path) -> None:
    overwritten(state)
    with typed(program, "history", "repair") as child:
        child.expect_exact("Set this aside in a folder of its own?")
        child.sendline("n")
        assert ended(child) == 3
    assert list(state.glob("aside-*")) == []
    with typed(program, "history", "repair") as child:
        child.expect_exact("Set this aside in a folder of its own?")
        child.sendline("y")
        assert ended(child) == 0
    assert len(list(state.glob("aside-*/journal.db"))) == 1


def test_what_is_not_set_aside(program: Program, state: Path) -> None:
    with closing(sqlite3.connect(state / "journal.db")) as database:
        database.execute("PRAGMA user_version = 99")
    done = program("history", "repair", "--yes")
    assert (done.code, "newer" in done.err) == (1, True)
    assert list(state.glob("aside-*")) == []


@pytest.mark.proves("F16")
def test_of_a_damaged_journal_no_backup_is_made(
    program: Program, state: Path, tmp_path: Path
) -> None:
    book = program.write("book", "name: b\nsteps: [{name: a, kind: shell, run: echo a}]\n")
    assert program("run", str(book)).code == 0
    with (state / "journal.db").open("r+b") as file:
        file.seek(8192)
        file.write(bytes(range(256)) * 16)
    done = program("history", "backup", str(tmp_path / "copy.db"))
    assert done.code == 1
    assert "the journal is damaged" in done.err
    assert list(tmp_path.glob("copy.db*")) == []


@pytest.mark.proves("F16")
def test_a_backup_has_what_is_still_in_the_log_and_can_be_put_back(
    program: Program, state: Path, tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(state)], check=False)
    assert (state / "journal.db-wal").stat().st_size > 0
    copy = tmp_path / "copy.db"
    done = program("history", "backup", str(copy))
    assert done.code == 0
    assert str(state / "outputs") in done.err
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob("copy.db*")] == ["copy.db"]
    again = program("history", "backup", str(copy))
    assert (again.code, "there is such a file already" in again.err) == (1, True)
    for path in state.glob("journal.db*"):
        path.unlink()
    shutil.copy(copy, state / "journal.db")
    (row,) = program("history", "--json").json
    (host,) = sqlite3.connect(state / "journal.db").execute("SELECT host FROM run").fetchone()
    assert (program("show", row["run"]).code, host) == (0, "of-the-log")
    assert program("run", "quick.yaml").code == 0


def test_where_no_backup_can_be_made_another_folder_for_the_file_is_advised(
    program: Program, state: Path, tmp_path: Path
) -> None:
    done = program("history", "backup", str(tmp_path / "none" / "copy.db"))
    assert done.code == 1
    assert "there is no such file or folder" in done.err
    assert "or name a file in another folder" in done.err
    assert "PUP_TUI_STATE_DIR" not in done.err


@pytest.mark.proves("F09")
def test_a_disk_that_is_too_full_for_a_backup_is_that_of_the_copy(
    program: Program, state: Path, tmp_path: Path
) -> None:
    program.write("quick", "name: Q\nsteps:\n  - {name: Say, kind: shell, run: echo hi}\n")
    assert program("run", "quick.yaml").code == 0
    full = tmp_path / "full"
    with small_disk(full, kilobytes=16):
        done = program("history", "backup", str(full / "copy.db"))
        assert list(full.iterdir()) == []
    assert done.code == 1
    assert f"the copy cannot be made (the disk is full): {full / 'copy.db'}: free some" in done.err
    assert str(state) not in done.err


def test_options_of_the_list_are_none_of_its_commands(program: Program) -> None:
    done = program("history", "--json", "repair")
    assert done.code == 2
    assert "`repair` stands before its options" in done.err
