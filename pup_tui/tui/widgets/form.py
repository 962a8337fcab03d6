"""Asks for the values of a runbook's variables."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.texts import counted
from pup_tui.tui.widgets.armed import Armed
from pup_tui.tui.widgets.fields import Field

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Resolved, Sources
    from pup_tui.catalog.past import Loaded
    from pup_tui.runbook.model import Runbook


class Form(Armed):
    """One field per variable. *Run* opens when nothing is wrong any more, and until then says what is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "go('run')", "Run"),
        Binding("ctrl+o", "go('plan')", "Plan"),
        Binding("ctrl+l", "last_values", "Last values"),
        Binding("escape", "leave", "Back"),
    ]

    class Done(Message):
        """All values are there; `what` is `run` or `plan`."""

        def __init__(self, what: str, loaded: Loaded, resolved: Resolved) -> None:
            super().__init__()
            self.what = what
            self.loaded = loaded
            self.resolved = resolved

    class LastValuesWanted(Message):
        """The operator wants what the last run was given."""

    class Left(Message):
        """The operator wants to go back."""

    def __init__(self, sources: Sources) -> None:
        super().__init__(id="form")
        self._sources = sources
        self.loaded: Loaded | None = None
        self._body = VerticalScroll(id="form-fields", can_focus=False)
        self._state = Static(id="form-state", markup=False)
        self._run = Button(
            Content("Run  ^r"), id="form-run", variant="primary", compact=True, disabled=True
        )
        self._plan = Button(Content("Plan  ^o"), id="form-plan", compact=True)

    def compose(self) -> ComposeResult:
        yield Static(id="form-title", markup=False)
        yield self._body
        yield self._state
        with Horizontal(id="form-buttons", classes="buttons"):
            yield self._run
            yield self._plan
            yield Button(Content("Last values  ^l"), id="form-last", compact=True)
            yield Button(Content("Back  esc"), id="form-back", compact=True)

    async def show(self, loaded: Loaded, given: Mapping[str, object]) -> None:
        """Ask for a runbook's variables, beginning with what is `given`.

        Where it is what the form asks for already, everything stays as it was typed.
        """
        if self.asks_for(loaded):
            return
        await self.forget()
        runbook = loaded.require()
        title = Content.assemble(
            (safe_text(runbook.name), "bold $text-primary"),
            ("   values for this run", "$text-muted"),
        )
        self.query_one("#form-title", Static).update(title)
        await self._body.mount_all(
            [
                Field(name, variable, None if variable.is_secret else given.get(name))
                for name, variable in runbook.vars.items()
            ]
        )
        self._body.scroll_home(animate=False)
        self.loaded = loaded
        self._check()

    def asks_for(self, loaded: Loaded) -> bool:
        """Whether its fields are those of exactly this text."""
        asked = self.loaded
        return asked is not None and (asked.path, asked.files) == (loaded.path, loaded.files)

    async def forget(self) -> None:
        """Let go of everything that was typed: secrets do not stay on after the run has begun."""
        self.loaded = None
        await self._body.remove_children()

    @property
    def fields(self) -> list[Field]:
        return list(self._body.query_children(Field))

    def focus(self, scroll_visible: bool = True) -> Self:
        """Focus the first field that needs a value, else the first one."""
        fields = self.fields
        empty = [field for field in fields if field.variable.needed and field.raw is None]
        for field in (empty or fields)[:1]:
            field.focus(scroll_visible)
        return self

    def fill(self, values: Mapping[str, object]) -> int:
        """Fill in values by name; secrets never. How many were filled in."""
        filled = [f for f in self.fields if f.variable_name in values and not f.variable.is_secret]
        for field in filled:
            field.put(values[field.variable_name])
        return len(filled)

    # Checking

    def on_field_changed(self, message: Field.Changed) -> None:
        message.stop()
        self._check()

    def on_field_left(self, message: Field.Left) -> None:
        message.stop()
        self._check()

    @work(group="form-check", exclusive=True)
    async def _check(self) -> None:
        await self.resolved()

    async def resolved(self, *, always: bool = False) -> Resolved | None:
        """Judge all values together, in a thread: some are read from files, or follow from others.

        What is wrong shows beside the fields that were left already, or beside all of them (`always`).
        """
        from pup_tui.catalog.inputs import resolve_inputs

        loaded = self.loaded
        if loaded is None:
            return None
        runbook = loaded.require()
        sources = self._sources if always else self._sources.at_rest()
        given = {f.variable_name: f.raw for f in self.fields if f.raw is not None}
        resolved = await resolve_inputs(runbook, given, sources)
        missing = await asyncio.to_thread(_missing_files, runbook, resolved)
        if loaded is not self.loaded:
            return None
        wrong: dict[str, str] = {}
        for problem in resolved.problems:
            wrong.setdefault(problem.name, _beside_its_field(problem.name, str(problem)))
        for field in self.fields:
            name = field.variable_name
            warning = "there is no such file here" if name in missing else ""
            field.show_problem(wrong.get(name, ""), warning, always=always)
        self._show_state(runbook, wrong)
        return resolved

    def _show_state(self, runbook: Runbook, wrong: Mapping[str, str]) -> None:
        self._run.disabled = self._plan.disabled = bool(wrong)
        if not wrong:
            told = f"✔ {counted(len(runbook.vars), 'value')} ready"
            self._state.update(Content.styled(told, "$text-success"))
            return
        name, why = next(iter(wrong.items()))
        more = f"  (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        told = f"Run is off: {safe_text(name)} {safe_text(why).removeprefix('it ')}{more}"
        self._state.update(Content.styled(told, "$text-warning"))

    # The ways on

    async def action_go(self, what: str) -> None:
        """Run or plan, or show everything that is still wrong."""
        resolved = await self.resolved(always=True)
        if resolved is None or self.loaded is None:
            return
        if not resolved.problems:
            self.post_message(self.Done(what, self.loaded, resolved))
            return
        wrong = {problem.name for problem in resolved.problems}
        for field in self.fields:
            field.touched = True
        for field in self.fields:
            if field.variable_name in wrong:
                field.focus()
                break

    def action_last_values(self) -> None:
        self.post_message(self.LastValuesWanted())

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        match event.button.id:
            case "form-run":
                if self.armed:
                    await self.action_go("run")
            case "form-plan":
                await self.action_go("plan")
            case "form-last":
                self.action_last_values()
            case _:
                self.action_leave()


def _missing_files(runbook: Runbook, resolved: Resolved) -> set[str]:
    """Variables of the type `file` whose file is not there; that may be meant, so it is no error."""
    paths = {
        name: Path(str(value)).expanduser()
        for name, value in resolved.values.items()
        if name in runbook.vars and runbook.vars[name].type == "file" and value is not None
    }
    return {name for name, path in paths.items() if not path.exists()}


def _beside_its_field(name: str, told: str) -> str:
    """The problem without the variable's name, which stands above it already."""
    return told.removeprefix(f"`{name}`").removeprefix(":").strip()
