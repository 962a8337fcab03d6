"""Ids of steps (`group/step`, `step[2]` for the third item of a foreach, `step:undo`) and of their timers."""

from __future__ import annotations

import re
from enum import StrEnum

UNDO = ":undo"
"""Follows the id of a step in the id of the step that takes it back.

Alone, which is no step's id: the part of a run in which steps are taken back, and the question which ones.
"""

_ITEM = re.compile(r"\[(\d+)\]")


class Timer(StrEnum):
    """What a timer of a step is for; its id is its kind, a colon and the step's id."""

    TIMEOUT = "timeout"
    POLL = "poll"
    NEXT = "next"
    WAIT = "wait"
    ANSWER = "answer"
    RETRY = "retry"


def item_id(step: str, number: int) -> str:
    """The id of the item `number` (from 0) of a foreach."""
    return f"{step}[{number}]"


def undo_id(step: str) -> str:
    return step + UNDO


def is_item(step: str) -> bool:
    return step.endswith("]")


def static_id(step: str) -> str:
    """The id of the node that this is an instance of: without the numbers of items."""
    return _ITEM.sub("", step) if "[" in step else step


def holder_id(step: str) -> str:
    """The id of what holds this step: its foreach, its block, or `` for the run itself."""
    if is_item(step):
        return step[: step.rindex("[")]
    if step.endswith(UNDO):
        return step.removesuffix(UNDO)
    return step.rpartition("/")[0]


def sibling_id(step: str, name: str) -> str:
    """The id of the step `name` in the block that holds this step."""
    holder, slash, _ = step.rpartition("/")
    return holder + slash + name


def is_inside(step: str, holder: str) -> bool:
    """Whether a step is an item of `holder`, or nested in it; its undo step is not."""
    return step.startswith((f"{holder}/", f"{holder}["))


def item_numbers(step: str) -> tuple[int, ...]:
    """The numbers of the items that this step is in, outermost first."""
    return tuple(int(number) for number in _ITEM.findall(step)) if "[" in step else ()
