"""An application in which what takes several layouts to find its place is seen when it has found it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

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


class DrawnWhole(DrawnOnce[ReturnType]):
    """Draws nothing while somebody holds the drawing."""

    def __init__(self) -> None:
        super().__init__()
        self._held: set[object] = set()

    def hold_drawing(self) -> LetDraw:
        """Draw nothing for a moment, or until what this returns was called and all has been laid out anew."""
        held = object()
        self._held.add(held)

        def let_draw() -> None:
            if held in self._held:
                self._held.discard(held)
                if not self._held and self.screen_stack:
                    self.screen.refresh()

        self.set_timer(MOST_HELD, let_draw)
        return lambda: self._after(LAYOUTS, let_draw)

    def _after(self, layouts: int, then: LetDraw) -> None:
        if layouts and self.screen_stack:
            self.screen_stack[0].call_after_refresh(self._after, layouts - 1, then)
        else:
            then()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if not self._held:
            super()._display(screen, renderable)


def hold_drawing(app: App[Any]) -> LetDraw:
    """As `DrawnWhole.hold_drawing`; another application draws everything."""
    return app.hold_drawing() if isinstance(app, DrawnWhole) else lambda: None
