"""The time between two batches of a foreach in the console: shown as a wait, and cut by a key."""

from __future__ import annotations

from pathlib import Path

from pup_tui.tui.widgets.step_detail import StepDetail
from tests.support.executors import Play
from tests.support.run_console import console, shell


async def test_the_time_between_two_batches_is_shown_and_cut_by_a_key(tmp_path: Path) -> None:
    fleet = shell("fleet", foreach=("web-1", "web-2"), batch_pause="1h")
    async with console(tmp_path, fleet, plays=[Play(), Play()], size=(100, 30)) as c:
        await c.until(lambda: c.view.progress.steps["fleet"].pauses)
        await c.pilot.press("home")
        await c.until(lambda: "between two batches" in c.text(StepDetail))
        await c.pilot.press("c")
        await c.until(lambda: c.view.progress.over)
        assert c.view.progress.status == "succeeded"
        assert not c.view.progress.steps["fleet"].pauses
