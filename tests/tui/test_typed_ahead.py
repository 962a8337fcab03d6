from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from unittest.mock import patch

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import Input

from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Entry
from pup_tui.runbook.load import Loaded
from pup_tui.tui import typed_ahead
from pup_tui.tui.app import PupTuiApp
from pup_tui.tui.screens.help import HelpScreen
from pup_tui.tui.starting import Starter
from pup_tui.tui.typed_ahead import TypedAhead
from tests.support.console import Console, MakeServices, OpenConsole


class Busy(Widget, can_focus=True):
    """What gets a key, and is busy with it until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()

    async def on_key(self, event: events.Key) -> None:
        event.stop()
        await self.let_go.wait()


class Keys(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []
        self.told: list[str] = []
        self.all_given = asyncio.Event()
        self.ahead = TypedAhead(self, self._give, self.told.append)

    def compose(self) -> ComposeResult:
        yield Busy()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.ahead.take(event)
        else:
            await super().on_event(event)

    async def _give(self, key: events.Key) -> events.Key:
        self.given.append(key.key)
        await super().on_event(key)
        if len(self.given) == 3:
            self.all_given.set()
        return key


async def test_no_key_waits_forever_for_what_is_busy_with_another() -> None:
    app = Keys()
    with patch.object(typed_ahead, "PATIENCE", 0.001):
        async with app.run_test():
            busy = app.query_one(Busy)
            busy.focus()
            for key in "abc":
                app.post_message(events.Key(key, key))
            await asyncio.wait_for(app.all_given.wait(), 20)
            busy.let_go.set()
    assert app.given == ["a", "b", "c"]


async def test_keys_wait_in_their_order_until_the_first_runbook_is_shown(
    make_services: MakeServices,
) -> None:
    begins = "name: {0}\nsteps: [{{name: A, kind: shell, run: echo {0}, read_only: true}}]\n"
    app = PupTuiApp(make_services({f"{n}.yaml": begins.format(n) for n in ("one", "two")}))
    may_read = threading.Event()
    closed = Catalog.closed_folders

    def late(catalog: Catalog) -> Iterable[object]:
        may_read.wait(60)
        return closed(catalog)

    with patch.object(Catalog, "closed_folders", late):
        async with app.run_test() as pilot:
            console = Console(app, pilot)
            try:
                # To the second runbook, past the title of the group; it is planned. A terminal that
                # is not the console's yet makes a line feed of enter.
                await console.press_at_once("jj")
                app.post_message(events.Key("ctrl+j", "\n"))
                assert console.main.page == "overview"
            finally:
                may_read.set()
            await console.on("plan")
            await console.sees("two", "nothing has run")


ASKS = """
name: asks
vars:
  FIRST: {default: a}
  SECOND: {default: b}
