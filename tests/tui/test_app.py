from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from textual import events
from textual.widget import MountError
from textual.widgets import Button, Input

from pup_tui.core.events import Interrupted
from pup_tui.core.state import RunStatus
from pup_tui.journal.errors import JournalError
from pup_tui.journal.writer import MemoryJournal
from pup_tui.steps.executor import Outcome
from pup_tui.tui.app import HANGUP, TERMINATED
from pup_tui.tui.dialogs.trust import TrustScreen
from pup_tui.tui.lines.output_lines import OutputLines
from pup_tui.tui.screens.help import HelpScreen
from pup_tui.tui.screens.quit import QuitScreen
from pup_tui.tui.widgets.key_hints import KeyHints
from pup_tui.tui.widgets.sidebar import Sidebar
from pup_tui.tui.widgets.step_detail import StepDetail
from tests.support.console import HOSTILE, LARGE, SMALL, VISIBLE, Console, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play
from tests.support.journals import FailingJournal

QUICK = "name: quick\nsteps: [{name: Say, kind: shell, run: echo}]\n"
CLEAN = """
name: clean
steps:
  - {name: Work, kind: shell, run: echo}
  - {name: Tidy, kind: shell, run: tidy, when: cleanup}
"""
ASKS = """
name: asks
steps: [{name: Ask, kind: confirm, message: Go on?}, {name: Say, kind: shell, run: echo}]
"""
ASKS_LATER = """
name: asks
steps: [{name: Work, kind: shell, run: echo}, {name: Ask, kind: confirm, message: Go on?}]
"""


async def start(console: Console, runbook: str) -> None:
    """Run a runbook that has no variables."""
    before = len(console.main.run_tabs())
    console.select(runbook)
    await console.eventually(lambda: console.main.entry and console.main.entry.id == runbook)
    await console.press("enter")
    await console.on("plan")
    await console.press("ctrl+r")
    await console.eventually(lambda: len(console.main.run_tabs()) > before)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_run_is_a_tab_with_its_output(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK}), size) as console:
        await console.sees("pup-tui", "sandbox", "no runs")
        await start(console, "quick")
        await console.sees("✔ quick", "Runbooks", "succeeded", "done")


async def test_an_output_is_handed_to_the_operators_pager(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK}, pager="less 'unfinished")
    async with open_console(services, LARGE) as console:
        await start(console, "quick")
        await console.sees("✔ quick", "succeeded", "done")
        console.app.screen.query_one(OutputLines).focus()
        await console.press("o")
        await console.tells("PAGER cannot be read as a command: No closing quotation.")


async def test_an_output_is_saved_to_a_new_file_and_copied_for_the_editor(
    tmp_path: Path, make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK}, editor="vi 'unfinished")
    async with open_console(services, LARGE) as console:
        await start(console, "quick")
        await console.sees("✔ quick", "succeeded", "done")
        await console.press("E")
        await console.tells("EDITOR cannot be read as a command: No closing quotation.")
        target = tmp_path / "saved.txt"
        await console.press("W")
        await console.sees("Save the output")
        console.app.screen.query_one(Input).value = str(target)
        await console.press("enter")
        await console.tells("Saved 5 bytes")
        assert target.read_text() == "done\n"
        assert target.stat().st_mode & 0o777 == 0o600
        await console.press("W")
        await console.sees("Save the output")
        console.app.screen.query_one(Input).value = str(target)
        await console.press("enter")
        await console.tells("is there already")


async def test_the_screen_is_written_as_a_picture_from_the_palette(
    tmp_path: Path, make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK}), LARGE) as console:
        await console.sees("quick")
        await console.press("ctrl+p")
        await console.sees("a runbook, or something to do")
        await console.press(*"screen: write")
        await console.sees("screen: write it as SVG")
        await console.press("down", "enter")
        await console.sees("Save the screen")
        target = tmp_path / "screen.svg"
        console.app.screen.query_one(Input).value = str(target)
        await console.press("enter")
        await console.tells("Saved")
        assert "quick" in target.read_text()
        assert "Save the screen" not in target.read_text()


