"""How often a step failed in earlier runs of its runbook, in words."""

from __future__ import annotations

from pathlib import Path

from pup_tui.aside import aside
from pup_tui.journal.errors import JournalError
from pup_tui.journal.reader import read_journal


async def failed_before(state: Path, run: str, step: str) -> str:
    """Such as `first failure in 41 runs`, this one among them; empty where the journal cannot tell."""
    return await aside(_told, state, run, step)


def _told(state: Path, run: str, step: str) -> str:
    try:
        with read_journal(state) as journal:
            failed, runs = (0, 0) if journal is None else journal.failures(run, step)
    except JournalError:
        return ""
    if runs == 0:
        return "first run of this runbook"
    if failed == 0:
        return f"first failure in {runs + 1:,} runs"
    return f"failed in {failed + 1:,} of {runs + 1:,} runs"
