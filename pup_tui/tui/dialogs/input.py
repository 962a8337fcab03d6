"""Asks for values in the middle of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.content import Content
from textual.events import Mount
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Select, Static, TextArea
from textual.worker import Worker

from pup_tui.core.actions import Question
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import (
    Dialog,
    SecondsLeft,
    ValuesAnswer,
    shown_text,
)
from pup_tui.tui.faults import tell_fault
from pup_tui.tui.fields.asked_values import AskedValues
from pup_tui.tui.fields.field_list import FieldList, why_off
from pup_tui.tui.fields.list_controls import SeveralChoices
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Sources


def _leads_on(control: Widget) -> str:
    """What leads to the next field, and what enter does where it does something else."""
    match control:
        case SeveralChoices():
            return "{tick} ticks · {next_part} next field"
        case OptionList():
            return "enter chooses · {back} closes"
        case Select():
            return "enter opens · {next_part} next field"
        case TextArea():
            return "{next_part} next field"
    return "enter next field"


class InputScreen(Dialog):
    """A field for each variable; *Go on* opens when nothing is wrong, and until then it is said what is."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "go_on": ("go_on", "Go on"),
            "abort_typing": "go_to('no')",
        }
    )

    GOES_ON: ClassVar[str] = "Go on"
    """What the button says that gives the values."""

    def __init__(
        self,
        question: Question,
        sources: Sources,
        *,
        typed: dict[str, str] | None = None,
        left: SecondsLeft | None = None,
    ) -> None:
        super().__init__(question.title, danger=question.danger, left=left, typed=typed)
        self._question = question
        self._values = AskedValues.of_question(question, sources)
        self._fields = FieldList()
        self._leads_on = False
        """Whether the last field was left by enter, and it is being judged where that leads."""
        self._state = Static(id="input-state", markup=False)

    def compose_message(self) -> Iterable[Widget]:
        if self._question.message.strip():
            message = shown_text(self._question.message)
            yield ReadText(message, markup=False)
        yield self._fields

    def compose_fixed(self) -> Iterable[Widget]:
        yield self._state

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Put aside", "later", "back")
        yield choice(self.GOES_ON, "yes", "go_on", variant="primary", disabled=True)
        yield choice("No: abort the run", "no", "abort_typing", gone_to=True, variant="error")

    def on_descendant_focus(self) -> None:
        """Say what leads on from a field; on a button enter is that of the button."""
        focused = self.focused
        types = focused is not None and self._fields in focused.ancestors
        self.keys = _leads_on(focused) if focused is not None and types else ""

    @on(Mount)
    async def _ask(self) -> None:
        await self._fields.ask(self._values, self._typed)
        self._fields.focus_first()

    def on_field_list_judged(self, message: FieldList.Judged) -> None:
        message.stop()
        wrong = message.wrong
        self.query_one("#yes", Button).disabled = bool(wrong)
        told = Content.styled("✔ ready to go on", "$text-success")
        if wrong:
            told = Content.styled(f"{self.GOES_ON} is off: {why_off(wrong)}", "$text-warning")
        self._state.update(told)
        if self._leads_on:
            self._leads_on = False
            self._lead_on(wrong)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()
        if self.focused is None or self._fields not in self.focused.ancestors:
            # Not on before it is known whether anything is wrong.
            event.input.focus()
            self._leads_on = True
            self.run_worker(self._fields.resolved(), group="lead on", exclusive=True)

    def _lead_on(self, wrong: Mapping[str, str]) -> None:
        """From the last field to the next step: to what is still wrong, else to the button that goes on."""
        if wrong:
            self._fields.focus_wrong(wrong.keys())
        elif self._danger:
            self.query_one("#later").focus()
        else:
            self.query_one("#yes").focus()

    def action_go_on(self) -> None:
        """Answer with the values, or show everything that is still wrong."""
        self._go_on()

    @work(group="go on", exclusive=True, exit_on_error=False)
    async def _go_on(self) -> None:
        self._state.update(Content.styled("… finding the values", "$text-muted"))
        resolved = await self._fields.resolved(complete=True, always=True)
        if resolved is None:
            return
        for note in resolved.notes:
            self.app.notify(safe_text(note), severity="warning", markup=False)
        if resolved.problems:
            self._fields.focus_wrong({problem.name for problem in resolved.problems})
            return
        self.answer_with(ValuesAnswer("yes", **resolved.for_run))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_fault(self, event)

    def kept(self) -> Mapping[str, str]:
        asked = self._question.variables
        return {n: v for n, v in self._fields.given.items() if not asked[n].is_secret}

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        match event.button.id:
            case "yes":
                self.action_go_on()
            case "no":
                self.give("no")
            case _:
                self.action_put_away()
