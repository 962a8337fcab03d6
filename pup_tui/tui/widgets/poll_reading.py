"""What is known of a poll at one moment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pup_tui.core.state import PollState
from pup_tui.tui.step_progress import StepProgress

_WAIT = re.compile(r"wait (\S+) s")


@dataclass(frozen=True)
class PollReading:
    """A poll as it stands, after so many `attempts`.

    Times are in seconds; `next_in` None means that an attempt is being made. `accepted` tells that somebody
    took it for met, whatever the last attempt saw.
    """

    until: str
    attempts: int = 0
    max_attempts: int | None = None
    value: float | None = None
    status: str | None = None
    error: str | None = None
    met: bool = False
    accepted: bool = False
    values: tuple[float, ...] = ()
    elapsed: float = 0.0
    timeout: float | None = None
    next_in: float | None = None
    under_way: bool = False

    @property
    def attempt(self) -> int:
        """The number of the attempt being made, or of the last one."""
        return self.attempts + (self.under_way and self.next_in is None)


def read_poll(step: StepProgress, state: PollState | None, now: float) -> PollReading:
    """Put together what was told of a poll and, while it is under way, its state at `now`."""
    poll, last = step.node.step.poll, step.last_poll
    limit = None if poll is None else poll.max_attempts
    under_way = state is not None and step.status == "polling"
    elapsed = 0.0 if last is None else last.elapsed
    timeout = None if last is None else last.timeout
    next_in: float | None = None
    if state is not None and under_way:
        elapsed, timeout = now - state.began, state.timeout
        next_in = None if state.next_at is None else max(0.0, state.next_at - now)
    return PollReading(
        until="" if poll is None else poll.until or "",
        attempts=0 if last is None else last.attempt,
        max_attempts=limit if isinstance(limit, int) else None,
        value=None if last is None else last.value,
        status=None if last is None else last.status,
        error=None if last is None else last.error,
        met=last is not None and last.met,
        accepted=state is not None and state.accepted is not None,
        values=tuple(step.values),
        elapsed=elapsed,
        timeout=timeout,
        next_in=next_in,
        under_way=under_way,
    )


def wait_seconds(step: StepProgress) -> float | None:
    """How long a `wait` step takes, from the command it told; None where that is something else."""
    found = _WAIT.fullmatch(step.shown.command)
    try:
        return float(found[1]) if found else None
    except ValueError:
        return None
