"""What was pressed is clicked, also where it stands elsewhere by the time the button of the mouse is let go.

A press gives the focus, which may change the words of buttons, and ends what was told before it; what a run
does may move the rest. Textual takes it for no click when something else is there then.
"""

from __future__ import annotations

from typing import Any

from rich.style import Style
from textual import events
from textual.app import App
from textual.errors import NoWidget
from textual.geometry import Region
from textual.widget import Widget


class Pressed:
    """The widget on which a button of the mouse went down last, and where that stood then."""

    def __init__(self) -> None:
        self._widget: Widget | None = None
        self._down: events.MouseDown | None = None
        self._region = Region()
        self._style = Style()

    def note(self, app: App[Any], down: events.MouseDown) -> None:
        """Take in a press, before anything comes of it."""
        self._widget, self._down = None, down
        try:
            widget, self._region = app.get_widget_at(*down.screen_offset)
        except NoWidget:
            return
        if widget is not app.screen:
            self._widget = widget
            self._style = app.screen.get_style_at(*down.screen_offset)

    def let_go(self, app: App[Any], up: events.MouseUp) -> None:
        """Click what was pressed, if the pointer has stayed and Textual clicked nothing as it has moved."""
        widget, down = self._widget, self._down
        self._widget = self._down = None
        if widget is None or down is None or down.screen_offset != up.screen_offset:
            return
        if not widget.is_attached or widget.screen is not app.screen or not widget.is_on_screen:
            return  # gone, or behind what has come up meanwhile
        if _at(app, up) is not widget:
            click = events.Click.from_event(widget, up)
            click.style = self._style
            widget._forward_event(click._apply_offset(-self._region.x, -self._region.y))


def _at(app: App[Any], event: events.MouseEvent) -> Widget | None:
    try:
        return app.get_widget_at(*event.screen_offset)[0]
    except NoWidget:
        return None
