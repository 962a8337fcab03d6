from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pup_tui.core.events import (
    AttemptFinished,
    AttemptStarted,
    Findings,
    Interrupted,
    Moment,
    NoteAdded,
    RunCreated,
)
from pup_tui.core.state import RunStatus
from pup_tui.journal.errors import JournalError, RunGoesOn, RunOwned
from pup_tui.journal.places import run_dir
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.records import OWNER_GONE, RunRecord, RunSummary
from pup_tui.journal.store import Journal
from tests.journal.conftest import TEXTS
from tests.support.journals import problems_of

Beginner = Callable[..., RunCreated]

SUCCEEDED = RunSummary(
    status=RunStatus.SUCCEEDED, warnings=1, duration=3.5, ended_wall=1_700_000_003.5
)
FAILED = RunSummary(status=RunStatus.FAILED, duration=3.5, ended_wall=1_700_000_003.5)
SECRET = "hunter2-hunter2"


@pytest.fixture
def other(state: Path) -> Iterator[Journal]:
    """The same journal, opened as another process would."""
    journal = Journal.open(state, patience=0)
    yield journal
    journal.close()


def everything_in(state: Path) -> bytes:
    return b"".join(path.read_bytes() for path in state.iterdir() if path.is_file())


def test_events_come_back_in_their_order(
    journal: Journal, begin: Beginner, started: AttemptStarted, finished: AttemptFinished
) -> None:
    first = begin()
    assert journal.append("aa11", started) == 2
    assert journal.append("aa11", finished) == 3
    assert journal.events("aa11") == [first, started, finished]


def test_what_is_returned_is_seen_by_everyone_at_once(
    journal: Journal, other: Journal, begin: Beginner, started: AttemptStarted
) -> None:
    first = begin()
    assert other.events("aa11") == [first]
    journal.append("aa11", started)
    assert other.events("aa11") == [first, started]


def test_the_last_event_and_the_end_are_one_commit(
    journal: Journal, begin: Beginner, finished: AttemptFinished
) -> None:
    begin()
    journal.append("aa11", finished, summary=SUCCEEDED)
    row = journal.run("aa11")
    assert row is not None
    assert (row.status, row.warnings, row.duration) == (RunStatus.SUCCEEDED, 1, 3.5)
    assert row.ended_wall == SUCCEEDED.ended_wall


def test_what_others_record_remove_and_move_into_the_database_is_no_harm(
    journal: Journal,
    other: Journal,
    state: Path,
    begin: Beginner,
    created: Callable[..., RunCreated],
    finished: AttemptFinished,
) -> None:
    begin()
    journal.append("aa11", finished, summary=SUCCEEDED)
    event = created("bb22")
    other.create_run(RunRecord.of(event, name="Restart", pid=os.getpid()), TEXTS)
    other.append("bb22", event, finished)
    assert other.remove_runs(["aa11"]) == ["aa11"]
    with closing(sqlite3.connect(state / "journal.db")) as another:
        assert another.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
    begin("cc33")
    journal.append("cc33", finished)
    other.append("bb22", finished)
    assert problems_of(journal) == []


@pytest.mark.proves("P8")
def test_no_secret_reaches_the_disk(
    journal: Journal, state: Path, created: Callable[..., RunCreated]
) -> None:
    event = created(values={"service": "payments", "token": SECRET}, secrets=("token",))
    journal.create_run(RunRecord.of(event, name="Restart", pid=os.getpid()), TEXTS)
    journal.append("aa11", event)
    found = Findings(
        captures={"session": SECRET, "count": 3},
        results={"login.body": SECRET},
        secrets=("session", "steps.login.body"),
    )
    journal.append(
        "aa11",
        AttemptFinished(at=event.at, attempt="login#1", ok=True, duration=1.0, findings=found),
    )
    assert SECRET.encode() not in everything_in(state)
    assert b'"count":3' in everything_in(state)
    journal.close()
    assert SECRET.encode() not in everything_in(state)


def test_texts_are_kept_once_however_many_runs_use_them(
    journal: Journal, state: Path, created: Callable[..., RunCreated]
) -> None:
    texts = {"restart.yaml": b"steps: []\n# %s" % bytes(range(256)), "team/base.yaml": b""}
    for run in ("aa11", "bb22"):
        journal.create_run(RunRecord.of(created(run), name="Restart", pid=os.getpid()), texts)
        assert journal.files(run) == texts
    assert everything_in(state).count(texts["restart.yaml"]) >= 1
    with closing(sqlite3.connect(journal.path)) as database:
        assert database.execute("SELECT count(*) FROM content").fetchone()[0] == 2


