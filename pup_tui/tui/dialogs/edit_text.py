"""Lets the operator change the text of a step that failed, before it runs once more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, TextArea

from pup_tui.core.editing import Editable
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.fields.controls import Paragraph
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText

TEXT = "text"
"""What the text is kept as when the dialog is put away."""


class EditTextScreen(Dialog):
    """The text as it was rendered, and what it refers to; the answer is `yes`, the text its note.

    A text that was changed and is not run is kept for the next time.
    """

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "go_on": ("run_again", "Run again"),
        }
    )
    KEYS = "{back} keeps what you changed"
    MOST = 0.85

    def __init__(self, name: str, editable: Editable, *, typed: dict[str, str]) -> None:
        super().__init__(f"Edit and run again: {name}", typed=typed)
        self._editable = editable
        self._original = safe_text(editable.text, multiline=True)

    def compose_message(self) -> Iterable[Widget]:
        for name, value in self._editable.refers.items():
            source = self._editable.sources.get(name, "")
            told = f"{safe_text(name)} is {safe_text(source)}:" if source else safe_text(name)
            yield ReadText(Content.assemble((f"{told}  ", "dim"), safe_text(value)), markup=False)
        yield ReadText("What you change is recorded with your name.", markup=False)
        if self._editable.hides:
            hidden = "*** is a secret: it is sent where the text around it is left as it is."
            yield ReadText(hidden, markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        yield Paragraph(self._typed.get(TEXT, self._editable.text))

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Back", "back", "back")
        yield choice("Run again", "yes", "go_on", variant="primary")
        yield choice("As it was", "original", disabled=True)

    def on_mount(self) -> None:
        self._area.focus()
        self._judge()

    @property
    def _area(self) -> TextArea:
        return self.query_one(TextArea)

    def kept(self) -> Mapping[str, str]:
        return {TEXT: self._area.text} if self._area.text != self._original else {}

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._judge()

    def _judge(self) -> None:
        self.want(self._wrong())
        self.query_one("#original", Button).disabled = self._area.text == self._original

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        match event.button.id:
            case "yes":
                self.action_run_again()
            case "original":
                self._area.text = self._editable.text
                self._area.focus()
            case _:
                self.action_put_away()

    def action_run_again(self) -> None:
        wrong = self._wrong()
        if wrong:
            self.want(wrong, self._area)
        else:
            text = self._area.text
            self.give("yes", self._editable.text if text == self._original else text)

    def _wrong(self) -> str:
        """Why the text cannot be run, empty if it can."""
        try:
            self._editable.judge(self._area.text)
        except ValueError as error:
            return f"It cannot be run: {error}"
        return ""
