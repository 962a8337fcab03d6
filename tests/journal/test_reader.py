from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pup_tui.core.events import (
    Answered,
    AttemptFinished,
    AttemptStarted,
    CancelRequested,
    Interrupted,
    Moment,
    NoteAdded,
    Resumed,
    RunCreated,
)
from pup_tui.core.state import RunStatus
from pup_tui.journal.errors import AmbiguousRunError, JournalError, RunDamaged
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.records import RunRecord, RunSummary
from pup_tui.journal.store import Journal
from tests.support.journals import problems_of

Beginner = Callable[..., RunCreated]


@pytest.fixture
def history(journal: Journal, begin: Beginner) -> Journal:
    """Five runs of two runbooks; `cc33` began last though its clock was set back."""
    told = [
        ("aa11", "payments/restart", 100.0, RunStatus.SUCCEEDED),
        ("ab12", "payments/restart", 200.0, RunStatus.FAILED),
        ("bb22", "payments/drain", 300.0, RunStatus.ABORTED),
        ("bc%3", "payments/drain", 400.0, RunStatus.SUCCEEDED),
        ("cc33", "payments/restart", 50.0, RunStatus.RUNNING),
    ]
    for run, runbook, wall, status in told:
        run = run.replace("%", "_")
        begin(run, runbook, at=Moment(wall, 0.0))
        if status is not RunStatus.RUNNING:
            ended = RunSummary(status=status, duration=1.0, ended_wall=wall + 1)
            journal.append(run, Interrupted(at=Moment(wall, 1.0), reason=""), summary=ended)
    return journal


def ids(journal: JournalReader, **wanted: object) -> list[str]:
    return [row.run for row in journal.runs(**wanted)]  # type: ignore[arg-type]  # typed by runs


def test_runs_come_newest_first_whatever_the_clock_said(history: Journal) -> None:
    assert ids(history) == ["cc33", "bc_3", "bb22", "ab12", "aa11"]


@pytest.mark.parametrize("at_once", [1, 2, 3, 200])
def test_each_run_comes_once_however_many_are_read_at_once(
    history: Journal, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("pup_tui.journal.reader.RUNS_AT_ONCE", at_once)
    assert [row.run for row in history.each_run()] == ids(history)
    of_one = history.each_run(runbook="payments/restart", statuses=[RunStatus.FAILED], since=60.0)
    assert [row.run for row in of_one] == ["ab12"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"runbook": "payments/restart"}, ["cc33", "ab12", "aa11"]),
        ({"runbook": "payments"}, []),
        ({"statuses": [RunStatus.SUCCEEDED]}, ["bc_3", "aa11"]),
        ({"statuses": [RunStatus.RUNNING]}, ["cc33"]),
        ({"statuses": [RunStatus.INTERRUPTED]}, []),
        ({"since": 200.0}, ["bc_3", "bb22", "ab12"]),
        ({"until": 200.0}, ["cc33", "aa11"]),
        ({"since": 200.0, "until": 200.0}, []),
        ({"statuses": [RunStatus.SUCCEEDED, RunStatus.RUNNING]}, ["cc33", "bc_3", "aa11"]),
        ({"statuses": []}, []),
        ({"fields": {"runbook": ["DRAIN", "none"]}}, ["bc_3", "bb22"]),
        ({"fields": {"runbook": ["pay"], "operator": ["nobody"]}}, []),
        ({"limit": 2}, ["cc33", "bc_3"]),
        ({"limit": 0}, []),
        ({"runbook": "payments/drain", "statuses": [RunStatus.SUCCEEDED], "since": 0.0}, ["bc_3"]),
        ({"statuses": [RunStatus.SUCCEEDED], "limit": 1}, ["bc_3"]),
    ],
)
def test_runs_can_be_narrowed(
    history: Journal, wanted: dict[str, object], expected: list[str]
) -> None:
    assert ids(history, **wanted) == expected


