"""Asks for the values of a runbook's variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Self

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import KeyButton
from pup_tui.tui.faults import tell_fault
from pup_tui.tui.fields.asked_values import AskedValues
from pup_tui.tui.fields.field import Field
from pup_tui.tui.fields.field_list import FieldList, why_off
from pup_tui.tui.keys import bound
from pup_tui.tui.texts import counted, description
from pup_tui.tui.widgets.armed import Armed
from pup_tui.tui.widgets.overview import TWO_COLUMNS_FROM, steps_told

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Resolved, Sources
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Runbook
    from pup_tui.tui.alerts import AboutAlert
    from pup_tui.tui.library import Described

ABOUT_SHARE = 40
AROUND_ABOUT = 5
"""What it takes to tell beside the fields what the runbook does: per cent of the page, columns around it."""


class Form(Armed):
    """One field per variable. *Run* opens when nothing is wrong any more, and until then says what is."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "go_on": "go('run')",
            "plan_form": "go('plan')",
            "last_values": "last_values",
            "back": "leave",
        }
    )

    class Done(Message):
        """All values are there; `what` is `run` or `plan`. For a plan no command is run to find some."""

        def __init__(self, what: str, loaded: Loaded, resolved: Resolved) -> None:
            super().__init__()
            self.what = what
            self.loaded = loaded
            self.resolved = resolved

    class LastValuesWanted(Message):
        """The operator wants what the last run was given."""

    class Left(Message):
        """The operator wants to go back."""

    def __init__(self) -> None:
        super().__init__(id="form")
        self.loaded: Loaded | None = None
        self._described: Described | None = None
        self._fields = FieldList()
        self._state = Static(id="form-state", markup=False)
        self._run = KeyButton("Run", "go_on", id="form-run", variant="primary", disabled=True)
        self._plan = KeyButton("Plan", "plan_form", id="form-plan")

    def compose(self) -> ComposeResult:
        yield Static(id="form-title", markup=False)
        with Horizontal(id="form-body"):
            with VerticalScroll(id="form-fields", can_focus=False):
                yield self._fields
            with VerticalScroll(id="form-about", can_focus=False):
                yield Static(markup=False)
        yield self._state
        with Horizontal(id="form-buttons", classes="buttons"):
            yield self._run
            yield self._plan
            yield KeyButton("Last values", "last_values", id="form-last")
            yield KeyButton("Back", "back", id="form-back")

    async def show(
        self,
        loaded: Loaded,
        given: Mapping[str, object],
        sources: Sources,
        about: AboutAlert | None = None,
    ) -> None:
        """Ask for a runbook's variables, beginning with what is `given`, or told by what it is `about`.

        `sources` find values that are not given, and choices. Where it is what the form asks for already,
        everything stays as it was typed.
        """
        if self.asks_for(loaded):
            return
        await self.forget()
        runbook = loaded.require()
        for_what = "values for this run" if about is None else f"about {safe_text(about.title)}"
        title = Content.assemble(
            (safe_text(runbook.name), "bold $text-primary"),
            (f"   {for_what}", "$text-muted"),
        )
        if about is not None:
            given, sources = {**given, **about.values}, sources.about(about.withheld)
        self.query_one("#form-title", Static).update(title)
        values = AskedValues.of_runbook(runbook, sources)
        await self._fields.ask(values, given, about)
        self.query_one("#form-fields").scroll_home(animate=False)
        self.loaded = loaded

    def tell_about(self, described: Described) -> None:
        """Tell beside the fields, where there is room, what the runbook is for and what it does."""
        self._described = described
        self._lay_out()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= TWO_COLUMNS_FROM, "-wide")
        self._lay_out()

    def _lay_out(self) -> None:
        if self._described is None or not self.has_class("-wide"):
            return
        runbook = self._described.loaded.runbook
        width = self.size.width * ABOUT_SHARE // 100 - AROUND_ABOUT
        told = description("" if runbook is None else runbook.description)
        lines = [*told.wrap(width), Content()] if told else []
        about = Content("\n").join([*lines, steps_told(self._described, width)])
        self.query_one("#form-about Static", Static).update(about)

    def asks_for(self, loaded: Loaded) -> bool:
        """Whether its fields are those of exactly this text."""
        asked = self.loaded
        return asked is not None and (asked.path, asked.files) == (loaded.path, loaded.files)

    async def forget(self) -> None:
        """Forget everything that was typed, so that no secret stays once the run has begun."""
        self.loaded = None
        await self._fields.forget()

    @property
    def fields(self) -> list[Field]:
        """All fields, also those that are not asked for now."""
        return self._fields.fields

    @property
    def has_typed(self) -> bool:
        """Whether anything is typed or chosen beside what it was filled in with."""
        return self.loaded is not None and any(field.has_typed for field in self.fields)

    def focus(self, scroll_visible: bool = True) -> Self:
        """Focus the first field that needs a value, else the first one."""
        self._fields.focus_first()
        return self

    def fill(self, values: Mapping[str, object]) -> int:
        """Fill in values by name; secrets never. How many were filled in."""
        return self._fields.fill(values)

    async def resolved(self) -> Resolved | None:
        """The values as they are now, as far as they are known before the run."""
        return await self._fields.resolved()

    def on_field_list_judged(self, message: FieldList.Judged) -> None:
        message.stop()
        if self.loaded is not None:
            self._show_state(self.loaded.require(), message.resolved, message.wrong)

    def _show_state(self, runbook: Runbook, resolved: Resolved, wrong: Mapping[str, str]) -> None:
        self._run.disabled = self._plan.disabled = bool(wrong)
        if not wrong:
            asked = len(runbook.vars) - len(resolved.not_asked)
            told = f"✔ {counted(asked, 'value')} ready"
            self._state.update(Content.styled(told, "$text-success"))
            return
        told = f"Run is off: {why_off(wrong)}"
        self._state.update(Content.styled(told, "$text-warning"))

    # The ways on

    def action_go(self, what: str) -> None:
        """Run or plan, or show everything that is still wrong."""
        self._go(what)

    @work(group="go", exclusive=True, exit_on_error=False)
    async def _go(self, what: str) -> None:
        """Find what has still to be found, which may take as long as a command does, and go on."""
        loaded = self.loaded
        if what == "run":
            self._state.update(Content.styled("… finding the values", "$text-muted"))
        resolved = await self._fields.resolved(complete=what == "run", always=True)
        if resolved is None or loaded is None or loaded is not self.loaded:
            return
        for note in resolved.notes:
            self.notify(safe_text(note), severity="warning", markup=False)
        if resolved.problems:
            self._fields.focus_wrong({problem.name for problem in resolved.problems})
        else:
            self.post_message(self.Done(what, loaded, resolved))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_fault(self, event)

    def action_last_values(self) -> None:
        self.post_message(self.LastValuesWanted())

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        match event.button.id:
            case "form-run":
                if self.armed:
                    self.action_go("run")
            case "form-plan":
                self.action_go("plan")
            case "form-last":
                self.action_last_values()
            case _:
                self.action_leave()