async def test_what_is_dragged_over_is_copied_when_the_mouse_is_let_go(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK}), LARGE) as console:
        await start(console, "quick")
        await console.sees("✔ quick", "succeeded", "done")
        lines = console.app.screen.query_one(OutputLines)
        await console.pilot.mouse_down(lines, offset=(2, 0))
        await console.pilot.hover(lines, offset=(6, 0))
        await console.pilot.mouse_up(lines, offset=(6, 0))
        await console.tells("Copied 4 characters")
        assert console.app.clipboard == "done"


async def test_a_key_that_is_pressed_twice_starts_one_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    log = MemoryJournal()
    services = make_services({"quick.yaml": QUICK}, log=log)
    async with open_console(services) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("enter")
        await console.on("plan")
        await console.press("ctrl+r", "ctrl+r", "ctrl+r")
        await console.sees("✔ quick")
        await console.pilot.app.workers.wait_for_complete()
        assert len(log.records) == 1


async def test_several_runs_at_once_and_the_way_between_them(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    hold = asyncio.Event()
    services = make_services(
        {"quick.yaml": QUICK, "asks.yaml": ASKS}, executor=FakeExecutor(Play(hold=hold))
    )
    async with open_console(services, LARGE) as console:
        await start(console, "quick")
        await console.press("escape")
        await start(console, "asks")
        await console.sees("● 1 running", "? 1 waiting", "● quick", "? asks", "Go on?")
        await console.press("escape", "escape")
        await console.on("overview")
        await console.sees("? asks waiting", "● quick running")
        await console.press("right_square_bracket")
        assert console.main.page == "run-1"
        hold.set()
        await console.sees("✔ quick")
        await console.press("right_square_bracket")
        await console.sees("Go on?")


async def test_a_run_that_waits_elsewhere_calls_for_the_operator(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    hold = asyncio.Event()
    text = QUICK.replace("quick", "late").replace("]", ", {name: A, kind: confirm, message: Hm?}]")
    services = make_services({"late.yaml": text}, executor=FakeExecutor(Play(hold=hold)))
    async with open_console(services, LARGE) as console:
        await start(console, "late")
        await console.press("escape")
        hold.set()
        await console.tells("late waits for you")
        await console.sees("? 1 waiting")
        assert "Hm?" not in console.screen


async def test_an_untrusted_runbook_asks_first_and_once_for_each_text(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor()
    services = make_services({"quick.yaml": QUICK}, executor=executor, trusted=False)

    async def run_it() -> None:
        await console.eventually(lambda: console.main.entry)
        await console.press("enter")
        await console.on("plan")
        await console.press("ctrl+r")

    async with open_console(services, LARGE) as console:
        await run_it()
        await console.eventually(lambda: isinstance(console.app.screen, TrustScreen))
        loaded = services.catalog.load(tmp_path / "runbooks" / "quick.yaml")
        await console.sees(loaded.sha256, str(tmp_path)[:30])
        assert console.app.focused is not None
        assert console.app.focused.id == "no"
        await console.press("enter")
        await console.on("plan")
        assert not executor.requests
        await console.press("ctrl+r")
        await console.eventually(lambda: isinstance(console.app.screen, TrustScreen))
        await console.press("tab", "enter")
        await console.eventually(lambda: len(executor.requests) == 1)
        await console.eventually(lambda: not console.app.runs.under_way)
        await console.press("escape")
        await run_it()
        await console.eventually(lambda: len(executor.requests) == 2)
        await console.press("escape")
        (tmp_path / "runbooks" / "quick.yaml").write_text(QUICK + "owner: somebody\n")
        await console.sees("somebody")
        await run_it()
        await console.eventually(lambda: isinstance(console.app.screen, TrustScreen))


@pytest.mark.proves("P14")
async def test_nothing_runs_that_cannot_be_recorded(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    log, executor = FailingJournal(), FakeExecutor()
    log.error = JournalError("the disk is full", Path("/x/journal.db"), "make room")
    services = make_services({"quick.yaml": QUICK}, log=log, executor=executor)
    async with open_console(services, LARGE) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("enter")
        await console.on("plan")
        await console.press("ctrl+r")
        await console.tells("Nothing was run", "the disk is full", "make room")
        assert not executor.requests
        assert not console.main.run_tabs()


async def test_a_journal_that_is_waited_for_is_said_to_be_busy(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    hold = asyncio.Event()
    services = make_services({"clean.yaml": CLEAN}, executor=FakeExecutor(Play(hold=hold)))
    async with open_console(services, LARGE) as console:
        await start(console, "clean")
        await console.sees("● 1 running")
        path = services.state / "journal.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            hold.set()
            await console.tells("The journal is busy: ", str(path))
            holder.execute("ROLLBACK")
        await console.eventually(lambda: not console.app.runs.under_way)
        assert not console.app.runs.incomplete


async def test_a_journal_that_fails_in_mid_run_stops_it_and_is_said(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    log, hold = FailingJournal(), asyncio.Event()
    services = make_services({"clean.yaml": CLEAN}, log=log, executor=FakeExecutor(Play(hold=hold)))
    async with open_console(services, LARGE) as console:
        await start(console, "clean")
        await console.sees("● 1 running")
        log.error = JournalError("the disk is full", Path("/x/journal.db"), "make room")
        hold.set()
        await console.sees("can no longer be recorded", "the disk is full", "no runs", "unknown")
        assert not console.app.runs.under_way
        assert console.app.runs.incomplete


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_without_runs_it_just_ends(
    make_services: MakeServices, open_console: OpenConsole, key: str
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK})) as console:
        await console.press(key)
        assert not console.app.is_running or console.app.return_code == 0


async def test_with_runs_it_asks_and_cancels_them_in_order(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(hold=asyncio.Event()), Play(stdout=b"tidied\n"))
    log = MemoryJournal()
    services = make_services({"clean.yaml": CLEAN}, executor=executor, log=log)
    async with open_console(services) as console:
        await start(console, "clean")
        await console.eventually(lambda: executor.requests)
        await console.press("q")
        await console.eventually(lambda: isinstance(console.app.screen, QuitScreen))
        await console.sees("1 run is under way", "clean")
        assert console.app.focused is not None
        assert console.app.focused.id == "stay"
        await console.press("enter")
        await console.eventually(lambda: not isinstance(console.app.screen, QuitScreen))
        assert console.app.runs.under_way
        await console.press("q")
        await console.eventually(lambda: isinstance(console.app.screen, QuitScreen))
        await console.press("tab", "tab", "enter")
        await console.eventually(lambda: console.app.return_code == 0)
    assert [request.script for request in executor.requests] == ["echo", "tidy"]
    assert [summary.status for summary in log.summaries.values()] == [RunStatus.CANCELLED]


@pytest.mark.parametrize("keys", [["l"], ["tab", "enter"]])
async def test_with_runs_it_leaves_them_for_later(
    make_services: MakeServices, open_console: OpenConsole, keys: list[str]
) -> None:
    executor = FakeExecutor(Play(hold=asyncio.Event()))
    log = MemoryJournal()
    services = make_services({"asks.yaml": ASKS, "clean.yaml": CLEAN}, executor=executor, log=log)
    async with open_console(services, LARGE) as console:
        await start(console, "clean")
        await console.eventually(lambda: executor.requests)
        await console.press("escape")
        await start(console, "asks")
        await console.sees("Go on?")
        await console.press("q")
        await console.eventually(lambda: isinstance(console.app.screen, QuitScreen))
        await console.sees("2 runs are under way", "● running  clean", "? waiting  asks")
        await console.press(*keys)
        await console.eventually(lambda: console.app.return_code == 0)
    assert [request.script for request in executor.requests] == ["echo"]
    ends = [(summary.status, summary.reason) for summary in log.summaries.values()]
    assert ends == [(RunStatus.INTERRUPTED, "interrupted: left for later by alice")] * 2
    assert {run.program.id for run in console.app.runs.left} == {"clean", "asks"}


async def asked_about_leaving(console: Console, *holds: asyncio.Event) -> None:
    """Start the runbook `clean` once, and once the dialog about leaving tells of it let what it does end."""
    await start(console, "clean")
    await console.press("q")
    await console.sees("1 run is under way", "● running  clean", "Leave them for later")
    for hold in holds:
        hold.set()


@pytest.mark.parametrize("key", ["l", "enter"])
async def test_a_run_that_ends_meanwhile_is_not_told_as_running_and_one_can_leave(
    make_services: MakeServices, open_console: OpenConsole, key: str
) -> None:
    hold = asyncio.Event()
    services = make_services({"clean.yaml": CLEAN}, executor=FakeExecutor(Play(hold=hold), Play()))
    async with open_console(services) as console:
        await asked_about_leaving(console, hold)
        await console.sees("No run is under way any more", "Quit")
        for gone in ("● running", "is under way ━", "Leave them for later", "Cancel the runs"):
            assert gone not in console.screen
        await console.press(key)
        await console.eventually(lambda: console.app.return_code == 0)


async def test_where_something_is_typed_too_enter_stays_when_the_runs_have_ended(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    hold = asyncio.Event()
    services = make_services({"clean.yaml": CLEAN}, executor=FakeExecutor(Play(hold=hold), Play()))
    async with open_console(services) as console:
        await start(console, "clean")
        await console.eventually(lambda: console.app.runs.under_way)
        await console.app.push_screen(QuitScreen(console.app.runs, "alice", typed=True))
        await console.sees("1 run is under way", "is forgotten")
        hold.set()
        await console.sees("What you typed would be lost", "has ended", "is forgotten", "Quit  ^x")
        assert console.app.focused is not None
        assert console.app.focused.id == "stay"
        await console.press("ctrl+x")
        assert console.app.focused.id == "cancel"


async def test_a_run_that_begins_to_wait_meanwhile_is_told_as_waiting(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    hold = asyncio.Event()
    text = f"{CLEAN}  - {{name: Ask, kind: confirm, message: Go on?}}\n"
    services = make_services({"clean.yaml": text}, executor=FakeExecutor(Play(hold=hold), Play()))
    async with open_console(services) as console:
        await asked_about_leaving(console, hold)
        await console.sees("1 run is under way", "? waiting  clean")
        assert "● running  clean" not in console.screen


@pytest.mark.proves("F08d")
async def test_ctrl_c_in_a_run_asks_to_cancel_the_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services(
        {"quick.yaml": QUICK}, executor=FakeExecutor(Play(hold=asyncio.Event()))
    )
    async with open_console(services) as console:
        await start(console, "quick")
        await console.press("ctrl+c")
        await console.sees("Cancel this run?")
        await console.press("y")
        await console.sees("■ quick", "cancelled")
        await console.press("ctrl+c")
        await console.tells("This run is over")


@pytest.mark.proves("F08d")
async def test_ctrl_c_over_the_dialog_of_a_run_asks_once_to_cancel_the_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        await start(console, "asks")
        await console.sees("Go on?")
        await console.press("ctrl+c", "ctrl+c")
        await console.sees("Cancel this run?")
        assert len(console.app.screen_stack) == 3
        await console.press("y")
        await console.sees("■ asks", "cancelled")


async def test_ctrl_c_without_a_run_says_how_to_leave(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK})) as console:
        await console.sees("quick")
        await console.press("ctrl+c")
        await console.tells("q leaves pup-tui")
        assert "ctrl+q" not in console.messages


async def test_a_key_goes_to_the_run_that_waits(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK, "asks.yaml": ASKS})
    async with open_console(services) as console:
        await start(console, "asks")
        await console.sees("Go on?")
        await console.press("escape", "escape")
        await start(console, "quick")
        await console.press("escape")
        await console.on("overview")
        await console.press("exclamation_mark")
        await console.on("run-1")
        await console.sees("Go on?")


async def test_a_key_goes_round_what_waits(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"asks.yaml": ASKS, "other.yaml": ASKS.replace("Go on?", "And this?")})
    async with open_console(services) as console:
        await start(console, "asks")
        await console.sees("Go on?")
        await console.press("exclamation_mark")
        await console.tells("Nothing else waits for you")
        await console.press("escape", "escape")
        await start(console, "other")
        await console.sees("And this?")
        for run, question in (("run-1", "Go on?"), ("run-2", "And this?"), ("run-1", "Go on?")):
            await console.press("exclamation_mark")
            await console.on(run)
            await console.sees(question)
        await console.press("escape", "exclamation_mark")
        await console.sees("Go on?")


async def test_the_tabs_of_several_runs_share_a_narrow_screen(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    names = ["asks-about-a-long-thing", "asks-about-another-thing", "quick-but-with-a-long-name"]
    files = {f"{name}.yaml": ASKS if name.startswith("a") else QUICK for name in names}
    async with open_console(make_services(files)) as console:
        for name in names:
            await start(console, name)
            await console.press("escape", "escape")
            await console.on("overview")
        await console.sees("? asks-a…-thing")
        tabs = console.screen.splitlines()
        line = next(line for line in tabs if " Runbooks " in line)
        assert line.count("? asks") == 2
        assert "✔ quick" in line
        await console.press("right_square_bracket")
        await console.on("run-1")
        line = next(line for line in console.screen.splitlines() if " Runbooks " in line)
        assert "? asks-ab…ng-thing" in line
        assert line.count("? ") == 2
        assert "✔ " in line


async def test_of_many_runs_each_has_its_mark_in_sight(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    names = [f"quick-{n}" for n in range(8)]
    async with open_console(make_services({f"{name}.yaml": QUICK for name in names})) as console:
        for name in names:
            await start(console, name)
            await console.press("escape", "escape")
            await console.on("overview")
        await console.press("left_square_bracket")
        await console.on(f"run-{len(names)}")
        await console.eventually(lambda: _tabs(console).count("✔") == len(names))
        assert "✔ quick-7" in _tabs(console)


def _tabs(console: Console) -> str:
    return next(line for line in console.screen.splitlines() if " Runbooks " in line)


async def test_the_palette_offers_what_can_be_done_with_a_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        await start(console, "asks")
        await console.sees("Go on?")
        await console.press("escape", "ctrl+p")
        await console.sees("here: Cancel run", "here: Enlarge", "here: Search")
        await console.type("waits")
        await console.sees("here: Answer what waits")
        await console.press("ctrl+u")
        await console.type("cancel")
        await console.press("down", "enter")
        await console.sees("Cancel this run?")


@pytest.mark.parametrize(
    ("chosen", "page"),
    [("run: quick", "form"), ("go: history", "history"), ("open: quick", "overview")],
)
async def test_a_question_that_comes_while_the_palette_is_open_does_not_follow_to_another_page(
    make_services: MakeServices, open_console: OpenConsole, chosen: str, page: str
) -> None:
    hold = asyncio.Event()
    executor = FakeExecutor(Play(hold=hold), Play())
    files = {"asks.yaml": ASKS_LATER, "quick.yaml": QUICK + "vars: {NAME: {}}\n"}
    async with open_console(make_services(files, executor=executor)) as console:
        await start(console, "asks")
        await console.eventually(lambda: executor.requests)
        await console.press("ctrl+p")
        await console.type(chosen)
        await console.sees(chosen)
        hold.set()
        await console.sees("? 1 waiting")
        await console.press("down", "enter")
        await console.on(page)
        await console.eventually(lambda: console.app.screen is console.main)


async def test_help_is_a_key_where_one_types_and_lists_ours_first(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = QUICK + "vars: {NAME: {}}\n"
    async with open_console(make_services({"quick.yaml": text}), LARGE) as console:
        await console.press("f1")
        await console.sees("Plan", "History", "Quit", "Every action, every runbook")
        assert "Cursor to" not in console.screen
        assert console.screen.count("^p") == 1
        await console.press("f1", "r")
        await console.on("form")
        await console.sees("f1 Help")
        await console.press("f1")
        await console.eventually(lambda: isinstance(console.app.screen, HelpScreen))


async def test_sigterm_cancels_cleans_up_and_ends(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(hold=asyncio.Event()), Play())
    log = MemoryJournal()
    services = make_services({"clean.yaml": CLEAN}, executor=executor, log=log)
    async with open_console(services) as console:
        await start(console, "clean")
        await console.eventually(lambda: executor.requests)
        console.app.stop(TERMINATED, "SIGTERM")
        await console.eventually(lambda: console.app.return_code == TERMINATED)
    assert len(executor.requests) == 2
    assert [summary.status for summary in log.summaries.values()] == [RunStatus.CANCELLED]
    assert signal.SIGTERM + 128 == TERMINATED


@pytest.mark.proves("F07", "P16")
async def test_a_lost_terminal_interrupts_and_leaves_the_run_as_it_stands(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(hold=asyncio.Event()), Play())
    log = MemoryJournal()
    services = make_services({"clean.yaml": CLEAN}, executor=executor, log=log)
    async with open_console(services) as console:
        await start(console, "clean")
        await console.eventually(lambda: executor.requests)
        console.app.lose_terminal()
        await console.eventually(lambda: console.app.return_code == HANGUP)
    assert len(executor.requests) == 1
    (events,) = log.events.values()
    assert any(isinstance(event, Interrupted) for event in events)
    assert [summary.status for summary in log.summaries.values()] == [RunStatus.INTERRUPTED]


@pytest.mark.proves("F07", "P16")
@pytest.mark.parametrize("leave", ["terminal", "signal", "key"])
async def test_what_finds_no_place_while_it_is_left_is_no_fault(
    make_services: MakeServices, open_console: OpenConsole, leave: str
) -> None:
    codes = {"terminal": HANGUP, "signal": TERMINATED, "key": 0}
    async with open_console(make_services({"clean.yaml": CLEAN})) as console:
        app = console.app
        leaving: dict[str, Callable[[], None]] = {
            "terminal": app.lose_terminal,
            "signal": lambda: app.stop(TERMINATED, "SIGTERM"),
            "key": app.exit,
        }
        leaving[leave]()
        app._handle_exception(MountError("Can't mount widget(s) before Screen() is mounted"))
        assert app.return_code == codes[leave]


async def test_the_palette_offers_every_runbook_literally(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK, "[red]x[red].yaml": QUICK})
    async with open_console(services, LARGE) as console:
        await console.press("ctrl+p")
        await console.sees("open: [red]x[red]", "open: quick")
        assert "run: " not in console.screen
        await console.type("run: ")
        await console.sees("run: [red]x[red]", "run: quick")
        await console.press("ctrl+u")
        await console.type("open: quick")
        await console.sees("open: quick")
        await console.press("down", "enter")
        await console.eventually(lambda: console.main.entry and console.main.entry.id == "quick")
        await console.press("ctrl+p")
        await console.type("theme: contrast")
        await console.press("down", "enter")
        await console.eventually(lambda: console.app.theme == "pup-contrast")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_help_lists_the_keys_that_work_here(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK}), size) as console:
        await console.press("question_mark")
        await console.eventually(lambda: isinstance(console.app.screen, HelpScreen))
        await console.sees("Keys", "Find", "Filter")
        await console.press("escape")
        await console.eventually(lambda: not isinstance(console.app.screen, HelpScreen))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_footer_never_has_more_than_six_keys(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK}), size) as console:
        await console.sees("? Help", "/ Filter", "Run  r")
        hints = console.main.query_one(KeyHints)
        assert 2 <= len(hints.shown) <= 6
        await start(console, "quick")
        await console.sees("esc Runbooks", "? Help")
        assert 2 <= len(hints.shown) <= 6