steps: [{name: A, kind: shell, run: "echo {{ FIRST }} {{ SECOND }}", read_only: true}]
"""


async def test_what_is_typed_while_a_page_opens_is_meant_for_that_page(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    may_open = asyncio.Event()
    load = Starter.load

    async def late(starter: Starter, entry: Entry) -> Loaded:
        await may_open.wait()
        return await load(starter, entry)

    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        console.select("asks")
        await console.eventually(lambda: console.main.entry)
        with patch.object(Starter, "load", late):
            await console.press("r", "tab", "x", "y")
            assert console.main.page == "overview"
            may_open.set()
            await console.on("form")
            fields = list(console.app.screen.query("Form Input").results(Input))
            await console.eventually(lambda: [each.value for each in fields] == ["", "xy"])


async def test_who_wants_out_waits_for_no_page(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async def never(starter: Starter, entry: Entry) -> Loaded:
        await asyncio.Event().wait()
        raise AssertionError

    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        console.select("asks")
        await console.eventually(lambda: console.main.entry)
        # Longer than a test may take.
        with patch.object(Starter, "load", never), patch("pup_tui.tui.app.KEYS_WAIT", 600.0):
            await console.press("r", "E", "ctrl+c", "question_mark")
            await console.eventually(lambda: isinstance(console.app.screen, HelpScreen))
            # Whatever it would have done here, it was meant for the page.
            await console.tells("Not done: one key was typed before the page was there.")


async def test_what_is_typed_for_a_page_that_does_not_come_is_not_done_and_that_is_told(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pup_tui.tui.app.KEYS_WAIT", 0.01)
    may_open = asyncio.Event()

    async def late(starter: Starter, entry: Entry) -> Loaded:
        await may_open.wait()
        raise AssertionError("given up")

    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        console.select("asks")
        await console.eventually(lambda: console.main.entry)
        with patch.object(Starter, "load", late):
            console.app.post_message(events.Key("r", "r"))
            console.app.post_message(events.Key("question_mark", "?"))
            await console.tells("Not done: one key was typed before the page was there.")
            assert not isinstance(console.app.screen, HelpScreen)
            await console.press("question_mark")
            await console.eventually(lambda: isinstance(console.app.screen, HelpScreen))


async def test_what_is_typed_for_a_page_that_fails_to_open_does_nothing_elsewhere(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    may_fail = asyncio.Event()

    async def fails(starter: Starter, entry: Entry) -> Loaded:
        await may_fail.wait()
        raise OSError("no such disk")

    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        console.select("asks")
        await console.eventually(lambda: console.main.entry)
        with patch.object(Starter, "load", fails):
            await console.press("r", "q")
            may_fail.set()
            await console.tells("Not done: one key was typed before the page was there.")
        assert console.app.is_running


async def test_whoever_types_while_something_takes_long_is_told_that_it_waits(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pup_tui.tui.app.SLOW", 0.001)
    may_open = asyncio.Event()
    load = Starter.load

    async def late(starter: Starter, entry: Entry) -> Loaded:
        await may_open.wait()
        return await load(starter, entry)

    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        console.select("asks")
        await console.eventually(lambda: console.main.entry)
        with patch.object(Starter, "load", late):
            await console.press("r", "x")
            await console.tells("What you type waits", "ctrl+c gives it up")
            may_open.set()
            await console.on("form")
            field = console.app.screen.query("Form Input").first(Input)
            await console.eventually(lambda: field.value == "x")


@pytest.mark.parametrize("keys", [("ctrl+r",), ("tab", "enter")])
async def test_a_key_that_waited_long_runs_nothing(
    make_services: MakeServices,
    open_console: OpenConsole,
    monkeypatch: pytest.MonkeyPatch,
    keys: tuple[str, ...],
) -> None:
    monkeypatch.setattr("pup_tui.tui.app.LATE", 0.0)
    may_open = asyncio.Event()
    load = Starter.load

    async def late(starter: Starter, entry: Entry) -> Loaded:
        await may_open.wait()
        return await load(starter, entry)

    async with open_console(make_services({"asks.yaml": ASKS})) as console:
        console.select("asks")
        await console.eventually(lambda: console.main.entry)
        with patch.object(Starter, "load", late):
            await console.press("p", *keys, "x", "y")
            may_open.set()
            await console.tells("Not done: Run, nor what was typed behind it (2 keys).")
            assert console.main.page == "plan"
            assert not console.main.run_pages


async def test_keys_do_not_wait_for_a_catalog_that_cannot_be_read(
    make_services: MakeServices,
) -> None:
    app = PupTuiApp(make_services({}))
    with patch.object(Catalog, "closed_folders", side_effect=OSError("no such disk")):
        async with app.run_test() as pilot:
            await Console(app, pilot).press_at_once("q")
            await Console(app, pilot).eventually(lambda: not app.is_running)


@pytest.mark.parametrize("at_start", [True, False])
async def test_keys_behind_the_filter_go_where_they_would_have_gone_one_by_one(
    make_services: MakeServices, open_console: OpenConsole, at_start: bool
) -> None:
    runbooks = {"asks.yaml": ASKS, "other.yaml": ASKS.replace("asks", "other")}
    async with open_console(make_services(runbooks)) as console:
        if not at_start:
            console.select("other")
            await console.eventually(lambda: console.main.entry)
        for key in ("/", "a", "s", "k", "enter", "r"):
            name = {"/": "slash"}.get(key, key)
            console.app.post_message(events.Key(name, key if len(key) == 1 else "\r"))
        await console.on("form")
        assert console.main.entry is not None
        assert console.main.entry.id == "asks"
