"""Asks the operator whether to go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from pup_tui.core.actions import Question
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import (
    Dialog,
    SecondsLeft,
    effect,
    labelled,
    shown_text,
)
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText

_TYPED = "typed"


class ConfirmScreen(Dialog):
    """A yes or no. *No* has the focus; where something is expected, only typing exactly that opens *Yes*."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "yes": "yes",
            "no": "no",
        }
    )

    KEYS = "{back} aside"
    FINDS_ON = True

    def __init__(
        self,
        question: Question,
        *,
        target: str | None = None,
        left: SecondsLeft | None = None,
        typed: dict[str, str] | None = None,
    ) -> None:
        """`target` names the environment that the run acts on, where it is known."""
        super().__init__(question.title, danger=question.danger, left=left, typed=typed)
        self._question = question
        self._target = target

    def compose_message(self) -> Iterable[Widget]:
        yield ReadText(shown_text(self._question.message), markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        question = self._question
        if self._target is not None:
            yield labelled("in", safe_text(self._target), "dialog-target")
        if question.upcoming:
            yield effect("next", question.upcoming)
        if question.expect is not None:
            yield Static(self._expected("Type "), id="confirm-expected", markup=False)
            yield Input(
                self._typed.get(_TYPED, ""),
                id="confirm-typed",
                compact=True,
                select_on_focus=False,
            )

    def _expected(self, before: str) -> Content:
        expect = safe_text(self._question.expect or "")
        return Content.assemble(before, (expect, "bold"), " to be able to say yes")

    def compose_buttons(self) -> Iterable[Widget]:
        free = self._question.expect is None
        yes = "Yes, do this dangerous step" if self._question.danger else "Yes"
        yield choice("No", "no", "no" if free else "")
        yield choice(
            yes,
            "yes",
            "yes" if free else "",
            disabled=not self._typed_right(self._typed.get(_TYPED, "")),
            careful=free and self._question.danger,
            variant="error" if self._question.danger else "primary",
        )

    def on_mount(self) -> None:
        self.focus_on("#no")

    def _typed_right(self, typed: str) -> bool:
        return self._question.expect is None or typed == self._question.expect

    def kept(self) -> Mapping[str, str]:
        if self._question.expect is None:
            return {}
        return {_TYPED: self.query_one("#confirm-typed", Input).value}

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """What is typed while a text is expected belongs to that text, wherever the focus is."""
        typed = character is not None and character.isprintable()
        return typed and self._question.expect is not None

    def on_key(self, event: events.Key) -> None:
        typed = self.query("#confirm-typed").results(Input)
        box = next(iter(typed), None)
        if box is not None and not box.has_focus and event.is_printable and event.character:
            box.focus()
            box.insert_text_at_cursor(event.character)
            event.stop()
            event.prevent_default()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#yes", Button).disabled = not self._typed_right(event.value)
        # That it was another text before is told no more.
        self.query_one("#confirm-expected", Static).update(self._expected("Type "))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._typed_right(event.value):
            self.give("yes")
        else:
            told = self._expected("That is not it: type exactly ").stylize("$text-error")
            self.query_one("#confirm-expected", Static).update(told)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("yes", "no") and self._question.expect is not None:
            return False
        return super().check_action(action, parameters)

    def action_yes(self) -> None:
        """Answer; to what is dangerous a key only selects the answer."""
        self.choose("yes")

    def action_no(self) -> None:
        self.give("no")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.give("yes" if event.button.id == "yes" else "no")
