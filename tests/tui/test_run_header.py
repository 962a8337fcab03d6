from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.content import Content

from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.past import broken_off
from pup_tui.tui.widgets.run_header import RunHeader, _leave_what_matters, _leave_worked
from pup_tui.tui.widgets.run_view import RunView
from pup_tui.tui.widgets.step_detail import StepDetail
from pup_tui.tui.widgets.step_list import StepList
from tests.support.executors import Play
from tests.support.player import FAILS, Player, Result
from tests.support.run_console import RUN, Host, console, plain, rows, shell
from tests.support.runbooks import program_of

THREE = """
steps:
  - {name: a, kind: shell, run: a}
  - {name: b, kind: shell, run: b}
  - {name: c, kind: shell, run: c}
"""


@pytest.fixture(autouse=True)
def _dialogs_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 0.0)


async def test_the_clock_stands_while_a_failure_waits_and_the_wait_is_told_apart(
    tmp_path: Path,
) -> None:
    fails = Play(outcome=Outcome(ok=False, exit_code=1, reason="exited with 1"))
    async with console(tmp_path, shell("a", on_failure="confirm"), plays=[fails]) as c:
        await c.until(lambda: c.view.waiting)
        c.clock.advance(11)
        told = "00:00:00 · waited 11 s"
        await c.until(lambda: told in c.text(RunHeader))
        assert c.rows()[0].endswith("11 s")
        c.live.answer("a", "abort", by="ada")
        await c.until(lambda: c.app.ended == ["failed"])
        await c.until(lambda: "0 of 1 succeeded · 1 failed" in c.text(RunHeader))
        assert told in c.text(RunHeader)
        assert c.rows()[0].endswith("0.0 s")
        assert "waited 11 s for an answer" in c.text(StepDetail)


async def test_while_it_is_asked_what_to_undo_the_header_tells_how_the_steps_ended(
    tmp_path: Path,
) -> None:
    steps = (
        shell("a", undo=shell("back")),
        shell("b"),
        shell("c"),
        shell("d", when="cleanup"),
    )
    plays = [Play(), Play(outcome=Outcome(ok=False, exit_code=1, reason="exited with 1"))]
    async with console(tmp_path, *steps, plays=plays, size=(120, 30)) as c:
        await c.until(lambda: c.view.waiting)
        told = "? waiting  1 of 4 succeeded · 1 failed  "
        await c.until(lambda: told in c.text(RunHeader))


async def shown(tmp_path: Path, player: Player, *, size: tuple[int, int] = (120, 24)) -> list[str]:
    """The header and the steps of a run of the past, as the view shows them."""
    state = player.machine.state
    notices = list(player.notices)
    if state.status == "running":
        notices += broken_off(state, "crashed", ts="", duration=state.took(state.clock))
    view = RunView(
        player.machine.program,
        RUN,
        lambda step: tmp_path / step,
        live=None,
        operator="ada",
        past=state,
        told=notices,
    )
    app = Host(view)
    async with app.run_test(size=size) as pilot:
        view.take_in()
        await pilot.pause()
        return [plain(view.query_one(RunHeader)), *rows(view.query_one(StepList))]


async def test_a_step_of_which_nobody_knows_is_not_counted_as_done(tmp_path: Path) -> None:
    player = Player(program_of(THREE), results={"c": [Result(hangs=True)]}).create().play()
    header, *_ = await shown(tmp_path, player)
    assert "… interrupted  2 of 3 succeeded · 1 unknown  00:00:02" in header


async def test_what_was_not_come_to_is_said_to_be_skipped(tmp_path: Path) -> None:
    player = Player(program_of(THREE), results={"b": [FAILS]}).create().play()
    header, *_ = await shown(tmp_path, player)
    assert "1 of 3 succeeded · 1 failed · 1 skipped" in header


async def test_what_never_began_is_not_counted_as_anything_else(tmp_path: Path) -> None:
    player = Player(program_of(THREE), results={"a": [Result(hangs=True)]}).create().play()
    header, *_ = await shown(tmp_path, player)
    assert "0 of 3 succeeded · 1 unknown · 2 not begun" in header


