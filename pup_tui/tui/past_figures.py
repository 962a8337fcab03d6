"""The statistics of all runbooks. Blocks: the console calls it in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.analysis.statistics.statistics import RunbookStatistics, statistics
from pup_tui.journal.figures import Figures
from pup_tui.journal.reader import read_journal
from pup_tui.proven import Proven, known_runbooks

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry

NO_STATISTICS: Mapping[str, RunbookStatistics] = {}
"""Where nothing can be read."""


def past_figures(
    state: Path, catalog: Catalog, entries: Iterable[Entry]
) -> Mapping[str, RunbookStatistics]:
    """What the journal in the folder `state` says of runbooks, by their ids, what ran most first.

    Raises JournalError.
    """
    with read_journal(state) as journal:
        figures = Figures() if journal is None else journal.figures()
        return statistics(figures, known_runbooks(catalog, entries, Proven.of(journal)))
