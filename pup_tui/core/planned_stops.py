"""Where a plan sees its runbook end before the last step: what stands behind a `stop`."""

from __future__ import annotations

from msgspec import Struct

from pup_tui.core.ids import holder_id, is_item
from pup_tui.core.program import Node, Program
from pup_tui.core.state import BODY


class PlannedStop(Struct, frozen=True):
    """A stop before a step: which one, and whether it surely happens if nothing fails before."""

    stop: str
    sure: bool


class PlannedStops:
    """The stops that a plan has come across, in the order of the file."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._within: dict[str, list[tuple[str, PlannedStop]]] = {}
        """By the block that goes no further, with the step in it by which that came."""

    def note(self, node: Node, *, sure: bool) -> None:
        """Take in that a stop step has its turn, `sure` or maybe; as `stops.spread` does in a run."""
        inside = node.id
        while True:
            key = holder_id(inside)
            if not is_item(inside) and self._program.node(inside).step.when == "on_failure":
                # Behind it is planned what is done if nothing fails.
                return
            around = None if key == BODY else self._program.node(key)
            reach = _reach(around, inside, sure=sure)
            if reach is not None:
                self._add(key, inside, PlannedStop(stop=node.id, sure=reach))
            if around is None or around.is_called or _is_any_item(around, inside):
                return
            # A list that is not known yet may be empty.
            sure = sure and not (around.is_loop and not is_item(inside))
            inside = key

    def _add(self, key: str, inside: str, found: PlannedStop) -> None:
        known = self._within.setdefault(key, [])
        if found.sure:
            known.insert(0, (inside, found))
        elif not known or known[-1][0] != inside:
            known.append((inside, found))

    def before(self, node: Node) -> PlannedStop | None:
        """The stop that keeps a step from its turn, or may; a sure one if there is any."""
        found, inside = None, node.id
        while node.part == "body":
            key = holder_id(inside)
            others = (stop for via, stop in self._within.get(key, ()) if via != inside)
            nearest = next(others, None)
            if nearest is not None and (found is None or nearest.sure):
                found = nearest
            if key == BODY or (found is not None and found.sure):
                break
            inside = key
        return found


def _is_any_item(around: Node, inside: str) -> bool:
    """Whether steps of a called runbook stand here for each item of a list that is not known yet."""
    return around.is_loop and not is_item(inside) and around.step.called is not None


def _reach(around: Node | None, inside: str, *, sure: bool) -> bool | None:
    """Whether a stop in `inside` surely keeps what is later in a block from beginning; None if it cannot."""
    if around is None:
        return sure
    step = around.step
    beside = around.is_loop and is_item(inside)
    if beside and step.may_keep_going:
        # What is rendered may turn out to be none.
        return False if "{" in str(step.max_errors) else None
    if not beside and step.side_by_side:
        # Without a limit all of them have begun.
        return None if step.max_parallel is None else False
    return sure and not (beside and step.max_parallel is not None)
