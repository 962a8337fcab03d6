from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pup_tui.cli.shown import ShownRun
from pup_tui.core.events import NoteAdded
from pup_tui.core.notices import RunNoted
from pup_tui.core.program import compile_program
from pup_tui.drivers.source import source_of
from pup_tui.journal.reader import read_journal
from pup_tui.runbook.model import ConfirmStep
from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.reason import ReasonScreen
from pup_tui.tui.past import read_run
from pup_tui.tui.widgets.run_header import RunNotes
from tests.support.console import MakeServices, OpenConsole, has_run
from tests.support.executors import FakeExecutor, Play
from tests.support.player import Player, Result
from tests.support.run_console import HOSTILE, console, said, shell
from tests.support.runbooks import program_of


@pytest.fixture(autouse=True)
def _dialogs_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 0.0)


async def test_a_note_is_recorded_and_shown_while_the_run_goes_on(tmp_path: Path) -> None:
    hold = asyncio.Event()
    async with console(tmp_path, shell("a"), plays=[Play(hold=hold)]) as c:
        await c.until(lambda: c.view.progress.steps["a"].status == "running")
        await c.pilot.press("ctrl+n")
        await c.until(lambda: isinstance(c.app.screen, ReasonScreen))
        await c.pilot.press("enter")
        await c.until(lambda: "The note is missing" in said(c))
        await c.pilot.press(*"called", "space", *"dana", "enter")
        await c.until(lambda: "ada  called dana" in c.text(RunNotes))
        noted: Any = c.event("NoteAdded")
        assert (noted.note, noted.by) == ("called dana", "ada")
        assert c.view.query_one(RunNotes).region.height == 1
        assert c.view.progress.steps["a"].status == "running"
        hold.set()
        await c.until(lambda: c.app.ended == ["succeeded"])
        await c.pilot.press("ctrl+n", *"done", "enter")
        await c.until(lambda: "ada  done" in c.text(RunNotes))
        assert c.kinds()[-1] == "NoteAdded"


async def test_the_newest_notes_are_shown_literally_and_the_others_counted(
    tmp_path: Path,
) -> None:
    hold = asyncio.Event()
    async with console(tmp_path, shell("a"), plays=[Play(hold=hold)]) as c:
        for text in ("one", "two", HOSTILE):
            await c.live.note(text, "bob")
        await c.until(lambda: "[@click=app.quit]x[/]" in c.text(RunNotes))
        told = c.text(RunNotes)
        assert "two" in told
        assert "one" not in told.replace("1 earlier note", "")
        assert "1 earlier note" in told
        assert "\x1b" not in told
        hold.set()


async def test_the_record_tells_notes_without_the_secrets_in_them(
    make_services: MakeServices,
) -> None:
    text = "name: noted\nsteps: [{name: a, kind: shell, run: a}]"
    hold = asyncio.Event()
    executor = FakeExecutor(Play(hold=hold))
    services = make_services({"noted.yaml": text}, executor=executor, hidden=("hunter22",))
    loaded = services.catalog.load(services.home / "runbooks" / "noted.yaml")
    live = await (await services.launcher()).launch(
        compile_program(loaded.id, loaded.require()),
        source=source_of(loaded),
        files=loaded.files,
        values={},
    )
    driving = asyncio.create_task(live.drive())
    await live.note("it was hunter22", "ada")
    hold.set()
    await driving
    with read_journal(services.state) as journal:
        assert journal is not None
        (row,) = journal.runs()
        (note,) = ShownRun(journal, row).as_json()["notes"]
    assert (note["by"], note["note"]) == ("ada", "it was ***")


def test_a_note_changes_nothing_of_a_run_and_is_there_when_it_is_replayed() -> None:
    text = "steps: [{name: a, kind: shell, run: a}]"
    player = Player(program_of(text), results={"a": [Result(takes=5)]}).create()
    player.later(2, lambda at: NoteAdded(at=at, by="ada", note="slow today"))
    player.play()
    noted = [notice for notice in player.notices if isinstance(notice, RunNoted)]
    assert [(each.by, each.note) for each in noted] == [("ada", "slow today")]
    assert player.statuses() == {"a": "succeeded"}


async def test_a_note_is_typed_above_a_question_which_waits_for_it(tmp_path: Path) -> None:
    asks = ConfirmStep(id="go", name="Go", message="Restart the primary?")
    async with console(tmp_path, asks) as c:
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        question = c.app.screen
        await c.pilot.press("ctrl+n", *"yes", "enter")
        await c.until(lambda: "ada  yes" in c.text(RunNotes))
        assert c.app.screen is question
        await c.pilot.press("y")
        await c.until(lambda: c.app.ended == ["succeeded"])


DEPLOY = "name: deploy\nsteps: [{name: a, kind: shell, run: a}]\n"


async def test_a_run_of_the_past_takes_notes_and_goes_on_behind_them(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    failing = Play(outcome=Outcome(ok=False, exit_code=3, reason="no luck"))
    services = make_services({"deploy.yaml": DEPLOY}, executor=FakeExecutor(failing, Play()))
    await has_run(services, "deploy")
    async with open_console(services) as c:
        await c.press("h")
        await c.sees("✖ failed")
        await c.press("enter")
        await c.sees("past run")
        took = read_run(services.state, c.main.run_pages["run-1"].view.run).state.clock
        await c.press("ctrl+n", *"seen", "enter")
        await c.sees("alice  seen")
        past = read_run(services.state, c.main.run_pages["run-1"].view.run)
        assert [each.note for each in past.notices if isinstance(each, RunNoted)] == ["seen"]
        assert (past.row.status, past.state.clock) == ("failed", took)
        await c.press("r", "ctrl+r")
        await c.sees("leg 2", "succeeded")
