"""Which past runs may go, by their age and by what they printed, and their removal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pup_tui.core.state import RunStatus
from pup_tui.journal.places import OWNER_LOCK, run_dir
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.store import Journal

_AT_ONCE = 100
"""Runs that are removed in one commit."""

_STAYS = (RunStatus.RUNNING, RunStatus.INTERRUPTED)


@dataclass(frozen=True)
class Removable:
    """A run that may go, and how many bytes of output that frees."""

    run: str
    size: int


def removable(journal: JournalReader, *, before: float | None, larger_than: int) -> list[Removable]:
    """The runs that ended before a moment (UTC, seconds since 1970) with more bytes of output than that.

    Never one that is under way or interrupted. Raises JournalError.
    """
    found = []
    for row in journal.runs():
        ended = row.started_at if row.ended_wall is None else row.ended_wall
        if row.status in _STAYS or (before is not None and ended >= before):
            continue
        size = sum(_sizes(run_dir(journal.state, row.run)))
        if size > larger_than or not larger_than:
            found.append(Removable(row.run, size))
    return found


def remove(state: Path, runs: list[Removable]) -> int:
    """Remove these runs with their outputs; returns how many were removed. Raises JournalError."""
    journal = Journal.open(state)
    try:
        removed = 0
        for at in range(0, len(runs), _AT_ONCE):
            part = [each.run for each in runs[at : at + _AT_ONCE]]
            removed += len(journal.remove_runs(part))
        journal.shrink()
        return removed
    finally:
        journal.close()


def _sizes(folder: Path) -> Iterator[int]:
    try:
        with os.scandir(folder) as files:
            yield from (
                file.stat(follow_symlinks=False).st_size
                for file in files
                if file.name != OWNER_LOCK
            )
    except OSError:
        return
