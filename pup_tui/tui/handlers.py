"""Which messages a class has no handler for, which is remembered.

Textual looks through all base classes of whoever gets a message, and most find nothing: a fortieth of what
a console does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from textual.message import Message
from textual.message_pump import MessagePump

textuals_own = MessagePump._get_dispatch_methods

_handled: dict[tuple[type[MessagePump], type[Message], str], bool] = {}
"""Whether one class or another has a handler for a message, by the name that such a handler has."""


def _is_handled(pump: type[MessagePump], message: type[Message], name: str) -> bool:
    for kind in pump.__mro__:
        own = vars(kind)
        if f"_{name}" in own or name in own:
            return True
        if not (own.get("_decorated_handlers") or {}).keys().isdisjoint(message.__mro__):
            return True
    return False


def _dispatch_methods(
    pump: MessagePump, method_name: str, message: Message
) -> Iterable[tuple[type, Callable[[Message], Any]]]:
    key = type(pump), type(message), method_name
    handled = _handled.get(key)
    if handled is None:
        handled = _handled[key] = _is_handled(*key)
    return textuals_own(pump, method_name, message) if handled else ()


MessagePump._get_dispatch_methods = _dispatch_methods  # type: ignore[method-assign, assignment]
