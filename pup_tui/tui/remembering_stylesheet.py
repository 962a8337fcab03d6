"""A style sheet that remembers what it gave: most of what is styled looks as it, or its like, did before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from weakref import WeakKeyDictionary

from msgspec import Struct
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


_SEES: Final = ("_has_hover_style", "_has_focus_within", "_has_order_style", "_has_odd_or_even")
"""What a sheet notes of a node beside its styles: which changes are a reason to style it anew."""


class _Found(dict[tuple[object, ...], RulesMap]):
    """The cache that Textual fills with what it found, unless rules for a node go by the order of nodes."""

    rules: RulesMap | None = None

    def __setitem__(self, _key: object, rules: RulesMap) -> None:
        self.rules = rules


class _Looks(Struct, frozen=True):
    """The styles of a place, and which of `_SEES` hold there."""

    rules: RulesMap
    sees: tuple[bool, ...]


class Memory:
    """What came of the same rules."""

    def __init__(self, rules: list[RuleSet], never_asked: Iterable[str]) -> None:
        asked = frozenset[str]().union(*(rule.pseudo_classes for rule in rules))
        self.asked = asked.difference(never_asked)
        """The pseudo classes that rules ask for, but for those with which Textual asks no cache."""
        self.known: dict[_Place, _Looks] = {}
        self.places: dict[tuple[object, ...], _Place] = {}
        self.styled: WeakKeyDictionary[DOMNode, _Place] = WeakKeyDictionary()
        """The places of nodes when they were styled last."""

    def forget(self) -> None:
        self.known.clear()
        self.places.clear()
        self.styled.clear()


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
            place, memory = self._place(node, self._places_of), self._memory
            looks = memory.known.get(place)
            if looks is None:
                self._find(node, place, animate=animate)
            else:
                for name, sees in zip(_SEES, looks.sees, strict=True):
                    setattr(node, name, sees)
                self.replace_rules(node, looks.rules, animate=animate)
                # Its parts look by where it stands, and nobody but a sheet says how.
                if memory.styled.get(node) != place:
                    self._process_component_classes(node)
            memory.styled[node] = place

    def _find(self, node: DOMNode, place: _Place, *, animate: bool) -> None:
        known, found = self._memory.known, _Found()
        super().apply(node, animate=animate, cache=found)
        if found.rules is not None:
            # As they are once they are set, unless they are on their way there.
            rules = found.rules if animate else node.styles.base.get_rules()
            known[place] = _Looks(rules, tuple(getattr(node, name) for name in _SEES))

    @classmethod
    def replace_rules(cls, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:
        """As Textual's own, which sets each rule by itself also where nothing changes."""
        if animate or node.styles.base._rules != rules:
            super().replace_rules(node, rules, animate=animate)
        else:
            node.notify_style_update()

    def _process_component_classes(self, node: DOMNode) -> None:
        """As Textual's own, which makes all of them anew."""
        parts = node._component_styles
        if parts.keys() != node._get_component_classes():
            super()._process_component_classes(node)
            return
        changed = False
        for styles in parts.values():
            before = styles.base.get_rules()
            assert styles.base.node is not None
            self.apply(styles.base.node)
            changed = changed or before != styles.base._rules
        if changed:
            node.refresh()

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
