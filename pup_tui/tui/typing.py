"""Whether somebody is typing a text, and when that was last.

Who types a text looks at the field: what comes up meanwhile is not read, and what is typed is not for it.
"""

from __future__ import annotations

import math
from time import monotonic
from typing import Any, Protocol, runtime_checkable

from textual import events
from textual.app import App

JUST_NOW = 3.0
"""Seconds after a key for a text for which what is typed next may still be a part of it."""


@runtime_checkable
class TextField(Protocol):
    """What one types a text into: it has a cursor for that. None is imported to know whether it is one."""

    cursor_blink: bool


def types(app: App[Any]) -> bool:
    """Whether a field for text has the focus, whatever screen it is on."""
    return isinstance(app.focused, TextField)


class Typed:
    """Notes the keys that go into fields."""

    def __init__(self) -> None:
        self._last = -math.inf
        self._field_went = False

    def field_goes(self, app: App[Any]) -> None:
        """The field that has the focus goes by itself: what is typed on was meant for it."""
        self._field_went = types(app) and self.just_now

    def goes_nowhere(self, app: App[Any], key: events.Key) -> bool:
        """Whether a key was meant for a field that has gone, as far as one can tell."""
        is_text = key.is_printable or key.key in ("enter", "backspace")
        self._field_went = self._field_went and is_text and self.just_now and not types(app)
        if self._field_went:
            self._last = key.time
        return self._field_went

    def note(self, app: App[Any], key: events.Key) -> None:
        """Take in a key; a command ends what was typed, as tab does, and enter on a button.

        Enter and escape in the field do not: by them a question that waited for the field comes up at once.
        """
        if key.key.startswith("ctrl+") or key.key in ("tab", "shift+tab"):
            self._last = -math.inf
        elif types(app):
            self._last = key.time
        elif not key.is_printable:
            self._last = -math.inf

    @property
    def just_now(self) -> bool:
        """Whether a text was typed a moment ago, also where its field is left or gone."""
        return monotonic() - self._last < JUST_NOW


def typed_in(app: App[Any]) -> Typed:
    """What an application has noted of that: nothing, where it does not note it."""
    typed = getattr(app, "typed", None)
    return typed if isinstance(typed, Typed) else Typed()