async def test_the_key_for_help_stays_in_a_window_that_becomes_narrow(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK}), LARGE) as console:
        await start(console, "quick")
        await console.press("tab")
        hints = console.main.query_one(KeyHints)
        for width in (120, 80, 60, 44, 30, 80, 120):
            await console.pilot.resize_terminal(width, 24)
            await console.eventually(lambda: "? Help" in console.screen.splitlines()[-1])
        assert len(hints.shown) == 6


async def test_one_pane_at_a_time_on_a_small_screen_and_a_key_for_the_other(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK}), SMALL) as console:

        def shown() -> bool:
            return bool(console.main.query_one(Sidebar).display)

        assert shown()
        await start(console, "quick")
        assert not shown()
        await console.press("b")
        assert shown()
        await console.press("b")
        assert not shown()
        await console.sees("esc Runbooks")
        await console.pilot.resize_terminal(*LARGE)
        await console.eventually(shown)
        assert console.main.page == "run-1"
        await console.sees("✔ quick")


async def test_opens_at_a_runbook(make_services: MakeServices, open_console: OpenConsole) -> None:
    files = {"aaa.yaml": QUICK.replace("quick", "aaa"), "quick.yaml": QUICK}
    entry = make_services(files).catalog.find("quick")
    async with open_console(make_services(files, open_at=entry), SMALL) as console:
        await console.eventually(lambda: console.main.entry and console.main.entry.id == "quick")
        assert "opened" not in console.screen


