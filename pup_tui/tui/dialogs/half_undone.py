"""Asks whether a step was taken back whose undo had begun before a run broke off, and did not finish."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Button

from pup_tui.core.actions import Question
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import Dialog, effect, shown_text
from pup_tui.tui.lines.read_text import ReadText


class HalfUndoneScreen(Dialog):
    """What the undo would have done, and what becomes of its step."""

    def __init__(self, question: Question) -> None:
        super().__init__(f"Was it taken back? {question.title}", danger=question.danger)
        self._question = question

    def compose_message(self) -> Iterable[Widget]:
        yield ReadText(shown_text(self._question.message), markup=False)
        told = "If it was, the step runs again, with all behind it. If not, it stays done."
        yield ReadText(told, classes="dialog-muted", markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        if self._question.upcoming:
            yield effect("its undo", self._question.upcoming)

    def compose_buttons(self) -> Iterable[Widget]:
        again = "Undo again: danger" if self._danger else "Undo again"
        yield choice("Put aside", "later", "back")
        yield choice("It was", "taken-back")
        yield choice("It was not", "stays")
        yield choice(again, "undo", variant="error" if self._danger else "default")
        yield choice("Abort", "abort", variant="error")

    def on_mount(self) -> None:
        self.query_one("#later").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "later":
            self.action_put_away()
        elif event.button.id is not None:
            self.give(event.button.id)
