"""Where keys and clicks lead, wherever one is."""

import asyncio

import pytest
from textual import events
from textual.widgets import Button, Input

from pup_tui.console_keys import Aim
from pup_tui.tui.fields.line_input import LineInput
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.screens.help import HelpScreen
from pup_tui.tui.screens.quit import QuitScreen
from pup_tui.tui.widgets.history import History, RunTable
from pup_tui.tui.widgets.key_hints import KeyHints
from pup_tui.tui.widgets.sidebar import RunbookTree
from pup_tui.tui.widgets.step_list import StepList
from tests.support.console import LARGE, Console, MakeServices, OpenConsole, has_run
from tests.support.executors import FakeExecutor, Play

QUICK = "name: quick\nsteps: [{name: Say, kind: shell, run: echo}]\n"
OTHER = """
name: other
description: |
  Drains a node
  before it is taken away.

  Nothing else.
tags: {team: storage}
steps: [{name: Say, kind: shell, run: echo}]
"""
ASKS_VALUES = (
    "name: form\nvars: {NAME: {required: true}}\nsteps: [{name: S, kind: shell, run: e}]\n"
)
ASKS = "name: asks\nsteps: [{name: Ask, kind: confirm, message: Go on?, expect: да}]\n"
LONG = "name: long\nsteps:\n" + "".join(
    f"  - {{name: Step {n}, kind: shell, run: echo {n}}}\n" for n in range(60)
)


def focused(console: Console) -> str:
    return type(console.app.focused).__name__


def hints(console: Console) -> str:
    """The footer."""
    shown = [active.binding for line in console.app.screen.query(KeyHints) for active in line.shown]
    return " · ".join(f"{console.app.get_key_display(each)} {each.description}" for each in shown)


async def run(console: Console, runbook: str) -> None:
    console.select(runbook)
    await console.eventually(lambda: console.main.entry and console.main.entry.id == runbook)
    await console.press("r")
    await console.on("plan")
    await console.press("ctrl+r")
    await console.eventually(lambda: console.main.page.startswith("run"))


async def test_escape_goes_one_level_back_from_the_output_of_a_past_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK}, executor=FakeExecutor(Play(stdout=b"ab\n")))
    await has_run(services, "quick")
    async with open_console(services) as console:
        await console.press("h")
        await console.sees("✔ succeeded")
        await console.press("enter")
        await console.sees("ab")
        await console.press("enter", "slash", "a", "enter")
        await console.sees("match 1 of 1")
        assert focused(console) == "OutputLines"
        await console.press("escape")
        assert console.app.screen.query_one(OutputLines).pattern is None
        assert focused(console) == "OutputLines"
        await console.press("z")
        await console.press("escape")
        assert focused(console) == "OutputLines"
        await console.press("escape")
        assert focused(console) == "StepList"
        await console.press("escape")
        await console.on("history")
        await console.press("escape")
        await console.on("overview")


async def test_escape_in_the_history_leaves_what_is_filtered_alone(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK})
    await has_run(services, "quick")
    async with open_console(services) as console:
        await console.press("h")
        await console.sees("✔ succeeded")
        await console.press("slash", "ctrl+u", "escape")
        box = console.app.screen.query_one("History Input", Input)
        assert (box.value, focused(console)) == ("", "RunTable")
        await console.press("escape")
        await console.on("overview")


async def test_leaving_asks_where_a_form_holds_what_was_typed(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"form.yaml": ASKS_VALUES})) as console:
        await console.press("r")
        await console.on("form")
        await console.type("q")
        assert console.app.is_running
        console.app.screen.query_one("#form-last", Button).focus()
        await console.press("q")
        await console.eventually(lambda: isinstance(console.app.screen, QuitScreen))
        await console.sees("What you typed would be lost", "Stay")
        await console.press("enter")
        await console.eventually(lambda: not isinstance(console.app.screen, QuitScreen))
        assert console.app.screen.query_one("Form Input", Input).value == "q"
        await console.press("ctrl+q", "tab", "enter")
        await console.eventually(lambda: console.app.return_code == 0)


async def test_leaving_a_form_in_which_nothing_was_typed_asks_nothing(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"form.yaml": ASKS_VALUES})) as console:
        await console.press("r")
        await console.on("form")
        console.app.screen.query_one("#form-last", Button).focus()
        await console.press("q")
        await console.eventually(lambda: console.app.return_code == 0)


