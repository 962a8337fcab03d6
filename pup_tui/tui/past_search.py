"""The history as one looks through it, page by page. Blocks: the console calls it in threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pup_tui.core.state import RunStatus
from pup_tui.journal.reader import JournalReader, read_journal
from pup_tui.journal.records import RunRow
from pup_tui.record_search import FoundLine, RecordSearch
from pup_tui.tui.past_filter import read_filter

PAGE = 500
"""Runs that are read at once, and the newest that are looked into for a text."""


@dataclass(frozen=True)
class Search:
    """Which runs are asked for: those of a text (`read_filter`), with this status if one is named."""

    text: str = ""
    status: RunStatus | None = None


@dataclass(frozen=True)
class FoundPlace:
    """Where a `text` that is looked for in a run stands in it at first."""

    text: str
    line: FoundLine


@dataclass(frozen=True)
class FoundRuns:
    """The next runs, newest first.

    With the first of them: how many match in all, which statuses there are, of whatever run, what of the
    journal is known to be lost, what of the text could not be understood, and, where runs are looked into,
    what was found, by the id of the run.
    """

    rows: Sequence[RunRow] = ()
    total: int = 0
    statuses: Sequence[RunStatus] = ()
    losses: str = ""
    problems: Sequence[str] = ()
    texts: Mapping[str, FoundPlace] = field(default_factory=dict)


FindRuns: TypeAlias = Callable[[Search, str | None], FoundRuns]
"""Finds the first page, or the one that goes on behind the run with this id. Raises JournalError."""


def find_runs(state: Path, wanted: Search, behind: str | None) -> FoundRuns:
    """A page of the history in the folder `state`, as `FindRuns` says."""
    with read_journal(state) as journal:
        if journal is None:
            return FoundRuns()
        found = read_filter(wanted.text, time.time())
        statuses = found.outcomes
        if wanted.status is not None:
            statuses = {wanted.status}.intersection(RunStatus if statuses is None else statuses)
        if found.holds and behind is not None:
            return FoundRuns()  # all that are looked into stand on the first page
        rows = journal.runs(
            statuses=statuses,
            since=found.since,
            until=found.until,
            words=found.words,
            fields=found.fields,
            before=behind,
            limit=PAGE,
        )
        if behind is not None:
            return FoundRuns(rows)
        problems = list(found.problems)
        total = journal.count(
            statuses=statuses,
            since=found.since,
            until=found.until,
            words=found.words,
            fields=found.fields,
        )
        texts: dict[str, FoundPlace] = {}
        if found.holds:
            if total > len(rows):
                problems.append(f"holds: only the newest {PAGE} of {total:,} runs are looked into")
            texts = _holding(journal, rows, found.holds)
            rows = [row for row in rows if row.run in texts]
            total = len(rows)
        statuses_there = sorted(journal.statuses())
        return FoundRuns(rows, total, statuses_there, journal.losses(), problems, texts)


def _holding(
    journal: JournalReader, rows: Iterable[RunRow], texts: Sequence[str]
) -> dict[str, FoundPlace]:
    """Where the first of the texts stands, in commands, answers, notes or outputs of runs that hold all."""
    first, *others = (RecordSearch(journal, text) for text in texts)
    found: dict[str, FoundPlace] = {}
    for row in rows:
        line = next(first.lines([row]), None)
        if line is not None and all(any(search.lines([row])) for search in others):
            found[row.run] = FoundPlace(texts[0], line)
    return found
