from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pup_tui.core.figures import StepFigures
from pup_tui.journal.reader import JournalReader
from pup_tui.steps.executor import Outcome
from pup_tui.tui.usual import BAR, against_usual, how_long_ago, percent, usually
from pup_tui.tui.widgets.run_header import RunHeader
from pup_tui.tui.widgets.step_detail import StepDetail
from tests.support.console import LARGE, SMALL, MakeServices, OpenConsole, has_run
from tests.support.executors import FakeExecutor, Play
from tests.support.journals import aged
from tests.support.run_console import console, shell

TWO = """
name: two
steps:
  - {name: First, kind: shell, run: a, on_failure: warn}
  - {name: Second, kind: shell, run: b}
"""
FAILS = Play(outcome=Outcome(ok=False, exit_code=1, reason="exited with 1"))


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        (None, ""),
        (StepFigures(4), ""),
        (StepFigures(9, usual=40.0, slow=50.0, fails=0.0), "usually 40 s"),
        (StepFigures(90, usual=40.0, slow=50.0, fails=0.03), "usually 40 s · fails 3 %"),
        (StepFigures(5, fails=1.0), "fails 100 %"),
    ],
)
def test_what_is_known_is_told_and_nothing_else(figures: StepFigures | None, told: str) -> None:
    assert usually(figures) == told


def test_a_share_is_none_or_all_only_where_it_is() -> None:
    assert [percent(share) for share in (0, 0.001, 0.5, 0.999, 1)] == [
        "0 %", "1 %", "50 %", "99 %", "100 %"
    ]  # fmt: skip


def test_a_bar_fills_up_to_the_usual_time_and_says_when_it_takes_longer() -> None:
    assert (
        against_usual(10, 40) == f"{'━' * (BAR // 4)}{'╌' * (BAR - BAR // 4)} 10 s of usually 40 s"
    )
    assert against_usual(50, 40).endswith("50 s of usually 40 s: longer than usual")


def test_how_fresh_something_is() -> None:
    assert [how_long_ago(days * 86_400) for days in (0.9, 1.5, 12)] == [
        "less than a day ago", "a day ago", "12 days ago"
    ]  # fmt: skip


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_overview_says_what_five_runs_say_and_how_fresh_that_is(
    make_services: MakeServices,
    open_console: OpenConsole,
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    executor = FakeExecutor(*[FAILS, *[Play()] * 9])
    services = make_services({"two.yaml": TWO}, executor=executor)
    for _ in range(5):
        await has_run(services, "two")
    aged(services.state, 12 * 86_400 + 60)
    async with open_console(services, size) as c:
        await c.sees("two")
        c.main.pages.overview.query_one("#overview-body").scroll_end(animate=False)
        await c.sees("Last runs · last succeeded 12 days ago", "fails 20 %", "usually 0.0 s")


@pytest.mark.parametrize("size", [SMALL, (120, 34), LARGE])
async def test_what_is_known_of_a_step_is_whole_however_long_its_name_is(
    make_services: MakeServices,
    open_console: OpenConsole,
    size: tuple[int, int],
) -> None:
    long = "Restart all of the workers in the first zone, one after the other"
    text = TWO.replace("First", f'"{long}"').replace(
        "run: a", "run: a, undo: {kind: shell, run: b}"
    )
    services = make_services({"two.yaml": text}, executor=FakeExecutor(*[FAILS, *[Play()] * 9]))
    for _ in range(5):
        await has_run(services, "two")
    async with open_console(services, size) as c:
        await c.sees("two")
        c.main.pages.overview.query_one("#overview-body").scroll_end(animate=False)
        await c.sees("fails 20 %", "can be taken back)", "the other")


async def test_a_run_tells_beside_steps_to_come_how_long_they_take(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    hold = asyncio.Event()
    executor = FakeExecutor(*[Play()] * 10, Play(hold=hold), Play())
    services = make_services({"two.yaml": TWO}, executor=executor)
    for _ in range(5):
        await has_run(services, "two")
    async with open_console(services) as c:
        await c.press("r")
        await c.on("plan")
        await c.press("ctrl+r")
        await c.sees("usually 0.0 s", "longer than usual")
        hold.set()
        await c.sees("✔ succeeded")


async def test_the_bar_of_a_running_step_goes_on_with_time(tmp_path: Path) -> None:
    hold = asyncio.Event()
    async with console(tmp_path, shell("a"), shell("b"), plays=[Play(hold=hold)]) as c:
        await c.until(lambda: c.view.progress.steps["a"].status == "running")
        known: dict[str, Any] = {"usual": 40.0, "slow": 60.0, "fails": 0.1}
        c.view.tell_figures({step: StepFigures(9, **known) for step in ("a", "b")})
        c.clock.advance(10)
        await c.until(lambda: "10 s of usually 40 s" in c.text(StepDetail))
        assert c.rows()[1].endswith("usually 40 s")
        c.clock.advance(40)
        await c.until(lambda: "50 s of usually 40 s: longer than usual" in c.text(StepDetail))
        hold.set()
        await c.until(lambda: "succeeded" in c.text(RunHeader))
        await c.pilot.press("g")
        await c.until(lambda: "usually 40 s · fails 10 %" in c.text(StepDetail))


async def test_what_is_read_for_figures_has_a_bound(make_services: MakeServices) -> None:
    services = make_services({"two.yaml": TWO})
    for _ in range(3):
        await has_run(services, "two")
    reader = JournalReader.open(services.state)
    try:
        whole = list(reader.recent_events("two", runs=9, most=1_000))
        assert len(whole) == 3
        assert list(reader.recent_events("two", runs=2, most=1_000)) == whole[:2]
        assert list(reader.recent_events("two", runs=9, most=len(whole[0]))) == whole[:1]
        assert list(reader.recent_events("other", runs=9, most=1_000)) == []
    finally:
        reader.close()