async def test_enter_on_a_runbook_that_runs_goes_to_its_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(hold=asyncio.Event()))
    services = make_services({"quick.yaml": QUICK}, executor=executor)
    async with open_console(services) as console:
        await run(console, "quick")
        await console.press("escape")
        await console.on("overview")
        await console.press("enter")
        await console.on("run-1")
        await console.press("escape", "r")
        await console.on("plan")


async def test_one_click_selects_and_two_open(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK, "other.yaml": OTHER})
    await has_run(services, "quick")
    async with open_console(services, LARGE) as console:
        tree = console.app.screen.query_one(RunbookTree)
        await console.sees("other", "quick")
        console.select("other")
        await console.sees("Drains a node")
        line = next(at for at in range(9) if "quick" in str(tree.render_line(at).text))
        await console.pilot.click(RunbookTree, offset=(8, line))
        await console.eventually(lambda: console.main.entry and console.main.entry.id == "quick")
        await console.pilot.pause()
        assert console.main.page == "overview"
        await console.pilot.click(RunbookTree, offset=(8, line), times=2)
        await console.on("plan")
        await console.press("escape", "h")
        await console.on("history")
        await console.sees("✔ succeeded")
        await console.pilot.click(RunTable, offset=(8, 1))
        assert console.main.page == "history"
        await console.pilot.click(RunTable, offset=(8, 1), times=2)
        await console.on("run-1")
        await console.pilot.click(StepList, offset=(8, 0), times=2)
        await console.eventually(lambda: focused(console) == "OutputLines")


async def test_the_keys_of_lists_work_in_a_plan_and_search_it(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"long.yaml": LONG})) as console:
        await console.press("p")
        await console.on("plan")
        await console.sees("Step 0")
        await console.press("G")
        await console.sees("Step 59")
        await console.press("g")
        await console.sees("Step 0")
        await console.press("slash", *"step 4", "enter")
        await console.sees("Step 4", "match 1 of 11")
        await console.press("n")
        await console.sees("Step 40", "match 2 of 11")
        await console.press("N", "N")
        await console.sees("Step 49", "match 11 of 11")
        await console.press("n")
        await console.sees("match 1 of 11")
        await console.press("escape")
        assert "match" not in console.screen
        await console.press("escape")
        await console.on("overview")


async def test_help_fits_and_is_searched_like_everything_else(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK})) as console:
        await console.sees("quick")
        await console.press("question_mark")
        await console.sees("Find", "closes")
        body = console.app.screen.query_one("#help-body")
        assert body.show_vertical_scrollbar
        assert console.app.screen.query_one(".help").region == console.app.screen.region
        text = console.app.screen.query_one(ReadText).content
        headings = [line for line in str(text).splitlines() if line and not line.startswith(" ")]
        assert headings[0] == Aim.BEGIN
        assert headings[-1] == Aim.MOVE
        await console.press("slash", *"tab after", "enter")
        await console.sees("no match")
        await console.press("escape", "slash", *"to the shell", "enter")
        await console.sees("match 1 of 1", "To the shell", "Go elsewhere")
        await console.press("q")
        await console.eventually(lambda: not isinstance(console.app.screen, HelpScreen))
        assert console.app.is_running


async def test_keys_that_arrive_with_the_one_that_opens_a_filter_are_typed_into_it(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK, "print.yaml": OTHER.replace("other", "print")})
    await has_run(services, "quick")
    async with open_console(services) as console:
        await console.sees("quick", "print")
        await console.press_at_once("/print")
        await console.eventually(lambda: console.main.sidebar.query_one(LineInput).value == "print")
        await console.press("escape", "escape", "ctrl+p", *"go: history", "enter")
        await console.on("history")
        await console.sees("1 run")
        await console.press_at_once("/quick")
        await console.eventually(
            lambda: console.main.query_one(History).query_one(LineInput).value == "quick"
        )


async def test_the_palette_finds_runbooks_by_what_they_are_for_before_actions(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK, "other.yaml": OTHER})
    async with open_console(services) as console:
        await console.sees("quick")
        for word in ("drains node", "team:storage", "other"):
            await console.press("ctrl+p", *word)
            await console.sees("run: other", "open: other")
            lines = [line.strip() for line in console.screen.splitlines()]
            found = [line for line in lines if ": " in line]
            assert found[0].startswith("run: other"), (word, found)
            await console.press("escape", "escape")
        await console.press("ctrl+p")
        await console.sees("open: other  Drains a node before it is taken away.")
        assert "First" not in console.screen


