"""`pup-tui history --search`: a text in what is recorded of runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pup_tui.cli.failure import Failure, tell, tell_note
from pup_tui.cli.printing import print_json
from pup_tui.cli.recorded_runs import recorded_runs
from pup_tui.core.notices import rfc3339
from pup_tui.core.state import RunStatus
from pup_tui.local_time import local_time
from pup_tui.output.sanitize import safe_text
from pup_tui.record_search import FoundLine, RecordSearch

if TYPE_CHECKING:
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow

MOST_FOUND = 1_000
"""Lines that are told; who finds more looks for something else."""

_HOW_MANY = f"only the first {MOST_FOUND:,} lines are told"


class WantedRuns(NamedTuple):
    """Which runs are looked through, the newest first; `since` is in seconds since 1970."""

    runbook: str | None = None
    status: str | None = None
    since: float | None = None
    limit: int | None = None

    def runs(self, journal: JournalReader) -> Iterator[RunRow]:
        """They, one after the other."""
        statuses = None if self.status is None else [RunStatus(self.status)]
        found = journal.each_run(runbook=self.runbook, statuses=statuses, since=self.since)
        return islice(found, self.limit)


def search_runs(state: Path, text: str, wanted: WantedRuns, *, as_json: bool) -> None:
    """Tell where the text stands. Raises Failure for one that says nothing."""
    if not text.strip():
        raise Failure("there is nothing to look for", "--search", "give a text")
    with recorded_runs(state) as recorded:
        journal = recorded.journal
        search = None if journal is None else RecordSearch(journal, text)
        found = (
            iter(()) if journal is None or search is None else search.lines(wanted.runs(journal))
        )
        some = islice(found, MOST_FOUND)
        number = _print_json(some) if as_json else _print(some)
        is_all = next(found, None) is None
    for unread in search.unread if search is not None else ():
        tell_note(f"not looked through: {unread}")
    if not number:
        tell("nothing was found")
    if not is_all:
        tell_note(f"{_HOW_MANY}: give more of the text, or --runbook, --status or --since")
    recorded.refuse_incomplete("these are the runs that are known, and not all are")


def _print(found: Iterable[FoundLine]) -> int:
    """Print lines below their runs, and return how many there were."""
    number, run = 0, ""
    for each in found:
        number += 1
        if each.run.run != run:
            run = each.run.run
            when = local_time(each.run.started_at)
            click.echo(f"{run} · {safe_text(each.run.runbook)} · {each.run.status} · {when}")
        click.echo(f"  {each.told}")
    return number


def _print_json(found: Iterable[FoundLine]) -> int:
    lines = [_as_json(each) for each in found]
    print_json(lines)
    return len(lines)


def _as_json(found: FoundLine) -> dict[str, Any]:
    return {
        "run": found.run.run,
        "runbook": found.run.runbook,
        "status": found.run.status,
        "started_at": rfc3339(found.run.started_at),
        "step": found.step or None,
        "in": found.where,
        "line": found.line,
        "text": found.text,
        "output": found.path or None,
    }
