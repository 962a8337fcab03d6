"""A loop over hosts, or over many items, told as one thing: how its items stand, and the pace it keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from pup_tui.core.counting import PENDING, TAKEN_BACK, UNREACHABLE, counted_as, told_counts
from pup_tui.core.ids import UNDO, holder_id, is_item
from pup_tui.core.program import Program
from pup_tui.core.state import Rates, RunState, StepState, StepStatus
from pup_tui.core.titles import item_name

MOST_APART = 10
"""Items of a loop up to which they are only told one by one, where they are no hosts."""

FAILED = frozenset({StepStatus.FAILED, StepStatus.UNKNOWN})
"""How an item ends that counts against what may fail."""

_NOT_BEGUN = frozenset({PENDING, StepStatus.SKIPPED})
_ENDED = frozenset({*StepStatus, UNREACHABLE, TAKEN_BACK})


class FleetItem(Struct, frozen=True, kw_only=True):
    """One item: the id of its step, what it is called, and what it is counted as (`counted_as`).

    `host` is where it runs, empty at home; `reason` says why it ended as it did.
    """

    id: str
    label: str
    state: str
    host: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """What people call it: its label, or else its host, or its id."""
        return self.label or self.host or self.id


class FleetStanding(Struct, frozen=True, kw_only=True):
    """How many of the `total` items stand how (`counts`), and the pace that their loop keeps.

    `begun` is the place of the last item that has begun, from 1. `at_once` is how many run at once at most, 0
    where nobody knows the pace. Of `batches`, 0 where it has none, `batch` is the newest that has begun, from
    1; the `canary` items that go first are no part of them. `errors` are the items that failed, also since
    their host was not reached, of which `budget` are allowed before no more begins.
    """

    total: int
    counts: dict[str, int]
    begun: int = 0
    at_once: int = 0
    batch: int = 0
    batches: int = 0
    canary: int = 0
    errors: int = 0
    budget: int = 0

    @property
    def pace(self) -> list[str]:
        """`batch 3 of 7`, `10 at a time`, `errors 1 of at most 5`; canaries as long as nothing else began."""
        if not self.at_once:
            return []
        told = []
        if self.begun <= self.canary < self.total and self.canary:
            told.append(f"canary: the first {self.canary:,} of {self.total:,}")
        elif self.batches:
            told.append(f"batch {self.batch:,} of {self.batches:,}")
        told.append("one at a time" if self.at_once == 1 else f"{self.at_once:,} at a time")
        told.append(f"errors {self.errors:,} of at most {self.budget:,}")
        return told

    def told(self, *, over: bool) -> list[str]:
        """`38 of 62 succeeded` and what became of the others; of what is `over` also what did not begin."""
        going = [
            f"{number:,} {state}"
            for state, number in self.counts.items()
            if number and state != PENDING and state not in _ENDED
        ]
        return [*told_counts(self.counts, over=over), *going]


class FleetSummary(Struct, frozen=True, kw_only=True):
    """A loop (`step` is the id of its step) as one thing."""

    step: str
    items: tuple[FleetItem, ...]
    standing: FleetStanding

    @property
    def noun(self) -> str:
        """What one of its items is."""
        return "host" if any(item.host for item in self.items) else "item"

    def those(self, *states: str) -> list[FleetItem]:
        """The items that are counted as one of these."""
        return [item for item in self.items if item.state in states]


def is_fleet(items: int, *, on_hosts: bool) -> bool:
    """Whether a loop over so many items is told as one thing: one over hosts always is."""
    return items > MOST_APART or (on_hosts and items > 0)


def standing_of(states: Sequence[str], errors: int, rates: Rates | None) -> FleetStanding:
    """How a loop stands whose items are counted as `states`, in their order, and of which so many failed.

    `rates` say how they may begin, None where nobody knows.
    """
    total, counts = len(states), dict(Counter(states))
    begun = max((at for at, state in enumerate(states, 1) if state not in _NOT_BEGUN), default=0)
    if rates is None:
        return FleetStanding(total=total, counts=counts, begun=begun, errors=errors)
    size = rates.batch
    return FleetStanding(
        total=total,
        counts=counts,
        begun=begun,
        at_once=max(1, rates.at_once),
        batch=-(-max(0, begun - rates.canary) // size) if size else 0,
        batches=-(-(total - rates.canary) // size) if size else 0,
        canary=rates.canary,
        errors=errors,
        budget=rates.budget,
    )


def fleets_of(
    program: Program,
    state: RunState,
    known: Mapping[str, StepState],
    status: Callable[[str], str],
) -> list[FleetSummary]:
    """The loops of a run that are told as one thing, in the order of `known`, which has all of its steps.

    `status` tells how a step ended, or how the end of the program left it.
    """
    inside: dict[str, list[str]] = {}
    for step in known:
        if UNDO not in step:
            inside.setdefault(holder_id(step), []).append(step)
    told = []
    for loop, steps in inside.items():
        if not is_item(steps[0]):
            continue
        items = tuple(_item(program, state, known, inside, step, status(step)) for step in steps)
        if is_fleet(len(items), on_hosts=any(item.host for item in items)):
            errors = sum(known[step].status in FAILED for step in steps)
            states = [item.state for item in items]
            standing = standing_of(states, errors, known[loop].rates)
            told.append(FleetSummary(step=loop, items=items, standing=standing))
    return told


def _item(
    program: Program,
    state: RunState,
    known: Mapping[str, StepState],
    inside: Mapping[str, Sequence[str]],
    item: str,
    status: str,
) -> FleetItem:
    """An item as it stands; what it holds tells where it ran."""
    step = known[item]
    hosts = (known[each].host for each in _all_inside(item, inside) if known[each].host)
    return FleetItem(
        id=item,
        label=item_name(program, state, item),
        state=counted_as(status, unreachable=step.unreachable),
        host=next(hosts, ""),
        reason=step.reason,
    )


def _all_inside(step: str, inside: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A step and all that it holds."""
    yield step
    for inner in inside.get(step, ()):
        yield from _all_inside(inner, inside)
