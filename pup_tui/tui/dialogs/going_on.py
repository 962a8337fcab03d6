"""A dialog with two choices: one that leaves everything as it is, and one that goes on."""

from __future__ import annotations

from typing import ClassVar

from textual.widgets import Button

from pup_tui.tui.dialogs.dialog import Dialog


class GoingOnDialog(Dialog):
    """The answer is `yes` where the button `GOES_ON_BY` is pressed; the first button has the focus."""

    GOES_ON_BY: ClassVar[str] = "yes"

    def on_mount(self) -> None:
        self.focus_on("Button")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == self.GOES_ON_BY:
            self.give("yes")
        else:
            self.action_put_away()
