"""Runbooks of others in the console: marked, shown, and run as the copy that was trusted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.journal.reader import read_journal
from pup_tui.packs.fetch import FetchedPack
from pup_tui.packs.library import Approver, PackLibrary
from pup_tui.packs.places import PackFolders
from pup_tui.packs.source import PackSource, SourceKind
from pup_tui.tui.dialogs.side_by_side import paired
from pup_tui.tui.dialogs.trust import TrustScreen
from pup_tui.tui.services import Services
from tests.support.console import LARGE, SMALL, Console, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor
from tests.support.packs import runbook, tree_of

ADA = Approver("ada", "2026-11-30T12:00:00.000000Z")
ONE = {"quick.yaml": runbook("quick", "echo one"), "scripts/x.sh": "#!/bin/sh\n"}
TWO = {**ONE, "quick.yaml": runbook("quick", "rm -rf /srv/data")}

Make = Callable[..., Services]


@pytest.fixture
def library(tmp_path: Path) -> PackLibrary:
    return PackLibrary(tmp_path / "state", tmp_path / "config")


@pytest.fixture
def make(make_services: MakeServices, library: PackLibrary, tmp_path: Path) -> Make:
    def made(here: dict[str, str], **options: object) -> Services:
        given = [Folder(tmp_path / "runbooks", Origin.HERE, trusted=False)]
        folders = PackFolders(given, tmp_path / "state", tmp_path / "config")
        return make_services(here, catalog=Catalog(folders), packs=lambda: library, **options)

    return made


def _take(library: PackLibrary, files: dict[str, str]) -> None:
    source = PackSource(kind=SourceKind.FOLDER, address="/x", told="x")
    library.take("ops", FetchedPack(source=source, tree=tree_of(files)), ADA.at)


async def _asked(console: Console) -> None:
    await console.eventually(lambda: isinstance(console.app.screen, TrustScreen))
    assert console.app.focused is not None
    assert console.app.focused.id == "no"


async def test_a_runbook_of_the_working_directory_runs_as_the_copy_that_was_trusted(
    make: Make, open_console: OpenConsole, library: PackLibrary, tmp_path: Path
) -> None:
    executor = FakeExecutor()
    services = make({"quick.yaml": runbook("quick", "echo one")}, executor=executor)
    async with open_console(services, LARGE) as console:
        await console.sees("! quick untrusted")
        await console.press("enter")
        await console.on("plan")
        await console.press("ctrl+r")
        await _asked(console)
        await console.sees("│ run: echo one", "a copy of them is kept")
        await console.press("enter")
        await console.on("plan")
        assert library.approvals() == []
        await console.press("ctrl+r")
        await _asked(console)
        await console.press("tab", "enter")
        await console.eventually(lambda: len(executor.requests) == 1)
        (approval,) = library.approvals()
        assert (approval.by, approval.runbook) == ("alice", "quick")
        await console.eventually(lambda: not console.app.runs.under_way)
        await console.press("escape")
        await console.eventually(lambda: console.main.library.entries[0].is_copy)
        (tmp_path / "runbooks" / "quick.yaml").write_text(runbook("quick", "rm -rf /srv/data"))
        await console.sees("quick changed", "what was trusted runs")
        await console.press("T")
        await _asked(console)
        await console.sees("step 1 now destroys", "changed: quick.yaml", " │ name: quick")
        await console.press("tab", "enter")
        await console.tells("quick is trusted, as it is now")
        assert len(library.approvals()) == 1


async def test_packs_are_groups_and_what_has_changed_of_them_is_marked(
    make: Make, open_console: OpenConsole, library: PackLibrary
) -> None:
    _take(library, ONE)
    library.approve(library.pack("ops"), ADA)
    _take(library, {**TWO, "new.yaml": runbook("new")})
    async with open_console(make({}), LARGE) as console:
        await console.sees("ops/new untrusted", "ops/quick changed")
        await console.press("t", "t")
        await console.sees("pack ops 2")
        await console.eventually(lambda: console.main.entry)
        console.main.select(next(e for e in console.main.library.entries if e.id == "ops/quick"))
        await console.press("T")
        await _asked(console)
        await console.sees("It comes from a pack", "step 1 now destroys")
        await console.press("tab", "enter")
        await console.tells("ops/quick is trusted")
        await console.eventually(
            lambda: (
                {e.id: (e.trusted, e.changed) for e in console.main.library.entries}
                == {"ops/quick": (True, False), "ops/new": (False, False)}
            )
        )


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_whole_pack_is_trusted_from_one_of_its_runbooks(
    make: Make, open_console: OpenConsole, library: PackLibrary, size: tuple[int, int]
) -> None:
    _take(library, {**ONE, "new.yaml": runbook("new", "echo other")})
    async with open_console(make({}), size) as console:
        await console.eventually(lambda: console.main.entry)
        console.main.select(next(e for e in console.main.library.entries if e.id == "ops/quick"))
        await console.press("T")
        await _asked(console)
        await console.sees("Trust the runbook ops/quick?", "Show the whole pack")
        await console.press("tab", "tab", "enter")
        await console.sees("Trust the pack ops?", "No, do not trust it")
        await _asked(console)
        assert library.approvals() == []
        await console.press("enter")
        await console.on("overview")
        assert library.approvals() == []
        await console.press("T")
        await _asked(console)
        await console.press("tab", "tab", "enter")
        await console.sees("Trust the pack ops?")
        await _asked(console)
        await console.press("tab", "enter")
        await console.tells("the pack ops is trusted, as it is now")
        (approval,) = library.approvals()
        assert (approval.pack, approval.runbook, approval.by) == ("ops", "", "alice")
        await console.eventually(lambda: all(e.trusted for e in console.main.library.entries))


async def test_an_untrusted_pack_asks_for_its_runbook_and_runs_the_copy(
    make: Make, open_console: OpenConsole, library: PackLibrary, tmp_path: Path
) -> None:
    _take(library, ONE)
    executor = FakeExecutor()
    async with open_console(make({}, executor=executor), LARGE) as console:
        await console.sees("ops/quick untrusted")
        await console.press("enter")
        await console.on("plan")
        await console.press("ctrl+r")
        await _asked(console)
        await console.sees("file scripts/x.sh")
        await console.press("tab", "enter")
        await console.eventually(lambda: len(executor.requests) == 1)
        (approval,) = library.approvals()
        copy = tmp_path / "state" / "packs" / "ops" / approval.tree
        assert (copy / "quick.yaml").is_file()
        await console.eventually(lambda: not console.app.runs.under_way)
    with read_journal(tmp_path / "state") as journal:
        assert journal is not None
        assert journal.last_runs()["ops/quick"].path == str(copy / "quick.yaml")


def test_lines_are_paired_around_what_differs() -> None:
    before = "\n".join([*"abcdefgh", "old", *"ijklmnop"])
    now = "\n".join([*"abcdefgh", "new", "more", *"ijklmnop"])
    assert list(paired(before, now)) == [
        ("skipped", "… 5 lines", "… 5 lines"),
        *(("same", each, each) for each in "fgh"),
        ("other", "old", "new"),
        ("other", "", "more"),
        *(("same", each, each) for each in "ijk"),
    ]
    assert list(paired("a", "a")) == []
    ((_, left, _),) = paired("\x1b[2J", "")
    assert "\x1b" not in left


async def test_a_runbook_that_is_trusted_alone_leads_to_its_pack(
    make: Make, open_console: OpenConsole, library: PackLibrary
) -> None:
    _take(library, {**ONE, "new.yaml": runbook("new", "echo other")})
    library.approve(library.runbook("ops", "quick"), ADA)
    async with open_console(make({}), SMALL) as console:
        await console.eventually(lambda: console.main.entry)
        console.main.select(next(e for e in console.main.library.entries if e.id == "ops/quick"))
        await console.press("T")
        await _asked(console)
        await console.sees("Trust the pack ops?")
        await console.press("tab", "enter")
        await console.tells("the pack ops is trusted, as it is now")
        (approval,) = library.approvals()
        assert (approval.pack, approval.runbook) == ("ops", "")
        await console.eventually(lambda: all(e.trusted for e in console.main.library.entries))
        console.main.select(next(e for e in console.main.library.entries if e.id == "ops/quick"))
        assert not console.main.check_action("trust", ())


async def test_what_is_to_be_trusted_is_paged(
    make: Make, open_console: OpenConsole, library: PackLibrary
) -> None:
    _take(library, {**ONE, "scripts/x.sh": "echo\n" * 60})
    async with open_console(make({}), SMALL) as console:
        await console.eventually(lambda: console.main.entry)
        console.main.select(next(e for e in console.main.library.entries if e.id == "ops/quick"))
        await console.press("T")
        await _asked(console)
        await console.sees("↓ ↑ scroll")
        message = console.app.screen.query_one(".dialog-message")
        page = message.size.height - 1
        await console.press("pagedown", "pagedown")
        assert message.scroll_y == 2 * page
        await console.press("pageup")
        assert message.scroll_y == page
        assert console.app.focused is not None
        assert console.app.focused.id == "no"
