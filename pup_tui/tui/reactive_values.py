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


def _value(reactive: Reactive[Any], owner: Any, kind: type[Any]) -> Any:
    if owner is None:
        return reactive
    key = kind, reactive.compute_name
    computed = _computed.get(key)
    if computed is None:
        computed = _computed[key] = hasattr(*key)
    values = vars(owner)
    name = reactive.internal_name
    return textuals_own(reactive, owner, kind) if computed or name not in values else values[name]


Reactive.__get__ = _value  # type: ignore[method-assign, assignment]
