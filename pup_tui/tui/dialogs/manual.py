"""Tells what the operator has to do by hand, and asks when it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Button, Input

from pup_tui.core.actions import Question
from pup_tui.tui.dialogs.checklist import ChecklistDialog, ChecklistItem
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import SecondsLeft, shown_text
from pup_tui.tui.keys import bound, key_of
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.texts import counted

_NOTE = "note"


class ManualScreen(ChecklistDialog):
    """What is to be done, each item to be ticked; *Done* leads to the first that is not."""

    BINDINGS: ClassVar[list[BindingType]] = bound({"done": "done", "abort": "go_to('no')"})

    def __init__(
        self,
        question: Question,
        *,
        left: SecondsLeft | None = None,
        typed: dict[str, str] | None = None,
    ) -> None:
        super().__init__(question.title, danger=question.danger, left=left, typed=typed)
        self._question = question
        if not question.checklist:
            self.KEYS = ""

    def compose_message(self) -> Iterable[Widget]:
        if self._question.message.strip():
            yield ReadText(shown_text(self._question.message), markup=False)
        for number, item in enumerate(self._question.checklist):
            yield ChecklistItem(item, ticked=str(number) in self._typed)

    def compose_fixed(self) -> Iterable[Widget]:
        yield Input(
            self._typed.get(_NOTE, ""),
            placeholder="A note for the record, if you like",
            id="manual-note",
            compact=True,
            select_on_focus=False,
        )

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Put aside", "later", "back")
        yield choice("Done", "yes", "done", variant="primary")
        yield choice("Not done: abort", "no", "abort", gone_to=True, variant="error")

    def on_mount(self) -> None:
        self.focus_on("ChecklistItem" if self.query(ChecklistItem) else "#later")

    def on_checklist_item_changed(self, event: ChecklistItem.Changed) -> None:
        event.stop()
        self.want("")

    def kept(self) -> Mapping[str, str]:
        ticked = {str(at): "" for at, item in enumerate(self.query(ChecklistItem)) if item.ticked}
        return {_NOTE: self.query_one(Input).value, **ticked}

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_done()

    def action_done(self) -> None:
        """Say that it is done, where all is ticked."""
        open_items = [item for item in self.query(ChecklistItem) if not item.ticked]
        if open_items:
            key = key_of(self.app, "tick")
            told = f"{counted(len(open_items), 'item')} not ticked yet: {key} ticks."
            self.want(told, open_items[0])
        else:
            self._give("yes")

    def _give(self, answer: str) -> None:
        self.give(answer, self.query_one(Input).value.strip())

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "later":
            self.action_put_away()
        elif event.button.id == "yes":
            self.action_done()
        else:
            self._give("no")
