"""Asks for a line of text: a reason, which is recorded; the name of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Button, Input

from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import Dialog, shown_text
from pup_tui.tui.lines.read_text import ReadText

REASON = "reason"


class ReasonScreen(Dialog):
    """Asks for a reason, without which it cannot be done; the answer is `yes`, the reason its note."""

    HINT: ClassVar[str] = "Why? This is recorded with your name"
    MISSING: ClassVar[str] = "A reason is missing: type it here."

    def __init__(
        self,
        title: str,
        message: str,
        *,
        typed: dict[str, str] | None = None,
    ) -> None:
        super().__init__(title, typed=typed)
        self._message = message

    def compose_message(self) -> Iterable[Widget]:
        yield ReadText(shown_text(self._message), markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        yield Input(
            self._typed.get(REASON, ""),
            placeholder=self.HINT,
            id=REASON,
            compact=True,
            select_on_focus=False,
        )

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Back", "back", "back")
        yield choice("Accept", "yes", key="enter", variant="primary")

    def on_mount(self) -> None:
        self._field.focus()

    @property
    def _field(self) -> Input:
        return self.query_one(f"#{REASON}", Input)

    def kept(self) -> Mapping[str, str]:
        return {REASON: self._field.value}

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        # What was said was said of another text.
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

    @property
    def _given(self) -> str:
        return self._field.value.strip()

    def _refusal(self, given: str) -> str:
        """Why what was typed is not taken; empty if it is."""
        return "" if given else self.MISSING

    def _accept(self) -> None:
        given = self._given
        if why := self._refusal(given):
            self.want(why, self._field)
        else:
            self.give("yes", given)


class NoteScreen(ReasonScreen):
    """Asks for a note on a run; the answer is `yes`, and the note its own."""

    HINT = "What is to be remembered of it"
    MISSING = "The note is missing: type it here."

    def __init__(self) -> None:
        told = "It stands in the record with your name and the time."
        super().__init__("A note on this run", told)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "note" and super().check_action(action, parameters)


class FileScreen(ReasonScreen):
    """Asks for the file that an output is saved to; the answer is `yes`, the file its note."""

    HINT = "A new file; ~ is your home"
    MISSING = "The name of a file is missing: type it here."

    def __init__(self, title: str, suggested: str, *, what: str = "Plain text") -> None:
        folder = Path().absolute()
        message = f"{what}, to a file that is not there yet and only you can read, in {folder}"
        super().__init__(title, message, typed={REASON: suggested})
