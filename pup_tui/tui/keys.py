"""The keys that are ours, without those that widgets of Textual bring along."""

from __future__ import annotations

from typing import Any

from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode
from textual.screen import Screen

OURS = "pup_tui."


def own_bindings(screen: Screen[Any]) -> list[ActiveBinding]:
    """What can be done where the focus is: one binding for each key, the nearest to the focus first."""
    return [
        active
        for active in screen.active_bindings.values()
        if _told(active.binding) in _own_bindings_of(active.node)
    ]


def _own_bindings_of(node: DOMNode) -> set[tuple[str, str]]:
    ours = (kind for kind in type(node).__mro__ if kind.__module__.startswith(OURS))
    return {
        _told(binding)
        for kind in ours
        for binding in Binding.make_bindings(kind.__dict__.get("BINDINGS", ()))
    }


def _told(binding: Binding) -> tuple[str, str]:
    return binding.action, binding.description
