"""What the operator chose of the looks is there again; settings come first, the terminal's answer last."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.tui.appearance import Appearance, Depth
from pup_tui.tui.remembered import FILE, Remembered, remember, remembered
from pup_tui.tui.services import Services
from pup_tui.tui.terminal_answers import TerminalAnswer
from pup_tui.tui.widgets.step_list import StepList
from tests.support.console import LARGE, Console, MakeServices, OpenConsole

QUICK = "name: quick\nsteps: [{name: Say, kind: shell, run: echo}]\n"


async def answers(console: Console, answer: TerminalAnswer) -> None:
    console.app.post_message(answer)
    await console.pilot.pause()


def quick(make_services: MakeServices, **appearance: object) -> Services:
    return make_services({"quick.yaml": QUICK}, appearance=Appearance(**appearance))  # type: ignore[arg-type]


async def test_the_theme_follows_the_terminals_ground(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(quick(make_services)) as console:
        assert console.app.theme == "pup-night"
        await answers(console, TerminalAnswer(dark=False))
        assert console.app.theme == "pup-day"
        console.app.choose_theme("contrast")
        assert console.app.theme == "pup-contrast-day"
        await answers(console, TerminalAnswer(dark=True))
        assert console.app.theme == "pup-contrast"


async def test_all_colours_are_used_as_soon_as_the_terminal_has_them(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = quick(make_services, depth=Depth.BASIC, asks_depth=True)
    async with open_console(services) as console:
        assert console.app.has_class("-plain")
        await answers(console, TerminalAnswer(all_colours=True))
        assert console.app.depth is Depth.TRUE
        assert not console.app.has_class("-plain")


async def test_what_was_chosen_is_there_again(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = quick(make_services)
    async with open_console(services, LARGE) as console:
        console.app.choose_theme("light")
        console.main.sidebar.group_by("source")
        await console.sees("by source")
        await console.press("p")
        await console.on("plan")
        await console.press("b")
        assert not console.main.sidebar.display
    async with open_console(services, LARGE) as console:
        assert console.app.theme == "pup-day"
        await answers(console, TerminalAnswer(dark=True))
        assert console.app.theme == "pup-day"
        assert console.main.sidebar.display
        await console.sees("by source")
        await console.press("p")
        await console.on("plan")
        assert not console.main.sidebar.display


async def test_the_room_of_the_left_side_is_there_again(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    # Steps are never wider than they need: a long name needs all that there is.
    long = QUICK.replace("Say", "Say " + "it again " * 15)
    services = make_services({"quick.yaml": long})
    async with open_console(services, LARGE) as console:
        usual = console.main.sidebar.size.width
        await console.press("greater_than_sign", "greater_than_sign")
        larger = console.main.sidebar.size.width
        assert larger > usual
        await console.press("enter")
        await console.on("plan")
        await console.press("ctrl+r")
        await console.sees("succeeded")
        steps = console.main.query_one("#run-steps")
        before = steps.size.width
        await console.press("less_than_sign")
        smaller = steps.size.width
        assert smaller < before
        console.main.query_one(StepList).focus()
        await console.press("z")
        assert steps.size.width > before
        await console.press("z")
        assert steps.size.width == smaller
    async with open_console(services, LARGE) as console:
        assert console.main.sidebar.size.width == larger
        await console.press("less_than_sign")
        assert console.main.sidebar.size.width == usual


async def test_a_setting_comes_before_what_was_chosen(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = quick(make_services, theme="dark")
    remember(services.state, theme="light")
    async with open_console(services) as console:
        assert console.app.theme == "pup-night"
        await answers(console, TerminalAnswer(dark=False))
        assert console.app.theme == "pup-night"


@pytest.mark.parametrize(
    ("theme", "depth", "shown"),
    [
        ("nord", Depth.TRUE, "nord"),
        ("nord", Depth.BASIC, "pup-night"),
        ("ansi-dark", Depth.TRUE, "pup-night"),
        ("gone", Depth.TRUE, "pup-night"),
    ],
)
async def test_a_theme_that_cannot_be_shown_is_left_out(
    make_services: MakeServices, open_console: OpenConsole, theme: str, depth: Depth, shown: str
) -> None:
    services = quick(make_services, depth=depth)
    remember(services.state, theme=theme)
    async with open_console(services) as console:
        assert console.app.theme == shown
        await console.sees("quick")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"theme": 5}', '{"sidebar": "no"}'])
def test_what_cannot_be_read_was_never_chosen(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert remembered(tmp_path) == Remembered()
    remember(tmp_path, theme="dark")
    assert remembered(tmp_path) == Remembered(theme="dark")


def test_choices_stand_beside_each_other_in_a_file_of_the_operators(tmp_path: Path) -> None:
    state = tmp_path / "state"
    remember(state, theme="dark")
    remember(state, sidebar=False)
    assert remembered(state) == Remembered(theme="dark", sidebar=False)
    assert (state / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in state.iterdir()] == [FILE]


def test_no_link_is_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text('{"theme": "light"}')
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / FILE).symlink_to(target)
    assert remembered(state) == Remembered()
    remember(state, theme="dark")
    assert target.read_text() == '{"theme": "light"}'
    assert remembered(state) == Remembered(theme="dark")
