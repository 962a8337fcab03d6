"""A style sheet that remembers what it gave: most of what is styled looks as it, or its like, did before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from textual.css.model import RuleSet
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

_MOST: Final = 20_000
"""Places that are remembered; then all are forgotten."""

# The same as the one that Textual gives it, and many times as fast: all rules are hashed for each node.
RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]

_Place = int
"""Stands for all that a selector can ask of a node and of what is above it."""


class _OfPlace(dict[tuple[object, ...], RulesMap]):
    """The cache that Textual asks about a node, unless rules for it go by the order of nodes."""

    def __init__(self, known: dict[_Place, RulesMap], place: _Place) -> None:
        self._known, self._place = known, place

    def get(self, _key: object, _default: object = None) -> RulesMap | None:  # type: ignore[override]
        return self._known.get(self._place)

    def __setitem__(self, _key: object, rules: RulesMap) -> None:
        self._known[self._place] = rules


class Memory:
    """What came of the same rules."""

    def __init__(self, rules: list[RuleSet], never_asked: Iterable[str]) -> None:
        asked = frozenset[str]().union(*(rule.pseudo_classes for rule in rules))
        self.asked = asked.difference(never_asked)
        """The pseudo classes that rules ask for, but for those with which Textual asks no cache."""
        self.known: dict[_Place, RulesMap] = {}
        self.places: dict[tuple[object, ...], _Place] = {}

    def forget(self) -> None:
        self.known.clear()
        self.places.clear()


class RememberingStylesheet(Stylesheet):
    """Gives every node what Textual's own gives it.

    That one tries all rules that may fit a node, and each of its component classes, whenever it is styled.
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._memory = Memory([], ())
        self._rules_remembered: list[RuleSet] | None = None
        self._places_of: dict[DOMNode, _Place] | None = None
        """Of the nodes that were met while others are styled: meanwhile they stay as they are."""

    def apply(
        self,
        node: DOMNode,
        *,
        animate: bool = False,
        cache: dict[tuple[object, ...], RulesMap] | None = None,
    ) -> None:
        if self._places_of is None:
            with self._styling():
                self.apply(node, animate=animate)
        else:
            known = _OfPlace(self._memory.known, self._place(node, self._places_of))
            super().apply(node, animate=animate, cache=known)

    def update_nodes(self, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        with self._styling():
            super().update_nodes(nodes, animate=animate)

    @contextmanager
    def _styling(self) -> Iterator[None]:
        rules = self.rules
        if rules is not self._rules_remembered:
            self._rules_remembered = rules
            self._memory = Memory(rules, self._EXCLUDE_PSEUDO_CLASSES_FROM_CACHE)
        elif len(self._memory.places) > _MOST:
            self._memory.forget()
        within = self._places_of is not None
        self._places_of = {}
        try:
            yield
        finally:
            # What a change of styles led to may have changed more.
            self._places_of = {} if within else None

    def _place(self, node: DOMNode, places_of: dict[DOMNode, _Place]) -> _Place:
        place = places_of.get(node)
        if place is None:
            parent, memory = node._parent, self._memory
            above = self._place(parent, places_of) if isinstance(parent, DOMNode) else None
            states = (
                check(node)  # type: ignore[arg-type]  # each class of nodes has checks for its own
                for name, check in node._PSEUDO_CLASSES.items()
                if name in memory.asked
            )
            key = (above, type(node), node._id, node.classes, *states)
            place = places_of[node] = memory.places.setdefault(key, len(memory.places))
        return place
