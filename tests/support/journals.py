"""Journals for tests: whether one is sound as a whole, and one that fails when it is told to."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from pup_tui.core.events import AnyEvent, RunCreated, Scheduled
from pup_tui.journal import codec
from pup_tui.journal.ended import note_end
from pup_tui.journal.errors import JournalError
from pup_tui.journal.places import journal_path, outputs_dir
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.records import RunRecord, RunSummary
from pup_tui.journal.writer import MemoryJournal


def problems_of(journal: JournalReader) -> list[str]:
    """Everything wrong with the file, its references, and the events and files of its runs."""
    whole = journal._database.execute("PRAGMA integrity_check").fetchall()
    lost = journal._database.execute("PRAGMA foreign_key_check").fetchall()
    runs = journal._database.execute("SELECT run FROM run ORDER BY number").fetchall()
    found = [str(row[0]) for row in whole if row[0] != "ok"]
    found += [f"{row[0]}: row {row[1]} refers to nothing" for row in lost]
    for (run,) in runs:
        try:
            journal.events(run)
            journal.files(run)
        except JournalError as error:
            found.append(f"{run}: {error.message}")
    return found


def aged(state: Path, seconds: float) -> None:
    """Have all that is recorded in a journal that nobody has open be so much longer ago."""
    with closing(sqlite3.connect(journal_path(state))) as database, database:
        for number, run in database.execute("SELECT number, run FROM run").fetchall():
            chain = codec.first_link(run)
            for sequence, body in database.execute(
                "SELECT sequence, body FROM event WHERE run = ? ORDER BY sequence", (number,)
            ).fetchall():
                event = codec.decode(body.encode())
                at = replace(event.at, wall=event.at.wall - seconds)
                text = codec.encode(replace(event, at=at))
                chain = codec.link(chain, sequence, text.encode())
                database.execute(
                    "UPDATE event SET body = ?, chain = ? WHERE run = ? AND sequence = ?",
                    (text, chain, number, sequence),
                )
        database.execute("UPDATE run SET started_at = started_at - ?", (seconds,))
        for table in ("ended_run", "ended_step"):
            database.execute(f"UPDATE {table} SET began = began - ?", (seconds,))


def copied(state: Path, run: str, times: int) -> list[str]:
    """Record a run of a journal that nobody has open so many times more, with what it printed."""
    copies = [f"{run[:-5]}{number:05d}" for number in range(times)]
    with closing(sqlite3.connect(journal_path(state))) as database, database:
        (number,) = database.execute("SELECT number FROM run WHERE run = ?", (run,)).fetchone()
        stored = "SELECT sequence, body FROM event WHERE run = ? ORDER BY sequence"
        events = [
            (sequence, codec.decode(body.encode()))
            for sequence, body in database.execute(stored, (number,)).fetchall()
        ]
        columns = [row[1] for row in database.execute("PRAGMA table_info(run)")]
        kept = ", ".join(name for name in columns if name not in ("number", "run"))
        for copy in copies:
            own = database.execute(
                f"INSERT INTO run (run, {kept}) SELECT ?, {kept} FROM run WHERE number = ?",
                (copy, number),
            ).lastrowid
            database.execute(
                "INSERT INTO run_file (run, name, sha256) SELECT ?, name, sha256 FROM run_file"
                " WHERE run = ?",
                (own, number),
            )
            database.executemany(
                "INSERT INTO event (run, sequence, body, chain) VALUES (?, ?, ?, ?)",
                [(own, *each) for each in _as_of(copy, events)],
            )
            assert own is not None
            note_end(database, own)
    outputs = outputs_dir(state)
    for copy in copies:
        if (outputs / run).exists():
            shutil.copytree(outputs / run, outputs / copy)
    return copies


def _as_of(run: str, events: Iterable[tuple[int, AnyEvent]]) -> Iterator[tuple[int, str, bytes]]:
    """Events as they are stored of another run; the newest has how it ended, if it did."""
    chain = codec.first_link(run)
    for sequence, event in events:
        text = codec.encode(replace(event, run=run) if isinstance(event, RunCreated) else event)
        chain = codec.link(chain, sequence, text.encode())
        yield sequence, text, chain


class FailingJournal(MemoryJournal):
    """A journal in memory whose calls fail with `error`, once that is set."""

    error: JournalError | None = None

    async def create_run(
        self, record: RunRecord, files: Mapping[str, bytes], scheduled: Scheduled | None = None
    ) -> None:
        self._check()
        await super().create_run(record, files, scheduled)

    async def append(self, run: str, *events: AnyEvent, summary: RunSummary | None = None) -> int:
        self._check()
        return await super().append(run, *events, summary=summary)

    def _check(self) -> None:
        if self.error is not None:
            raise self.error
