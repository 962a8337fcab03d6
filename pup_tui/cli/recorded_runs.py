"""The journal as commands look at it: what is known to be lost of it is said first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.cli.failure import journal_failures, tell

if TYPE_CHECKING:
    from pup_tui.journal.reader import JournalReader


@contextmanager
def recorded_runs(state: Path) -> Iterator[JournalReader | None]:
    """The journal for looking only; None where there is none yet. Raises Failure where it cannot be read."""
    from pup_tui.journal.reader import read_journal

    with journal_failures(), read_journal(state) as journal:
        losses = journal.losses() if journal else ""
        if losses:
            tell(f"pup-tui: {losses}")
        yield journal
