"""What the command line says of a past run's text that is another one today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pup_tui.cli.failure import Failure, refuse_problems, tell

if TYPE_CHECKING:
    from pup_tui.drivers.recorded import CurrentText
    from pup_tui.recorded_text import TextToday


def require_text(today: TextToday) -> CurrentText:
    """The text to go on with. Raises Failure where it cannot be run, or does not follow what was done."""
    refuse_problems(today.errors, "the runbook", "fix what is told above", today.path)
    if today.text is None:
        todo = "resume without --with-current-file, or give these steps back to the file"
        raise Failure(today.why_not, today.path, todo)
    return today.text


def tell_changes(today: TextToday, runs: str) -> None:
    """Say how the files differ from those of the record; `runs` says which of them are what runs."""
    if not today.difference:
        tell(f"  {today.path} cannot be read any more: what runs is {runs}")
        return
    tell(f"  {today.path} has changed since: what runs is {runs}; they differ so")
    for line in today.difference:
        tell(f"  {line}")
