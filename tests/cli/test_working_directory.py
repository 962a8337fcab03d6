"""A run works where it began, from wherever it is resumed or taken back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pup_tui.journal.codec import first_link, link
from tests.support.program import Program

WORKS = """
name: works
steps:
  - {name: make, kind: shell, run: 'touch ./made', undo: {kind: shell, run: 'rm ./made'}}
  - {name: waits, kind: shell, run: 'test -e ../go'}
  - {name: use, kind: shell, run: 'ls ./made > ./used'}
"""


def elsewhere(program: Program, name: str) -> Program:
    """The same program, called in a directory of that name."""
    folder = program.cwd / name
    folder.mkdir(exist_ok=True)
    return replace(program, cwd=folder)


def forget_where(journal: Path) -> None:
    """Leave a record as it was made before runs knew where they work."""
    with closing(sqlite3.connect(journal)) as database, database:
        [(run, name)] = database.execute("SELECT number, run FROM run").fetchall()
        rows = database.execute(
            "SELECT sequence, body FROM event WHERE run = ? ORDER BY sequence", (run,)
        ).fetchall()
        before = first_link(name)
        for sequence, body in rows:
            event = json.loads(body)
            event.pop("cwd", None)
            text = json.dumps(event, separators=(",", ":"))
            before = link(before, sequence, text.encode())
            database.execute(
                "UPDATE event SET body = ?, chain = ? WHERE run = ? AND sequence = ?",
                (text, before, run, sequence),
            )


@pytest.fixture
def service(program: Program) -> Program:
    """A run that failed in `service`, and does not when it is resumed."""
    program.write("works", WORKS)
    service = elsewhere(program, "service")
    assert service("run", "../works.yaml").code == 1
    (program.cwd / "go").touch()
    return service


def test_a_later_leg_works_there(program: Program, service: Program) -> None:
    resumed = elsewhere(program, "other")("resume")
    assert resumed.code == 0, resumed.err
    assert f"it goes on in {service.cwd}, where it was" in resumed.err
    assert (service.cwd / "used").exists()


def test_a_later_leg_finds_files_there(program: Program) -> None:
    program.write("works", WORKS + "vars: {TOKEN: {type: secret, from: 'file:token'}}\n")
    service = elsewhere(program, "service")
    (service.cwd / "token").write_text("t0ken-of-service")
    assert service("run", "../works.yaml").code == 1
    (program.cwd / "go").touch()
    resumed = elsewhere(program, "other")("resume")
    assert resumed.code == 0, resumed.err


def test_what_takes_back_works_there(program: Program, service: Program) -> None:
    run = program("history", "--json").json[0]["run"]
    assert elsewhere(program, "other")("undo", run, "--yes").code == 0
    assert not (service.cwd / "made").exists()


@pytest.mark.parametrize(
    ("becomes", "why"),
    [
        ("gone", "the directory in which the run worked is gone"),
        ("another", "another directory is where the run's was"),
        ("a file", "a file is where the run's directory was"),
    ],
)
def test_where_that_is_not_there_it_is_refused_until_another_is_named(
    program: Program, service: Program, becomes: str, why: str
) -> None:
    moved = service.cwd.rename(program.cwd / "moved")
    if becomes == "another":
        service.cwd.mkdir()
    elif becomes == "a file":
        service.cwd.touch()
    refused = program("resume")
    assert refused.code == 5
    assert f"{why}: {service.cwd}" in refused.err
    assert "--directory DIR" in refused.err
    assert not (program.cwd / "used").exists()
    assert elsewhere(program, "other")("resume", "--directory", "../moved").code == 0
    assert (moved / "used").exists()


def test_the_leg_after_that_works_where_the_last_one_did(
    program: Program, service: Program
) -> None:
    (program.cwd / "go").unlink()
    moved = service.cwd.rename(program.cwd / "moved")
    assert program("resume", "--directory", "moved").code == 1
    (program.cwd / "go").touch()
    assert program("resume").code == 0
    assert (moved / "used").exists()


def test_a_record_that_does_not_say_where_goes_on_here_and_says_so(
    program: Program, service: Program
) -> None:
    forget_where(Path(program.environ["PUP_TUI_STATE_DIR"]) / "journal.db")
    other = elsewhere(program, "other")
    (other.cwd / "made").touch()
    resumed = other("resume")
    assert resumed.code == 0, resumed.err
    assert f"does not say where the run began: it goes on in {other.cwd}" in resumed.err
    assert (other.cwd / "used").exists()
