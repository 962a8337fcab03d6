"""Asks for what an action of an integration takes, before it is tried."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.input import InputScreen


class TryScreen(InputScreen):
    """A field for each value; nothing waits for the answer."""

    GOES_ON: ClassVar[str] = "Try it"

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Back", "later", "back")
        yield choice(self.GOES_ON, "yes", "go_on", variant="primary", disabled=True)
