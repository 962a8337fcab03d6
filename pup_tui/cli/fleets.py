"""The fleets of a recorded run: what became of the items of a loop, told as one thing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from pup_tui.core.counting import TROUBLE, UNREACHABLE
from pup_tui.core.fleet import FAILED, FleetItem, FleetSummary, fleets_of
from pup_tui.core.ids import UNDO, upwards
from pup_tui.core.state import StepStatus
from pup_tui.output.alike import AlikeGroup, alike, digest_of
from pup_tui.output.sanitize import safe_text
from pup_tui.output.shown import spool_to_show

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.core.program import Program
    from pup_tui.core.state import RunState
    from pup_tui.core.steps_left import StepsLeft

MOST_NAMED = 50
"""Items in trouble, and groups that printed the same, that are told to people one by one."""


class RecordedRun(Protocol):
    """What is asked of a recorded run: its steps, how each ended, and where its output lies."""

    program: Program
    state: RunState
    steps: StepsLeft

    def status(self, id_: str) -> str: ...

    def output(self, id_: str) -> Path: ...


class ItemInTrouble(Struct, frozen=True):
    """An item that failed, was not reached, or of which nobody knows, and what it printed last."""

    item: FleetItem
    last: str

    @property
    def told(self) -> str:
        """It in words, safe to show."""
        item = self.item
        return safe_text(": ".join(filter(None, (item.name, item.state, item.reason, self.last))))


class ShownFleet(Struct, frozen=True, kw_only=True):
    """A loop of a recorded run: how its items stand, and which of them printed the same.

    `names` has what each item is called, by the id of its step.
    """

    name: str
    over: bool
    summary: FleetSummary
    groups: Sequence[AlikeGroup]
    names: Mapping[str, str]

    @property
    def trouble(self) -> list[ItemInTrouble]:
        """The items that somebody has to look after, each with what it printed last."""
        last = {item: group.printed.last for group in self.groups for item in group.items}
        return [ItemInTrouble(each, last.get(each.id, "")) for each in self.summary.those(*TROUBLE)]

    def is_told_alone(self, group: AlikeGroup) -> bool:
        """Whether its items are told by their names, and nothing more can be said of the group."""
        return group.state in TROUBLE and (len(group.items) == 1 or bool(group.printed.note))


def shown_fleets(shown: RecordedRun) -> list[ShownFleet]:
    """The fleets of a run in the order of its steps. What cannot be read counts as not printed."""
    known = {step: shown.steps.known[step] for step in shown.steps.ids}
    found = fleets_of(shown.program, shown.state, known, shown.status)
    outputs = _outputs(shown, {item.id for summary in found for item in summary.items})
    return [_shown(shown, summary, outputs) for summary in found]


def _shown(
    shown: RecordedRun, summary: FleetSummary, outputs: Mapping[str, Sequence[Path | None]]
) -> ShownFleet:
    ended = (
        (
            item.id,
            item.state,
            digest_of(outputs.get(item.id, ()), reached=item.state != UNREACHABLE),
        )
        for item in summary.items
        if shown.steps.known[item.id].status not in (None, StepStatus.SKIPPED)
    )
    return ShownFleet(
        name=shown.steps.node(summary.step).step.name,
        over=shown.steps.known[summary.step].status is not None,
        summary=summary,
        groups=alike(ended),
        names={item.id: item.name for item in summary.items},
    )


def _outputs(shown: RecordedRun, items: Collection[str]) -> dict[str, list[Path | None]]:
    """By the item, the outputs of its steps as people are shown them, None where they are shown none."""
    found: dict[str, list[Path | None]] = {}
    for step in shown.steps.ids:
        around = [each for each in upwards(step) if each in items]
        if not around or UNDO in step or not (path := shown.output(step)).exists():
            continue
        shows = shown.steps.node(step).step.shows
        to_show = spool_to_show(path, shows, shown.status(step))
        for item in around:
            found.setdefault(item, []).append(to_show)
    return found


def fleet_json(fleet: ShownFleet) -> dict[str, Any]:
    """A fleet as `show` tells it to programs."""
    summary, standing = fleet.summary, fleet.summary.standing
    return {
        "step": summary.step,
        "name": fleet.name,
        "items": standing.total,
        "counts": standing.counts,
        "at_once": standing.at_once,
        "batches": standing.batches,
        "canary": standing.canary,
        "errors": standing.errors,
        "budget": standing.budget,
        "failed": [_item_json(each) for each in summary.those(*FAILED)],
        "unreachable": [_item_json(each) for each in summary.those(UNREACHABLE)],
        "alike": [
            {
                "state": group.state,
                "steps": list(group.items),
                "labels": [fleet.names[item] for item in group.items],
                "lines": group.printed.lines,
                "last": group.printed.last,
                "note": group.printed.note,
            }
            for group in fleet.groups
        ],
    }


def _item_json(item: FleetItem) -> dict[str, Any]:
    return {
        "step": item.id,
        "label": item.label or None,
        "host": item.host,
        "status": item.state,
        "reason": item.reason,
    }


def fleet_lines(fleet: ShownFleet) -> Iterator[str]:
    """A fleet as people are told of it, safe to show."""
    standing = fleet.summary.standing
    if standing.pace:
        yield " · ".join(standing.pace)
    yield " · ".join(standing.told(over=fleet.over))
    trouble = fleet.trouble
    yield from (each.told for each in trouble[:MOST_NAMED])
    yield from _more(len(trouble), "in trouble")
    alike = [group for group in fleet.groups if not fleet.is_told_alone(group)]
    for group in alike[:MOST_NAMED]:
        yield f"{group.who(fleet.summary.noun, fleet.names[group.items[0]])}: {group.told}"
    yield from _more(len(alike), "that printed something else")


def _more(number: int, what: str) -> Iterator[str]:
    if number > MOST_NAMED:
        yield f"… {number - MOST_NAMED:,} more {what}"
