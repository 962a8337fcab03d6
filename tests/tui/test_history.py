from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from pup_tui.catalog.catalog import Catalog
from pup_tui.core.events import AttemptStarted, Moment, RunCreated, Source
from pup_tui.core.state import RunStatus
from pup_tui.journal.errors import JournalError
from pup_tui.journal.records import RunRecord, RunSummary
from pup_tui.journal.store import Journal
from pup_tui.steps.executor import Outcome
from pup_tui.tui import past_search
from pup_tui.tui.past import NOTHING_PAST, look_back, past_runs, read_run
from pup_tui.tui.past_filter import filter_for, read_filter
from pup_tui.tui.past_search import PAGE, FoundRuns, Search, find_runs
from pup_tui.tui.screens import main
from pup_tui.tui.services import Services
from pup_tui.tui.widgets.history import History, RunTable
from tests.support.console import LARGE, PATIENCE, SMALL, MakeServices, OpenConsole, has_run
from tests.support.executors import FakeExecutor, Play
from tests.support.journals import aged

QUICK = "name: quick\nsteps: [{name: Say, kind: shell, run: echo}]\n"
OTHER = "name: other\nsteps: [{name: Say, kind: shell, run: echo}]\n"


def run_under_cursor(table: RunTable) -> str | None:
    return table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value


async def test_an_open_history_takes_in_what_others_run(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "LOOK_AT_RUNS", 0.5)
    services = make_services({"quick.yaml": QUICK, "other.yaml": OTHER})
    await asyncio.to_thread(many_runs, services, 60)
    async with open_console(services) as console:
        await console.sees("quick")
        await console.press("ctrl+p", *"go: history", "enter")
        await console.sees("61 runs")
        table = console.app.screen.query_one(RunTable)
        await console.press("pagedown", "pagedown", "k")
        await console.eventually(lambda: table.scroll_offset.y)
        selected, at = run_under_cursor(table), table.cursor_row
        above = at - table.scroll_offset.y
        await has_run(services, "other")
        await console.sees("62 runs")
        await console.eventually(lambda: table.cursor_row - table.scroll_offset.y == above)
        assert run_under_cursor(table) == selected
        assert table.cursor_row == at + 1
        await console.press("g")
        await console.sees("✔ succeeded", "other")
        await has_run(services, "other")
        await console.sees("63 runs")
        assert table.cursor_row == 1
        assert table.scroll_offset.y == 0


async def test_who_leaves_does_not_wait_for_what_others_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    looks, may_end = threading.Event(), threading.Event()

    def found_late(_wanted: Search, _behind: str | None) -> FoundRuns:
        looks.set()
        may_end.wait(PATIENCE)
        return FoundRuns(total=1)

    async with open_console(make_services({"quick.yaml": QUICK})) as console:
        await console.press("ctrl+p", *"go: history", "enter")
        await console.on("history")
        history = console.app.screen.query_one(History)
        await console.eventually(history._is_idle)
        history._find = found_late
        history.take_in()
        await console.eventually(looks.is_set)
        await history.remove_children()
        may_end.set()
        await console.eventually(lambda: not [w for w in console.app.workers if w.group == "renew"])
        assert not console.messages


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_lists_runs_newest_first_and_filters(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    failing = FakeExecutor(Play(), Play(outcome=Outcome(ok=False, exit_code=3, reason="no")))
    services = make_services({"quick.yaml": QUICK, "other.yaml": OTHER}, executor=failing)
    await has_run(services, "quick")
    await has_run(services, "other")
    async with open_console(services, size) as console:
        console.select("other")
        await console.eventually(lambda: console.main.entry and console.main.entry.id == "other")
        await console.press("h")
        await console.on("history")
        await console.eventually(lambda: "1 run" in console.screen)
        await console.sees("✖ failed", "alice", "today")
        assert "quick " not in console.screen.split("When")[1]
        await console.press("slash", "ctrl+u")
        await console.sees("2 runs", "✔ succeeded")
        await console.type("zzz")
        await console.sees("No run matches.")
        (await console.main.pages.history()).action_status()
        await console.sees("No run matches that is ")


async def test_the_columns_fit_the_window_and_wide_ones_tell_more(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"restart-payments-workers-one.yaml": QUICK})
    await has_run(services, "restart-payments-workers-one")
    async with open_console(services, SMALL) as console:
        await console.sees("restart")
        await console.press("ctrl+p", *"go: history", "enter")
        await console.sees("today", "restart-pay…workers-one", "✔ succeeded", "alice")
        assert not console.app.screen.query_one(RunTable).show_horizontal_scrollbar
        assert "Warnings" not in console.screen
        await console.pilot.resize_terminal(*LARGE)
        await console.sees("restart-payments-workers-one", "alice", "Warnings")


