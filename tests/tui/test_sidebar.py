from __future__ import annotations

import json
from pathlib import Path
from threading import Event

import pytest

from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Entry
from pup_tui.tui import library
from pup_tui.tui.listing import grouped, matches
from pup_tui.tui.widgets.sidebar import RunbookTree
from tests.support.console import HOSTILE, LARGE, SMALL, VISIBLE, MakeServices, OpenConsole


def runbook(name: str, *, kind: str = "incident", about: str = "", team: str = "platform") -> str:
    return json.dumps(
        {
            "name": name,
            "description": about,
            "tags": {"type": kind, "team": team},
            "steps": [{"name": "Hello", "kind": "shell", "run": "echo hello"}],
        }
    )


THREE = {
    "deploy.yaml": runbook("deploy", kind="deployment", about="Bring out a version"),
    "triage.yaml": runbook("triage", about="The first minutes"),
    "drain.yaml": runbook("drain", kind="maintenance", team="storage"),
}


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_groups_by_type_and_changes_the_grouping(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    async with open_console(make_services(THREE), size) as console:
        await console.sees("▾ deployment 1", "▾ incident 1", "▾ maintenance 1", "by type")
        await console.press("t")
        await console.sees("▾ platform 2", "▾ storage 1", "by team")
        await console.press("t")
        await console.sees("▾ given 3", "by source")


async def test_filters_over_id_description_and_tags_as_one_types(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(THREE)) as console:
        await console.sees("triage")
        await console.press("slash")
        await console.type("first min")
        await console.eventually(lambda: "  deploy " not in console.screen)
        assert "triage" in console.screen
        await console.press("escape")
        await console.sees("  deploy ", "drain")


async def test_says_what_to_do_when_nothing_matches_or_nothing_is_there(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    async with open_console(make_services(THREE)) as console:
        await console.press("slash", *"zzz")
        await console.sees("No runbook matches", "esc clears")
    for path in (tmp_path / "runbooks").iterdir():
        path.unlink()
    async with open_console(make_services({})) as console:
        await console.sees("There are no runbooks", "--runbooks")


async def test_a_filter_that_matched_nothing_leads_back_to_where_one_stood(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(THREE)) as console:
        console.select("drain")
        await console.eventually(lambda: console.main.entry and console.main.entry.id == "drain")
        await console.press("slash", *"zzz")
        await console.sees("No runbook matches")
        await console.press("escape")
        await console.eventually(lambda: console.main.entry and console.main.entry.id == "drain")


async def test_who_moves_on_before_a_list_that_changed_is_drawn_stands_where_they_went(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(THREE)) as console:
        console.select("drain")
        await console.eventually(lambda: console.main.entry and console.main.entry.id == "drain")
        sidebar = console.main.sidebar
        sidebar.show_about_workflows("never fetched")
        sidebar.runbooks.action_runbook(-1)
        assert sidebar.runbooks.entry is not None
        assert sidebar.runbooks.entry.id == "triage"
        await console.sees("Datadog workflows 0")
        await console.eventually(lambda: console.main.entry and console.main.entry.id == "triage")
        assert sidebar.runbooks.entry.id == "triage"


@pytest.mark.parametrize(
    "key", ["g", "G", "j", "k", "pagedown", "pageup", "n", "N", "space", "enter"]
)
async def test_every_key_of_an_empty_list_leaves_it_as_it_is(
    make_services: MakeServices, open_console: OpenConsole, key: str
) -> None:
    async with open_console(make_services(THREE)) as console:
        await console.press("slash", *"zzz")
        await console.sees("No runbook matches")
        await console.press("enter", key)
        await console.sees("No runbook matches")


async def test_a_line_that_went_before_the_cursor_comes_to_it_is_the_last_one(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(THREE)) as console:
        await console.sees("triage")
        tree = console.app.screen.query_one(RunbookTree)
        tree.call_after_refresh(tree.move_cursor_to_line, tree.last_line)
        tree.clear()
        await console.eventually(lambda: tree.cursor_line == -1)


async def test_edits_on_disk_show_up_without_losing_the_place(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    async with open_console(make_services(THREE), LARGE) as console:
        console.select("triage")
        await console.sees("The first minutes")
        (tmp_path / "runbooks" / "aaa.yaml").write_text(runbook("aaa"))
        await console.sees("incident 2", "aaa")
        assert console.main.entry is not None
        assert console.main.entry.id == "triage"
        (tmp_path / "runbooks" / "triage.yaml").write_text(runbook("triage", about="Other words"))
        await console.sees("Other words")
        (tmp_path / "runbooks" / "triage.yaml").write_text("steps: [")
        await console.sees("broken", "✖ triage")


async def test_a_closed_group_stays_closed_when_the_list_changes(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    async with open_console(make_services(THREE)) as console:
        console.select("deploy")
        await console.sees("Bring out a version")
        await console.press("left")
        await console.sees("▸ deployment 1")
        (tmp_path / "runbooks" / "extra.yaml").write_text(runbook("extra"))
        await console.sees("extra", "▸ deployment 1")


async def test_an_untrusted_and_a_broken_runbook_are_marked(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    files = {"one.yaml": runbook("one"), "bad.yaml": "name: bad\nsteps: 3\n"}
    async with open_console(make_services(files, trusted=False), LARGE) as console:
        await console.sees("! one untrusted", "✖ bad broken untrusted")
        console.select("bad")
        await console.sees("E Edit the file")
        assert "enter Run" not in console.screen
        console.select("one")
        await console.sees("enter Run")
        assert "E Edit the file" not in console.screen


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_hostile_names_are_shown_literally(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    files = {"[red] [x].yaml": runbook(HOSTILE[:60], kind="[/] [b]", about=HOSTILE[:60])}
    async with open_console(make_services(files), size) as console:
        await console.sees("[red] [x]", "[/] [b] 1", VISIBLE)
        assert "\x1b" not in console.screen


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_group_says_what_is_in_it_and_what_to_do(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    async with open_console(make_services(THREE), size) as console:
        await console.sees("deploy")
        await console.press("g")
        await console.sees("a group of 1 runbook", "enter opens or closes it")
        await console.sees("enter Open or close  ")
        assert "enter Run" not in console.screen
        assert "p Plan" not in console.screen
        assert console.main.entry is None
        await console.press("enter")
        await console.sees("▸ deployment 1")
        await console.press("enter")
        await console.sees("▾ deployment 1")
        await console.press("j")
        await console.sees("Bring out a version", "enter Run")


async def test_the_filter_goes_to_what_was_meant_most_likely(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    files = THREE | {"form.yaml": runbook("form", kind="zzz"), "a-form.yaml": runbook("a-form")}
    async with open_console(make_services(files)) as console:
        await console.sees("deploy")
        await console.press("slash", *"form")
        await console.eventually(lambda: console.main.entry and console.main.entry.id == "form")
        await console.press("enter", "enter")
        await console.on("plan")
        assert console.main.entry is not None
        assert console.main.entry.id == "form"


def test_the_beginning_of_the_id_is_nearer_than_its_middle_and_than_all_else(
    make_services: MakeServices,
) -> None:
    files = THREE | {"form.yaml": runbook("form"), "a-form.yaml": runbook("a-form")}
    entries = make_services(files).catalog.entries()
    ids = [e.id for g in grouped(entries, "team", wanted="form") for e in g.entries]
    assert ids == ["form", "a-form", "deploy", "triage", "drain"]


def test_a_whole_id_is_the_nearest_whatever_group_it_is_in(make_services: MakeServices) -> None:
    longer = runbook("form-letter", team="a")
    files = {"form-letter.yaml": longer, "form.yaml": runbook("form", team="b")}
    entries = make_services(files).catalog.entries()
    for wanted in ("form", "Form "):
        ids = [e.id for g in grouped(entries, "team", wanted=wanted) for e in g.entries]
        assert ids == ["form", "form-letter"]
    ids = [e.id for g in grouped(entries, "team", wanted="for") for e in g.entries]
    assert ids == ["form-letter", "form"]


async def test_the_words_of_marks_are_never_cut(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    name = "a-runbook-with-a-long-name"
    async with open_console(make_services({f"{name}.yaml": "steps: ["})) as console:
        await console.sees("✖ a-runb…ng-name broken")


def test_entries_without_the_tag_come_last_and_every_word_must_match(
    make_services: MakeServices,
) -> None:
    files = THREE | {"bare.yaml": "name: bare\nsteps: [{name: a, kind: shell, run: ls}]\n"}
    entries = make_services(files).catalog.entries()
    assert [group.title for group in grouped(entries, "type")][-1] == "other"
    deploy = next(entry for entry in entries if entry.id == "deploy")
    assert matches(deploy, "TYPE:deploy version")
    assert not matches(deploy, "version storage")


MANY = {
    **{
        f"a{n}.yaml": f"name: a{n}\nsteps:\n  - {{name: x, kind: shell, run: ls}}\n"
        for n in range(9)
    },
    "zoo.yaml": "name: zoo\ndescription: It lies\nsteps:\n  - {name: x, kind: nothing}\n",
}


async def test_a_broken_runbook_is_listed_at_once_and_marked_when_it_was_judged(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    judging, go_on = Event(), Event()
    judged = Catalog.judged

    def waits(catalog: Catalog, entry: Entry) -> Entry:
        judging.set()
        go_on.wait()
        return judged(catalog, entry)

    monkeypatch.setattr(Catalog, "judged", waits)
    try:
        async with open_console(make_services(MANY)) as console:
            await console.sees("a0", "zoo")
            await console.eventually(judging.is_set)
            assert "✖" not in console.screen
            go_on.set()
            await console.sees("✖ zoo", "broken")
            await console.eventually(lambda: console.main.library.is_judged)
    finally:
        go_on.set()


async def test_who_selects_a_runbook_that_was_not_judged_is_told_at_once_what_is_wrong(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    go_on = Event()
    judged = Catalog.judged

    def waits(catalog: Catalog, entry: Entry) -> Entry:
        order.append(entry.id)
        if len(order) == 2:
            go_on.wait()
        return judged(catalog, entry)

    monkeypatch.setattr(Catalog, "judged", waits)
    monkeypatch.setattr(library, "JUDGING", 0.0)
    try:
        async with open_console(make_services(MANY), LARGE) as console:
            await console.eventually(lambda: len(order) == 2)
            console.select("zoo")
            await console.sees("unknown kind")
            await console.press("enter")
            await console.tells("This runbook is broken")
            go_on.set()
            await console.sees("✖ zoo")
            assert order[:3] == ["a0", "a1", "zoo"]
    finally:
        go_on.set()
