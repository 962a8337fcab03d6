"""An application in which what takes several layouts to find its place is seen when it has found it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from rich.console import RenderableType
from textual.app import App, ReturnType
from textual.screen import Screen

from pup_tui.tui.drawn_once import DrawnOnce

LAYOUTS = 3
"""How often the lowest screen is laid out until all in it has its place: what gets another size may change
its shape, and what is in it follows.
"""

MOST_HELD = 1.0
"""Seconds after which all is drawn as it stands then."""

LetDraw: TypeAlias = Callable[[], None]

_awaited: WeakKeyDictionary[Screen[Any], list[Callable[[], None]]] = WeakKeyDictionary()
"""What is to be called when a screen has made its next frame."""


class DrawnWhole(DrawnOnce[ReturnType]):
    """Draws nothing while somebody holds the drawing."""

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[object, float] = {}
        """Until when each that holds the drawing may do that."""

    def hold_drawing(self) -> LetDraw:
        """Draw nothing for a moment, or until what this returns was called and all has been laid out anew."""
        held = object()
        self._held[held] = monotonic() + MOST_HELD

        def let_draw() -> None:
            if self._held.pop(held, None) is not None and self.draws and self.screen_stack:
                self.screen.refresh()

        self.set_timer(MOST_HELD, let_draw)
        return lambda: self._after(LAYOUTS, let_draw)

    @property
    def draws(self) -> bool:
        """Whether nobody holds the drawing; the clock says so too, as a timer may come late."""
        return all(until <= monotonic() for until in self._held.values())

    def _after(self, layouts: int, then: LetDraw) -> None:
        if layouts and self.screen_stack:
            self.screen_stack[0].call_after_refresh(self._after, layouts - 1, then)
        else:
            then()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if self.draws:
            super()._display(screen, renderable)


def hold_drawing(app: App[Any]) -> LetDraw:
    """As `DrawnWhole.hold_drawing`; another application draws everything."""
    return app.hold_drawing() if isinstance(app, DrawnWhole) else lambda: None


def makes_frame(screen: Screen[Any]) -> bool:
    """Whether a screen is to make the frame that it is about to; a screen asks before it makes one.

    While drawing is held it would be thrown away, and on a loaded machine the time that it takes keeps what
    is held from finding its place. What is to be drawn anew is remembered.
    """
    app = screen.app
    if not isinstance(app, DrawnWhole) or app.draws or screen is not app.screen:
        return True
    # Textual calls nothing back after a refresh as long as widgets wait to be drawn.
    screen._dirty_widgets.clear()
    return False


def once_drawn(screen: Screen[Any], then: Callable[[], None]) -> None:
    """Call something when a screen that is in front has made its next frame: what it has can be seen then."""
    _awaited.setdefault(screen, []).append(then)
    screen.refresh()


def frame_made(screen: Screen[Any]) -> None:
    """Call what waits for a frame of a screen; a screen tells it of each that it has made."""
    if screen is screen.app.screen:
        for then in _awaited.pop(screen, ()):
            then()