async def test_a_wide_window_tells_why_a_run_ended_as_it_did(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    fails = Play(outcome=Outcome(ok=False, exit_code=7, reason="exited with 7"))
    services = make_services({"quick.yaml": QUICK}, executor=FakeExecutor(fails))
    await has_run(services, "quick")
    async with open_console(services, LARGE) as console:
        await console.sees("quick")
        await console.press("h")
        await console.sees("✖ failed", "failed: exited with 7")
        assert not console.app.screen.query_one(RunTable).show_horizontal_scrollbar


async def test_a_word_asks_for_runs_of_some_time(make_services: MakeServices) -> None:
    services = make_services({"quick.yaml": QUICK, "other.yaml": OTHER})
    await has_run(services, "quick")
    aged(services.state, 3 * 86_400)
    await has_run(services, "other")

    def found(words: str) -> tuple[list[str], int]:
        page = find_runs(services.state, Search(words), None)
        return [row.runbook for row in page.rows], page.total

    assert found("since:2d") == (["other"], 1)
    assert found("since:4d quick") == (["quick"], 1)
    assert found("quick since:2d") == ([], 0)
    assert found("since:") == found("since:4x") == found("") == (["other", "quick"], 2)
    assert found("until:2d") == (["quick"], 1)
    assert found("since:4d until:2d") == (["quick"], 1)
    assert found("until:2000-01-31 other") == ([], 0)
    assert found("since:2000-01-31T09:00 runbook:other,nothing") == (["other"], 1)


async def test_fields_ask_for_what_stands_in_them(make_services: MakeServices) -> None:
    failing = FakeExecutor(Play(), Play(outcome=Outcome(ok=False, exit_code=3, reason="no luck")))
    services = make_services({"quick.yaml": QUICK, "other.yaml": OTHER}, executor=failing)
    await has_run(services, "quick")
    await has_run(services, "other")

    def found(text: str, status: RunStatus | None = None) -> tuple[list[str], int]:
        page = find_runs(services.state, Search(text, status), None)
        assert not page.problems
        return [row.runbook for row in page.rows], page.total

    both, failed = (["other", "quick"], 2), (["other"], 1)
    assert found("outcome:failed") == found("OUTCOME:Fail") == failed
    assert found("outcome:failed,succ") == found("outcome:failed outcome:succeeded") == both
    assert found("outcome:failed", RunStatus.SUCCEEDED) == ([], 0)
    assert found("operator:ali,nobody") == both
    assert found("operator:nobody") == found("operator:failed") == ([], 0)
    assert found("runbook:oth outcome:failed operator:ALICE since:1h") == failed
    assert found('text:"no luck"') == found('text:"no luck') == failed
    assert found("text:luck,zzz quick") == ([], 0)
    assert found("10:30") == ([], 0)
    assert found("text:") == found("") == both


async def test_runs_are_found_by_what_is_in_them(
    make_services: MakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    prints = FakeExecutor(Play(stdout=b"no (space), left\n"), Play(stdout=b"all is well\n"))
    services = make_services({"quick.yaml": QUICK, "other.yaml": OTHER}, executor=prints)
    await has_run(services, "quick")
    await has_run(services, "other")

    def found(text: str) -> tuple[list[str], int, list[str]]:
        page = find_runs(services.state, Search(text), None)
        return [row.runbook for row in page.rows], page.total, list(page.problems)

    assert found('holds:"no (space), left"') == (["quick"], 1, [])
    assert found("holds:space holds:left") == (["quick"], 1, [])
    assert found("holds:space holds:well") == found("holds:SPACE") == ([], 0, [])
    assert found("holds:well runbook:other") == (["other"], 1, [])
    assert found("holds:well runbook:quick") == ([], 0, [])
    few = (["other", "quick"], 2, ["holds: takes at least 3 characters"])
    assert found("holds:le") == few
    monkeypatch.setattr(past_search, "PAGE", 1)
    told = "holds: only the newest 1 of 2 runs are looked into"
    assert found("holds:space") == ([], 0, [told])
    assert find_runs(services.state, Search("holds:well"), "any").rows == ()


TWO = """
name: two
steps:
- {name: First, kind: shell, run: echo first}
- {name: Second, kind: shell, run: echo it}
"""


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_what_is_found_leads_to_its_line(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    lines = b"".join(b"line %d\n" % number for number in range(400))
    prints = FakeExecutor(Play(), Play(), Play(stdout=lines + b"no (space), left\n" + lines))
    services = make_services({"two.yaml": TWO, "quick.yaml": QUICK}, executor=prints)
    await has_run(services, "quick")
    await has_run(services, "two")
    async with open_console(services, size) as console:
        await console.press("ctrl+p", *"go: history", "enter")
        await console.sees("2 runs")
        await console.press("/", *'holds:"(space), left"', "enter")
        await console.sees("1 run ·", "second: output 401: no (space), left")
        await console.press("enter")
        await console.sees("no (space), left", "match 1 of 1", "line 399")
        await console.press("n")
        await console.sees("match 1 of 1, past the end")


@pytest.mark.parametrize(
    ("holds", "told"),
    [("echo first", "first: command 1: echo first"), ("echo it", "second: command 1")],
)
async def test_what_is_found_in_a_command_leads_to_its_step(
    make_services: MakeServices, open_console: OpenConsole, holds: str, told: str
) -> None:
    services = make_services({"two.yaml": TWO})
    await has_run(services, "two")
    async with open_console(services, LARGE) as console:
        await console.press("ctrl+p", *"go: history", "enter")
        await console.sees("1 run ·")
        await console.press("/", *f'holds:"{holds}"', "enter")
        await console.sees(told)
        await console.press("enter")
        await console.sees(f"$ {holds}")


@pytest.mark.parametrize("name", ["a:b", "one two", "deploy", "packs/a:b c"])
def test_the_id_of_a_runbook_is_looked_for_as_it_is(name: str) -> None:
    found = read_filter(filter_for(name), 0.0)
    assert (found.words, found.problems) == (name, [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("outcom:failed", "'outcom' is no field: there are runbook, outcome, operator"),
        ("outcome:broken", "'broken' is no outcome: there are running, succeeded"),
        ("since:4x", "since: takes an age such as 2d"),
        ("until:2026-13-01", "until: takes an age such as 2d"),
    ],
)
async def test_what_cannot_be_understood_is_told_and_does_not_count(
    make_services: MakeServices, open_console: OpenConsole, text: str, told: str
) -> None:
    services = make_services({"quick.yaml": QUICK})
    await has_run(services, "quick")
    async with open_console(services) as console:
        await console.press("h")
        await console.on("history")
        await console.press("slash", "ctrl+u")
        await console.eventually(lambda: "words, runbook:" not in console.screen)
        await console.press("i")
        await console.sees(
            "words, runbook:db outcome:failed operator:ana since:2d until:1h text:io"
        )
        await console.press("ctrl+u")
        await console.type(text)
        await console.sees(told, "1 run", "✔ succeeded")
        await console.press("enter", "slash", "ctrl+u", "enter")
        await console.eventually(lambda: told not in console.screen)
        await console.eventually(lambda: "words, runbook:" not in console.screen)


async def test_a_key_shows_the_runs_of_one_status(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    failing = FakeExecutor(Play(), Play(outcome=Outcome(ok=False, exit_code=3, reason="no")))
    services = make_services({"quick.yaml": QUICK}, executor=failing)
    await has_run(services, "quick")
    await has_run(services, "quick")
    async with open_console(services) as console:
        await console.press("h")
        await console.on("history")
        await console.sees("2 runs · status: any", "✖ failed", "✔ succeeded", "Filter")
        await console.press("s")
        await console.sees("1 run · status: failed")
        assert "succeeded" not in console.screen
        await console.press("s", "s")
        await console.sees("2 runs · status: any")


async def test_a_key_in_haste_is_not_typed_into_the_filter(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_read = threading.Event()

    def slow(*args: Any) -> Any:
        may_read.wait(60)
        return find_runs(*args)

    services = make_services({"quick.yaml": QUICK})
    await has_run(services, "quick")
    async with open_console(services) as console:
        monkeypatch.setattr(past_search, "find_runs", slow)
        await console.press("h")
        await console.sees("Reading the journal", "Filter")
        await console.press("s")
        may_read.set()
        await console.sees("1 run · status: any", "✔ succeeded")
        await console.press("s")
        await console.sees("1 run · status: succeeded")


async def test_opens_a_run_as_it_was_with_its_output(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(stdout=b"what it printed then\n"))
    services = make_services({"quick.yaml": QUICK}, executor=executor)
    await has_run(services, "quick")
    (tmp_path / "runbooks" / "quick.yaml").write_text(QUICK.replace("Say", "Something else"))
    async with open_console(make_services({})) as console:
        await console.press("h")
        await console.on("history")
        await console.sees("✔ succeeded")
        await console.press("enter")
        await console.sees("what it printed then", "past run", "Say")
        assert "Something else" not in console.screen
        await console.press("escape")
        await console.on("history")
        await console.press("enter")
        await console.sees("past run")
        assert len(console.main.run_tabs()) == 1
        await console.press("ctrl+w")
        await console.eventually(lambda: not console.main.run_tabs())


def broken_off(services: Services) -> str:
    """A run whose process is gone in the middle of its step."""
    text = QUICK.encode()
    created = RunCreated(
        at=Moment(wall=1_700_000_000.0, clock=0.0),
        run="01BROKENOFF",
        runbook="quick",
        source=Source(path="/somewhere/quick.yaml", sha256=hashlib.sha256(text).hexdigest()),
        operator="bob",
        host="gone.example.com",
        values={},
    )
    journal = Journal.open(services.state)
    journal.create_run(RunRecord.of(created, name="quick", pid=1), {"quick.yaml": text})
    journal.append(created.run, created)
    started = AttemptStarted(at=Moment(1_700_000_001.0, 1.0), attempt="say#1", command="echo")
    journal.append(created.run, started)
    journal.close()
    return created.run


async def test_an_interrupted_run_is_marked_and_its_step_is_unknown(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK})
    await asyncio.to_thread(broken_off, services)
    async with open_console(services) as console:
        await console.press("h")
        await console.sees("… interrupted", "bob")
        await console.press("enter")
        await console.sees("interrupted", "unknown", "look whether it was done")


async def test_says_what_to_do_where_nothing_was_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"quick.yaml": QUICK})) as console:
        await console.press("h")
        await console.on("history")
        await console.sees("Nothing has been run yet")
        await console.press("escape")
        await console.on("overview")


async def test_a_journal_that_cannot_be_read_is_said_and_the_runbooks_stay_there(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK})
    for path in services.state.glob("journal.db*"):
        path.write_bytes(b"this is no database, and never was one " * 100)
    async with open_console(services) as console:
        await console.sees("quick", "past runs cannot be read")
        await console.press("h")
        await console.on("history")
        await console.sees("the journal is damaged", "History   status: any")
        assert "0 runs" not in console.screen


