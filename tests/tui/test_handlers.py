"""A message reaches the handlers that Textual finds for it."""

from __future__ import annotations

from typing import Any

import pytest
from textual import on
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.widgets import Button, Input

from pup_tui.tui import handlers


class Told(Message):
    pass


class ToldMore(Told):
    pass


class ByName(Widget):
    def on_told(self) -> None: ...


class Hidden(Widget):
    def _on_told(self) -> None: ...


class Decorated(Widget):
    @on(Told)
    def hear(self) -> None: ...


class Inherits(Decorated, ByName):
    pass


class Deaf(Widget):
    pass


@pytest.mark.parametrize("kind", [ByName, Hidden, Decorated, Inherits, Deaf, Button, Input])
@pytest.mark.parametrize("message", [Told, ToldMore, Button.Pressed, Input.Changed])
def test_as_many_as_textual_finds(kind: type[Any], message: type[Any]) -> None:
    assert MessagePump._get_dispatch_methods is not handlers.textuals_own
    pump, sent = kind(), object.__new__(message)
    sent._no_default_action, sent._sender = False, None
    for name in ("on_told", "on_told_more", "on_button_pressed", "on_event"):
        found = list(pump._get_dispatch_methods(name, sent))
        assert found == list(handlers.textuals_own(pump, name, sent))
        # The second time it is remembered.
        assert found == list(pump._get_dispatch_methods(name, sent))
    heard = {
        name for name in ("on_told", "on_told_more") if [*pump._get_dispatch_methods(name, sent)]
    }
    if kind is Deaf:
        assert not heard
    if kind is Inherits and message is ToldMore:
        assert len(list(pump._get_dispatch_methods("on_told", sent))) == 2
