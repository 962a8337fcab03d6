from __future__ import annotations

import asyncio

import pytest
from textual import events

from pup_tui.attention import NotifyChoice
from pup_tui.tui.app import PupTuiApp
from pup_tui.tui.widgets.sidebar import RunbookTree
from tests.support.console import HOSTILE, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play

ASKS = "name: asks\nsteps:\n  - {name: a, kind: shell, run: a}\n  - {name: b, kind: confirm, message: ok}\n"


@pytest.mark.parametrize("notify", ["osc9", "never"])
async def test_a_run_that_waits_calls_for_who_looks_elsewhere(
    make_services: MakeServices,
    open_console: OpenConsole,
    monkeypatch: pytest.MonkeyPatch,
    notify: NotifyChoice,
) -> None:
    hold = asyncio.Event()
    executor = FakeExecutor(Play(hold=hold))
    services = make_services({"asks.yaml": ASKS}, executor=executor, notify=notify)
    async with open_console(services) as c:
        written: list[str] = []
        monkeypatch.setattr(c.app._driver, "write", written.append)
        await c.press("r")
        await c.on("plan")
        await c.press("ctrl+r")
        await c.eventually(lambda: c.main.run_pages)
        c.app.post_message(events.AppBlur())
        await c.eventually(lambda: not c.app.app_focus)
        hold.set()
        await c.sees("waiting")
        await c.eventually(lambda: any(page.view.waiting for page in c.main.run_pages.values()))
        called = "\x1b]9;pup-tui: asks waits for you\x1b\\"
        if notify == "never":
            assert not any(part in text for text in written for part in ("\x1b]2;", "\x1b]9;"))
            return
        await c.eventually(lambda: called in "".join(written))
        c.app.post_message(events.AppFocus())
        await c.eventually(lambda: "\x1b[23;2t" in "".join(written))


async def test_nothing_but_our_own_sequences_is_written_whatever_a_runbook_is_called(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_console(make_services({"asks.yaml": ASKS})) as c:
        written: list[str] = []
        monkeypatch.setattr(c.app._driver, "write", written.append)
        await c.press("r")
        await c.on("plan")
        await c.press("ctrl+r")
        await c.eventually(lambda: c.main.run_pages)
        (page,) = c.main.run_pages.values()
        c.app.post_message(events.AppBlur())
        await c.eventually(lambda: not c.app.app_focus)
        c.main._call_for(page.view, HOSTILE, "warning")
        (told,) = (text for text in written if "\x1b]2;" in text)
        inside = told.partition("\x1b]2;")[2].partition("\x1b")[0]
        assert "\x07" not in inside
        assert "\u202e" not in inside


async def test_a_console_that_begins_behind_another_window_has_a_focus(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PupTuiApp.app_focus, "_default", False)
    async with open_console(make_services({"asks.yaml": ASKS})) as c:
        assert not c.app.app_focus
        await c.eventually(lambda: isinstance(c.app.focused, RunbookTree))
        await c.sees("r Run")


async def test_behind_another_window_one_sees_where_one_stands(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"asks.yaml": ASKS})) as c:
        await c.sees("asks", "r Run")
        before, focused = c.strips, c.app.focused
        c.app.post_message(events.AppBlur())
        await c.eventually(lambda: not c.app.app_focus)
        await c.pilot.pause()
        assert c.app.focused is focused is not None
        assert c.strips == before
