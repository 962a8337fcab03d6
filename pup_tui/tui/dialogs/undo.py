"""Asks which of the steps that succeeded shall be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from pup_tui.core.actions import Question, UndoOffer
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.checklist import ChecklistDialog, ChecklistItem
from pup_tui.tui.dialogs.choices import KeyButton, choice
from pup_tui.tui.dialogs.dialog import Answer, shown_text
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.texts import counted


@dataclass(frozen=True)
class UndoAnswer(Answer):
    """`steps` are the ids of the undo steps that shall run; none of them is an answer as well."""

    steps: tuple[str, ...] = ()


class OfferItem(ChecklistItem):
    """One undo step, to be ticked."""

    def __init__(self, offer: UndoOffer, number: int) -> None:
        danger = ("DANGER ", "bold $text-error") if offer.danger else ""
        name = (safe_text(offer.name), "bold")
        told = Content.assemble((f"{number}. take back: ", "$text-muted"), danger, name)
        super().__init__(told)
        self.offer = offer


class UndoScreen(ChecklistDialog):
    """What can be taken back, in the order in which it would be. Nothing is chosen to begin with."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "tick": "tick_first",
            "abort": "end_run",
            "undo": "go_to('undo')",
        }
    )
    KEYS = "{tick} chooses · {tick_all} all"

    def __init__(
        self, question: Question, *, back: str = "Put aside", can_end: bool = True
    ) -> None:
        """`back` is what it is called to leave the dialog without an answer; the run `can_end` with nothing
        undone unless it has ended already.
        """
        super().__init__(question.title, danger=question.danger)
        self._question = question
        self._back = back
        self._can_end = can_end

    def compose_message(self) -> Iterable[Widget]:
        if self._question.message.strip():
            message = shown_text(self._question.message)
            yield ReadText(message, markup=False)
        for number, offer in enumerate(self._question.offers, start=1):
            yield OfferItem(offer, number)
            style = "$text-error" if offer.danger else "$text-muted"
            command = Content.styled(shown_text(offer.command), style)
            yield ReadText(command, classes="undo-command", markup=False)

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice(self._back, "back", "back")
        yield choice(
            "Undo the chosen", "undo", "undo", gone_to=True, disabled=True, variant="error"
        )
        if self._can_end:
            yield choice("End the run, undo nothing", "nothing", "abort", careful=True)

    def on_mount(self) -> None:
        self.focus_on("#back")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end_run":
            return self._can_end
        return super().check_action(action, parameters)

    def action_end_run(self) -> None:
        """End the run with nothing undone, by two keys."""
        self.choose("nothing")

    def focus_next(self, selector: str | type[Widget] = "*") -> Widget | None:
        """Go on; from the last step to what is done with those that are chosen, if any are."""
        if self._chosen and self.focused is self._items[-1]:
            self.set_focus(self.query_one("#undo"))
            return self.focused
        return super().focus_next(selector)

    @property
    def _items(self) -> list[OfferItem]:
        return list(self.query(OfferItem))

    @property
    def _chosen(self) -> list[UndoOffer]:
        return [item.offer for item in self._items if item.ticked]

    def on_checklist_item_changed(self, event: ChecklistItem.Changed) -> None:
        event.stop()
        self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = self._chosen
        dangerous = ": dangerous" if any(offer.danger for offer in chosen) else ""
        button = self.query_one("#undo", KeyButton)
        button.disabled = not chosen
        told = f"Undo {counted(len(chosen), 'step')}" if chosen else "Undo the chosen"
        button.say(told + dangerous)

    def action_tick_first(self) -> None:
        """Take the focus from the buttons to the first step that is not chosen, and choose it."""
        open_items = [item for item in self._items if not item.ticked]
        if open_items:
            self.set_focus(open_items[0])
            open_items[0].action_tick()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "undo":
            steps = tuple(offer.step for offer in self._chosen)
            self.answer_with(UndoAnswer("undo", steps=steps))
        elif event.button.id == "nothing":
            self.answer_with(UndoAnswer("nothing"))
        else:
            self.action_put_away()
