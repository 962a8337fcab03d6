"""Where a word is typed that is searched for in a text."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from pup_tui.tui.fields.line_input import LineInput
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.lines.read_text import NO_MATCH


class _FindInput(LineInput):
    BINDINGS: ClassVar[list[BindingType]] = bound({"back": ("leave", "Close the search")})

    class Left(Message):
        """The operator does not want to search after all."""

    def action_leave(self) -> None:
        self.post_message(self.Left())


class FindLine(Horizontal):
    """A word that is searched for, and how often it was found; it is out of sight until it is opened."""

    class Typed(Message):
        """Another text is searched for."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Entered(Message):
        """The operator wants to see where it is."""

    class Left(Message):
        """The operator does not want to search after all."""

    def compose(self) -> ComposeResult:
        hint = with_keys(self.app, "enter finds · {back} leaves")
        yield _FindInput(placeholder=hint, compact=True, select_on_focus=False)
        yield Static(markup=False)

    def on_mount(self) -> None:
        self.display = False

    def open(self) -> None:
        """Bring it into sight, with what was typed in it."""
        self.display = True
        self.query_one(Input).focus()

    def close(self) -> None:
        """Put it out of sight, and forget what was typed in it."""
        self.query_one(Input).value = ""
        self.tell("")
        self.display = False

    def tell(self, told: str) -> None:
        """Say what was found; with nothing, also what to do then."""
        if told == NO_MATCH:
            told = with_keys(self.app, f"{told} · {{back}} ends the search")
        self.query_one(Static).update(Content(told))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())

    def on__find_input_left(self, message: _FindInput.Left) -> None:
        message.stop()
        self.post_message(self.Left())
