"""Asks whether a step was taken back whose undo had begun before a run broke off, and did not finish."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Button

from pup_tui.core.actions import Question
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import KEYS_GO_TO, Dialog, effect, shown_text
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText

_KEYS = {"taken-back": "done", "stays": "skip", "undo": "retry", "abort": "abort"}
"""The actions that lead to the answers: as of a step of which nobody knows whether it was done."""


class HalfUndoneScreen(Dialog):
    """What the undo would have done, and what becomes of its step."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {key: f"go_to({what!r})" for what, key in _KEYS.items()}
    )
    KEYS = KEYS_GO_TO
    MEANS: ClassVar[str] = (
        "If it was, the step runs again, with all behind it. If not, it stays done."
    )
    """What follows from the answers."""

    def __init__(self, question: Question) -> None:
        super().__init__(f"Was it taken back? {question.title}", danger=question.danger)
        self._question = question

    def compose_message(self) -> Iterable[Widget]:
        yield ReadText(shown_text(self._question.message), markup=False)
        yield ReadText(self.MEANS, classes="dialog-muted", markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        if self._question.upcoming:
            yield effect("its undo", self._question.upcoming)

    def compose_buttons(self) -> Iterable[Widget]:
        again = "Undo again: danger" if self._danger else "Undo again"
        yield choice("Put aside", "later", "back")
        yield choice("It was", "taken-back", _KEYS["taken-back"], gone_to=True)
        yield choice("It was not", "stays", _KEYS["stays"], gone_to=True)
        variant = "error" if self._danger else "default"
        yield choice(again, "undo", _KEYS["undo"], gone_to=True, variant=variant)
        yield choice("Abort", "abort", _KEYS["abort"], gone_to=True, variant="error")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "go_to":
            return bool(self.query(f"#{parameters[0]}"))
        return super().check_action(action, parameters)

    def on_mount(self) -> None:
        self.focus_on("#later")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "later":
            self.action_put_away()
        elif event.button.id is not None:
            self.give(event.button.id)
