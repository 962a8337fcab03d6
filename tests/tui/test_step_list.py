from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePath
from typing import Any, ClassVar

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from pup_tui.core.notices import StepFinished, StepStarted
from pup_tui.core.program import Program, compile_program
from pup_tui.runbook.model import Runbook, ShellStep
from pup_tui.tui import glyphs
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.widgets.step_list import StepList

STYLES = Path(glyphs.__file__).parent / "styles"


def program_of(*names: str, **keys: Any) -> Program:
    steps = tuple(
        ShellStep(id=f"s{i}", name=name, run="true", **keys) for i, name in enumerate(names)
    )
    return compile_program("test", Runbook(name="test", steps=steps))


def started(step: str) -> StepStarted:
    return StepStarted(
        ts="", run="", step=step, name="", kind="shell", index=0, attempt=1, command="true"
    )


def finished(step: str, status: str, duration: float = 0.0) -> StepFinished:
    return StepFinished(
        ts="",
        run="",
        step=step,
        status=status,
        exit_code=0,
        duration=duration,
        attempts=1,
        reason="",
        captured=(),
    )


class Host(App[None]):
    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / "run.tcss"]

    def __init__(self, progress: RunProgress) -> None:
        super().__init__()
        self.progress = progress
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield StepList(self.progress, lambda step: 125.0 if step.status == "running" else None)

    def on_step_list_chosen(self, message: StepList.Chosen) -> None:
        self.chosen.append(message.step)


@asynccontextmanager
async def listed(
    program: Program, size: tuple[int, int] = (80, 10)
) -> AsyncIterator[tuple[Host, StepList, Pilot[None]]]:
    app = Host(RunProgress(program))
    async with app.run_test(size=size) as pilot:
        steps = app.query_one(StepList)
        steps.focus()
        await pilot.pause()
        yield app, steps, pilot


def rows(steps: StepList) -> list[str]:
    return [steps.render_line(y).text for y in range(steps.size.height)]


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("succeeded", "✔"),
        ("failed", "✖"),
        ("warned", "▲"),
        ("ignored", "◇"),
        ("skipped", "↷"),
        ("cancelled", "■"),
        ("unknown", "…"),
    ],
)
async def test_every_status_is_a_glyph_and_a_word(status: str, shown: str) -> None:
    async with listed(program_of("one")) as (app, steps, _):
        app.progress.apply(started("s0"))
        app.progress.apply(finished("s0", status, 3.25))
        [row] = rows(steps)[:1]
        assert row.startswith(f" {shown} 1 one")
        assert row.split()[-3:] == [status, "3.2", "s"]


@pytest.mark.parametrize("width", [30, 56, 80, 200])
async def test_columns_are_aligned_whatever_the_names_are(width: int) -> None:
    names = ["short", "a very long name " * 11, "字" * 60, "[b]markup[/b]", "esc\x1b[2J"]
    async with listed(program_of(*names), (width, 10)) as (app, steps, _):
        app.progress.apply(started("s1"))
        drawn = rows(steps)[: len(names)]
        assert {cell_len(row) for row in drawn} == {width}
        words = ["pending", "running", "pending", "pending", "pending"]
        columns = {cell_len(row[: row.index(word)]) for row, word in zip(drawn, words, strict=True)}
        assert len(columns) == 1
        assert "…" in drawn[1]
        assert "2m 05s" in drawn[1]
        assert "\x1b" not in "".join(drawn)
        assert all(("shell" in row) is (width >= 56) for row in drawn)


async def test_dangerous_steps_say_so() -> None:
    async with listed(program_of("one", danger=True)) as (_, steps, _):
        assert "one" in rows(steps)[0]
        assert "danger" in rows(steps)[0]


async def test_moving_is_told_and_stays_in_sight() -> None:
    names = [f"step {i}" for i in range(50)]
    async with listed(program_of(*names)) as (app, steps, pilot):
        await pilot.press("j", "down", "k", "G")
        assert app.chosen == ["s1", "s2", "s1", "s49"]
        assert "step 49" in rows(steps)[-1]
        await pilot.press("g")
        assert "step 0" in rows(steps)[0]
        await pilot.click(StepList, offset=(10, 3))
        assert app.chosen[-1] == "s3"


async def test_what_the_run_selects_is_not_told_as_the_operator_s_move() -> None:
    names = [f"step {i}" for i in range(50)]
    async with listed(program_of(*names)) as (app, steps, pilot):
        steps.select("s40")
        await pilot.pause()
        assert app.chosen == []
        assert any("step 40" in row for row in rows(steps))
