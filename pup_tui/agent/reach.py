"""Which runbooks and runs agents get to see: nothing of what says `agents: none`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from pup_tui.agent.desk import Refused
from pup_tui.agent.limits import LONGEST_NAME, checked_text
from pup_tui.catalog.catalog import UnknownRunbook
from pup_tui.journal.errors import JournalError
from pup_tui.quoted import quoted
from pup_tui.recorded_text import KnownPrograms, read_record
from pup_tui.runbook.agents import may_agents
from pup_tui.runbook.suffixes import SUFFIXES

if TYPE_CHECKING:
    from pup_tui.agent.desk import Desk
    from pup_tui.catalog.entries import Entry
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import AgentsMay


RUN_ID: Final = 26
"""Characters of the id of a run: of a shorter one the others that it may mean would be told."""


class SeenRunbook(NamedTuple):
    """A runbook that agents get to see, and what they `may` do with it."""

    entry: Entry
    loaded: Loaded
    may: AgentsMay


class Reach:
    """Finds what agents get to see. Of what cannot be read nobody knows what they may, so it is not there."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._runs: dict[tuple[str, int], bool] = {}
        self._programs = KnownPrograms()

    def runbooks(self) -> Iterator[SeenRunbook]:
        """The runbooks of the catalog that can be run by their id."""
        for entry in self._desk.catalog.entries():
            seen = None if entry.shadowed else self._seen(entry)
            if seen is not None:
                yield seen

    def runbook(self, name: str) -> SeenRunbook:
        """The runbook with this id, never the file of a path. Raises Refused where none is to be seen."""
        seen = self._found(checked_text("runbook", name, LONGEST_NAME))
        if seen is None:
            raise Refused(
                f"there is no runbook {quoted(name)}: `list_runbooks` names those that are there"
            )
        return seen

    def _found(self, name: str) -> SeenRunbook | None:
        if not name or name.startswith((".", "/", "~")) or name.endswith(SUFFIXES) or "\0" in name:
            return None
        try:
            return self._seen(self._desk.catalog.find(name))
        except UnknownRunbook:
            return None

    def _seen(self, entry: Entry) -> SeenRunbook | None:
        loaded = self._desk.catalog.load(entry.path)
        if loaded.runbook is None:
            return None
        may = may_agents(loaded.runbook)
        return None if may == "none" else SeenRunbook(entry, loaded, may)

    def run(self, journal: JournalReader | None, run: str) -> tuple[JournalReader, RunRow]:
        """The run with this id, which has to be whole. Raises Refused where there is none to be seen."""
        checked_text("run", run, LONGEST_NAME)
        row = None if journal is None or len(run) != RUN_ID else journal.run(run)
        if journal is None or row is None or not self.sees_run(journal, row):
            raise Refused(f"there is no run {quoted(run)}: `search_history` finds runs")
        return journal, row

    def sees_run(self, journal: JournalReader, row: RunRow) -> bool:
        """Whether agents get to see a run: by each text that it was made from, and by that of today."""
        if not self.sees_today(row.runbook):
            return False
        key = (row.run, row.leg)
        if key not in self._runs:
            self._runs[key] = self._may_be_seen(journal, row)
        return self._runs[key]

    def _may_be_seen(self, journal: JournalReader, row: RunRow) -> bool:
        try:
            record = read_record(journal, row, self._programs)
        except JournalError:
            return False
        return all(may_agents(program.runbook) != "none" for program in record.programs.values())

    def sees_today(self, runbook: str) -> bool:
        """Whether a runbook that is still there may be seen; one that is gone says nothing any more."""
        try:
            loaded = self._desk.catalog.load(self._desk.catalog.path_of(runbook))
        except UnknownRunbook:
            return True
        return loaded.runbook is not None and may_agents(loaded.runbook) != "none"
