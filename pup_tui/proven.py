"""The runbooks of the catalog with what the journal has that speaks for them, for statistics and lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import TYPE_CHECKING

from pup_tui.analysis.freshness import Freshness, freshness
from pup_tui.analysis.statistics.statistics import KnownRunbook
from pup_tui.real_path import real_path

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry
    from pup_tui.journal.proofs import Proof
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RehearsalRecord


class Proven:
    """What the journal has of runbooks, asked for at once; nothing where nothing was recorded."""

    def __init__(
        self,
        proofs: Mapping[str, Proof] | None = None,
        rehearsals: Mapping[str, RehearsalRecord] | None = None,
    ) -> None:
        self._proofs = proofs or {}
        self._rehearsals = rehearsals or {}

    @classmethod
    def of(cls, journal: JournalReader | None, runbook: str | None = None) -> Proven:
        """All that a journal has, or all of one runbook. Blocks; raises JournalError."""
        return cls() if journal is None else cls(journal.proofs(runbook), journal.rehearsals())

    @property
    def runbooks(self) -> Set[str]:
        """The ids of all that came to an end at least once."""
        return self._proofs.keys()

    def fresh(
        self, runbook: str, file: Path | None = None, texts: Mapping[str, bytes] | None = None
    ) -> Freshness:
        """What speaks for a runbook by its id and file; `texts` are what it is made of today, where known."""
        rehearsal = None
        if file is not None and self._rehearsals:
            rehearsal = self._rehearsals.get(str(real_path(file)))
        return freshness(self._proofs.get(runbook), rehearsal, texts)


def known_runbooks(
    catalog: Catalog, entries: Iterable[Entry], proven: Proven
) -> Iterator[KnownRunbook]:
    """What is known today of each runbook that its id stands for, and of those that only past runs tell of.

    Files that were never run are not judged.
    """
    seen: set[str] = set()
    for entry in entries:
        if entry.shadowed:
            continue
        seen.add(entry.id)
        texts = catalog.load(entry.path).files if entry.id in proven.runbooks else None
        yield KnownRunbook(
            id=entry.id,
            fresh=proven.fresh(entry.id, entry.path, texts),
            manual_time=entry.manual_time,
        )
    for runbook in sorted(proven.runbooks - seen):
        yield KnownRunbook(id=runbook, fresh=proven.fresh(runbook), is_installed=False)
