"""How a dialog and what it is about share the window: nothing is covered, and all can be scrolled."""

from __future__ import annotations

import re
from typing import Any, Protocol, runtime_checkable

from textual.app import App
from textual.errors import NoWidget
from textual.geometry import Offset, Spacing
from textual.screen import Screen
from textual.widget import Widget

ASKED = "-asked"
"""The class of what makes room in the screen below, as long as a dialog is open."""

_MAKES_ROOM = frozenset(
    {"KeyHints", "StepDetail", "InterruptedBanner", "InboxBanner", "AskedBanner", "ToastRack"}
)

_NO_ROOM = Spacing()


@runtime_checkable
class Docked(Protocol):
    """A dialog that takes some of the window at its edges."""

    def room(self) -> Spacing:
        """How much it takes at each edge."""


@runtime_checkable
class Evidence(Protocol):
    """What a question is judged by; it stands in the screen below."""

    def page_evidence(self, pages: int) -> None:
        """Scroll the output by this many pages."""

    def other_evidence(self) -> None:
        """Show the output of the next step that has one."""

    @property
    def takes_notes(self) -> bool:
        """Whether a note can be recorded on the run."""

    def action_note(self) -> None:
        """Ask for a note on the run, and record it."""

    def mark_matches(self, pattern: re.Pattern[str] | None) -> None:
        """Mark what is searched for in the output, or nothing."""

    async def find_match(
        self, pattern: re.Pattern[str], by: int, *, enters: bool, around: bool
    ) -> bool:
        """Go to the next match in the output, or the one before; whether there is one.

        Who `enters` comes from outside; with `around` the first follows the last.
        """

    def show_output(self, run: str, step: str, *, from_error: bool) -> bool:
        """Bring what a step of a run printed last into sight, from its first error on or its end.

        Returns whether it stands there.
        """


def make_room(app: App[Any]) -> None:
    """Have the lowest screen keep to what the dialog in front leaves of the window."""
    if not app.screen_stack:
        return
    dialogs = [screen for screen in app.screen_stack if isinstance(screen, Docked)]
    ground = app.screen_stack[0]
    # Theirs alone: a class of the screen would have all that is in it styled anew.
    for widget in ground.walk_children():
        if type(widget).__name__ in _MAKES_ROOM:
            widget.set_class(bool(dialogs), ASKED)
    ground.styles.padding = dialogs[-1].room() if dialogs else _NO_ROOM


def evidence_behind(dialog: Screen[Any]) -> Evidence | None:
    """What stands below the dialog and can be judged by, also in a window that has no cell for it now."""
    found = dialog.app.screen_stack[0].query("RunView")
    return next((w for w in found if isinstance(w, Evidence) and is_displayed(w)), None)


def is_displayed(widget: Widget) -> bool:
    """Whether nothing around a widget hides it, nor itself; there may be no cell for it all the same."""
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))


def scroll_behind(dialog: Screen[Any], at: Offset, by: int) -> None:
    """Scroll what can be scrolled in the lowest screen at a place of the window, by so many lines."""
    try:
        widget, _ = dialog.app.screen_stack[0].get_widget_at(*at)
    except NoWidget:
        return
    around = (w for w in widget.ancestors_with_self if isinstance(w, Widget))
    scrolls = next((w for w in around if w.allow_vertical_scroll), None)
    if scrolls is not None:
        scrolls.scroll_relative(y=by, animate=False)
