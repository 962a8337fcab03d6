from __future__ import annotations

import pytest

from pup_tui.core.figures import LAST, runbook_figures
from pup_tui.steps.executor import Outcome
from tests.support.console import LARGE, SMALL, MakeServices, OpenConsole, has_run
from tests.support.executors import FakeExecutor, Play

TWO = """
name: two
steps:
  - {name: First, kind: shell, run: a, on_failure: warn}
  - {name: Second, kind: shell, run: b}
"""
FEW = "name: few\nsteps: [{name: a, kind: shell, run: a}]"
FAILS = Play(outcome=Outcome(ok=False, exit_code=1, reason="exited with 1"))


def test_under_five_runs_nothing_is_told_but_their_outcomes() -> None:
    figures = runbook_figures([("succeeded", 1.0), ("failed", 2.0)] * 2)
    assert (figures.runs, figures.succeeds, figures.usual, figures.slow) == (4, None, None, None)
    assert figures.last == ("failed", "succeeded") * 2


def test_durations_are_those_of_runs_that_succeeded() -> None:
    ends = [("succeeded", float(second)) for second in range(1, 10)] + [("failed", 900.0)]
    figures = runbook_figures(ends)
    assert (figures.succeeds, figures.usual, figures.slow) == (0.9, 5.0, 9.0)


def test_the_newest_outcomes_are_told_the_oldest_of_them_first() -> None:
    figures = runbook_figures([("failed", None), *[("succeeded", 1.0)] * 30])
    assert (len(figures.last), figures.last[-1], figures.last[0]) == (LAST, "failed", "succeeded")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_page_has_six_columns_and_the_steps_of_the_selected_runbook(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    executor = FakeExecutor(*[Play()] * 4, FAILS, *[Play()] * 5, FAILS, Play(), FAILS)
    services = make_services({"two.yaml": TWO, "few.yaml": FEW}, executor=executor)
    for _ in range(5):
        await has_run(services, "two")
    await has_run(services, "few")
    async with open_console(services, size) as c:
        c.select("two")
        await c.eventually(lambda: c.main.entry and c.main.entry.id == "two")
        await c.press("S")
        await c.on("statistics")
        await c.sees("Steps of two, what fails most first", "✖ failed", "✔ succeeded")
        (two,) = (line.split() for line in c.screen.splitlines() if "✔✔✔✔✔" in line)
        assert two[two.index("5") - 1 :][:4] == ["two", "5", "100", "%"]
        assert "✔✔✔✔✔" in two
        (few,) = (line.split() for line in c.screen.splitlines() if "–" in line and "few" in line)
        assert few[few.index("few") :][:6] == ["few", "1", "–", "–", "–", "✖"]
        (heads,) = (line for line in c.screen.splitlines() if "last 20" in line)
        assert ("Steps of two" in heads) == (size == LARGE)
        steps = c.screen.partition("Steps of two")[2]
        assert steps.index("first") < steps.index("second")
        assert "20 %" in steps
        await c.press("escape")
        await c.on("overview")


async def test_without_runs_it_says_what_to_do(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"few.yaml": FEW})) as c:
        await c.press("ctrl+p", *"go: stat", "enter")
        await c.sees("Nothing has been run yet.")
