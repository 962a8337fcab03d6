"""Asks for a reason, which is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from pup_tui.tui.dialogs.dialog import Dialog, ScrollBehind, shown_text

REASON = "reason"


class ReasonScreen(Dialog):
    """Asks for a reason, without which it cannot be done; the answer is `yes`, the reason its note.

    `wanted` names what is asked for, where that is no reason.
    """

    KEYS = "esc back · enter in the field accepts the reason · pgup pgdn scroll the output"

    def __init__(
        self,
        title: str,
        message: str,
        *,
        behind: ScrollBehind | None = None,
        typed: dict[str, str] | None = None,
        wanted: str = "",
    ) -> None:
        super().__init__(title, behind=behind, typed=typed)
        self._message = message
        self._wanted = wanted

    def compose_message(self) -> Iterable[Widget]:
        yield Static(shown_text(self._message), markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        yield Input(
            self._typed.get(REASON, ""),
            placeholder=self._wanted or "Why? This is recorded with your name",
            id=REASON,
            compact=True,
            select_on_focus=False,
        )

    def compose_buttons(self) -> Iterable[Widget]:
        yield Button(Content("Back"), id="back")
        yield Button(Content("Accept"), id="yes", variant="primary")

    def on_mount(self) -> None:
        self._field.focus()

    @property
    def _field(self) -> Input:
        return self.query_one(Input)

    def kept(self) -> Mapping[str, str]:
        return {REASON: self._field.value}

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value.strip():
            self.want("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._accept()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "yes":
            self._accept()
        else:
            self.action_put_away()

    def _accept(self) -> None:
        reason = self._field.value.strip()
        if reason:
            self.give("yes", reason)
        else:
            self.want(f"{self._wanted or 'A reason'} is missing: type it here.", self._field)