async def test_opens_at_a_file_outside_the_catalog_and_runs_that_one(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    outside = tmp_path / "quick.yaml"
    outside.write_text(QUICK.replace("echo", "elsewhere"))
    files = {"aaa.yaml": QUICK.replace("quick", "aaa"), "quick.yaml": QUICK}
    executor = FakeExecutor()
    entry = make_services(files).catalog.find(str(outside))
    services = make_services(files, open_at=entry, executor=executor)
    async with open_console(services, SMALL) as console:
        await console.sees("▾ opened 1")
        await console.eventually(
            lambda: console.main.entry is not None and console.main.entry.path == outside
        )
        outside.write_text("name: [")
        await console.sees("✖ quick broken")
        outside.write_text(QUICK.replace("echo", "edited"))
        await console.eventually(lambda: "✖ quick" not in console.screen)
        await console.press("enter")
        await console.on("plan")
        await console.press("ctrl+r")
        await console.eventually(lambda: executor.requests)
    assert executor.requests[0].script == "edited"


@pytest.mark.proves("P7")
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_hostile_names_are_literal_in_tab_title_step_and_dialog(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    hostile = HOSTILE.replace("\x1b", "").replace("\x07", "").replace("\u202e", "")
    text = json.dumps(
        {
            "name": hostile,
            "steps": [{"name": hostile, "kind": "confirm", "message": hostile}],
        }
    )
    async with open_console(make_services({"[b]x[b].yaml": text}), size) as console:
        await start(console, "[b]x[b]")
        await console.eventually(lambda: console.screen.count(VISIBLE) >= 2)
        await console.press("escape")
        await console.sees("? [b]x[b]")
        await console.press("q")
        await console.eventually(lambda: isinstance(console.app.screen, QuitScreen))
        await console.sees("[b]x[b]")


async def test_a_failed_run_is_marked_in_the_list(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    failing = FakeExecutor(Play(outcome=Outcome(ok=False, exit_code=1, reason="no")))
    services = make_services({"quick.yaml": QUICK}, executor=failing)
    async with open_console(services, LARGE) as console:
        await start(console, "quick")
        await console.sees("✖ quick")
        await console.press("escape")
        await console.sees("✖ quick failed")


async def test_the_buttons_do_what_the_keys_do(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor()
    services = make_services({"quick.yaml": QUICK}, executor=executor)
    async with open_console(services) as console:
        await console.eventually(lambda: console.main.entry)
        await console.sees("Run  r")
        await console.pilot.click("#overview-run")
        await console.on("plan")
        await console.sees("Run  ^r")
        assert not console.main.query_one("#plan-run", Button).disabled
        await console.pilot.click("#plan-run")
        await console.eventually(lambda: executor.requests)


@pytest.mark.proves("P7")
async def test_what_is_said_by_the_way_is_shown_as_it_is(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    listeners: list[Callable[[str], None]] = []
    services = make_services({"quick.yaml": QUICK}, listen=listeners.append)
    async with open_console(services) as console:
        for listener in listeners:
            listener("still running: [b]sleep[/b] (pid 1)")
        await console.sees("still running: [b]sleep[/b] (pid 1)")


async def test_two_clicks_on_a_command_mark_it_and_a_key_copies_it(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK}), LARGE) as console:
        await start(console, "quick")
        await console.sees("✔ quick", "succeeded", "$ echo")
        await console.pilot.click(StepDetail, offset=(4, 1), times=2)
        await console.eventually(console.app.screen.get_selected_text)
        console.app.screen.post_message(events.TextSelected())
        await console.pilot.pause()
        assert "Copied" not in console.messages
        await console.press("ctrl+c")
        await console.eventually(lambda: "echo" in console.app.clipboard)
