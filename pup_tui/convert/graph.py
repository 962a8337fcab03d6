"""What runs after what, as a graph: steps, and edges for success, failure and cancel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BranchCondition:
    """What must hold to go one way: an expression, and which values it asks some texts to be equal to.

    Two conditions that ask another value of the same text cannot both hold.
    """

    expression: str
    equals: Mapping[str, str] = field(default_factory=dict)

    def excludes(self, other: BranchCondition) -> bool:
        """Whether the other one is false where this one is true, as far as that can be told."""
        return any(other.equals.get(name, value) != value for name, value in self.equals.items())


@dataclass(frozen=True, slots=True)
class BranchChoice:
    """One way out of a branch."""

    condition: BranchCondition
    target: str | None


@dataclass(slots=True)
class GraphNode:
    """A step with its edges; None is the end.

    A node with `choices` only decides: the first choice that holds wins, else `after` is next. `failure` is
    where it goes on when it fails, `goes_on` that a failure changes nothing, `cancel` what a cancel runs.
    `only_waits` tells that it does nothing but wait.
    """

    name: str
    after: str | None
    choices: tuple[BranchChoice, ...] = ()
    failure: str | None = None
    goes_on: bool = False
    cancel: str | None = None
    only_waits: bool = False
    is_question: bool = False

    @property
    def decides(self) -> bool:
        """Whether it is a branch."""
        return bool(self.choices)

    @property
    def successors(self) -> list[str]:
        """Where it can go when nothing fails."""
        found = [choice.target for choice in self.choices] + [self.after]
        return list(dict.fromkeys(target for target in found if target is not None))


class Graph:
    """Nodes in the order of their file; it begins with the first."""

    def __init__(self, nodes: Iterable[GraphNode]) -> None:
        self.nodes = {node.name: node for node in nodes}
        self.order = {name: at for at, name in enumerate(self.nodes)}
        for node in self.nodes.values():
            _drop_unknown(node, self.nodes)

    @property
    def entry(self) -> str:
        """Where it begins."""
        return next(iter(self.nodes))

    def reach(self, starts: Iterable[str], *, failures: bool = False) -> set[str]:
        """All that can run from these on, by success or by `failures` too."""
        found: set[str] = set()
        waiting = list(starts)
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            waiting.extend(self._next(self.nodes[name], failures))
        return found

    def _next(self, node: GraphNode, failures: bool) -> Iterator[str]:
        yield from node.successors
        if failures:
            yield from (each for each in (node.failure, node.cancel) if each is not None)

    def cycle(self) -> set[str]:
        """The nodes of one circle, by success or failure; empty where there is none."""
        for name in self.nodes:
            behind = self.reach(
                (each for each in self._next(self.nodes[name], True)), failures=True
            )
            if name in behind:
                return {each for each in behind if name in self.reach([each], failures=True)}
        return set()


def _drop_unknown(node: GraphNode, nodes: Mapping[str, GraphNode]) -> None:
    """A target that there is not is the end."""
    node.after = node.after if node.after in nodes else None
    node.failure = node.failure if node.failure in nodes else None
    node.cancel = node.cancel if node.cancel in nodes else None
    node.choices = tuple(
        BranchChoice(c.condition, c.target if c.target in nodes else None) for c in node.choices
    )
