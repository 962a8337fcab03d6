from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pup_tui.core.figures import TimeSpan
from pup_tui.journal.figures import StepFigures, UsualFigures
from pup_tui.steps.executor import Outcome
from pup_tui.steps.fake import FakeExecutor, Play
from pup_tui.tui.usual import BAR, against_usual, is_slow, usually
from pup_tui.tui.widgets.run_header import RunHeader
from pup_tui.tui.widgets.step_detail import StepDetail
from tests.support.console import LARGE, SMALL, MakeServices, OpenConsole, has_run
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
        (StepFigures(runs=4, known=4, failed=4, seconds=TimeSpan(4, 40.0)), ""),
        (StepFigures(runs=9, known=9, seconds=TimeSpan(9, 40.0, 50.0)), "usually 40 s"),
        (
            StepFigures(runs=90, known=100, failed=3, seconds=TimeSpan(97, 40.0, 50.0)),
            "usually 40 s · fails 3 %",
        ),
        (StepFigures(runs=5, known=5, failed=5), "fails 100 %"),
    ],
)
def test_what_is_known_is_told_and_nothing_else(figures: StepFigures | None, told: str) -> None:
    assert usually(figures) == told


def test_a_bar_fills_up_to_the_usual_time_and_says_when_it_takes_longer() -> None:
    assert (
        against_usual(10, 40) == f"{'━' * (BAR // 4)}{'╌' * (BAR - BAR // 4)} 10 s of usually 40 s"
    )
    assert against_usual(50, 40).endswith("50 s of usually 40 s: longer than usual")
    assert against_usual(120, 40).endswith("▲ 2m 00s of usually 40 s: more than 3 times as long")


def test_what_is_over_at_once_is_not_slow() -> None:
    assert [is_slow(*each) for each in ((119, 40), (120, 40), (0.5, 0.1), (1.5, 0.1))] == [
        *(False, True),
        *(False, True),
    ]


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
        known = StepFigures(runs=9, known=10, failed=1, seconds=TimeSpan(9, 40.0, 60.0))
        c.view.tell_figures(
            UsualFigures(dict.fromkeys(("a", "b"), known), TimeSpan(9, 100.0, 120.0))
        )
        c.clock.advance(10)
        await c.until(lambda: "10 s of usually 40 s" in c.text(StepDetail))
        assert c.rows()[1].endswith("usually 40 s")
        assert "ends about" in c.text(RunHeader)
        c.clock.advance(40)
        await c.until(lambda: "50 s of usually 40 s: longer than usual" in c.text(StepDetail))
        assert "usual" not in c.rows()[0]
        c.clock.advance(70)
        await c.until(lambda: "more than 3 times as long" in c.text(StepDetail))
        assert "▲ 3× usual" in c.rows()[0]
        assert "longer than usual" in c.text(RunHeader)
        hold.set()
        await c.until(lambda: "succeeded" in c.text(RunHeader))
        await c.pilot.press("g")
        await c.until(lambda: "usually 40 s · fails 10 %" in c.text(StepDetail))