def test_a_run_can_be_begun_only_once(journal: Journal, other: Journal, begin: Beginner) -> None:
    event = begin()
    record = RunRecord.of(event, name="Restart", pid=os.getpid())
    with pytest.raises(JournalError, match="under way in another process"):
        other.create_run(record, {})
    journal.append("aa11", event, summary=SUCCEEDED)
    with pytest.raises(JournalError, match="there is a run aa11 already"):
        other.create_run(record, {})
    assert len(journal.runs()) == 1
    assert other.append("aa11", event) == 3


def test_what_no_run_owns_is_not_stored(journal: Journal, started: AttemptStarted) -> None:
    with pytest.raises(JournalError, match="no run nowhere"):
        journal.append("nowhere", started)
    assert problems_of(journal) == []


def test_what_json_cannot_hold_is_refused_and_the_journal_goes_on(
    journal: Journal, begin: Beginner, started: AttemptStarted
) -> None:
    first = begin()
    odd = AttemptFinished(
        at=first.at,
        attempt="read#1",
        ok=True,
        duration=0.0,
        findings=Findings(captures={"odd": object()}),
    )
    for events in ((odd,), (started, odd)):
        with pytest.raises(JournalError, match="cannot be stored"):
            journal.append("aa11", *events)
    assert journal.append("aa11", started) == 2


def test_events_that_belong_together_are_stored_in_their_order(
    journal: Journal, other: Journal, begin: Beginner, started: AttemptStarted
) -> None:
    first = begin()
    finished = AttemptFinished(at=first.at, attempt="read#1", ok=True, duration=0.0)
    assert journal.append("aa11", started, finished) == 3
    assert other.events("aa11") == [first, started, finished]
    assert problems_of(journal) == []


def test_names_of_files_that_are_no_text_come_back_as_they_were(
    journal: Journal, begin: Beginner
) -> None:
    begin(operator="caf\udce9")
    row = journal.run("aa11")
    assert row is not None
    assert row.operator == "caf\udce9"


def test_a_run_under_way_is_not_interrupted(
    journal: Journal, other: Journal, begin: Beginner
) -> None:
    begin()
    assert [row.status for row in other.runs()] == [RunStatus.RUNNING]


def test_a_run_that_was_left_is_interrupted_as_of_its_last_event(
    journal: Journal, other: Journal, begin: Beginner, finished: AttemptFinished
) -> None:
    begin()
    journal.append("aa11", finished)
    journal.close()
    (row,) = other.runs()
    assert (row.status, row.reason) == (RunStatus.INTERRUPTED, OWNER_GONE)
    assert (row.duration, row.ended_wall) == (None, finished.at.wall)


def test_a_run_left_before_its_first_event_is_interrupted(
    journal: Journal, other: Journal, created: Callable[..., RunCreated]
) -> None:
    journal.create_run(RunRecord.of(created(), name="Restart", pid=os.getpid()), TEXTS)
    journal.close()
    (row,) = other.runs()
    assert (row.status, row.duration, row.ended_wall) == (RunStatus.INTERRUPTED, None, None)


def test_an_ended_run_is_left_as_it_ended(
    journal: Journal, other: Journal, begin: Beginner
) -> None:
    event = begin()
    journal.append(
        "aa11",
        Interrupted(at=event.at, reason="terminal lost"),
        summary=RunSummary(status=RunStatus.INTERRUPTED, reason="terminal lost", duration=0.0),
    )
    journal.close()
    assert [row.reason for row in other.runs()] == ["terminal lost"]


def test_a_run_that_nobody_owns_takes_what_is_remarked_later_and_no_other_does(
    journal: Journal, other: Journal, begin: Beginner, finished: AttemptFinished
) -> None:
    noted = NoteAdded(at=begin().at, by="ada", note="seen")
    with pytest.raises(RunGoesOn):
        other.add_to_past("aa11", noted)
    journal.append("aa11", finished, summary=SUCCEEDED)
    other.add_to_past("aa11", noted)
    journal.add_to_past("aa11", noted)
    assert journal.events("aa11")[2:] == [noted, noted]
    assert [row.status for row in journal.runs()] == [RunStatus.SUCCEEDED]
    with pytest.raises(JournalError):
        journal.add_to_past("bb22", noted)


def test_an_interrupted_run_can_be_gone_on_with(
    journal: Journal, other: Journal, begin: Beginner, started: AttemptStarted
) -> None:
    first = begin()
    journal.close()
    assert other.append("aa11", started) == 2
    assert other.events("aa11") == [first, started]


