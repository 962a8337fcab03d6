"""Asks before a runbook runs that nobody vouched for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.lines.read_text import ReadText


class TrustScreen(Dialog):
    """Shows which exact file would run. *No* has the focus."""

    def __init__(self, runbook: str, path: Path, sha256: str, *, for_values: bool = False) -> None:
        """`for_values`: at first it is only for commands that find values and choices."""
        what = (
            "Run commands of the untrusted runbook" if for_values else "Run the untrusted runbook"
        )
        super().__init__(f"{what} {runbook}?", danger=False)
        self._for_values = for_values
        self._path = path
        self._sha256 = sha256

    def compose_message(self) -> Iterable[Widget]:
        if self._for_values:
            told = (
                "Its form runs commands to find values and choices. Without them it opens as well."
            )
            yield ReadText(told, markup=False)
        yield ReadText(
            "It lies in the working directory: anybody who can write there has written it. "
            "Its commands run as you, with your credentials.",
            markup=False,
        )

    def compose_fixed(self) -> Iterable[Widget]:
        facts = Content.assemble(
            ("file    ", "$text-muted"),
            safe_text(str(self._path)),
            ("\nsha256  ", "$text-muted"),
            self._sha256,
            ("\nYour yes holds for exactly this text, until you leave pup-tui.", "$text-muted"),
        )
        yield ReadText(facts, classes="dialog-facts", markup=False)

    def compose_buttons(self) -> Iterable[Widget]:
        them = "them" if self._for_values else "it"
        yield choice(f"No, do not run {them}", "no", "back")
        yield choice(f"I have read it: run {them}", "yes", variant="error")

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "yes":
            self.give("yes")
        else:
            self.action_put_away()
