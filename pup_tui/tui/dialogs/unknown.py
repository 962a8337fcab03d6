"""Asks what became of an attempt that began before a run broke off, and did not finish."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from pup_tui.core.actions import Question
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.dialog import Dialog, ScrollBehind, ValuesAnswer, effect, shown_text


class UnknownScreen(Dialog):
    """What the attempt would have done. To say that it was done takes what it would have captured."""

    def __init__(self, question: Question, *, behind: ScrollBehind | None = None) -> None:
        title = f"Was it done? {question.title}"
        super().__init__(title, danger=question.danger, behind=behind)
        self._question = question

    def compose_message(self) -> Iterable[Widget]:
        yield Static(shown_text(self._question.message), markup=False)
        if self._question.captures:
            told = "If it was done: what did it capture? Later steps may use it."
            yield Static(told, classes="dialog-muted", markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        if self._question.upcoming:
            yield effect("began", self._question.upcoming)
        for name in self._question.captures:
            yield Input(placeholder=safe_text(name), name=name, compact=True)

    def compose_buttons(self) -> Iterable[Widget]:
        again = "Run again: dangerous" if self._danger else "Run again"
        yield Button(Content("Look at the output"), id="later")
        yield Button(Content(again), id="retry", variant="error" if self._danger else "default")
        yield Button(Content("It was done"), id="done", disabled=bool(self._question.captures))
        yield Button(Content("Skip"), id="skip", variant="warning")
        yield Button(Content("Abort"), id="abort", variant="error")

    def on_mount(self) -> None:
        self.query_one("#later").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#done", Button).disabled = not all(self._captures().values())

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "later":
            self.action_put_away()
        elif event.button.id == "done":
            self.answer_with(ValuesAnswer("done", values=self._captures()))
        elif event.button.id is not None:
            self.give(event.button.id)

    def _captures(self) -> dict[str, str]:
        return {field.name or "": field.value for field in self.query(Input)}
