"""Tells what a run that broke off has left running, and waits for it or has it ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import Answer, Dialog
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText

LOOK_AGAIN = 0.5
"""Seconds between two looks whether it still runs."""


class LeftRunningScreen(Dialog):
    """The answer is `ended` as soon as nothing runs any more, or `end` where it is to be ended."""

    BINDINGS: ClassVar[list[BindingType]] = bound({"end_left": "end_left"})

    def __init__(self, step: str, running: str, lives: Callable[[], Awaitable[bool]]) -> None:
        """`running` names the processes of the step called so; `lives` tells whether one still does."""
        super().__init__(f"Still running: {step}")
        self._processes = running
        self._lives = lives

    def compose_message(self) -> Iterable[Widget]:
        yield ReadText(
            Content.styled(f"● {safe_text(self._processes)}", "$text-accent"), markup=False
        )
        yield Static("", markup=False)
        yield ReadText(
            "It outlived the program that ran it. What it prints is lost, and writing to nobody may end it; "
            "how it ends nobody will know. As soon as it has ended, the run can go on: this dialog waits.",
            markup=False,
        )

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Back", "back", "back")
        yield choice("End it", "end", "end_left", careful=True, variant="error")

    def on_mount(self) -> None:
        self.focus_on("#back")
        self.set_interval(LOOK_AGAIN, self._look)

    async def _look(self) -> None:
        if not await self._lives() and self.is_active:
            self.dismiss(Answer("ended"))

    def action_end_left(self) -> None:
        """End it by two keys: what it was doing breaks off."""
        self.choose("end")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "end":
            self.give("end")
        else:
            self.action_put_away()