def test_an_abandoned_run_is_found_as_interrupted(history: Journal, state: Path) -> None:
    history.close()
    reader = JournalReader.open(state)
    assert ids(reader, statuses=[RunStatus.INTERRUPTED], limit=1) == ["cc33"]
    assert ids(reader, statuses=[RunStatus.RUNNING]) == []
    assert reader.last_runs()["payments/restart"].status is RunStatus.INTERRUPTED
    row = reader.run("cc33")
    assert row is not None
    assert row.status is RunStatus.INTERRUPTED
    reader.close()


def test_the_last_run_of_each_runbook(history: Journal) -> None:
    last = {runbook: row.run for runbook, row in history.last_runs().items()}
    assert last == {"payments/restart": "cc33", "payments/drain": "bc_3"}


@pytest.mark.parametrize(
    ("asked", "found"), [("aa11", "aa11"), ("aa", "aa11"), ("c", "cc33"), ("bc_", "bc_3")]
)
def test_a_run_is_found_by_the_beginning_of_its_id(
    history: Journal, asked: str, found: str
) -> None:
    row = history.run(asked)
    assert row is not None
    assert row.run == found


@pytest.mark.parametrize("asked", ["", "zz", "aa112", "%", "_", "AA11", "a' OR 1=1 --"])
def test_what_begins_no_id_finds_nothing(history: Journal, asked: str) -> None:
    assert history.run(asked) is None


def test_an_id_that_begins_another_is_found(journal: Journal, begin: Beginner) -> None:
    begin("aa")
    begin("aa11")
    row = journal.run("aa")
    assert row is not None
    assert row.run == "aa"


def test_a_beginning_of_several_ids_lists_them(history: Journal) -> None:
    with pytest.raises(AmbiguousRunError) as caught:
        history.run("a")
    assert caught.value.hint == "give more of the id: ab12, aa11"
    assert "ab12, aa11" in str(caught.value)


def test_a_row_tells_what_the_record_said(
    journal: Journal, created: Callable[..., RunCreated]
) -> None:
    event = created(values={"service": "payments", "hosts": ["a", {"b": None}], "token": "x"})
    record = RunRecord.of(event, name="Restart payments", pid=os.getpid())
    journal.create_run(record, {})
    row = journal.run("aa11")
    assert row is not None
    assert {name: getattr(row, name) for name in RunRecord.__struct_fields__} == {
        name: getattr(record, name) for name in RunRecord.__struct_fields__
    }
    assert (row.status, row.duration, row.ended_wall) == (RunStatus.RUNNING, None, None)


def test_nothing_is_known_of_an_unknown_run(journal: Journal) -> None:
    for ask in (journal.events, journal.files):
        with pytest.raises(JournalError, match="there is no run zz"):
            ask("zz")
    assert journal.runs() == []
    assert journal.last_runs() == {}


