"""A graph put in an order: what runs in which place, under which condition, and in which group.

Nothing is left of jumps: a step that only some ways reach has a condition; what only a failure reaches
stands in a group with the steps that lead there, with `when: on_failure`; an end that success and failure
share is `cleanup`. A circle that waits for something is a group that is polled; any other circle cannot be
written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.graph import BranchChoice, BranchCondition, Graph, GraphNode
from pup_tui.convert.paths import all_of, condition_of, negated, paths
from pup_tui.runbook.model import When


@dataclass(slots=True)
class StepPlace:
    """Where a step runs: its node, when, under which condition, and what a failure of it means."""

    node: str
    when: When = "on_success"
    condition: str = ""
    warns: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Handled:
    """Steps and what runs when one of them fails."""

    tried: list[StepPlace]
    handlers: list[StepPlace]


@dataclass(slots=True)
class Looped:
    """Steps that run again until a condition holds, with a wait between."""

    nodes: list[str]
    until: str
    waits: list[str]
    condition: str = ""


@dataclass(slots=True)
class Circle:
    """Steps that lead back to themselves in a way that cannot be written."""

    nodes: list[str]
    condition: str = ""


Item = StepPlace | Handled | Looped | Circle


def outcome(id_: str) -> str:
    """The expression of how a step ended."""
    return f"steps.{id_}.outcome"


class Arranging:
    """Puts the nodes of a graph in order. `ids` are the ids of the steps that the nodes become."""

    def __init__(self, graph: Graph, ids: dict[str, str]) -> None:
        self.graph = graph
        self.ids = ids
        self.loops: dict[str, Looped | Circle] = {}

    def items(self) -> list[Item]:
        """All that runs, in order. Raises Inexpressible where no order tells it."""
        self._take_out_circles()
        self._take_in_recoveries()
        normal = self.graph.reach([self.graph.entry])
        order = self._order(normal)
        shared = self._shared(normal)
        self._shared_from = self._first_failing(order, shared)
        found = paths(self.graph, order, [self.graph.entry])
        cleanup = self._tails(shared)
        places = []
        for name in order:
            node = self.graph.nodes[name]
            if node.decides:
                continue
            place = StepPlace(
                name, condition=condition_of(self.graph, found[name], self.graph.order)
            )
            place.warns = node.goes_on or (node.failure is not None and node.failure == node.after)
            if name in cleanup:
                place.when = "cleanup"
                place.condition = all_of([self._entered(cleanup[name], order), place.condition])
            places.append(place)
        items = [*self._grouped(places, normal), *self._cancelled(normal)]
        return [self._loop_of(item) for item in items]

    def _loop_of(self, item: Item) -> Item:
        if isinstance(item, StepPlace) and item.node in self.loops:
            loop = self.loops[item.node]
            loop.condition = item.condition
            return loop
        return item

    def _order(self, names: set[str]) -> list[str]:
        """An order in which every node stands behind all that lead to it, as near to the file's as can be."""
        before = dict.fromkeys(names, 0)
        for name in names:
            for target in self.graph.nodes[name].successors:
                before[target] += 1
        order: list[str] = []
        ready = [name for name, count in before.items() if count == 0]
        while ready:
            ready.sort(key=self.graph.order.__getitem__)
            name = ready.pop(0)
            order.append(name)
            for target in self.graph.nodes[name].successors:
                before[target] -= 1
                if before[target] == 0:
                    ready.append(target)
        if len(order) != len(names):
            raise Inexpressible("its steps lead back to themselves")
        return order

    # Circles

    def _take_out_circles(self) -> None:
        while circle := self.graph.cycle():
            entry = self._entry_of(circle)
            if entry is None:
                raise Inexpressible("steps lead back into the middle of others")
            loop = self._polled(circle, entry)
            names = sorted(circle, key=self.graph.order.__getitem__)
            exits = {
                target
                for name in circle
                for target in [*self.graph.nodes[name].successors, self.graph.nodes[name].failure]
                if target is not None and target not in circle
            }
            if len(exits) > 1 and not isinstance(loop, Looped):
                raise Inexpressible("steps lead back to themselves and out again by several ways")
            self.loops[entry] = loop or Circle(names)
            after = self._exit if isinstance(loop, Looped) else next(iter(exits), None)
            self.graph.nodes[entry] = GraphNode(entry, after)
            for name in circle - {entry}:
                del self.graph.nodes[name]

    def _entry_of(self, circle: set[str]) -> str | None:
        entries = {
            target
            for name, node in self.graph.nodes.items()
            if name not in circle
            for target in [*node.successors, node.failure, node.cancel]
            if target in circle
        }
        if self.graph.entry in circle:
            entries.add(self.graph.entry)
        return next(iter(entries)) if len(entries) == 1 else None

    def _polled(self, circle: set[str], entry: str) -> Looped | None:
        """A circle of steps, one decision that leads out, and waits behind it."""
        body: list[str] = []
        waits: list[str] = []
        until, name, seen = "", entry, set()
        while name not in seen:
            seen.add(name)
            node = self.graph.nodes[name]
            inside = [target for target in node.successors if target in circle]
            if node.failure is not None or len(inside) != 1:
                return None
            if node.decides:
                if until:
                    return None
                until, self._exit = _leaving(node, circle)
                if not until:
                    return None
            elif node.only_waits:
                waits.append(name)
            elif until:
                return None
            else:
                body.append(name)
            name = inside[0]
        return Looped(body, until, waits) if until and body and seen == circle else None

    _exit: str | None = None

    # Failures

    def _take_in_recoveries(self) -> None:
        """A handler that leads back to where success leads becomes a branch of its own."""
        changed = True
        while changed:
            changed = False
            normal = self.graph.reach([self.graph.entry])
            for name in sorted(normal, key=self.graph.order.__getitem__):
                node = self.graph.nodes[name]
                target = node.failure
                if target is None or target in normal or node.decides:
                    continue
                if self.graph.reach([target]) & normal:
                    self._branch_on_failure(node, target)
                    changed = True
                    break

    def _branch_on_failure(self, node: GraphNode, target: str) -> None:
        asked = f"{node.name} failed?"
        condition = BranchCondition(f"{outcome(self.ids[node.name])} == 'warned'")
        self.graph.nodes[asked] = GraphNode(asked, node.after, (BranchChoice(condition, target),))
        self.graph.order[asked] = self.graph.order[node.name]
        node.after, node.failure, node.goes_on = asked, None, True

    def _shared(self, normal: set[str]) -> set[str]:
        """Where success and the failure of a step that stands further before both lead."""
        return {
            node.failure
            for name in normal
            if (node := self.graph.nodes[name]).failure in normal and node.failure != node.after
            if node.failure is not None
        }

    def _tails(self, shared: set[str]) -> dict[str, str]:
        """The nodes from each shared end on, with that end."""
        return {name: end for end in shared for name in self.graph.reach([end])}

    def _first_failing(self, order: list[str], shared: set[str]) -> dict[str, str]:
        return {
            end: next(name for name in order if self.graph.nodes[name].failure == end)
            for end in shared
        }

    def _entered(self, end: str, order: list[str]) -> str:
        """That the first step was begun whose failure leads to a shared end."""
        first = self._shared_from[end]
        steps = [name for name in order if not self.graph.nodes[name].decides]
        return "" if steps.index(first) == 0 else f"{outcome(self.ids[first])} != 'skipped'"

    def _cancelled(self, normal: set[str]) -> list[StepPlace]:
        """What a cancel runs, where nothing else leads there."""
        found: list[StepPlace] = []
        for name in sorted(normal, key=self.graph.order.__getitem__):
            node = self.graph.nodes[name]
            if node.cancel is None or node.cancel in normal:
                continue
            # Else the handler behind the group of all that fail there does it.
            fails_there = node.failure == node.cancel and all(
                self.graph.nodes[each].cancel == node.cancel
                for each in normal
                if self.graph.nodes[each].failure == node.cancel
            )
            ends = "['cancelled', 'failed']" if fails_there else "['cancelled']"
            for each in self._in_order({node.cancel}):
                if all(place.node != each for place in found):
                    asked = f"{outcome(self.ids[name])} in {ends}"
                    found.append(StepPlace(each, "cleanup", asked))
        return found

    def _in_order(self, starts: Iterable[str]) -> list[str]:
        names = self.graph.reach(starts)
        return [name for name in self._order(names) if not self.graph.nodes[name].decides]

    def _grouped(self, places: list[StepPlace], normal: set[str]) -> list[Item]:
        """The places, those that share a handler together with it in a group."""
        regions = list(self._regions(places, normal))
        items: list[Item] = []
        at = 0
        for first, last, handlers in sorted(regions, key=lambda region: region[:2]):
            if first < at:
                # It reaches into another one: behind all of them, for the steps that lead there alone.
                items += handlers
                continue
            items += places[at:first]
            items.append(Handled(places[first : last + 1], handlers))
            at = last + 1
        return [*items, *places[at:]]

    def _regions(
        self, places: list[StepPlace], normal: set[str]
    ) -> Iterator[tuple[int, int, list[StepPlace]]]:
        targets = dict.fromkeys(
            target
            for place in places
            if (target := self.graph.nodes[place.node].failure) is not None and target not in normal
        )
        for target in targets:
            leading = [
                at
                for at, place in enumerate(places)
                if self.graph.nodes[place.node].failure == target
            ]
            if all(self.graph.nodes[places[at].node].cancel == target for at in leading):
                continue
            first, last = leading[0], leading[-1]
            condition = ""
            if last - first + 1 != len(leading) or len(targets) > 1:
                condition = " or ".join(
                    f"{outcome(self.ids[places[at].node])} == 'failed'" for at in leading
                )
            yield first, last, list(self._handlers(target, condition))

    def _handlers(self, target: str, condition: str) -> Iterator[StepPlace]:
        names = self.graph.reach([target])
        order = self._order(names)
        found = paths(self.graph, order, [target])
        for name in order:
            if not self.graph.nodes[name].decides:
                own = condition_of(self.graph, found[name], self.graph.order)
                yield StepPlace(
                    name, "on_failure", all_of([condition, own]), self.graph.nodes[name].goes_on
                )


def _leaving(node: GraphNode, circle: set[str]) -> tuple[str, str | None]:
    """When a decision leads out of a circle, and where to; empty where that is not one condition."""
    inside = [choice for choice in node.choices if choice.target in circle]
    outside = [choice for choice in node.choices if choice.target not in circle]
    if node.after in circle and len(node.choices) == len(outside):
        targets = {choice.target for choice in outside}
        told = " or ".join(choice.condition.expression for choice in outside)
        return (told, targets.pop()) if len(targets) == 1 else ("", None)
    if not outside and node.after not in circle and len(inside) == 1:
        return negated(inside[0].condition.expression), node.after
    return "", None
