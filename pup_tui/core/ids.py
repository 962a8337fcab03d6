"""Ids of steps (`group/step`, `step[2]` for the third item of a foreach, `step:undo`) and of their timers.

`step#2` is what the second attempt of a step did, where a block around it ran again since: `step#2:undo`
takes that back.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from pup_tui.late_pattern import late_pattern

UNDO = ":undo"
"""Follows the id of a step in the id of the step that takes it back.

Alone, which is no step's id: the part of a run in which steps are taken back, and the question which ones.
"""

_ITEM = late_pattern(r"\[(\d+)\]")
_KEPT = late_pattern(r"#\d+")


class Timer(StrEnum):
    """What a timer of a step is for; its id is its kind, a colon and the step's id."""

    TIMEOUT = "timeout"
    POLL = "poll"
    NEXT = "next"
    WAIT = "wait"
    ANSWER = "answer"
    RETRY = "retry"
    BATCH = "batch"


def item_id(step: str, number: int) -> str:
    """The id of the item `number` (from 0) of a foreach."""
    return f"{step}[{number}]"


def undo_id(step: str) -> str:
    return step + UNDO


def attempt_id(step: str, number: int) -> str:
    """The id of an attempt of a step; the first has the number 1."""
    return f"{step}#{number}"


def is_kept(step: str) -> bool:
    return _KEPT.fullmatch(step[step.rfind("#") :]) is not None if "#" in step else False


def is_item(step: str) -> bool:
    return step.endswith("]")


def static_id(step: str) -> str:
    """The id of the node that this is an instance of: without the numbers of items and attempts."""
    step = _ITEM.sub("", step) if "[" in step else step
    return _KEPT.sub("", step) if "#" in step else step


def holder_id(step: str) -> str:
    """The id of what holds this step: its foreach, its block, or `` for the run itself."""
    if is_item(step):
        return step[: step.rindex("[")]
    if step.endswith(UNDO):
        return step.removesuffix(UNDO)
    return step.rpartition("/")[0]


def holders(step: str) -> Iterator[str]:
    """All that a step stands in, the innermost first; the run itself is not among them."""
    while step := holder_id(step):
        yield step


def upwards(step: str) -> Iterator[str]:
    """A step and all that it stands in, from the inside."""
    yield step
    yield from holders(step)


def sibling_id(step: str, name: str) -> str:
    """The id of the step `name` in the block that holds this step."""
    holder, slash, _ = step.rpartition("/")
    return holder + slash + name


def same_items(one: str, other: str) -> bool:
    """Whether two steps stand in the same items of every foreach around both of them."""
    for its, others in zip(one.split("/"), other.split("/"), strict=False):
        if its != others:
            return static_id(its) != static_id(others)
    return True


def is_part_of(step: str, holder: str) -> bool:
    """Whether a step is the one of this id without items, or stands in it, whichever items those are."""
    return holder in upwards(static_id(step))


def is_inside(step: str, holder: str) -> bool:
    """Whether a step is an item of `holder`, or nested in it; its undo step is not."""
    return step.startswith((f"{holder}/", f"{holder}["))


def item_numbers(step: str) -> tuple[int, ...]:
    """The numbers of the items that this step is in, outermost first."""
    return tuple(int(number) for number in _ITEM.findall(step)) if "[" in step else ()
