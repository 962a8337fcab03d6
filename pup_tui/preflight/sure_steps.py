"""Which steps take their turn in a run in which nothing fails."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pup_tui.core.ids import upwards
from pup_tui.core.planned_stops import PlannedStops
from pup_tui.core.program import Node, Program
from pup_tui.runbook.model import Step


def sure_steps(
    program: Program, but: Collection[str] = (), *, in_lists: bool = False
) -> frozenset[str]:
    """The ids of the steps that surely take their turn, as far as the file tells, if no other fails.

    Not those under an `if`, of a `foreach` (its list may be empty), for failures, behind a `stop`, or that
    take back; nor those that are left out by `but`, with what stands in them. With `in_lists` also those of a
    `foreach` whose items are written out in the file.
    """
    nodes = [node for node in program.nodes if but_for(but, node)]
    stopped = _behind_stops(program, nodes)
    return frozenset(
        node.id
        for node in nodes
        if node.id not in stopped and _has_its_turn(program, node, in_lists)
    )


def but_for(but: Collection[str], node: Node) -> bool:
    """Whether neither a step nor what it stands in is left out."""
    return all(each not in but for each in upwards(node.id))


def first_step(program: Program, but: Collection[str] = ()) -> Node | None:
    """The step that a run begins with, if not all are left out by `but`."""
    acting = (node for node in program.nodes if not (node.step.is_block or node.deferred))
    return next((node for node in acting if but_for(but, node)), None)


def _has_its_turn(program: Program, node: Node, in_lists: bool) -> bool:
    around = [program.node(id_).step for id_ in upwards(node.id)]
    return not _only_after_failure(program, node) and not any(
        step.if_ is not None or (step.foreach is not None and not (in_lists and _has_items(step)))
        for step in around
    )


def _has_items(step: Step) -> bool:
    return isinstance(step.foreach, tuple) and bool(step.foreach)


def _behind_stops(program: Program, nodes: Sequence[Node]) -> set[str]:
    """The steps before which a `stop` may end their runbook though nothing has failed."""
    stops = PlannedStops(program)
    behind = set()
    for node in nodes:
        if any(stops.before(program.node(id_)) for id_ in upwards(node.id)):
            behind.add(node.id)
        if node.step.stops_as is not None and not _only_after_failure(program, node):
            stops.note(node, sure=False)
    return behind


def _only_after_failure(program: Program, node: Node) -> bool:
    return any(program.node(id_).step.when == "on_failure" for id_ in upwards(node.id))