async def test_the_footer_leads_to_the_output_and_repeats_no_button(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK, "form.yaml": ASKS_VALUES})
    async with open_console(services) as console:
        console.select("quick")
        await console.sees("Run  r", "Plan  p", "History  h")
        assert not {"Run", "Plan", "History"} & set(hints(console).replace(" · ", " ").split()[3:])
        await run(console, "quick")
        await console.sees("✔ succeeded")
        await console.eventually(lambda: "Output" in hints(console))
        assert hints(console).startswith("enter Output")
        await console.press("escape")
        console.select("form")
        await console.press("r")
        await console.on("form")
        await console.eventually(lambda: "Help" in hints(console))
        assert not any(word in hints(console) for word in ("Last values", "Plan", "Back", "Run"))


async def test_a_cyrillic_layout_has_the_keys_in_the_same_places(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK, "asks.yaml": ASKS})
    async with open_console(services) as console:
        await console.sees("quick")
        console.select("quick")
        await console.press("р")
        await console.on("history")
        await console.press("escape")
        await console.press("slash", *"ду")
        assert console.app.screen.query_one("#sidebar-filter", Input).value == "ду"
        await console.press("escape")
        await run(console, "asks")
        await console.sees("Go on?")
        await console.press("д", "а")
        await console.eventually(
            lambda: console.app.screen.query_one("#confirm-typed", Input).value == "да"
        )


@pytest.mark.parametrize("back", [events.AppFocus(), None])
async def test_a_console_that_begins_behind_another_window_has_a_focus_later(
    make_services: MakeServices, open_console: OpenConsole, back: events.AppFocus | None
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK, "other.yaml": OTHER})) as console:
        console.app.post_message(events.AppBlur())
        await console.eventually(lambda: not console.app.app_focus)
        console.app._last_focused_on_app_blur = None  # as when nothing had the focus yet
        await console.sees("quick")
        before = console.main.entry
        if back is not None:
            console.app.post_message(back)
            await console.eventually(lambda: focused(console) == "RunbookTree")
        await console.press("g", "n" if before is None else "G")
        await console.eventually(lambda: focused(console) == "RunbookTree")
        await console.eventually(lambda: console.main.entry is not before)


@pytest.mark.parametrize(
    ("keys", "page"),
    [
        ("escape", "overview"),
        ("h", "history"),
        ("S", "statistics"),
        ("p", "plan"),
        ("r", "form"),
        ("enter", "form"),
    ],
)
async def test_the_keys_of_the_list_work_there_whatever_page_is_beside_it(
    make_services: MakeServices, open_console: OpenConsole, keys: str, page: str
) -> None:
    runbook = "name: asks\nvars: {WHO: {default: me}}\nsteps: [{name: A, kind: shell, run: a}]\n"
    async with open_console(make_services({"asks.yaml": runbook}), LARGE) as console:
        console.select("asks")
        await console.eventually(lambda: console.main.entry)
        await console.press("r")
        await console.on("form")
        console.main.sidebar.query_one(LineInput).focus()
        await console.press("escape")
        await console.eventually(lambda: console.main.sidebar.runbooks.has_focus)
        assert console.main.page == "form"
        await console.press(keys)
        await console.on(page)
        if page == "overview":
            assert console.main.sidebar.runbooks.has_focus
        else:
            await console.eventually(lambda: not console.main.sidebar.has_focus_within)


async def test_one_leaves_each_page_from_the_list_beside_it(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK}), LARGE) as console:
        console.select("quick")
        await console.eventually(lambda: console.main.entry)
        for keys, page in (("p", "plan"), ("h", "history"), ("S", "statistics")):
            await console.press(keys)
            await console.on(page)
            console.main.sidebar.runbooks.focus()
            await console.press("escape")
            await console.on("overview")


async def test_a_key_that_does_nothing_where_one_is_says_so_once(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"broken.yaml": "name: broken\nsteps: [\n"})) as console:
        await console.sees("broken")
        console.select("broken")
        await console.press("r", "r")
        await console.tells("r does nothing here: ? shows the keys that do.")
        assert len(console.app._notifications) == 1
        await console.press("R")
        await console.tells("R does nothing here")
        await console.press("M", "~")
        await console.tells("M does nothing here", "~ does nothing here")
        await console.press("f12")
        assert len(console.app._notifications) == 4


async def test_a_dialog_says_of_a_sign_that_it_does_nothing_and_shows_no_key_without_a_use(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK})) as console:
        await console.sees("quick")
        await console.press("P")
        await console.sees("Profile")
        await console.press("~")
        await console.tells("~ does nothing here: ? shows the keys that do.")
        await console.press("?")
        await console.sees("Keys", "esc closes")
        assert "Output of another step" not in console.screen
        assert "The output" not in console.screen