def many_runs(services: Services, number: int) -> None:
    """Runs of `busy`, before them one of `old` that broke off, all made as the program makes them."""
    broken_off(services)
    journal = Journal.open(services.state)
    journal._database.execute("PRAGMA synchronous = OFF")
    for each in range(number):
        created = RunCreated(
            at=Moment(wall=1_700_000_100.0 + each, clock=0.0),
            run=f"01RUN{each:06}",
            runbook="busy",
            source=Source(path="/somewhere/busy.yaml", sha256=hashlib.sha256(b"").hexdigest()),
            operator="bob",
            host="host.example.com",
            values={"each": each},
        )
        journal.create_run(RunRecord.of(created, name="Busy", pid=1), {"busy.yaml": b""})
        journal.append(created.run, created, summary=RunSummary(status=RunStatus.SUCCEEDED))
    journal.close()


@pytest.mark.proves("F34")
async def test_all_runs_are_there_page_by_page_and_an_old_interrupted_one_is_found(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK})
    number = 2 * PAGE + 10
    await asyncio.to_thread(many_runs, services, number)
    async with open_console(services) as console:
        console.select("quick")
        await console.eventually(lambda: console.main.entry)
        await console.press("h")
        await console.sees("1 run · status: any", "quick", "… interrupted")
        await console.press("slash", "ctrl+u")
        await console.sees(f"{number + 1:,} runs", "busy")
        await console.press("enter")
        table = console.app.screen.query_one(RunTable)
        assert table.row_count == PAGE
        while table.row_count == PAGE:
            await console.press("pagedown")
        await console.press("G")
        await console.eventually(lambda: table.row_count == number + 1)
        await console.sees("… interrupted", "quick")
        await console.press("s")
        await console.sees("1 run · status: interrupted")


