"""What the journal has that speaks for a runbook, as commands tell it beside other things."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.cli.failure import tell

if TYPE_CHECKING:
    from pup_tui.analysis.freshness import Freshness
    from pup_tui.runbook.load import Loaded


def fresh_now(state: Path, loaded: Loaded) -> Freshness | None:
    """What speaks for a runbook as its files are; None where the journal cannot be read, which is told."""
    from pup_tui.journal.errors import JournalError
    from pup_tui.journal.reader import read_journal
    from pup_tui.proven import Proven

    try:
        with read_journal(state) as journal:
            proven = Proven.of(journal, loaded.id)
    except JournalError as error:
        tell(f"pup-tui: when it last succeeded is not known: {error}")
        return None
    return proven.fresh(loaded.id, loaded.path, loaded.files)
