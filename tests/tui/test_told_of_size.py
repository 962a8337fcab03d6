"""What comes up is told of its size, whoever asks for its place before."""

from __future__ import annotations

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Static

from pup_tui.tui.dialogs.dialog import Dialog
from tests.support.console import MakeServices, OpenConsole

ASKS = "name: Asks\nsteps: [{name: Greet, kind: shell, run: greet}]"


class Told(Static):
    """Shows its size as it was told of it; it asks where it stands before it has been laid out."""

    def on_mount(self) -> None:
        self.styles.height = 1
        self.call_later(lambda: self.region)

    def on_resize(self) -> None:
        self.update(f"{self.size.width} columns", layout=False)


@pytest.mark.parametrize("in_dialog", [False, True])
async def test_what_is_mounted_after_something_was_scrolled_is_told_of_its_size(
    make_services: MakeServices, open_console: OpenConsole, in_dialog: bool
) -> None:
    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        if in_dialog:
            await console.app.push_screen(Dialog("Asked"))
        screen = console.app.screen
        scrolls = VerticalScroll(Static("a line\n" * 30))
        scrolls.styles.height = 3
        await screen.mount(scrolls, before=0)
        await console.sees("a line")
        scrolls.scroll_to(y=2, animate=False)
        await console.eventually(lambda: scrolls.scroll_y == 2)
        told = Told()
        await screen.mount(told, before=0)
        await console.sees("80 columns")
