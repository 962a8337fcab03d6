"""Tells what the operator has to do by hand, and asks when it is done."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from pup_tui.core.actions import Question
from pup_tui.tui.dialogs.checklist import ChecklistItem
from pup_tui.tui.dialogs.dialog import Dialog, ScrollBehind, SecondsLeft, shown_text


class ManualScreen(Dialog):
    """What is to be done, each item to be ticked; *Done* opens when all of them are."""

    def __init__(
        self,
        question: Question,
        *,
        behind: ScrollBehind | None = None,
        left: SecondsLeft | None = None,
    ) -> None:
        super().__init__(question.title, danger=question.danger, behind=behind, left=left)
        self._question = question

    def compose_message(self) -> Iterable[Widget]:
        if self._question.message.strip():
            yield Static(shown_text(self._question.message), markup=False)
        for item in self._question.checklist:
            yield ChecklistItem(item)

    def compose_fixed(self) -> Iterable[Widget]:
        yield Input(
            placeholder="A note for the record, if you like", id="manual-note", compact=True
        )

    def compose_buttons(self) -> Iterable[Widget]:
        yield Button(Content("Look at the output"), id="later")
        yield Button(
            Content("Done"), id="yes", variant="primary", disabled=bool(self._question.checklist)
        )
        yield Button(Content("Not done: abort"), id="no", variant="error")

    def on_mount(self) -> None:
        items = self.query(ChecklistItem)
        (items.first() if items else self.query_one("#later")).focus()

    def on_checklist_item_changed(self, event: ChecklistItem.Changed) -> None:
        event.stop()
        ticked = all(item.ticked for item in self.query(ChecklistItem))
        self.query_one("#yes", Button).disabled = not ticked

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "later":
            self.action_put_away()
        else:
            self.give(event.button.id or "no", self.query_one(Input).value.strip())
