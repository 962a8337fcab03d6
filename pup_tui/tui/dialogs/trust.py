"""Asks before a runbook runs that nobody vouched for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.dialog import Dialog


class TrustScreen(Dialog):
    """Shows which exact file would run. *No* has the focus."""

    KEYS = "esc no · tab next"

    def __init__(self, runbook: str, path: Path, sha256: str) -> None:
        super().__init__(f"Run the untrusted runbook {runbook}?", danger=False)
        self._path = path
        self._sha256 = sha256

    def compose_message(self) -> Iterable[Widget]:
        yield Static(
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
        yield Static(facts, classes="dialog-facts", markup=False)

    def compose_buttons(self) -> Iterable[Widget]:
        yield Button(Content("No, do not run it"), id="no")
        yield Button(Content("I have read it: run it"), id="yes", variant="error")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "yes":
            self.give("yes")
        else:
            self.action_put_away()