DAMAGE = [
    "UPDATE event SET body = replace(body, 'restart#1', 'restart#2') WHERE sequence = 2",
    "UPDATE event SET body = CAST(x'7bff' AS TEXT) WHERE sequence = 2",
    "UPDATE event SET chain = x'00' WHERE sequence = 2",
    "DELETE FROM event WHERE sequence = 2",
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_changed_event_is_noticed_and_those_before_it_are_readable(
    journal: Journal,
    begin: Beginner,
    started: AttemptStarted,
    finished: AttemptFinished,
    damage: str,
) -> None:
    begin()
    journal.append("aa11", started)
    journal.append("aa11", finished)
    with closing(sqlite3.connect(journal.path)) as database:
        database.execute(damage)
        database.commit()
    with pytest.raises(JournalError, match="event 2 of run aa11") as caught:
        journal.events("aa11")
    assert caught.value.hint == (
        "the 1 events before it are intact; restore a backup,"
        " or `pup-tui history repair` sets the run aside"
    )
    assert len(problems_of(journal)) == 1
    assert journal.run("aa11") is not None


@pytest.mark.proves("F13")
def test_a_byte_flipped_in_the_file_is_noticed(
    journal: Journal, begin: Beginner, started: AttemptStarted, state: Path
) -> None:
    begin()
    journal.append("aa11", started)
    journal.close()
    content = journal.path.read_bytes()
    assert content.count(b'"restart#1"') == 1
    journal.path.write_bytes(content.replace(b'"restart#1"', b'"restart#3"'))
    again = Journal.open(state)
    with pytest.raises(JournalError) as caught:
        again.events("aa11")
    assert caught.value.hint == (
        "the 1 events before it are intact; restore a backup,"
        " or `pup-tui history repair` sets the run aside"
    )
    again.close()


def test_a_damaged_text_is_noticed(journal: Journal, created: Callable[..., RunCreated]) -> None:
    record = RunRecord.of(created(), name="Restart", pid=os.getpid())
    journal.create_run(record, {"restart.yaml": b"steps: []"})
    with closing(sqlite3.connect(journal.path)) as database:
        database.execute("UPDATE content SET bytes = x'00'")
        database.commit()
    with pytest.raises(
        JournalError, match=r"the text restart\.yaml of run aa11 is not as it was written"
    ):
        journal.files("aa11")


@pytest.mark.parametrize(
    "change", ["sha256 = CAST(x'ff41' AS TEXT)", "name = CAST(x'ff' AS TEXT)", "name = x'00'"]
)
def test_damaged_names_and_hashes_of_texts_are_told_of_the_run(
    journal: Journal, created: Callable[..., RunCreated], change: str
) -> None:
    record = RunRecord.of(created(), name="Restart", pid=os.getpid())
    journal.create_run(record, {"restart.yaml": b"steps: []"})
    with closing(sqlite3.connect(journal.path)) as database:
        database.execute(f"UPDATE run_file SET {change}")
        database.commit()
    assert problems_of(journal)
    assert list(journal.damaged_runs()) == ["aa11"]


def test_many_short_runs_are_looked_at_no_longer_than_few_long_ones(
    journal: Journal, begin: Beginner
) -> None:
    for number in range(10):
        begin(f"run{number}")
    with closing(sqlite3.connect(journal.path)) as database:
        database.execute("UPDATE run SET operator = 'adb'")
        database.commit()
    assert len(journal.damaged_runs()) == 10
    assert list(journal.damaged_runs(most=61)) == ["run9", "run8", "run7"]


@pytest.mark.parametrize(
    "change", ["operator = 'adb'", "runbook = 'other'", "started_at = started_at + 1"]
)
def test_a_record_that_tells_something_else_than_its_events_is_damage(
    journal: Journal, begin: Beginner, created: Callable[..., RunCreated], change: str
) -> None:
    begin()
    assert journal.damaged_runs() == {}
    with closing(sqlite3.connect(journal.path)) as database:
        database.execute(f"UPDATE run SET {change}")
        database.commit()
    (told,) = journal.damaged_runs().values()
    assert "the record of run aa11 is not as it was written" in str(told)


@pytest.mark.parametrize(
    "change",
    [
        "status = 'succeeded'",
        "reason = 'other'",
        "warnings = 1",
        "duration = duration + 1",
        "duration = NULL",
        "ended_wall = ended_wall + 1",
    ],
)
def test_a_record_that_tells_another_end_than_its_events_is_damage(
    journal: Journal, begin: Beginner, change: str
) -> None:
    begin()
    ended = RunSummary(status=RunStatus.FAILED, reason="a: \ud800", duration=1.5, ended_wall=2.5)
    at = Moment(wall=2.5, clock=1.5)
    journal.append("aa11", Interrupted(at=at, reason=""), summary=ended)
    journal.add_to_past("aa11", NoteAdded(at=at, by="ada", note="looked at"))
    assert journal.damaged_runs() == {}
    assert len(journal.events("aa11")) == 3
    with closing(sqlite3.connect(journal.path)) as database:
        database.execute(f"UPDATE run SET {change}")
        database.commit()
    assert list(journal.damaged_runs()) == ["aa11"]
    with pytest.raises(RunDamaged, match="not as it was written"):
        journal.events("aa11")


def test_an_end_that_only_older_events_tell_is_compared_as_far_as_they_do(
    journal: Journal, begin: Beginner
) -> None:
    begin()
    event = Interrupted(at=Moment(wall=2.5, clock=1.5), reason="", ended={"": "failed"})
    journal.append("aa11", msgspec.structs.replace(event, ended={}), event)
    for status, damaged in (("failed", []), ("running", []), ("succeeded", ["aa11"])):
        with closing(sqlite3.connect(journal.path)) as database:
            database.execute("UPDATE run SET reason = 'any', status = ?", (status,))
            database.commit()
        assert list(journal.damaged_runs()) == damaged


def test_an_end_whose_event_is_missing_is_damage(journal: Journal, begin: Beginner) -> None:
    begin()
    at = Moment(wall=2.5, clock=1.5)
    ended = RunSummary(status=RunStatus.FAILED, duration=1.5, ended_wall=2.5)
    journal.append("aa11", CancelRequested(at=at, by="ada", ended={}))
    journal.append("aa11", CancelRequested(at=at, by="ada", ended={"": "failed"}), summary=ended)
    with closing(sqlite3.connect(journal.path)) as database:
        database.execute("DELETE FROM event WHERE sequence = 3")
        database.commit()
    assert list(journal.damaged_runs()) == ["aa11"]


def test_a_run_that_broke_off_as_it_was_to_go_on_is_not_damaged(
    journal: Journal, begin: Beginner
) -> None:
    begin()
    ended = RunSummary(status=RunStatus.FAILED, duration=1.0, ended_wall=1.0)
    journal.append("aa11", Interrupted(at=Moment(wall=1.0, clock=1.0), reason=""), summary=ended)
    journal.reopen_run("aa11", 2, host="here", pid=1, files={})
    assert journal.damaged_runs() == {}


@pytest.mark.proves("F13")
@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_flipped_in_the_file_is_told_as_what_it_is(
    journal: Journal, created: Callable[..., RunCreated], state: Path, seed: int
) -> None:
    record = RunRecord.of(created(), name="Restart", pid=os.getpid())
    journal.create_run(record, {"restart.yaml": b"steps: []"})
    journal.append("aa11", created())
    journal.close()
    content, chance = journal.path.read_bytes(), random.Random(seed)
    written = [at for at, byte in enumerate(content) if byte and at > 100]
    for _ in range(40):
        flipped, start = bytearray(content), chance.choice(written)
        length = chance.choice([1, 40])
        flipped[start : start + length] = chance.randbytes(length)
        journal.path.write_bytes(flipped[: len(content)])
        with suppress(JournalError), closing(JournalReader.open(state)) as reader:
            reader.losses()
            reader.damaged_runs()
            for row in reader.runs():
                for ask in (reader.events, reader.files):
                    with suppress(JournalError):
                        ask(row.run)


@pytest.mark.parametrize("change", ["vars = '{'", "status = 'odd'", "started_at = 'x'"])
def test_a_damaged_record_is_named(journal: Journal, begin: Beginner, change: str) -> None:
    begin()
    with closing(sqlite3.connect(journal.path)) as database:
        database.execute(f"UPDATE run SET {change}")
        database.commit()
    with pytest.raises(JournalError, match="record of run aa11 is damaged"):
        journal.runs()


def test_a_sound_journal_has_no_problems(history: Journal) -> None:
    assert problems_of(history) == []


READ_ONLY = """
import os, sys
from pathlib import Path
from pup_tui.journal.errors import JournalError
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.store import Journal

state = Path(sys.argv[1])
state.as_uri()  # imports what another user may not read
if os.geteuid() == 0:  # root may write everywhere
    for path in [state, *state.rglob("*")]:
        os.chown(path, 65534, 65534)
    os.setuid(65534)
(state / "journal.db").chmod(0o400)
state.chmod(0o500)
try:
    Journal.open(state)
except JournalError as error:
    print(error)
reader = JournalReader.open(state)
print(*(f"{row.run} {row.status}" for row in reader.runs()), sep="|")
print(len(reader.events("aa11")))
state.chmod(0o700)
"""


@pytest.mark.proves("F12", "F09b")
def test_history_can_be_read_where_nothing_can_be_written(
    created: Callable[..., RunCreated],
) -> None:
    # Not pytest's own folder: its parents are closed to everyone but the user that runs the tests.
    with tempfile.TemporaryDirectory(prefix="pup-tui-test-") as folder:
        Path(folder).chmod(0o755)
        state = Path(folder) / "state"
        journal = Journal.open(state)
        journal.create_run(RunRecord.of(created(), name="Restart", pid=os.getpid()), {})
        journal.append("aa11", created())
        journal.close()
        told = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(state)],
            capture_output=True,
            text=True,
            check=True,
        )
    refused, runs, events = told.stdout.splitlines()
    assert refused.startswith(f"the folder cannot be written: {state}: ")
    assert "PUP_TUI_STATE_DIR" in refused
    assert (runs, events) == ("aa11 interrupted", "1")


