"""The value of a reactive attribute, which is there from the second look on.

Textual asks each time whether its owner has an id, a value and a way to work one out: a fifteenth of what a
console does.
"""

from __future__ import annotations

from typing import Any

from textual.reactive import Reactive

textuals_own = Reactive.__get__

_computed: dict[tuple[type, str], bool] = {}
"""Whether one class or another works a value out each time, by the name of the method for that."""


def _is_computed(kind: type, method: str) -> bool:
    found = _computed.get((kind, method))
    if found is None:
        found = _computed[kind, method] = hasattr(kind, method)
    return found


def _value(reactive: Reactive[Any], owner: Any, kind: type[Any]) -> Any:
    if owner is not None and not _is_computed(kind, reactive.compute_name):
        values = vars(owner)
        if (name := reactive.internal_name) in values:
            return values[name]
    return textuals_own(reactive, owner, kind)


Reactive.__get__ = _value  # type: ignore[method-assign, assignment]
