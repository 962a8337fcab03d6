"""Journals for tests: whether one is sound as a whole, and one that fails when it is told to."""

from __future__ import annotations

from collections.abc import Mapping

from pup_tui.core.events import AnyEvent
from pup_tui.journal.errors import JournalError
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


class FailingJournal(MemoryJournal):
    """A journal in memory whose calls fail with `error`, once that is set."""

    error: JournalError | None = None

    async def create_run(self, record: RunRecord, files: Mapping[str, bytes]) -> None:
        self._check()
        await super().create_run(record, files)

    async def append(self, run: str, *events: AnyEvent, summary: RunSummary | None = None) -> int:
        self._check()
        return await super().append(run, *events, summary=summary)

    def _check(self) -> None:
        if self.error is not None:
            raise self.error
