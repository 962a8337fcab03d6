"""The file of a runbook in the operator's editor, as far as that goes without a terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec import structs

from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.runbook.load import load
from pup_tui.tui import editing_runbooks
from tests.support.console import LARGE, MakeServices, OpenConsole

MINE = "name: mine\nsteps: [{name: a, kind: shell, run: ls}]\n"


async def test_without_any_runbook_a_first_one_is_shown_and_written(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({})
    [folder] = [place.path for place in services.catalog.places]
    async with open_console(services) as console:
        await console.sees("The first runbook", "E writes", "name: first-runbook", "kind: confirm")
        await console.sees("E Write a first runbook")
        assert "Run" not in console.screen.splitlines()[-1]
        assert "Filter" not in console.screen.splitlines()[-1]
        await console.press("E")
        await console.tells("The editor cannot be opened here.")
        await console.sees("Looks at a disk, asks, and says so.")
        loaded = load(folder / "first-runbook.yaml")
        assert not loaded.problems
        # What was made of it stays.
        loaded.path.write_text(MINE)
        await console.press("E")
        await console.sees("mine   first-runbook")
        assert loaded.path.read_text() == MINE


async def test_a_folder_that_cannot_be_written_is_told(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({})
    [folder] = [place.path for place in services.catalog.places]
    folder.rmdir()
    folder.write_text("in the way")
    async with open_console(services) as console:
        await console.sees("The first runbook")
        await console.press("E")
        await console.tells("first-runbook.yaml cannot be written")


async def test_what_comes_with_the_program_is_not_edited(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"mine.yaml": MINE})
    [folder] = [place.path for place in services.catalog.places]
    own = Folder(folder.parent / "own", Origin.CONFIGURATION)
    bundled = Catalog([own, Folder(folder, Origin.BUNDLED)])
    async with open_console(structs.replace(services, catalog=bundled)) as console:
        await console.sees("mine")
        await console.press("E")
        await console.sees("mine comes with pup-tui and is the same everywhere", "Edit a copy?")
        await console.press("n")
        await console.tells("nothing was copied")
        assert not own.path.exists()
        await console.press("E", "y")
        await console.tells("The editor cannot be opened here.")
        assert (own.path / "mine.yaml").read_text() == MINE


async def test_a_new_runbook_is_what_was_asked_for(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"mine.yaml": f"tags: {{type: cleaning}}\n{MINE}"})
    [folder] = [place.path for place in services.catalog.places]
    async with open_console(services, size=LARGE) as console:
        await console.sees("mine")
        await console.press("+")
        await console.sees("A new runbook", str(folder)[:20], "such as cleaning")
        await console.press(*"mine")
        await console.sees("there is mine.yaml already", "Write it is off")
        await console.press("backspace", *"../x")
        await console.sees("`min../x` is no name")
        await console.press("ctrl+u", *"restart-workers", "enter")
        await console.press(*"cleaning", "enter", *"payments", "ctrl+r")
        await console.tells("The editor cannot be opened here.")
        await console.eventually(
            lambda: console.main.entry and console.main.entry.id == "restart-workers"
        )
        assert console.main.sidebar.runbooks.has_focus
        loaded = load(folder / "restart-workers.yaml")
        assert (loaded.id, len(loaded.problems)) == ("restart-workers", 0)
        assert loaded.tags == {"type": "cleaning", "service": "payments"}
        assert (folder / "runbook.schema.json").exists()


async def test_a_new_runbook_begins_with_the_steps_that_are_picked(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"mine.yaml": MINE})
    [folder] = [place.path for place in services.catalog.places]
    templates = folder / "_templates"
    templates.mkdir()
    (templates / "look.yaml").write_text("name: Look at it\nkind: shell\nrun: ls\n")
    (templates / "tidy.yaml").write_text("name: Tidy up\nkind: shell\nrun: rm -r /tmp/x\n")
    async with open_console(services, size=LARGE) as console:
        await console.sees("mine")
        await console.press("+")
        await console.sees("STEPS", "Look at it", "Tidy up")
        await console.press(*"tidy-up", "tab", "tab", "tab", "down", "space", "ctrl+r")
        await console.tells("The editor cannot be opened here.")
        loaded = load(folder / "tidy-up.yaml")
        steps = loaded.require().steps
        named = ["Look at it", "Tidy up", "Go on", "Change", "Check"]
        assert [step.name for step in steps] == named
        assert steps[1].confirm is not None


async def test_a_new_runbook_can_be_left(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"mine.yaml": MINE})
    [folder] = [place.path for place in services.catalog.places]
    async with open_console(services) as console:
        await console.sees("mine")
        await console.press("+", *"left")
        await console.sees("A new runbook")
        await console.press("escape")
        await console.eventually(lambda: "A new runbook" not in console.screen)
        assert sorted(each.name for each in folder.iterdir()) == ["mine.yaml"]


async def test_what_was_said_of_a_file_goes_when_the_file_is_another_one(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Be it written by `E`, or by whoever else has it open."""
    services = make_services({"mine.yaml": MINE})
    [folder] = [place.path for place in services.catalog.places]
    texts = [f"{MINE}rum: 1\n", f"{MINE}stepz: 1\n"]

    async def editor(_app: object, path: Path, *_: object) -> str:
        await asyncio.to_thread(path.write_text, texts.pop(0))
        return ""

    monkeypatch.setattr(editing_runbooks, "open_in", editor)
    async with open_console(services) as console:
        await console.sees("mine")
        await console.press("E")
        await console.eventually(lambda: "line 3: unknown key `rum`" in console.messages)
        await console.press("E")
        await console.eventually(lambda: "unknown key `stepz`" in console.messages)
        assert "`rum`" not in console.messages
        (folder / "mine.yaml").write_text(MINE)
        await console.eventually(lambda: "mine has" not in console.messages)


async def test_a_group_has_no_file(make_services: MakeServices, open_console: OpenConsole) -> None:
    async with open_console(make_services({"mine.yaml": MINE})) as console:
        await console.sees("mine")
        await console.press("g", "E")
        await console.tells("Choose a runbook on the left, to edit its file.")
