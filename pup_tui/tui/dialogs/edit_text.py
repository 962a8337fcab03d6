"""Lets the operator change the text of a step that failed, before it runs once more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static, TextArea

from pup_tui.core.requests import StepRequest
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.fields.controls import Paragraph


class EditTextScreen(Dialog):
    """The text as it was rendered, and what it refers to; the answer is `yes`, the text its note."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "run_again", "Run again")]
    KEYS = "^r run again · esc back · tab next"

    def __init__(self, name: str, request: StepRequest) -> None:
        super().__init__(f"Edit and run again: {name}")
        assert request.editable is not None
        self._request = request
        self._text = request.editable

    def compose_message(self) -> Iterable[Widget]:
        yield Static("What you change is recorded with your name.", markup=False)
        for name, value in self._text.values.items():
            told = Content.assemble((f"${{{name}}}  ", "dim"), safe_text(value))
            yield Static(told, markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        yield Paragraph(self._text.text)
        yield Static(id="edit-state", markup=False)

    def compose_buttons(self) -> Iterable[Widget]:
        yield Button(Content("Back"), id="back")
        yield Button(Content("Run again  ^r"), id="yes", variant="primary")

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        wrong = self._wrong()
        self.query_one("#edit-state", Static).update(Content(safe_text(wrong)))
        self.query_one("#yes", Button).disabled = bool(wrong)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "yes":
            self.action_run_again()
        else:
            self.action_put_away()

    def action_run_again(self) -> None:
        if not self._wrong():
            self.give("yes", self.query_one(TextArea).text)

    def _wrong(self) -> str:
        """Why the text cannot be run, empty if it can."""
        try:
            self._request.with_text(replace(self._text, text=self.query_one(TextArea).text))
        except ValueError as error:
            return f"It cannot be run: {error}"
        return ""