def test_a_lock_of_another_program_ends_writing_until_it_is_opened_anew(
    other: Journal, state: Path, created: Callable[..., RunCreated]
) -> None:
    event = created()
    other.create_run(RunRecord.of(event, name="Restart", pid=os.getpid()), TEXTS)
    with closing(sqlite3.connect(other.path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(JournalError, match="locked by another program"):
            other.append("aa11", event)
        assert other.events("aa11") == []
    with pytest.raises(JournalError, match="not written any more since an error"):
        other.append("aa11", event)
    with closing(Journal.open(state)) as anew:
        assert anew.append("aa11", event) == 1


def test_a_full_file_keeps_what_was_stored(journal: Journal, state: Path, begin: Beginner) -> None:
    first = begin()
    pages = journal._database.execute("PRAGMA page_count").fetchone()[0]
    journal._database.execute(f"PRAGMA max_page_count = {pages}")
    note = Interrupted(at=first.at, reason="x" * 20_000)
    with pytest.raises(JournalError, match="the disk is full") as caught:
        journal.append("aa11", note)
    assert caught.value.hint == "free some space"
    with pytest.raises(JournalError, match="since an error"):
        journal.append("aa11", first, summary=SUCCEEDED)
    assert journal.events("aa11") == [first]
    assert [row.status for row in journal.runs()] == [RunStatus.RUNNING]
    with closing(Journal.open(state)) as anew:
        assert anew.append("aa11", note) == 2


@pytest.mark.proves("F11", "P13")
def test_a_copy_of_the_file_and_its_log_holds_all_that_was_acknowledged(
    journal: Journal, tmp_path: Path, begin: Beginner
) -> None:
    first = begin()
    for count in range(2, 40):
        note = Interrupted(at=Moment(first.at.wall, float(count)), reason="y" * 3000)
        assert journal.append("aa11", note) == count
        if count % 10 == 0:
            copy = tmp_path / f"copy-{count}"
            copy.mkdir(mode=0o700)
            # By another process: closing the file in this one would drop SQLite's locks.
            for name in ("journal.db", "journal.db-wal"):
                subprocess.run(["cp", journal.state / name, copy / name], check=True)
            reader = JournalReader.open(copy)
            assert len(reader.events("aa11")) == count
            assert problems_of(reader) == []
            reader.close()


def test_spools_are_beside_the_lock_of_their_run(journal: Journal, begin: Beginner) -> None:
    begin()
    assert [path.name for path in run_dir(journal.state, "aa11").iterdir()] == ["owner.lock"]


@pytest.mark.parametrize("lost", [None, "outputs", "outputs/aa11", "outputs/aa11/owner.lock"])
def test_a_run_that_is_let_go_is_interrupted_while_its_process_lives(
    journal: Journal, other: Journal, state: Path, begin: Beginner, lost: str | None
) -> None:
    begin()
    if lost is not None:
        (state / lost).rename(state / "elsewhere")
    assert [row.status for row in other.runs()] == [RunStatus.RUNNING]
    journal.let_go("aa11")
    journal.let_go("aa11")
    assert [row.status for row in other.runs()] == [RunStatus.INTERRUPTED]


def test_letting_go_leaves_the_end_of_a_run_as_it_was_recorded(
    journal: Journal, begin: Beginner, finished: AttemptFinished
) -> None:
    begin()
    journal.append("aa11", finished, summary=SUCCEEDED)
    journal.let_go("aa11")
    assert [row.status for row in journal.runs()] == [RunStatus.SUCCEEDED]


def reopen(journal: Journal, run: RunCreated, events: int, *, pid: int | None = None) -> None:
    owner = os.getpid() if pid is None else pid
    journal.reopen_run(run.run, events, host=run.host, pid=owner, files={})


@pytest.mark.usefixtures("no_locks")
def test_where_there_are_no_locks_who_is_refused_a_run_does_not_give_it_away(
    journal: Journal, other: Journal, begin: Beginner, started: AttemptStarted
) -> None:
    first = begin()
    for known in (0, 1, 2):
        with pytest.raises(RunGoesOn):
            reopen(other, first, known)
        assert [row.status for row in other.runs()] == [RunStatus.RUNNING]
    with pytest.raises(RunGoesOn):
        reopen(journal, first, 1)
    assert journal.append("aa11", started) == 2
    journal.let_go("aa11")
    reopen(other, first, 2)
    assert [row.status for row in journal.runs()] == [RunStatus.RUNNING]


@pytest.mark.usefixtures("no_locks")
def test_where_there_are_no_locks_one_of_two_that_know_the_same_of_a_run_owns_it(
    journal: Journal,
    other: Journal,
    begin: Beginner,
    started: AttemptStarted,
    finished: AttemptFinished,
) -> None:
    first = begin()
    journal.append("aa11", finished, summary=FAILED)
    reopen(journal, first, 2)
    with pytest.raises(RunGoesOn):
        reopen(other, first, 2, pid=os.getppid())
    row = journal.run("aa11")
    assert row is not None
    assert (row.status, row.pid) == (RunStatus.RUNNING, os.getpid())
    assert journal.append("aa11", started) == 3


@pytest.mark.usefixtures("no_locks")
def test_where_there_are_no_locks_nobody_removes_or_moves_a_run_under_way_or_gives_it_away(
    journal: Journal, other: Journal, state: Path, begin: Beginner, finished: AttemptFinished
) -> None:
    begin()
    begin("bb22")
    journal.append("bb22", finished, summary=FAILED)
    assert other.remove_runs(["aa11"]) == []
    aside = state / "aside"
    aside.mkdir(0o700)
    with pytest.raises(RunOwned, match="aa11 is under way"):
        other.move_runs(["bb22", "aa11"], aside)
    assert [(row.run, row.status) for row in other.runs()] == [
        ("bb22", RunStatus.FAILED),
        ("aa11", RunStatus.RUNNING),
    ]
    assert journal.append("aa11", finished) == 2
    assert other.remove_runs(["bb22"]) == ["bb22"]
    journal.let_go("aa11")
    other.move_runs(["aa11"], aside)
    assert other.runs() == []


@pytest.mark.usefixtures("no_locks")
def test_where_there_are_no_locks_a_run_is_nobodys_whose_next_owner_could_not_be_recorded(
    journal: Journal, begin: Beginner, started: AttemptStarted
) -> None:
    first = begin()
    journal.let_go("aa11")
    fill(journal)
    with pytest.raises(JournalError, match="the disk is full"):
        journal.reopen_run(
            "aa11", 1, host=first.host, pid=os.getpid(), files={"a": bytes(range(256)) * 200}
        )
    assert [row.status for row in journal.runs()] == [RunStatus.INTERRUPTED]
    reopen(journal, first, 1)
    assert journal.append("aa11", started) == 2


@pytest.mark.parametrize("lost", ["outputs", "outputs/aa11", "outputs/aa11/owner.lock"])
def test_who_lets_a_run_go_that_is_anothers_by_now_leaves_it_to_that_one(
    journal: Journal, other: Journal, state: Path, begin: Beginner, lost: str
) -> None:
    first = begin()
    (state / lost).rename(state / "elsewhere")
    reopen(other, first, 1, pid=os.getppid())
    journal.let_go("aa11")
    row = other.run("aa11")
    assert row is not None
    assert (row.status, row.pid) == (RunStatus.RUNNING, os.getppid())


def fill(journal: Journal) -> None:
    """Let the file grow no more until it is opened anew."""
    pages = journal._database.execute("PRAGMA page_count").fetchone()[0]
    journal._database.execute(f"PRAGMA max_page_count = {pages}")


def test_after_an_error_another_run_begins_and_the_lost_one_goes_on_once_it_is_let_go(
    journal: Journal, begin: Beginner, started: AttemptStarted
) -> None:
    first = begin()
    fill(journal)
    with pytest.raises(JournalError, match="the disk is full"):
        journal.append("aa11", Interrupted(at=first.at, reason="x" * 20_000))
    other_one = begin("bb22")
    assert journal.append("bb22", started) == 2
    with pytest.raises(JournalError, match="not written any more since an error"):
        journal.append("aa11", started)
    with pytest.raises(JournalError, match="is under way"):
        journal.reopen_run("aa11", 1, host=first.host, pid=os.getpid(), files={})
    journal.let_go("aa11")
    journal.reopen_run("aa11", 1, host=first.host, pid=os.getpid(), files={})
    assert journal.append("aa11", started) == 2
    assert journal.events("aa11") == [first, started]
    assert journal.events("bb22") == [other_one, started]


def test_a_journal_that_was_replaced_is_said_once_and_then_opened_anew(
    journal: Journal, state: Path, begin: Beginner, started: AttemptStarted
) -> None:
    begin()
    (state / "copy").write_bytes(b"")
    with closing(sqlite3.connect(state / "copy")) as copy, closing(Journal.open(state)) as reader:
        reader._database.backup(copy)
    (state / "copy").rename(journal.path)
    with pytest.raises(JournalError, match="deleted, moved or replaced"):
        begin("bb22")
    begin("bb22")
    assert journal.append("bb22", started) == 2
    with pytest.raises(JournalError, match="not written any more since an error"):
        journal.append("aa11", started)
