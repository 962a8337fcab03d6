"""The line of keys: what a pointer does there."""

from __future__ import annotations

from pup_tui.tui.screens.help import HelpScreen
from pup_tui.tui.widgets.key_hints import KeyHints
from tests.support.console import Console, MakeServices, OpenConsole

QUICK = "name: quick\nsteps: [{name: Say, kind: shell, run: echo}]\n"


def column_of(console: Console, told: str) -> int:
    line: str = console.screen.splitlines()[-1]
    return line.index(told)


def pointer(console: Console) -> str:
    return console.main.query_one(KeyHints).styles.pointer


def looks(console: Console) -> dict[str, object]:
    """The ground of each piece of the line."""
    strip = console.main.query_one(KeyHints).render_line(0)
    return {text: style and style.bgcolor for text, style, _ in strip if text.strip()}


async def test_a_click_on_a_hint_does_what_its_key_does(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK})) as console:
        await console.sees("? Help", "/ Filter")
        await console.pilot.click(KeyHints, offset=(column_of(console, "Filter"), 0))
        await console.eventually(
            lambda: console.app.focused is not None and console.app.focused.id == "sidebar-filter"
        )
        await console.pilot.click(KeyHints, offset=(column_of(console, "Help"), 0))
        await console.eventually(lambda: isinstance(console.app.screen, HelpScreen))


async def test_a_click_beside_the_hints_does_nothing(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK})) as console:
        await console.sees("? Help", "/ Filter")
        focused = console.app.focused
        await console.pilot.click(KeyHints, offset=(console.app.size.width - 1, 0))
        await console.pilot.pause()
        assert console.app.focused is focused
        assert console.app.screen is console.main


async def test_the_hint_below_the_pointer_stands_out_as_long_as_that_is_there(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK})) as console:
        await console.sees("? Help", "/ Filter")
        before = looks(console)
        assert len(set(before.values())) == 1
        await console.pilot.hover(KeyHints, offset=(column_of(console, "Filter"), 0))
        await console.eventually(lambda: looks(console) != before)
        changed = {text for text, ground in looks(console).items() if ground != before[text]}
        assert {text.strip() for text in changed} == {"/", "Filter"}
        assert pointer(console) == "pointer"
        await console.pilot.hover("TitleBar")
        await console.eventually(lambda: looks(console) == before)
        assert pointer(console) == "default"