async def test_a_run_in_progress_tells_how_many_succeeded_and_at_the_end_what_became_of_the_others(
    tmp_path: Path,
) -> None:
    hold = asyncio.Event()
    fails = Play(outcome=Outcome(ok=False, exit_code=1, reason="exited with 1"))
    steps = shell("a"), shell("b", on_failure="ignore"), shell("c")
    async with console(tmp_path, *steps, plays=[Play(), fails, Play(hold=hold)]) as c:
        await c.until(lambda: c.view.progress.steps["c"].status == "running")
        await c.until(lambda: "1 of 3 succeeded  00" in c.text(RunHeader))
        hold.set()
        await c.until(lambda: "2 of 3 succeeded · 1 ignored" in c.text(RunHeader))


async def test_a_narrow_header_leaves_out_the_run_before_what_became_of_it(tmp_path: Path) -> None:
    text = f"name: rollback-feature-flag\n{THREE}"
    player = Player(program_of(text), results={"c": [FAILS]}).create().play()
    for columns, names_run in ((110, False), (200, True)):
        header, *_ = await shown(tmp_path, player, size=(columns, 24))
        assert (RUN[-6:] in header) is names_run
        assert "1 failed  00:00:03" in header


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
async def test_what_matters_stays_whole_and_the_name_gives_way(
    tmp_path: Path, columns: int
) -> None:
    text = f"name: A rather long name of a runbook about the payments of the checkout\n{THREE}"
    player = Player(program_of(text), results={"b": [FAILS]}).create().play()
    header, *_ = await shown(tmp_path, player, size=(columns, 24))
    skipped = " · 1 skipped" if columns >= 80 else ""
    assert f"✖ failed  1 of 3 succeeded · 1 failed{skipped}  00:00:02" in header
    if columns >= 80:
        assert header.strip().startswith("A r")
        assert "past run" in header


async def test_where_little_room_is_left_only_what_went_wrong_is_named(tmp_path: Path) -> None:
    steps = (
        "".join(
            f"  - {{name: s{n}, kind: shell, run: x, on_failure: {w}}}\n"
            for n, w in enumerate(["ignore", "warn", "fail"])
        )
        + "  - {name: rest, kind: shell, run: x}\n"
    )
    results = {f"s{n}": [FAILS] for n in range(3)}
    player = Player(program_of(f"steps:\n{steps}"), results=results).create().play()
    header, *_ = await shown(tmp_path, player, size=(62, 24))
    assert "✖ failed  0 of 4 succeeded · 1 failed · " in header
    assert "others" not in header
    header, *_ = await shown(tmp_path, player, size=(80, 24))
    assert "· 1 failed · 1 warned · 1 ignored  00:00:0" in header
    assert len(header.rstrip()) <= 78


@pytest.mark.parametrize("policy", ["confirm", "stop"])
async def test_a_failure_that_is_asked_about_counts_as_failed_and_what_is_behind_it_as_to_come(
    tmp_path: Path, policy: Any
) -> None:
    steps = (shell("a", undo=shell("back")), shell("b", on_failure=policy), shell("c"))
    plays = [Play(), Play(outcome=Outcome(ok=False, exit_code=1, reason="exited with 1"))]
    async with console(tmp_path, *steps, plays=plays, size=(120, 30)) as c:
        await c.until(lambda: c.view.waiting)
        await c.until(lambda: "? waiting  1 of 3 succeeded · 1 failed  " in c.text(RunHeader))


async def test_at_80_columns_what_became_of_steps_is_told_before_how_long_was_waited(
    tmp_path: Path,
) -> None:
    text = f"name: {'long ' * 8}\n{THREE}"
    player = Player(program_of(text), results={"b": [FAILS, FAILS]}).create().play()
    player.resume(later=4000).play()
    header, *_ = await shown(tmp_path, player, size=(80, 24))
    assert "1 of 3 succeeded · 1 failed · 1 skipped" in header
    assert "leg 2" in header
    assert "others" not in header


def test_what_matters_less_gives_way_and_is_not_summed_up() -> None:
    counts = "10 of 99 succeeded · 2 failed · 3 unknown · 4 cancelled · 5 ignored · 75 skipped"
    told = {
        "name": Content("name"),
        "counts": Content(counts),
        "clock": Content("00:01:00 · waited 12 s"),
    }
    for give_way in (_leave_worked, _leave_what_matters):
        give_way(told, 60)
    assert told["clock"].plain == "00:01:00"
    assert told["counts"].plain == "10 of 99 succeeded · 2 failed · 3 unknown"
