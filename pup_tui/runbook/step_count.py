"""How many steps there are: what counts as one, for whoever says a number of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pup_tui.runbook.model import Step


class CountedStep(Struct, frozen=True):
    """A step, as far as it is known where it is counted, and whether it `holds` others there.

    Of a `foreach` it is either the step itself, of which the `items` may be known, or one `is_item` of it.
    """

    step: Step
    holds: bool
    is_item: bool = False
    items: bool = False


class StepCount(Struct, frozen=True):
    """How many steps there are that hold no others, and how many groups of the file hold them.

    There may be `more` of them where the items of a `foreach` are not known yet.
    """

    steps: int
    groups: int = 0
    more: bool = False

    @property
    def number(self) -> str:
        """`3`, or `3+` where there may be more."""
        return f"{self.steps:,}{'+' if self.more else ''}"

    @property
    def told(self) -> str:
        """`3 steps`, `8+ steps in 1 group`."""
        told = f"{self.number} step{'' if self.number == '1' else 's'}"
        groups = f"{self.groups:,} group{'' if self.groups == 1 else 's'}"
        return f"{told} in {groups}" if self.groups else told


def count_steps(steps: Iterable[CountedStep]) -> StepCount:
    """Count steps that hold no others: what holds some is told by what is inside of it."""
    number = groups = 0
    more = False
    for each in steps:
        is_whole = not each.is_item
        number += not each.holds
        groups += each.holds and is_whole and bool(each.step.inside)
        more = more or (each.step.foreach is not None and is_whole and not each.items)
    return StepCount(number, groups, more)


def count_in_file(steps: Iterable[Step]) -> StepCount:
    """Count the steps of a file, with those of what it calls."""
    return count_steps(_standing(steps))


def _standing(steps: Iterable[Step]) -> Iterator[CountedStep]:
    for step in steps:
        yield CountedStep(step, bool(step.inside))
        yield from _standing(step.inside)