def test_a_run_is_found_by_the_end_of_its_id_as_by_its_beginning(
    journal: Journal, begin: Beginner
) -> None:
    begin()
    for part in ("aa11", "aa", "11"):
        row = journal.run(part)
        assert row is not None
        assert row.run == "aa11"
    assert journal.run("a1") is None


@pytest.mark.parametrize("indexed", [True, False])
def test_a_run_tells_how_often_it_was_resumed(
    journal: Journal, begin: Beginner, *, indexed: bool
) -> None:
    begin("aa11")
    begin("bb22")
    ends = RunSummary(status=RunStatus.INTERRUPTED)
    for leg in range(2):
        at = Moment(1_700_000_100.0 + leg, 100.0)
        journal.append("aa11", Interrupted(at=at, reason="lost"), summary=ends)
        journal.reopen_run("aa11", 2 + 2 * leg, host="there", pid=1, files={})
        journal.append("aa11", Resumed(at=at, by="grace", host="there"))
    if not indexed:
        with closing(sqlite3.connect(journal.path)) as database:
            database.execute("DROP INDEX event_of_leg")
    assert {row.run: row.leg for row in journal.runs()} == {"aa11": 3, "bb22": 1}


def test_the_legs_of_every_run_that_can_be_read_are_told(journal: Journal, begin: Beginner) -> None:
    first, _ = begin(), begin("bb22")
    resumed = Resumed(at=Moment(2.0, 1.0), by="grace", host="there")
    journal.append("aa11", Interrupted(at=Moment(1.0, 1.0), reason=""))
    journal.append("aa11", resumed)
    with closing(sqlite3.connect(journal.path)) as database:
        database.execute("UPDATE event SET body = CAST(x'7bff' AS TEXT) WHERE run = 2")
        database.commit()
    assert journal.first_events() == {"aa11": [first, resumed], "bb22": []}


