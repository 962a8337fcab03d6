"""A fleet on the screen: a cell for each item, what became of them, and which printed the same."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pup_tui.drivers.replay import replay
from pup_tui.runbook.model import GroupStep, ShellStep
from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.failure import FailureScreen
from pup_tui.tui.widgets.alike_list import AlikeList
from pup_tui.tui.widgets.fleet_grid import CellLayout, FleetGrid
from pup_tui.tui.widgets.fleet_view import FleetView
from pup_tui.tui.widgets.output_pane import OutputPane
from pup_tui.tui.widgets.run_view import RunView
from pup_tui.tui.widgets.step_detail import StepDetail
from pup_tui.tui.widgets.step_list import StepList
from tests.support.executors import Play
from tests.support.run_console import HOSTILE, RUN, Console, Host, console, shell

FAILED = Outcome(ok=False, exit_code=3, reason="exited with 3")
UNREACHED = Outcome(ok=False, reason="cannot reach web-3: timed out", unreachable=True)
FINE = Play(stdout=b"active 7.52.1\n")


@pytest.fixture(autouse=True)
def _dialogs_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 0.0)


def restart(number: int = 25, **keys: Any) -> ShellStep:
    hosts = tuple(f"web-{place}" for place in range(1, number + 1))
    given: dict[str, Any] = {"name": "Restart", "foreach": hosts, "max_parallel": 10}
    return shell("r", **{**given, "keep_going": True, **keys})


def drawn(widget: FleetGrid | AlikeList) -> list[str]:
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


def grid(c: Console) -> FleetGrid:
    return c.view.query_one(FleetGrid)


def cells(c: Console) -> str:
    return "".join("".join(row.split()) for row in drawn(grid(c)))


def groups(c: Console) -> list[str]:
    return [row.strip() for row in drawn(c.view.query_one(AlikeList)) if row.strip()]


def on_screen(c: Console) -> str:
    """What has been drawn, not what would be."""
    return "\n".join(strip.text for strip in c.app.screen._compositor.render_strips())


def told(c: Console, id_: str) -> str:
    return str(c.view.query_one(id_).render())


async def ended(c: Console) -> None:
    await c.until(lambda: c.app.ended)


async def test_a_fleet_that_runs_is_followed_as_a_grid(tmp_path: Path) -> None:
    hold = asyncio.Event()
    plays = [*[FINE] * 3, Play(hold=hold)]
    async with console(tmp_path, shell("before"), restart(), plays=plays) as c:
        await c.until(lambda: c.view.progress.counts["running"] == 10)
        await c.until(lambda: cells(c) == "✔✔" + "●" * 10 + "·" * 13)
        assert drawn(grid(c)) == [" ✔✔●●●●●●●● ●●········ ·····"]
        assert "Restart   10 at a time · errors 0 of at most 25" in told(c, "#fleet-head")
        assert "2 of 25 succeeded · 10 running" in told(c, "#fleet-head")
        assert not c.view.query_one(OutputPane).display
        assert "items:" not in c.text(StepDetail)
        assert len([row for row in c.rows() if row]) == 2
        hold.set()
        await ended(c)
        await c.until(lambda: cells(c) == "✔" * 25)


async def test_what_printed_the_same_is_one_line(tmp_path: Path) -> None:
    plays = [
        FINE,
        Play(stdout=b"stopping\n", stderr=b"no such unit\n", outcome=FAILED),
        Play(stdout=b"active 7.51.0\n"),
        Play(stdout=b"active 7.51.0\n"),
        FINE,
    ]
    async with console(tmp_path, restart(12), plays=plays) as c:
        await ended(c)
        await c.until(lambda: len(groups(c)) == 3)
        assert groups(c) == [
            "✔ 9 items alike: active 7.52.1",
            "✔ 2 items alike: active 7.51.0",
            "✖ web-2, failed: no such unit  (2 lines)",
        ]


async def test_the_lines_of_what_printed_the_same_are_drawn_as_items_end(tmp_path: Path) -> None:
    """Only the rows that change are drawn anew."""
    hold = asyncio.Event()
    others = [Play(stdout=f"active 7.{n}.0\n".encode(), hold=hold) for n in (51, 52)]
    plays = [FINE, FINE, *others]
    async with console(tmp_path, restart(12), plays=plays) as c:
        await c.until(lambda: "2 items alike: active 7.52.1" in on_screen(c))
        assert "web-3: active 7.51.0" not in on_screen(c)
        c.view.query_one(AlikeList).focus()
        hold.set()
        await ended(c)
        await c.until(lambda: "9 items alike: active 7.52.0" in on_screen(c))
        assert "web-3: active 7.51.0" in on_screen(c)


async def test_hosts_that_were_not_reached_are_told_apart(tmp_path: Path) -> None:
    plays = [FINE, Play(outcome=FAILED), Play(stderr=b"ssh: x\n", outcome=UNREACHED), FINE]
    async with console(tmp_path, restart(12), plays=plays) as c:
        await ended(c)
        await c.until(lambda: cells(c) == "✔✖U" + "✔" * 9)
        assert "10 of 12 succeeded · 1 failed · 1 unreachable" in told(c, "#fleet-head")
        await c.until(lambda: "U web-3, unreachable: nothing ran there" in groups(c))


async def test_the_cursor_stands_at_what_failed_until_it_is_moved(tmp_path: Path) -> None:
    plays = [FINE, Play(stderr=b"no such unit\n", outcome=FAILED), FINE]
    async with console(tmp_path, restart(12), plays=plays) as c:
        await ended(c)
        await c.until(lambda: "web-2" in told(c, "#fleet-cell"))
        assert "✖ exited with 3" in told(c, "#fleet-cell")
        await c.until(lambda: "no such unit" in told(c, "#fleet-cell"))
        c.view.select_fleet("r")
        await c.until(lambda: grid(c).display and c.view.query_one(FleetView).display)
        grid(c).focus()
        await c.pilot.press("right")
        await c.until(lambda: "web-3" in told(c, "#fleet-cell"))


async def test_a_cell_opens_its_output_and_escape_leads_back_to_it(tmp_path: Path) -> None:
    hold = asyncio.Event()
    plays = [*[FINE] * 4, Play(stdout=b"of the fifth\n"), Play(hold=hold)]
    async with console(tmp_path, restart(), plays=plays) as c:
        await c.until(lambda: cells(c).startswith("✔✔✔✔✔●"))
        await c.pilot.press("enter")
        assert grid(c).has_focus
        await c.pilot.press("home", "right", "right", "right", "right", "enter")
        await c.until(lambda: "of the fifth" in c.output()[0])
        assert c.view.query_one(OutputPane).has_focus_within
        assert "Restart" in c.rows()[c.view.query_one(StepList).selected]
        await c.pilot.press("escape")
        await c.until(lambda: c.view.query_one(FleetView).display)
        assert grid(c).has_focus
        assert "web-5" in told(c, "#fleet-cell")
        await c.pilot.press("escape")
        assert c.view.query_one(StepList).has_focus
        hold.set()
        await ended(c)


async def test_from_the_output_of_what_failed_one_comes_to_the_grid(tmp_path: Path) -> None:
    plays = [FINE, Play(stderr=b"no such unit\n", outcome=FAILED), FINE]
    async with console(tmp_path, restart(12, on_failure="confirm"), plays=plays) as c:
        await c.until(lambda: isinstance(c.app.screen, FailureScreen))
        await c.until(lambda: "no such unit" in c.output()[0])
        await c.pilot.press("escape")
        c.view.query_one(StepList).action_look()
        await c.until(lambda: c.view.query_one(FleetView).display and grid(c).has_focus)
        assert cells(c) == "✔?✔✔✔✔✔✔✔✔✔✔"


async def test_to_look_at_the_grid_does_not_keep_the_run_from_being_followed(
    tmp_path: Path,
) -> None:
    hold, after = asyncio.Event(), asyncio.Event()
    plays = [*[Play(hold=hold)] * 12, Play(stdout=b"after\n", hold=after)]
    async with console(tmp_path, restart(12), shell("after"), plays=plays) as c:
        await c.until(lambda: "●" in cells(c))
        await c.pilot.press("enter", "right")
        assert grid(c).has_focus
        hold.set()
        await c.until(lambda: "after" in c.output()[0])
        assert c.view.query_one(OutputPane).has_focus_within
        after.set()
        await ended(c)


async def test_a_key_goes_from_one_in_trouble_to_the_next(tmp_path: Path) -> None:
    bad = Play(outcome=FAILED)
    hold = asyncio.Event()
    plays = [FINE, bad, FINE, Play(outcome=UNREACHED), FINE, Play(hold=hold)]
    async with console(tmp_path, restart(12), plays=plays) as c:
        await c.until(lambda: cells(c).startswith("✔✖✔U✔●"))
        await c.pilot.press("enter", "e")
        await c.until(lambda: "web-4" in told(c, "#fleet-cell"))
        await c.pilot.press("e")
        await c.until(lambda: "web-2" in told(c, "#fleet-cell"))
        hold.set()
        await ended(c)


async def test_names_are_looked_for(tmp_path: Path) -> None:
    hold = asyncio.Event()
    async with console(tmp_path, restart(), plays=[FINE, Play(hold=hold)]) as c:
        await c.until(lambda: cells(c).startswith("✔●"))
        await c.pilot.press("enter", "slash", *"b-1[24]")
        marked = [cell for cell in grid(c)._cells if cell.id in grid(c)._members]
        assert [cell.called for cell in marked] == ["web-12", "web-14"]
        await c.pilot.press("enter")
        await c.until(lambda: "web-12" in told(c, "#fleet-cell"))
        assert grid(c).has_focus
        await c.pilot.press("n")
        await c.until(lambda: "web-14" in told(c, "#fleet-cell"))
        await c.pilot.press("n")
        await c.until(lambda: "web-12" in told(c, "#fleet-cell"))
        await c.pilot.press("N")
        await c.until(lambda: "web-14" in told(c, "#fleet-cell"))
        await c.pilot.press("escape")
        assert not grid(c)._members
        assert grid(c).has_focus
        hold.set()
        await ended(c)


async def test_while_a_name_is_typed_the_run_does_not_go_on_to_another_step(
    tmp_path: Path,
) -> None:
    hold, after = asyncio.Event(), asyncio.Event()
    plays = [*[Play(hold=hold)] * 12, Play(stdout=b"after\n", hold=after)]
    async with console(tmp_path, restart(12), shell("after"), plays=plays) as c:
        await c.until(lambda: "●" in cells(c))
        await c.pilot.press("slash", "w")
        hold.set()
        await c.until(lambda: c.view.progress.steps["after"].status == "running")
        await c.pilot.press("e")
        assert c.view.query_one(FleetView).is_searching
        await c.pilot.press("escape")
        await c.until(lambda: "after" in c.output()[0])
        after.set()
        await ended(c)


async def test_canaries_are_judged_by_what_the_grid_shows_of_them(tmp_path: Path) -> None:
    plays = [Play(stdout=b"long ago\n"), Play(stdout=b"active\n"), Play(stdout=b"odd\n"), FINE]
    step = restart(canary=2, keep_going=False, max_errors=1)
    async with console(tmp_path, shell("look", read_only=True), step, plays=plays) as c:
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen) and c.app.screen.focused)
        await c.until(lambda: c.view.query_one(FleetView).display)
        assert cells(c) == "✔✔" + "·" * 23
        await c.until(lambda: "✔ web-2: odd" in groups(c))
        assert "canary: the first 2 of 25" in told(c, "#fleet-head")
        await c.pilot.press("slash", *"web-12", "enter")
        await c.until(lambda: "web-12" in told(c, "#fleet-cell"))
        await c.pilot.press("escape")
        await c.pilot.press("y")
        await ended(c)
        await c.until(lambda: cells(c) == "✔" * 25)


async def test_a_short_loop_is_judged_by_its_last_item(tmp_path: Path) -> None:
    plays = [Play(stdout=b"long ago\n"), Play(stdout=b"first\n"), Play(stdout=b"second\n"), FINE]
    step = restart(4, canary=2, keep_going=False)
    async with console(tmp_path, shell("look", read_only=True), step, plays=plays) as c:
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen) and c.app.screen.focused)
        await c.until(lambda: "second" in c.output()[0])
        await c.pilot.press("y")
        await ended(c)


async def test_the_mouse_goes_to_a_cell_and_opens_it(tmp_path: Path) -> None:
    hold = asyncio.Event()
    plays = [*[FINE] * 11, Play(stdout=b"of the twelfth\n"), Play(hold=hold)]
    async with console(tmp_path, restart(), plays=plays) as c:
        await c.until(lambda: cells(c).startswith("✔" * 12 + "●"))
        await c.pilot.click(FleetGrid, offset=(13, 0))
        await c.until(lambda: "web-12" in told(c, "#fleet-cell"))
        await c.pilot.click(FleetGrid, offset=(13, 0), times=2)
        await c.until(lambda: "of the twelfth" in c.output()[0])
        hold.set()
        await ended(c)


async def test_below_the_cells_a_group_is_chosen_and_opened(tmp_path: Path) -> None:
    hold = asyncio.Event()
    other = Play(stdout=b"another\n")
    plays = [FINE, other, FINE, other, FINE, FINE, Play(hold=hold)]
    async with console(tmp_path, restart(), plays=plays) as c:
        await c.until(lambda: len(groups(c)) == 2)
        await c.pilot.press("enter", "down", "down")
        alike = c.view.query_one(AlikeList)
        await c.until(lambda: alike.group is not None)
        assert alike.group is not None
        assert alike.group.items == ("r[1]", "r[3]")
        await c.pilot.press("enter")
        await c.until(lambda: "another" in c.output()[0])
        await c.pilot.press("escape")
        await c.until(lambda: "web-2" in told(c, "#fleet-cell"))
        hold.set()
        await ended(c)


async def test_of_an_item_with_steps_that_one_is_opened_which_failed(tmp_path: Path) -> None:
    inner = (shell("a"), shell("b"))
    items = tuple(f"web-{number}" for number in range(12))
    step = GroupStep(id="g", name="Each", foreach=items, steps=inner, keep_going=True)
    plays = [FINE, FINE, FINE, Play(stdout=b"boom\n", outcome=FAILED), FINE]
    async with console(tmp_path, step, plays=plays) as c:
        await ended(c)
        c.view.select_fleet("g")
        await c.until(lambda: cells(c) == "✔✖" + "✔" * 10)
        grid(c).focus()
        await c.pilot.press("home", "right", "enter")
        await c.until(lambda: "boom" in c.output()[0])


async def test_a_past_run_shows_its_fleet_as_it_was(tmp_path: Path) -> None:
    plays = [FINE, Play(outcome=FAILED), FINE]
    async with console(tmp_path, restart(12), plays=plays) as c:
        await ended(c)
        program, outputs, events = c.view.program, c.live.outputs.path, c.log.events
    past = replay(program, events)
    view = RunView(
        program, RUN, outputs, live=None, operator="ada", past=past.state, told=past.notices
    )
    app = Host(view)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(50):
            view.take_in()
            await pilot.pause()
            if drawn(view.query_one(AlikeList))[0].strip():
                break
        assert "".join(drawn(view.query_one(FleetGrid))).split() == ["✔✖✔✔✔✔✔✔✔✔", "✔✔"]
        assert "10 at a time · errors 1 of at most 12" in str(
            view.query_one("#fleet-head").render()
        )
        assert "✔ 11 items alike" in drawn(view.query_one(AlikeList))[0]


async def test_from_one_fleet_to_the_next_each_has_its_own_groups(tmp_path: Path) -> None:
    plays = [*[FINE] * 12, *[Play(stdout=b"of the second\n")] * 11]
    first, second = restart(12), shell("s", name="Second", foreach=tuple(range(11)))
    async with console(tmp_path, first, second, plays=plays) as c:
        await ended(c)
        await c.until(lambda: groups(c) == ["✔ 11 items alike: of the second"])
        c.view.query_one(StepList).focus()
        await c.pilot.press("g")
        await c.until(lambda: groups(c) == ["✔ 12 items alike: active 7.52.1"])
        assert "Restart" in told(c, "#fleet-head")
        await c.pilot.press("j")
        await c.until(lambda: groups(c) == ["✔ 11 items alike: of the second"])


async def test_what_others_wrote_is_shown_as_it_is(tmp_path: Path) -> None:
    hosts = (HOSTILE, *map(str, range(11)))
    plays = [Play(stdout=HOSTILE.encode() + b"\n", outcome=FAILED), FINE]
    async with console(tmp_path, restart(12, foreach=hosts), plays=plays) as c:
        await ended(c)
        c.view.select_fleet("r")
        await c.until(lambda: len(groups(c)) == 2)
        shown = "\n".join([*groups(c), told(c, "#fleet-cell")])
        assert "[@click=app.quit]" in shown
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)


@pytest.mark.parametrize("size", [(20, 12), (40, 16), (80, 24), (200, 50)])
async def test_cells_and_the_one_that_failed_are_seen_in_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    hold = asyncio.Event()
    plays = [FINE, Play(outcome=FAILED), *[FINE] * 40, Play(hold=hold)]
    async with console(tmp_path, restart(60), plays=plays, size=size) as c:
        await c.until(lambda: c.view.progress.steps["r"].held["succeeded"] == 41)
        await c.until(lambda: cells(c)[:2] == "✔✖")
        assert "web-2" in told(c, "#fleet-cell")
        assert grid(c).region.height >= 1
        assert c.view.query_one("#fleet-cell").region.bottom <= size[1]
        c.view.query_one(StepList).focus()
        await c.pilot.press("enter", "end")
        await c.until(lambda: "web-60" in told(c, "#fleet-cell"))
        assert drawn(grid(c))[-1].rstrip().endswith("·")
        hold.set()
        await ended(c)


async def test_an_item_with_another_name_than_its_host_says_both(tmp_path: Path) -> None:
    async with console(tmp_path, restart(12), plays=[FINE]) as c:
        await ended(c)
        item = c.view.progress.steps["r[0]"]
        item.host = "10.0.0.1"
        c.view.select_fleet("r")
        c.view._steps_dirty = True
        await c.until(lambda: "web-1 10.0.0.1" in told(c, "#fleet-cell"))


@pytest.mark.parametrize("width", [1, 5, 11, 12, 13, 40, 80, 200])
@pytest.mark.parametrize("number", [1, 10, 11, 95])
def test_each_cell_has_its_own_place_and_is_found_there(width: int, number: int) -> None:
    layout = CellLayout(width)
    places = [divmod(cell, layout.per_row) for cell in range(number)]
    where = [(layout.column(place), row) for row, place in places]
    assert len(set(where)) == number
    assert [layout.cell_at(column, row) for column, row in where] == list(range(number))
    assert all(1 <= column < max(width, 2) for column, _ in where)
    assert layout.rows(number) == places[-1][0] + 1
    if layout.per_row >= 10:
        assert layout.cell_at(11, 0) is None
