from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pup_tui.journal import schema
from pup_tui.journal.errors import JournalError
from pup_tui.journal.places import journal_path
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.store import Journal
from tests.support.forked import PROCESSES
from tests.support.journals import problems_of


@pytest.fixture
def made(state: Path) -> Path:
    """A journal that nobody has open."""
    Journal.open(state).close()
    return journal_path(state)


@pytest.fixture(params=[Journal, JournalReader], ids=["to write", "to read"])
def opener(request: pytest.FixtureRequest) -> type[JournalReader]:
    found: type[JournalReader] = request.param
    return found


@contextmanager
def untouched(path: Path) -> Iterator[None]:
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    yield
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def refusal(opener: type[JournalReader], state: Path) -> JournalError:
    with pytest.raises(JournalError) as caught:
        opener.open(state)
    return caught.value


def pragma(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()


def test_a_new_journal_says_whose_it_is_and_of_which_version(made: Path) -> None:
    with closing(sqlite3.connect(made)) as database:
        asked = ("application_id", "user_version", "journal_mode", "integrity_check")
        found = [database.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
    assert found == [schema.APPLICATION_ID, schema.VERSION, "wal", "ok"]


@pytest.mark.proves("F11", "P13")
def test_every_commit_is_synced(journal: Journal) -> None:
    database = journal._database
    asked = ("synchronous", "foreign_keys", "fullfsync", "journal_mode")
    found = [database.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
    full = 2
    assert found == [full, 1, 1, "wal"]


@pytest.mark.proves("P10")
def test_nothing_can_be_read_by_others_whatever_the_umask(state: Path) -> None:
    before = os.umask(0)
    try:
        journal = Journal.open(state)
        # The log and the shared memory exist only while somebody has the journal open.
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()}
        journal.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(["journal.db", "journal.db-wal", "journal.db-shm"], 0o600)
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_many_may_begin_the_journal_at_once(state: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        journals = [done.result() for done in [pool.submit(Journal.open, state) for _ in range(8)]]
    inodes = {os.stat(journal.path).st_ino for journal in journals}
    for journal in journals:
        journal.close()
    assert len(inodes) == 1
    assert [path.name for path in state.iterdir()] == ["journal.db"]


def _killed_while_founding(state: Path) -> None:
    """Begin a journal, and be killed before it has its name."""

    def killed(made: Path, path: Path) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    os.link = killed  # type: ignore[assignment]
    Journal.open(state)


def test_what_a_killed_founder_left_is_cleared_away_and_what_a_living_one_makes_is_not(
    state: Path,
) -> None:
    founder = PROCESSES.Process(target=_killed_while_founding, args=(state,))
    founder.start()
    founder.join()
    (left,) = state.glob(".new-*")
    assert list(left.iterdir())
    living = state / ".new-living"
    living.mkdir()
    descriptor = os.open(living, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    Journal.open(state).close()
    assert list(state.glob(".new-*")) == [living]
    os.close(descriptor)
    Journal.open(state).close()
    assert not living.exists()


@pytest.mark.parametrize("name", ["with space", "per%20cent", "q?mode=memory", "hash#", "café"])
def test_the_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    Journal.open(tmp_path / name).close()
    assert (tmp_path / name / "journal.db").stat().st_size > 0


@pytest.mark.proves("F16c", "P14")
def test_a_newer_version_is_refused_and_stays_as_it_is(
    made: Path, state: Path, opener: type[JournalReader]
) -> None:
    pragma(made, f"PRAGMA user_version = {schema.VERSION + 1}")
    with untouched(made):
        error = refusal(opener, state)
    assert "newer" in error.message
    assert error.path == made


def test_a_newer_version_with_a_log_is_not_touched_either(
    made: Path, state: Path, opener: type[JournalReader]
) -> None:
    script = (
        "import os, signal, sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1])\n"
        "database.execute('PRAGMA user_version = 99')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(made)], check=False)
    log = Path(f"{made}-wal")
    assert log.stat().st_size > 0
    with untouched(made), untouched(log):
        assert "version 99, newer" in refusal(opener, state).message


def test_a_database_of_something_else_is_refused(
    state: Path, made: Path, opener: type[JournalReader]
) -> None:
    pragma(made, "PRAGMA application_id = 7")
    with untouched(made):
        assert "no journal of pup-tui" in refusal(opener, state).message


@pytest.mark.parametrize("content", [b"", b"a text, not a database\n" * 400])
def test_what_is_no_database_is_refused(
    state: Path, made: Path, opener: type[JournalReader], content: bytes
) -> None:
    made.write_bytes(content)
    with untouched(made):
        error = refusal(opener, state)
    assert "damaged" in error.message
    assert "nothing was changed" in error.hint


@pytest.mark.proves("F13", "P14")
def test_an_overwritten_header_is_refused(
    state: Path, made: Path, opener: type[JournalReader]
) -> None:
    content = made.read_bytes()
    made.write_bytes(b"\0" * 100 + content[100:])
    with untouched(made):
        assert "damaged" in refusal(opener, state).message


@pytest.mark.proves("F14", "P14")
def test_a_file_cut_to_half_is_refused(
    state: Path, made: Path, opener: type[JournalReader]
) -> None:
    content = made.read_bytes()
    made.write_bytes(content[: len(content) // 2])
    with untouched(made):
        assert "damaged" in refusal(opener, state).message


@pytest.mark.proves("F13", "P14")
def test_a_page_of_rubbish_is_found_before_anything_is_written(state: Path, made: Path) -> None:
    content = bytearray(made.read_bytes())
    content[-4096:] = b"\xa5" * 4096
    made.write_bytes(content)
    with untouched(made):
        assert "damaged" in refusal(Journal, state).message


@pytest.mark.proves("F16", "P14")
def test_a_log_without_its_database_is_not_thrown_away(state: Path) -> None:
    state.mkdir()
    log = state / "journal.db-wal"
    log.write_bytes(b"the last records")
    with untouched(log):
        assert refusal(Journal, state).path == log
    assert not journal_path(state).exists()


def test_there_is_nothing_to_read_before_the_first_run(state: Path) -> None:
    assert "no journal yet" in refusal(JournalReader, state).message
    assert not state.exists()


def test_a_folder_in_the_place_of_the_file_is_reported(
    state: Path, opener: type[JournalReader]
) -> None:
    journal_path(state).mkdir(parents=True)
    assert refusal(opener, state).path == journal_path(state)


@pytest.fixture
def older(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal as it is when the program has gone on to a version that does not exist yet."""
    later = (*schema.MIGRATIONS, ("CREATE TABLE note (run INTEGER REFERENCES run (number))",))
    for name, value in (("MIGRATIONS", later), ("VERSION", len(later))):
        monkeypatch.setattr(f"pup_tui.journal.database.{name}", value)
    return made


def test_an_older_version_is_brought_up_to_date(
    older: Path, state: Path, opener: type[JournalReader]
) -> None:
    opener.open(state).close()
    with closing(JournalReader.open(state)) as reader:
        assert problems_of(reader) == []
    with closing(sqlite3.connect(older)) as database:
        assert database.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION + 1
        assert database.execute("SELECT count(*) FROM note").fetchone()[0] == 0


def test_an_older_version_that_cannot_be_written_is_said(
    older: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pup_tui.journal.database.os.access", lambda *_: False)
    with untouched(older):
        error = refusal(JournalReader, state)
    assert f"of the older version {schema.VERSION} and has to be written once" in error.message
    assert "cannot be written" in error.message
    assert "make it writable" in error.hint


def test_a_migration_that_fails_leaves_the_older_version_as_it_was(
    older: Path, state: Path, opener: type[JournalReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = (
        *schema.MIGRATIONS,
        ("CREATE TABLE note (run INTEGER)", "CREATE TABLE note (run TEXT)"),
    )
    monkeypatch.setattr("pup_tui.journal.database.MIGRATIONS", fails)
    refusal(opener, state)
    with closing(sqlite3.connect(older)) as database:
        assert database.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION
        named = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'note'")
        assert named.fetchone()[0] == 0