def lose_a_record(services: Services) -> None:
    """Leave the outputs of a run of which there is no record."""
    (row,) = past_runs(services.state)
    outputs = services.state / "outputs"
    shutil.copytree(outputs / row.run, outputs / "01LOST")


async def test_outputs_without_records_are_said_above_the_runs(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK})
    await has_run(services, "quick")
    lose_a_record(services)
    async with open_console(services, LARGE) as console:
        await console.press("h")
        await console.sees("1 run · status: any", "the records of 1 run are lost", "✔ succeeded")


async def test_the_overview_says_that_not_all_past_runs_are_known(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK, "other.yaml": OTHER})
    await has_run(services, "quick")
    lose_a_record(services)
    async with open_console(services, LARGE) as console:
        console.select("other")
        await console.sees("not all past runs are known: the records of 1", "None is known")
        assert "It has not run yet" not in console.screen


async def test_an_output_that_is_gone_is_not_said_to_be_empty(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK})
    await has_run(services, "quick")
    shutil.rmtree(services.state / "outputs")
    async with open_console(services, LARGE) as console:
        await console.press("h")
        await console.sees("✔ succeeded")
        await console.press("enter")
        await console.sees("What it printed is gone")
        assert "printed nothing" not in console.screen


@pytest.mark.parametrize(("left", "told"), [(0, "Of what it printed"), (1, "▲ some of it is gone")])
async def test_an_output_that_was_emptied_or_cut_is_not_said_to_be_whole(
    make_services: MakeServices, open_console: OpenConsole, left: int, told: str
) -> None:
    services = make_services({"quick.yaml": QUICK})
    await has_run(services, "quick")
    for path in services.state.glob("outputs/*/*.log"):
        os.truncate(path, left)
    async with open_console(services, LARGE) as console:
        await console.press("h")
        await console.sees("✔ succeeded")
        await console.press("enter")
        await console.sees(told)
        assert "printed nothing" not in console.screen


