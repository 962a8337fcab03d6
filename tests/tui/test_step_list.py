from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePath
from typing import Any, ClassVar

import pytest
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.pilot import Pilot

from pup_tui.core.notices import StepFinished, StepStarted
from pup_tui.core.program import Program, compile_program
from pup_tui.core.state import BlockState, RunState
from pup_tui.runbook.model import AnyStep, GroupStep, ParallelStep, Runbook, ShellStep
from pup_tui.tui import glyphs
from pup_tui.tui.coloured_app import ColouredApp
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


class Host(ColouredApp[None]):
    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / "run.tcss"]

    def __init__(self, progress: RunProgress) -> None:
        super().__init__()
        self.progress = progress
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield StepList(
            self.progress,
            running_for=lambda step: 125.0 if step.status == "running" else None,
            chosen=self.chosen.append,
        )


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


# Steps inside others


def shell(id_: str, **keys: Any) -> ShellStep:
    return ShellStep(id=id_, name=f"do {id_}", run="true", **keys)


def compiled(*steps: AnyStep) -> Program:
    return compile_program("test", Runbook(name="test", steps=steps))


GROUP = GroupStep(id="g", name="Restart", steps=(shell("a"), shell("b")))


def looped(steps: StepList, app: Host, count: int) -> None:
    """Begin the loop `x` with so many items."""
    app.progress.apply(started("x"))
    items = [f"x[{number}]" for number in range(count)]
    app.progress.learn_items("x", RunState(blocks={"x": BlockState(children=items)}))
    steps.take_in()


async def test_steps_in_a_block_stand_under_it_with_their_numbers() -> None:
    async with listed(compiled(GROUP, shell("c"))) as (app, steps, _):
        for id_ in ("g", "g/a"):
            app.progress.apply(started(id_))
        app.progress.apply(finished("g/a", "succeeded"))
        steps.take_in()
        drawn = rows(steps)
        assert drawn[0].startswith(" ● 1 ▾ Restart 1 of 2 ")
        assert drawn[1].startswith(" ✔ 2     do a ")
        assert drawn[2].startswith(" · 3     do b ")
        assert drawn[3].startswith(" · 4   do c ")
        assert "group" in drawn[0]


async def test_a_block_is_closed_and_opened_and_left_for_its_parent() -> None:
    async with listed(compiled(GROUP, shell("c"))) as (app, steps, pilot):
        await pilot.press("j", "h")
        assert app.chosen == ["g/a", "g"]
        await pilot.press("h")
        assert ["▸ Restart" in rows(steps)[0], "do c" in rows(steps)[1]] == [True, True]
        await pilot.press("l")
        assert "do a" in rows(steps)[1]
        await pilot.press("enter")
        assert "do c" in rows(steps)[1]
        await pilot.press("space")
        assert "do a" in rows(steps)[1]


async def test_a_step_in_a_closed_block_is_selected_by_its_block() -> None:
    async with listed(compiled(GROUP, shell("c"))) as (_, steps, pilot):
        await pilot.press("h", "j")
        assert steps.selected == 1
        steps.select("g/b")
        assert steps.selected == 0
        assert "▸ Restart" in rows(steps)[0]


async def test_of_many_items_those_that_matter_are_shown_and_the_rest_is_counted() -> None:
    loop = shell("x", foreach="ITEMS")
    async with listed(compiled(loop), (80, 30)) as (app, steps, pilot):
        looped(steps, app, 1_000)
        for number in range(8):
            app.progress.apply(started(f"x[{number}]"))
        for number in range(5):
            status = "failed" if number == 3 else "succeeded"
            app.progress.apply(finished(f"x[{number}]", status))
        steps.take_in()
        await pilot.pause()
        drawn = [row.strip() for row in rows(steps) if row.strip()]
        assert "▸ do x 4 of 1,000 · 1 failed" in drawn[0]
        assert len(drawn) == 1
        await pilot.press("l")
        drawn = [row.strip() for row in rows(steps) if row.strip()]
        assert [row.split("[")[1].split("]")[0] for row in drawn[1:5]] == ["3", "5", "6", "7"]
        assert drawn[5].startswith("… 4 succeeded, 992 pending")
        assert len(drawn) == 6
        await pilot.press("G", "enter")
        assert steps.virtual_size.height == 1_001
        await pilot.press("h")
        assert steps.virtual_size.height == 1


async def test_nothing_is_counted_of_a_loop_whose_items_are_not_known_yet() -> None:
    loop = GroupStep(id="x", name="Each", foreach="ITEMS", steps=(shell("a"), shell("b")))
    async with listed(compiled(loop)) as (app, steps, _):
        assert " of " not in rows(steps)[0]
        looped(steps, app, 5)
        assert "Each 0 of 5" in rows(steps)[0]


async def test_the_selected_item_stays_when_it_no_longer_matters() -> None:
    loop = shell("x", foreach="ITEMS")
    async with listed(compiled(loop), (80, 30)) as (app, steps, pilot):
        looped(steps, app, 100)
        app.progress.apply(started("x[5]"))
        steps.take_in()
        await pilot.press("l", "j")
        assert app.chosen == ["x", "x[5]"]
        app.progress.apply(finished("x[5]", "succeeded"))
        steps.take_in()
        assert "[5]" in rows(steps)[steps.selected]


async def test_steps_that_take_others_back_stand_under_a_heading() -> None:
    step = shell("a", undo=shell("undo"))
    async with listed(compiled(step, shell("b"))) as (app, steps, pilot):
        app.progress.apply(started("a:undo"))
        steps.take_in()
        await pilot.pause()
        drawn = rows(steps)
        assert drawn[2].strip() == "undo"
        assert "do undo" in drawn[3]
        await pilot.press("j", "j")
        assert steps.selected == 3
        await pilot.press("k")
        assert app.chosen == ["b", "a:undo", "b"]


@pytest.mark.parametrize("width", [30, 56, 80, 200])
async def test_columns_stay_aligned_however_deep_steps_are_nested(width: int) -> None:
    inner: AnyStep = shell("leaf")
    for depth in range(12):
        inner = ParallelStep(id=f"p{depth}", name="字" * 60 if depth % 2 else "p", steps=(inner,))
    async with listed(compiled(inner), (width, 14)) as (_, steps, _):
        drawn = rows(steps)[:13]
        assert {cell_len(row) for row in drawn} == {width}
        assert len({cell_len(row[: row.index("pending")]) for row in drawn}) == 1
        assert "13 " in drawn[-1]
        assert "do" in drawn[-1]


async def test_names_that_begin_alike_are_cut_in_the_middle() -> None:
    begin = "Roll the payments deployment of the region back to "
    steps = [ShellStep(id=f"s{at}", name=f"{begin}{at:03}", run="true") for at in range(2)]
    async with listed(compiled(*steps), (60, 8)) as (_, shown, _):
        first, second = rows(shown)[:2]
        assert "Roll the" in first
        assert "…" in first
        assert "back to 000 " in first
        assert "back to 001 " in second
