"""Shows what agents have asked for: the runs that wait, and one of them with its plan, to be decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from pup_tui.core.told_alert import told_alert
from pup_tui.local_time import local_time
from pup_tui.output.sanitize import safe_text
from pup_tui.spelling import as_typed
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import Dialog, labelled, shown_text
from pup_tui.tui.fields.list_controls import KeyedOptions
from pup_tui.tui.glyphs import TONES
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.planned_steps import told_steps
from pup_tui.tui.texts import moment

if TYPE_CHECKING:
    from pup_tui.bound_plan import BoundPlan
    from pup_tui.journal.pending import PendingRun

NOTE: Final = "note"

_PLAN_WIDTH: Final = 70
"""Columns that commands are wrapped at where a plan stands in a dialog."""

_LONGEST: Final = 60
"""Characters of a reason that a line of the list has."""


class AskedRunsScreen(Dialog):
    """The runs that wait; the answer is the id of one."""

    IS_CALLED = True
    KEYS = "enter shows one"

    def __init__(self, waiting: Sequence[PendingRun]) -> None:
        super().__init__("Runs that agents ask for")
        self._waiting = waiting

    def compose_message(self) -> Iterable[Widget]:
        yield KeyedOptions(*[Option(_line(each)) for each in self._waiting], compact=True)

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Close", "close", "back")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = 0
        options.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.give(self._waiting[event.option_index].run)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_put_away()


def _line(pending: PendingRun) -> Content:
    reason = pending.reason.partition("\n")[0]
    short = reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST]}…"
    return Content.assemble(
        (safe_text(pending.runbook), "bold"),
        f"  {safe_text(pending.client_told)}  {moment(pending.asked_at)}",
        (f"  {safe_text(short)}", "$text-muted"),
    )


class AskedRunScreen(Dialog):
    """One run with who asks, why, its values and its plan; the answer is `yes` or `decline`.

    *Later* has the focus, and leaves it waiting.
    """

    IS_CALLED = True
    MOST = 0.85
    BINDINGS: ClassVar[list[BindingType]] = bound({"go_on": ("approve", "Approve and begin")})

    def __init__(self, pending: PendingRun, plan: BoundPlan | None, problem: str = "") -> None:
        """`plan` is what it would do; without one it cannot begin, for the `problem` that there is."""
        super().__init__(f"Begin the run of {pending.runbook} that an agent asks for?")
        self._is_dangerous = plan is not None and any(step.danger for step in plan.steps)
        self._pending = pending
        self._plan = plan
        self._problem = problem

    def compose_message(self) -> Iterable[Widget]:
        pending, plan = self._pending, self._plan
        for label, text in self._facts():
            yield labelled(label, shown_text(text), "dialog-row")
        yield Static("", markup=False)
        if self._problem:
            told = f"✖ {safe_text(self._problem)}"
            yield ReadText(Content.styled(told, TONES["bad"]), markup=False)
        if plan is not None:
            yield from self._values(plan)
            yield ReadText(
                told_steps(plan.program, plan.steps, _PLAN_WIDTH), id="asked-plan", markup=False
            )
        elif pending.vars:
            given = "  ".join(f"{name} = {as_typed(v)}" for name, v in pending.vars.items())
            yield ReadText(safe_text(given), markup=False)

    def _facts(self) -> Iterator[tuple[str, str]]:
        pending = self._pending
        yield "by", f"{pending.client_told}, as it calls itself"
        yield "asked", f"{local_time(pending.asked_at)}, until {local_time(pending.ends_at)}"
        yield "why", pending.reason
        if pending.alert:
            yield "alert", told_alert(pending.alert)
        if pending.profile:
            yield "profile", pending.profile

    def _values(self, plan: BoundPlan) -> Iterator[Widget]:
        for name, value in plan.vars.items():
            yield ReadText(safe_text(f"{name} = {as_typed(value)}"), markup=False)
        for name in plan.unknown:
            told = safe_text(f"{name}: not known before the run")
            yield ReadText(Content.styled(told, "$text-muted"), markup=False)
        if plan.vars or plan.unknown:
            yield Static("", markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        yield Input(placeholder="A remark, which is recorded", id=NOTE, compact=True)

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Later", "later", "back")
        if self._plan is not None:
            label = "Approve: dangerous" if self._is_dangerous else "Approve and begin"
            variant = "error" if self._is_dangerous else "primary"
            yield choice(label, "yes", "go_on", careful=self._is_dangerous, variant=variant)
        yield choice("Decline", "decline")

    def on_mount(self) -> None:
        self.focus_on("#later")

    def kept(self) -> Mapping[str, str]:
        return {NOTE: self.query_one(f"#{NOTE}", Input).value}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "approve":
            return self._plan is not None
        return super().check_action(action, parameters)

    def action_approve(self) -> None:
        self.choose("yes")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_on("#later")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id in ("yes", "decline"):
            self.give(event.button.id)
        else:
            self.action_put_away()
