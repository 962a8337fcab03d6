"""Asks before the console is left while runs are under way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.keys import bound
from pup_tui.tui.runs import Runs
from pup_tui.tui.texts import counted

LOOK = 0.2
"""Seconds between two looks at whether the runs have stopped."""


class QuitScreen(Dialog):
    """Asks whether to stay, or to cancel the runs and quit when they have stopped: the answer is `quit`.

    Without a run under way it asks because something is `typed` that would be lost.
    """

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "back": ("put_away", "Stay"),
        }
    )

    def __init__(self, runs: Runs, operator: str, *, typed: bool = False) -> None:
        count = len(runs.under_way)
        under_way = f"{counted(count, 'run')} {'is' if count == 1 else 'are'} under way"
        super().__init__(under_way if count else "What you typed would be lost")
        self._typed_too = typed
        self._runs = runs
        self._operator = operator
        self._stopping = False

    def compose_message(self) -> Iterable[Widget]:
        names = [f"●  {safe_text(live.program.id)}" for live in self._runs.under_way]
        yield Static(Content("\n".join(names)), id="quit-runs", markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        told = (
            "Cancelling stops what runs now and skips the steps after it; cleanup steps still run."
        )
        lost = "What stands in the form or dialog is in no run yet, and is forgotten."
        parts = (told if self._runs.under_way else "", lost if self._typed_too else "")
        yield Static("\n".join(filter(None, parts)), id="quit-progress", markup=False)

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Stay", "stay", "back")
        leave = "Cancel the runs and quit" if self._runs.under_way else "Quit"
        yield choice(leave, "cancel", variant="error")

    def on_mount(self) -> None:
        self.query_one("#stay").focus()
        self.set_interval(LOOK, self._look)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id != "cancel":
            self.action_put_away()
        elif self._armed:
            self._cancel()

    def _cancel(self) -> None:
        """Cancel all runs: the first time their cleanup still runs, the second time it is left as well."""
        self._runs.cancel(self._operator, "the console was left")
        button = self.query_one("#cancel", Button)
        if self._stopping:
            button.disabled = True
        button.label = Content("Leave the cleanup as well")
        self._stopping = True
        self.query_one("#stay").focus()
        self._look()

    def _look(self) -> None:
        left = len(self._runs.under_way)
        if not self._stopping:
            return
        if not left:
            self.give("quit")
            return
        told = f"Stopping: {counted(left, 'run')} still under way (processes end, cleanup runs)…"
        self.query_one("#quit-progress", Static).update(Content.styled(told, "$text-warning"))
