"""What an expression is made out of, as opposed to what it only looks at (`tree_flow` finds it)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct

from pup_tui.template.paths import Key

if TYPE_CHECKING:
    from jinja2 import nodes

Holds: TypeAlias = "Callable[[nodes.Expr], bool | None]"
"""Says of a condition whether it holds; None where that cannot be known."""


class Flow(Struct, frozen=True):
    """The keys that a result is made out of, whatever is chosen, and what depends on a choice."""

    keys: frozenset[Key] = frozenset()
    choices: tuple[Conditional, ...] = ()

    @property
    def all(self) -> frozenset[Key]:
        """Every key that may flow into the result."""
        return self.taken(lambda test: None)

    def taken(self, holds: Holds) -> frozenset[Key]:
        """The keys that flow where conditions come out like this."""
        found = set(self.keys)
        waiting = list(self.choices)
        while waiting:
            choice = waiting.pop()
            for flow in choice.ways(holds(choice.test)):
                found |= flow.keys
                waiting += flow.choices
        return frozenset(found)


class Conditional(Struct, frozen=True):
    """A condition, and what flows where it holds and where it does not."""

    test: nodes.Expr
    then: Flow
    otherwise: Flow

    def ways(self, holds: bool | None) -> tuple[Flow, ...]:
        """The ways that may be taken."""
        if holds is None:
            return self.then, self.otherwise
        return (self.then,) if holds else (self.otherwise,)


NO_FLOW: Final = Flow()


def merge_flows(flows: Iterable[Flow]) -> Flow:
    """Combine what flows from several sides."""
    flows = list(flows)
    if len(flows) == 1:
        return flows[0]
    keys = frozenset[Key]().union(*(flow.keys for flow in flows))
    return Flow(keys, tuple(choice for flow in flows for choice in flow.choices))
