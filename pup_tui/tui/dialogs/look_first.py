"""Asks before scripts run for a plan that say that they only look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget
from textual.widgets import Button, Static

from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import Dialog, labelled, shown_text
from pup_tui.tui.lines.read_text import ReadText


class LookFirstScreen(Dialog):
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

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "yes":
            self.give("yes")
        else:
            self.action_put_away()