def test_words_are_looked_for_in_what_a_row_shows_in_either_case(
    journal: Journal, begin: Callable[..., RunCreated], finished: AttemptFinished
) -> None:
    begin("aa11", "payments/restart")
    begin("bb22", "flags/Öffnen", operator="ALEX")
    ended = RunSummary(status=RunStatus.FAILED)
    journal.append("bb22", finished, summary=ended)
    found = {
        words: ids(journal, words=words)
        for words in ("restart", "öffnen alex", "casey", "failed", "running", "b22 fail", "zzz")
    }
    assert found == {
        "restart": ["bb22", "aa11"],
        "öffnen alex": ["bb22"],
        "casey": ["aa11"],
        "failed": ["bb22"],
        "running": ["aa11"],
        "b22 fail": ["bb22"],
        "zzz": [],
    }
    assert [journal.count(words=words) for words in found] == [len(each) for each in found.values()]
    assert journal.statuses() == {RunStatus.RUNNING, RunStatus.FAILED}


def test_pages_follow_one_another_and_those_of_interrupted_runs_are_full(
    state: Path, journal: Journal, begin: Callable[..., RunCreated], finished: AttemptFinished
) -> None:
    for each in range(9):
        begin(f"run{each}")
        if each % 2:
            journal.append(f"run{each}", finished, summary=RunSummary(status=RunStatus.SUCCEEDED))
    journal.close()
    with closing(JournalReader.open(state)) as reader:
        pages, before = [], None
        while page := ids(reader, before=before, limit=4):
            pages.append(page)
            before = page[-1]
        assert pages == [
            ["run8", "run7", "run6", "run5"],
            ["run4", "run3", "run2", "run1"],
            ["run0"],
        ]
        wanted: Any = {"statuses": [RunStatus.INTERRUPTED]}
        assert ids(reader, **wanted, limit=2) == ["run8", "run6"]
        assert ids(reader, **wanted, limit=9, before="run6") == ["run4", "run2", "run0"]
        assert reader.count(**wanted) == 5
        assert reader.count(statuses=[RunStatus.RUNNING]) == 0
        assert reader.count(words="interrupted") == 5


