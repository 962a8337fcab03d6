"""Exit codes: what a script may rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pup_tui.core.state import RunStatus

SUCCEEDED = 0
FAILED = 1
USAGE = 2
ABORTED = 3
LOCKED = 4
UNDECIDED = 5
HANGUP = 129
INTERRUPT = 130
TERMINATED = 143

BY_INTERRUPT = "Ctrl-C"
BY_TERMINATION = "SIGTERM"
BY_HANGUP = "the terminal was lost"
"""Who stops a run, by its record, when a signal comes."""


def code_of_stop(stopped_by: str) -> int | None:
    """The exit code of a run that this stopped, None where it was no signal."""
    codes = {BY_INTERRUPT: INTERRUPT, BY_TERMINATION: TERMINATED, BY_HANGUP: HANGUP}
    return codes.get(stopped_by)


def exit_code(status: RunStatus, signal_code: int | None) -> int:
    """The exit code of a run that ended so; `signal_code` is that of the signal that stopped it."""
    from pup_tui.core.state import RunStatus

    match status:
        case RunStatus.SUCCEEDED:
            return SUCCEEDED
        case RunStatus.ABORTED:
            return ABORTED
        case RunStatus.CANCELLED | RunStatus.INTERRUPTED:
            return INTERRUPT if signal_code is None else signal_code
        case _:
            return FAILED
