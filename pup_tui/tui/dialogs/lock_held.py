"""Tells who holds the lock that a run needs."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from pup_tui.drivers.locks import LockHeld
from pup_tui.tui.dialogs.dialog import Dialog, labelled, shown_text


class LockHeldScreen(Dialog):
    """Names the holder; the answer is `yes` where the lock is to be broken. *Cancel* has the focus."""

    KEYS = "esc cancel · tab next"

    def __init__(self, held: LockHeld) -> None:
        super().__init__("Another run holds the lock")
        self._held = held

    def compose_message(self) -> Iterable[Widget]:
        yield Static(
            "Only one run at a time may hold it: wait until that run is over, or talk to its operator. "
            "Nothing has been run.",
            markup=False,
        )
        # Here and not below, since a lock's value may be of any length.
        yield Static("", markup=False)
        for label, text in self._facts():
            yield labelled(label, shown_text(text), "dialog-row")

    def _facts(self) -> Iterable[tuple[str, str]]:
        held = self._held
        yield "lock", held.value
        if held.holder is None:
            yield "by", held.by
            return
        holder = held.holder
        yield "by", f"{holder.operator} on {holder.host}"
        yield "since", holder.moment
        yield "run", f"{holder.runbook} · {holder.run} · pid {holder.pid}"
        if held.why:
            yield "but", held.why

    def compose_buttons(self) -> Iterable[Widget]:
        yield Button(Content("Cancel"), id="cancel")
        yield Button(Content("Break the lock…"), id="break", variant="error")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#cancel").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "break":
            self.give("yes")
        else:
            self.action_put_away()
