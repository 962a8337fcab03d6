"""Fields on their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import PurePath
from typing import Any, ClassVar

import yaml
from msgspec import convert
from msgspec.structs import replace
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Button

from pup_tui.runbook.model import Runbook
from pup_tui.runbook.parts import Variable
from pup_tui.tui.coloured_app import ColouredApp
from pup_tui.tui.fields.asked_values import AskedValues
from pup_tui.tui.fields.field import Field
from pup_tui.tui.fields.field_list import FieldList
from tests.support.console import PATIENCE
from tests.support.dialogs import STYLES
from tests.support.value_sources import Commands, Kept, sources_of


def variables(text: str) -> dict[str, Variable]:
    """The variables of a piece of YAML."""
    return convert(yaml.safe_load(text), dict[str, Variable])


class FieldsHost(ColouredApp[None]):
    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / "form.tcss"]

    def __init__(self) -> None:
        super().__init__()
        self.list = FieldList()
        self.judged: FieldList.Judged | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="form-fields", can_focus=False):
            yield self.list
        yield Button("On")

    def on_field_list_judged(self, message: FieldList.Judged) -> None:
        self.judged = message


class Fields:
    """A list of fields with its pilot."""

    def __init__(self, app: FieldsHost, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    def __getitem__(self, name: str) -> Field:
        return next(field for field in self.app.list.fields if field.variable_name == name)

    @property
    def shown(self) -> list[str]:
        return [field.variable_name for field in self.app.list.fields if field.display]

    @property
    def wrong(self) -> Mapping[str, str]:
        assert self.app.judged is not None
        return self.app.judged.wrong

    @property
    def values(self) -> dict[str, Any]:
        assert self.app.judged is not None
        return self.app.judged.resolved.values

    @property
    def screen(self) -> str:
        width, height = self.app.size
        rows = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text[:width] for strip in rows[:height])

    async def eventually(self, holds: Any) -> None:
        """Return as soon as `holds` does; fail if it never does."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not holds():
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"it never came to that; the screen:\n{self.screen}")
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def sees(self, *texts: str) -> None:
        await self.eventually(lambda: all(text in self.screen for text in texts))

    async def type(self, name: str, text: str) -> None:
        """Type into a field as the operator does."""
        self[name].focus()
        await self.pilot.press(*text)
        await self.pilot.pause()


@asynccontextmanager
async def fields(
    text: str,
    commands: Commands | None = None,
    *,
    given: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    kept: Kept | None = None,
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[Fields]:
    """Fields for the variables of a piece of YAML; the first judgement is done."""
    asked = variables(text)
    runbook = convert(
        {"name": "n", "steps": [{"kind": "shell", "name": "s", "run": "ls"}]}, Runbook
    )
    values = AskedValues.of_runbook(
        replace(runbook, vars=asked),
        sources_of(environ, commands=commands, kept=kept),
    )
    app = FieldsHost()
    async with app.run_test(size=size) as pilot:
        await app.list.ask(values, given or {})
        made = Fields(app, pilot)
        await made.eventually(lambda: app.judged is not None)
        yield made
