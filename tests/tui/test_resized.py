"""How often a screen is laid out when the terminal is resized."""

from __future__ import annotations

import pytest
from textual import events
from textual.geometry import Size

from tests.support.console import MakeServices, OpenConsole

RUNBOOK = "name: look\nsteps: [{name: Look, kind: shell, run: look}]\n"


async def test_a_new_size_is_laid_out_once_and_one_that_the_terminal_had_never(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_console(make_services({"look.yaml": RUNBOOK})) as console:
        await console.sees("look")
        main, laid_out = console.main, list[Size]()
        resized = main._screen_resized

        def counted(size: Size) -> None:
            laid_out.append(size)
            resized(size)

        monkeypatch.setattr(main, "_screen_resized", counted)
        await console.pilot.resize_terminal(120, 40)
        await console.eventually(lambda: main.sidebar.size.height > 30)
        main.post_message(events.Resize(Size(90, 20), Size(90, 20)))
        await console.pilot.resize_terminal(100, 30)
        await console.eventually(lambda: main.query_one("#main").size.width == 100)
        assert laid_out == [Size(120, 40), Size(100, 30)]
