from __future__ import annotations

import pytest

from pup_tui.steps.executor import Outcome
from pup_tui.steps.fake import FakeExecutor, Play
from tests.support.console import LARGE, SMALL, MakeServices, OpenConsole, has_run

TWO = """
name: two
steps:
  - {name: First, kind: shell, run: a, on_failure: warn}
  - {name: Second, kind: shell, run: b}
"""
FEW = "name: few\nsteps: [{name: a, kind: shell, run: a}]"
FAILS = Play(outcome=Outcome(ok=False, exit_code=1, reason="exited with 1"))


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
        await c.sees("✖ failed", "✔ succeeded")
        (two,) = (line.split() for line in c.screen.splitlines() if "100 %  " in line)
        assert two[two.index("5") - 1 :][:4] == ["two", "5", "100", "%"]
        assert "✔✔✔✔✔" in two
        (few,) = (line.split() for line in c.screen.splitlines() if "–" in line and "few" in line)
        assert few[few.index("few") :][:6] == ["few", "1", "–", "–", "–", "✖"]
        await c.press("G")
        await c.sees("Its steps, what fails most first", "Why they fail")
        steps = c.screen.partition("Its steps, what fails most first")[2]
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
