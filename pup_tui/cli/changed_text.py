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


_AS_IT_IS = "the file as it is now"


def tell_changes(today: TextToday, run: str, *, with_current: bool) -> None:
    """Say how the files differ from those of the record, which of them run, and how the others would."""
    runs = _AS_IT_IS if with_current else "the recorded text"
    if not today.difference:
        tell(f"  {today.path} cannot be read any more: what runs is {runs}")
        return
    tell(f"  {today.path} has changed since: what runs is {runs}; they differ so")
    for line in today.difference:
        tell(f"  {line}")
    if with_current:
        return
    if today.text is not None:
        tell(f"  `pup-tui resume {run} --with-current-file` goes on with {_AS_IT_IS}")
    else:
        tell(f"  it cannot go on with {_AS_IT_IS}: {today.why_not or 'it has errors'}")