@pytest.mark.proves("P7")
async def test_hostile_names_in_the_table_are_shown_literally(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"[red]x[red].yaml": QUICK.replace("quick", '"[/] [b]"')})
    await has_run(services, "[red]x[red]")
    async with open_console(services, LARGE) as console:
        await console.press("h")
        await console.on("history")
        await console.eventually(lambda: console.screen.count("[red]x[red]") >= 2)


def test_reading_the_past_needs_no_journal(tmp_path: Path) -> None:
    assert look_back(tmp_path, Catalog([]), []) == NOTHING_PAST
    assert past_runs(tmp_path) == []
    with pytest.raises(JournalError, match="there is no run"):
        read_run(tmp_path, "01NONE")


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 30), LARGE])
async def test_every_column_is_in_sight(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    name = "rollback-feature-flag"
    services = make_services({f"{name}.yaml": QUICK})
    await has_run(services, name)
    async with open_console(services, size) as console:
        await console.press("h")
        await console.sees("Status", "succeeded", "Took", "Operator")
        table = console.app.screen.query_one(RunTable)
        assert table.max_scroll_x == 0
        # No run has been resumed.
        assert "Leg" not in console.screen
        if size != (100, 30):
            assert name in str(table.get_row_at(0)[1])


async def test_a_run_of_a_schedule_says_of_which(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK})
    await has_run(services, "quick")
    async with open_console(services, (130, 34)) as console:
        await console.press("h")
        await console.sees("1 run", "Took")
        history = console.app.screen.query_one(History)
        row = structs.replace(history._rows[0], operator="alice", scheduled="vacuum-db")
        history._show_found(FoundRuns(rows=[row], total=1), [row])
        await console.sees("alice (vacuum-db)")
        assert history.query_one(RunTable).max_scroll_x == 0


async def test_a_run_of_several_legs_says_so(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK})
    await has_run(services, "quick")
    async with open_console(services) as console:
        await console.press("h")
        await console.sees("1 run", "Took")
        history = console.app.screen.query_one(History)
        row = history._rows[0]
        rows = [row, structs.replace(row, run="R2", leg=2)]
        history._show_found(FoundRuns(rows=rows, total=2), rows)
        await console.sees("Leg")
        assert history.query_one(RunTable).max_scroll_x == 0
