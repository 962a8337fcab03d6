"""The sheets that the first frame does not wait for."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from pup_tui.tui.coloured_app import ColouredApp
from pup_tui.tui.sheets import FIRST, read_others


class Asking(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Go on?", classes="dialog-more")


class Begun(ColouredApp[None]):
    CSS_PATH: ClassVar[list[str | PurePath]] = FIRST


async def test_a_dialog_that_is_there_already_looks_as_it_would() -> None:
    async with Begun().run_test() as early:
        await early.app.push_screen(Asking())
        read_others(early.app)
        await early.pause()
        late_sheets = early.app.screen.query_one(".dialog-more").styles.height
    async with Begun().run_test() as late:
        read_others(late.app)
        await late.app.push_screen(Asking())
        assert late.app.screen.query_one(".dialog-more").styles.height == late_sheets
        assert late_sheets is not None
        assert late_sheets.cells == 1


async def test_each_sheet_is_read_once() -> None:
    async with Begun().run_test() as pilot:
        read_others(pilot.app)
        rules = pilot.app.stylesheet.rules
        read_others(pilot.app)
        assert pilot.app.stylesheet.rules is rules
