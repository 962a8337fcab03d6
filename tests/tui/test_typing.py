"""Whoever types a text answers no question with it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Input

from pup_tui.runbook.model import ConfirmStep
from pup_tui.runbook.parts import Poll
from pup_tui.steps.executor import Outcome
from pup_tui.tui.coloured_app import FIELD_WENT
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.failure import FailureScreen
from pup_tui.tui.dialogs.reason import NoteScreen, ReasonScreen
from pup_tui.tui.widgets.run_header import WaitingBanner
from tests.support.console import MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play
from tests.support.run_console import Console, console, said, shell
from tests.tui.test_resuming import begin

ASK = ConfirmStep(id="go", name="Go", message="Restart the primary?")


async def searching(c: Console, hold: asyncio.Event) -> None:
    """Type the beginning of a search while the step prints, then have the question come."""
    await c.until(lambda: c.view.progress.steps["a"].status == "running")
    await c.pilot.press("slash", *"yaml")
    hold.set()
    await c.until(lambda: c.view.waiting and c.text(WaitingBanner).startswith("! a question waits"))


async def test_a_question_waits_for_who_types_a_search_and_comes_when_that_is_left(
    tmp_path: Path,
) -> None:
    hold = asyncio.Event()
    async with console(tmp_path, shell("a"), ASK, shell("b"), plays=[Play(hold=hold)]) as c:
        await searching(c, hold)
        await c.pilot.press(*"yes", "space", *"yes")
        search = c.view.query_one("#output-search", Input)
        assert (search.value, search.has_focus) == ("yamlyes yes", True)
        assert not isinstance(c.app.screen, ConfirmScreen)
        await c.pilot.press("escape")
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))


async def test_what_is_typed_on_answers_no_question_that_came_right_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 0.001)
    hold = asyncio.Event()
    async with console(tmp_path, shell("a"), ASK, shell("b"), plays=[Play(hold=hold)]) as c:
        await searching(c, hold)
        await c.pilot.press("enter")
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        shown = c.app.screen
        assert isinstance(shown, ConfirmScreen)
        asks: ConfirmScreen = shown
        await c.until(lambda: asks._takes_from < 1e300)
        # Before a key has done nothing.
        assert "letters and enter do nothing until" in said(c)
        for key in "yaml":
            # However long the pause between two words is.
            await asyncio.sleep(0.01)
            await c.pilot.press(key)
        assert c.app.screen is asks
        assert "letters and enter do nothing until" in said(c)
        for key in ("enter", "enter", "down"):
            await asyncio.sleep(0.01)
            await c.pilot.press(key)
            assert isinstance(c.app.screen, ConfirmScreen)
        await c.until(lambda: asks._armed)
        await c.pilot.press("y")
        await c.until(lambda: c.app.ended == ["succeeded"])


FORM = """
name: form
vars: {A: {default: a}}
steps: [{name: Go, kind: confirm, message: "Restart {{ A }}?"}]
"""


async def test_who_presses_run_behind_the_last_field_sees_the_question_that_follows(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"form.yaml": FORM})) as c:
        c.select("form")
        await c.eventually(lambda: c.main.entry)
        await c.press("enter")
        await c.on("form")
        await c.press(*"db-1", "enter")
        await c.sees("1 value ready")
        await c.press("enter")
        await c.sees("Restart db-1?")
        asks = c.app.screen
        assert isinstance(asks, ConfirmScreen)
        await c.eventually(lambda: asks._armed)
        await c.press("n")
        await c.eventually(lambda: c.app.screen is not asks)


async def test_an_enter_behind_letters_that_came_too_early_answers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 600.0)
    async with console(tmp_path, ASK, shell("b")) as c:
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        asks = c.app.screen
        assert isinstance(asks, ConfirmScreen)
        await c.pilot.press("d")
        asks._takes_from = 0.0
        await c.pilot.press("enter", "d", "enter")
        assert c.app.screen is asks
        assert "Enter took nothing" in said(c)
        await c.pilot.press("left", "right")
        assert "Enter took nothing" not in said(c)
        await c.pilot.press("y")
        await c.until(lambda: c.app.ended == ["succeeded"])


async def test_a_question_that_was_called_up_takes_what_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console(tmp_path, ASK, shell("b")) as c:
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        await c.pilot.press("escape", "ctrl+n", *"ab", "escape")
        await c.until(lambda: not isinstance(c.app.screen, NoteScreen | ConfirmScreen))
        monkeypatch.setattr(dialog, "ARM_SECONDS", 600.0)
        await c.pilot.press("exclamation_mark")
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        asks = c.app.screen
        # One more is too many of those that call it up.
        await c.pilot.press("enter")
        assert c.app.screen is asks
        await c.pilot.press("slash", *"primary", "enter")
        assert c.app.screen is asks
        assert asks.query_one("FindLine Input", Input).value == "primary"
        await c.pilot.press("escape", "y")
        await c.until(lambda: c.app.ended == ["succeeded"])


async def test_what_is_typed_on_when_a_field_goes_by_itself_does_nothing(tmp_path: Path) -> None:
    poll = Poll(interval="1h", timeout="3h", until="value < 5")
    async with console(tmp_path, shell("a", poll=poll), shell("b")) as c:
        await c.until(lambda: c.view.progress.steps["a"].status == "polling")
        await c.pilot.press("m", *"it is")
        assert isinstance(c.app.screen, ReasonScreen)
        c.live.stop_poll("a", "bob")
        await c.until(lambda: not isinstance(c.app.screen, ReasonScreen))
        await c.pilot.press("space", "x", "z", "enter")
        told = [each.message for each in c.app._notifications]
        assert len(told) == len(set(told)) == 2
        assert told[1] == FIELD_WENT
        assert not c.view.has_class("-only-steps")
        await c.pilot.press("down", "z")
        assert c.view.has_class("-only-steps")


async def test_a_search_stays_where_what_it_is_in_is_shown_anew(tmp_path: Path) -> None:
    hold = asyncio.Event()
    plays = [Play(stdout=b'[{"a": 1}, {"a": 2}]\n', hold=hold)]
    async with console(tmp_path, shell("a"), shell("b"), plays=plays) as c:
        await c.until(lambda: c.view.progress.steps["a"].status == "running")
        await c.pilot.press("slash")
        hold.set()
        await c.until(lambda: c.app.ended == ["succeeded"])
        await c.pilot.press(*"12")
        search = c.view.query_one("#output-search", Input)
        assert (search.value, search.has_focus) == ("12", True)


DEPLOY = "name: deploy\nsteps: [{name: Deploy it, kind: shell, run: deploy}]\n"


async def test_a_note_is_kept_and_recorded_though_the_run_fails_while_it_is_typed(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    hold = asyncio.Event()
    failing = Play(outcome=Outcome(ok=False, exit_code=3, reason="no luck"), hold=hold)
    services = make_services({"deploy.yaml": DEPLOY}, executor=FakeExecutor(failing, Play()))
    async with open_console(services) as c:
        await begin(c)
        await c.sees("running")
        await c.press("ctrl+n", *"retr")
        (page,) = c.main.run_pages.values()
        hold.set()
        await c.eventually(lambda: page.view.progress.over)
        await c.sees("! failed")
        await c.press(*"ied")
        assert isinstance(c.app.screen, NoteScreen)
        await c.press("enter")
        await c.eventually(lambda: isinstance(c.app.screen, FailureScreen))
        await c.sees("alice  retried")
        assert page.view.progress.status == "failed"
