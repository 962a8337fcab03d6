"""The history as one looks through it, page by page. Blocks: the console calls it in threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pup_tui.core.state import RunStatus
from pup_tui.journal.reader import read_journal
from pup_tui.journal.records import RunRow
from pup_tui.template.duration import DurationError, parse_duration

SINCE = "since:"

PAGE = 500
"""Runs that are read at once."""


@dataclass(frozen=True)
class Search:
    """Which runs are asked for: those with each of the `words`, and with this status if one is named.

    A word such as `since:2d` asks for those that began in this time.
    """

    words: str = ""
    status: RunStatus | None = None

    def parted(self, now: float) -> tuple[str, float | None]:
        """The words without such a one, and since when runs are asked for, in seconds since 1970."""
        words = self.words.split()
        since = None
        for word in words:
            if word.startswith(SINCE):
                # One that is still being typed asks for nothing.
                with suppress(DurationError):
                    since = now - parse_duration(word.removeprefix(SINCE))
        return " ".join(word for word in words if not word.startswith(SINCE)), since


@dataclass(frozen=True)
class FoundRuns:
    """The next runs, newest first.

    With the first of them: how many match in all, which statuses there are, of whatever run, and what of the
    journal is known to be lost.
    """

    rows: Sequence[RunRow] = ()
    total: int = 0
    statuses: Sequence[RunStatus] = ()
    losses: str = ""


FindRuns: TypeAlias = Callable[[Search, str | None], FoundRuns]
"""Finds the first page, or the one that goes on behind the run with this id. Raises JournalError."""


def find_runs(state: Path, wanted: Search, behind: str | None) -> FoundRuns:
    """A page of the history in the folder `state`, as `FindRuns` says."""
    with read_journal(state) as journal:
        if journal is None:
            return FoundRuns()
        words, since = wanted.parted(time.time())
        rows = journal.runs(
            status=wanted.status, words=words, since=since, before=behind, limit=PAGE
        )
        if behind is not None:
            return FoundRuns(rows)
        total = journal.count(status=wanted.status, words=words, since=since)
        return FoundRuns(rows, total, sorted(journal.statuses()), journal.losses())
