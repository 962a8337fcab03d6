"""The runbooks and their last runs, as the console knows them; read in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pup_tui.catalog.entries import Entry
    from pup_tui.catalog.past import Loaded
    from pup_tui.journal.records import RunRow
    from pup_tui.tui.services import Services

LAST_RUNS = 5
"""Past runs that belong to what is shown of a runbook; all of them are in the history."""


@dataclass
class Library:
    """What was there when it was last looked at. `loading` until that was done once."""

    services: Services
    entries: list[Entry] = field(default_factory=list)
    last_runs: dict[str, RunRow] = field(default_factory=dict)
    journal_problem: str = ""
    problem: str = ""
    loading: bool = True
    _stamp: object = None

    async def look(self) -> bool:
        """Read what has changed on disk since the last time; whether anything has.

        Where that fails, `problem` says why, and what was known stays.
        """
        before = self.problem
        try:
            found = await asyncio.to_thread(self._changed)
        except Exception as error:  # no file may take the list of all the others away
            self.problem = f"{type(error).__name__}: {error}"
            self.loading = False
            return self.problem != before
        self.problem = ""
        if found is None:
            return bool(before)
        self._stamp, self.entries = found
        self.loading = False
        return True

    def _changed(self) -> tuple[object, list[Entry]] | None:
        catalog = self.services.catalog
        stamp = catalog.stamp()
        if stamp == self._stamp:
            return None
        return stamp, catalog.entries()

    async def look_at_runs(self) -> None:
        """Read the last run of each runbook. Where that fails, `journal_problem` says why."""
        from pup_tui.journal.errors import JournalError
        from pup_tui.tui.past import last_runs

        try:
            self.last_runs = await asyncio.to_thread(last_runs, self.services.state)
            self.journal_problem = ""
        except JournalError as error:
            self.journal_problem = str(error)

    def find(self, runbook: str) -> Entry | None:
        """The entry that an id stands for: the first one that has it."""
        return next((entry for entry in self.entries if entry.id == runbook), None)


@dataclass(frozen=True)
class Described:
    """A runbook as its file is now: `effects` tells of each step whether it changes anything."""

    entry: Entry
    loaded: Loaded
    effects: Sequence[bool | None]
    runs: Sequence[RunRow]
    journal_problem: str = ""


def describe(services: Services, entry: Entry) -> Described:
    """All that the overview shows of a runbook. Reads files and the journal: call it in a thread."""
    from pup_tui.catalog.effects import mutates
    from pup_tui.journal.errors import JournalError
    from pup_tui.tui.past import past_runs

    loaded = services.catalog.load(entry.path)
    steps = () if loaded.runbook is None else loaded.runbook.steps
    runs: list[RunRow] = []
    problem = ""
    try:
        runs = past_runs(services.state, entry.id, LAST_RUNS)
    except JournalError as error:
        problem = str(error)
    return Described(entry, loaded, [mutates(step) for step in steps], runs, problem)
