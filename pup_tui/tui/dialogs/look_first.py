"""Asks before scripts run for a plan that say that they only look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget
from textual.widgets import Static

from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import labelled, shown_text
from pup_tui.tui.dialogs.going_on import GoingOnDialog
from pup_tui.tui.lines.read_text import ReadText


class LookFirstScreen(GoingOnDialog):
    """Shows the scripts, by the ids of their steps; the answer is `yes` where they may run.

    *No* has the focus.
    """

    def __init__(self, scripts: Sequence[tuple[str, str]]) -> None:
        super().__init__("Run these scripts for the plan?")
        self._scripts = scripts

    def compose_message(self) -> Iterable[Widget]:
        yield ReadText(
            "They say that they only look, and nobody but their author has checked that. Without them "
            "nothing behind the first of them is looked at.",
            markup=False,
        )
        yield Static("", markup=False)
        for step, script in self._scripts:
            yield labelled(step, shown_text(script.strip()), "dialog-row")

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("No, look without them", "no", "back")
        yield choice("Run them", "yes", variant="primary")