def test_it_is_counted_in_how_many_earlier_runs_of_the_runbook_a_step_failed(
    journal: Journal, begin: Beginner
) -> None:
    failed = {"dd11": "a", "dd22": "b", "dd33": "a", "dd44": "a"}
    for run, step in failed.items():
        begin(run, "payments/drain" if run == "dd33" else "payments/restart")
        told = Interrupted(at=Moment(1.0, 1.0), reason="", ended={step: "failed"})
        journal.append(run, told, told)
    assert journal.failures("dd44", "a") == (1, 2)
    assert journal.failures("dd11", "a") == (0, 0)
    assert journal.failures("nowhere", "a") == (0, 0)


@pytest.mark.parametrize("unknown", [False, True])
@pytest.mark.parametrize(("answer", "ended"), [("skip", {"a": "skipped"}), ("retry", {})])
def test_a_failure_counts_whatever_a_person_made_of_it(
    journal: Journal, begin: Beginner, answer: str, ended: dict[str, str], unknown: bool
) -> None:
    at = Moment(1.0, 1.0)
    for run in ("dd11", "dd22"):
        begin(run, "payments/restart")
        journal.append(
            run,
            AttemptStarted(at=at, attempt="a#1", command=""),
            AttemptFinished(at=at, attempt="a#1", ok=False, duration=1.0, unknown=unknown),
            Answered(at=at, step="a", answer=answer, by="ada", ended=ended),
            AttemptStarted(at=at, attempt="b#1", command=""),
            AttemptFinished(at=at, attempt="b#1", ok=True, duration=1.0, ended={"b": "succeeded"}),
        )
    assert journal.failures("dd22", "a") == (0 if unknown else 1, 1)
    assert journal.failures("dd22", "b") == (0, 1)


@pytest.mark.parametrize("status", ["warned", "ignored"])
def test_a_failure_counts_after_which_the_run_went_on(
    journal: Journal, begin: Beginner, status: str
) -> None:
    for run in ("dd11", "dd22"):
        begin(run, "payments/restart")
        ended = {"a": status}
        finished = AttemptFinished(
            at=Moment(1.0, 1.0), attempt="a#1", ok=False, duration=1.0, ended=ended
        )
        journal.append(run, finished)
    assert journal.failures("dd22", "a") == (1, 1)
