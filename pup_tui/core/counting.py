"""How many steps of a run became what, and which attempt of how many one is: in the words of every face.

Of steps those count that hold no others: what a block comes to is told by what is inside of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping

from pup_tui.core import ended
from pup_tui.core.ids import UNDO, holder_id
from pup_tui.core.state import RunState, StepStatus
from pup_tui.runbook.step_count import StepCount

PENDING = "pending"
"""What a step is that has not begun."""

TAKEN_BACK = "taken back"
"""What a step is that an undo step took back."""

UNREACHABLE = "unreachable"
"""What a step is whose host could not be reached."""

TROUBLE = (StepStatus.FAILED, UNREACHABLE, StepStatus.UNKNOWN)
"""What a step is counted as that somebody has to look after."""

_TOLD = (
    *(StepStatus.FAILED, UNREACHABLE, StepStatus.UNKNOWN, StepStatus.CANCELLED, TAKEN_BACK),
    *(StepStatus.WARNED, StepStatus.IGNORED, StepStatus.SKIPPED),
)
"""What is told beside those that succeeded, the worst first."""


def counted_as(status: str, *, unreachable: bool) -> str:
    """What a step is counted as: its status, or that its host was not reached, whatever was made of that."""
    return UNREACHABLE if unreachable and status in ended.FAILED else status


def told_of_all(number: int, lost: int, total: int, what: str) -> str:
    """`3 of 9 items failed, 2 unreachable`: so many of `total`, and apart from them those not reached."""
    if not number:
        return f"{lost} of {total} items unreachable"
    return f"{number} of {total} {what}" + (f", {lost} unreachable" if lost else "")


def counts_of(state: RunState, *, unknown: Container[str] = ()) -> dict[str, int]:
    """How many steps of a run that is over ended how; `PENDING` are those that did not begin.

    Of those that are named in `unknown` nobody knows how they ended.
    """
    holding = {holder_id(step) for step in state.steps if not step.endswith(UNDO)}
    counts = Counter(
        counted_as(
            step.status or (StepStatus.UNKNOWN if id_ in unknown else PENDING),
            unreachable=step.unreachable,
        )
        for id_, step in state.steps.items()
        if id_ not in holding
    )
    ordered = (StepStatus.SUCCEEDED, *_TOLD, PENDING)
    return {str(status): counts[status] for status in ordered if counts[status]}


def told_counts(counts: Mapping[str, int], *, over: bool, more: bool = False) -> list[str]:
    """`3 of 6 succeeded`, then what became of the others; of a run that is `over` also what did not begin.

    There may be `more` steps than are known yet.
    """
    number = StepCount(sum(counts.values()), more=more).number
    told = [f"{counts.get(StepStatus.SUCCEEDED, 0):,} of {number} succeeded"]
    told += [f"{counts[status]:,} {status}" for status in _TOLD if counts.get(status)]
    if over and counts.get(PENDING):
        told.append(f"{counts[PENDING]:,} not begun")
    return told


def told_attempt(number: int, *, tried: int = 0, most: int | None = None) -> str:
    """`attempt 2 of 3`; where tries were counted anew since, which one of them it is stands behind.

    `tried` says which try it is of `most`, 0 where that is the number of the attempt.
    """
    if most is None:
        return f"attempt {number}"
    if tried in (0, number):
        return f"attempt {number} of {most}"
    return f"attempt {number} (try {tried} of {most})"
