"""How steps and output share the room that there is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.content import Content

from pup_tui.tui.texts import cut_middle, cut_rows
from pup_tui.tui.widgets.run_facts import RunFacts
from pup_tui.tui.widgets.step_detail import StepDetail
from pup_tui.tui.widgets.step_list import StepList
from pup_tui.tui.widgets.step_output import StepOutputView
from tests.support.console import LARGE, MakeServices, OpenConsole, has_run
from tests.support.executors import Play
from tests.support.run_console import console, shell

TEN = tuple(shell(f"s{number}") for number in range(10))


async def test_steps_take_the_room_of_an_output_that_there_is_not(tmp_path: Path) -> None:
    hold = asyncio.Event()
    async with console(tmp_path, *TEN, plays=[Play(hold=hold)]) as c:
        steps = c.view.query_one(StepList)
        await c.until(lambda: steps.region.height == 10)
        hold.set()


async def test_steps_give_way_to_an_output_that_there_is(tmp_path: Path) -> None:
    hold = asyncio.Event()
    many = Play(stdout=b"line\n" * 100, hold=hold)
    async with console(tmp_path, *TEN, plays=[many]) as c:
        steps, output = c.view.query_one(StepList), c.view.query_one(StepOutputView)
        await c.until(lambda: steps.region.height < 10 and output.pane.lines.count == 100)
        assert output.region.height > steps.region.height
        assert steps.selected < steps.region.height
        hold.set()


async def test_an_output_of_a_few_lines_leaves_the_rest_to_the_steps(tmp_path: Path) -> None:
    hold = asyncio.Event()
    async with console(tmp_path, *TEN, plays=[Play(stdout=b"1\n2\n3\n", hold=hold)]) as c:
        await c.until(lambda: c.view.query_one(StepOutputView).pane.lines.count == 3)
        await c.until(lambda: c.view.query_one(StepList).region.height == 10)
        assert "3" in "\n".join(c.output())
        hold.set()


async def test_a_high_and_wide_screen_tells_what_the_run_is_about(tmp_path: Path) -> None:
    async with console(tmp_path, *TEN, size=(200, 50)) as c:
        await c.until(lambda: "by ada" in c.text(RunFacts))
        assert "ENV  production" in c.text(RunFacts)
        assert "file   deploy.yaml" in c.text(RunFacts)
        await c.until(lambda: c.view.query_one(RunFacts).region.bottom == 50)


async def test_where_steps_are_out_of_sight_nothing_more_is_told(tmp_path: Path) -> None:
    many = tuple(shell(f"s{number}") for number in range(60))
    async with console(tmp_path, *many, size=(200, 18)) as c:
        await c.until(lambda: c.app.ended and c.text(StepDetail))
        await c.until(lambda: not c.text(RunFacts))


async def test_what_a_run_is_about_gives_way_to_steps_in_a_window_that_becomes_low(
    tmp_path: Path,
) -> None:
    async with console(tmp_path, *TEN, size=(200, 50)) as c:
        await c.until(lambda: c.app.ended and "by ada" in c.text(RunFacts))
        await c.pilot.resize_terminal(200, 20)
        await c.until(lambda: not c.text(RunFacts))
        await c.pilot.resize_terminal(200, 50)
        await c.until(lambda: "by ada" in c.text(RunFacts))


def test_what_has_no_room_ends_with_a_sign() -> None:
    text = Content("one\ntwo\nthree")
    assert cut_rows(text, 10, 3) is text
    assert cut_rows(text, 10, 2).plain == "one\ntwo …"
    assert cut_rows(Content("one two three"), 5, 1).plain == "one …"


async def test_on_a_wide_screen_steps_are_no_wider_than_they_need(tmp_path: Path) -> None:
    async with console(tmp_path, *TEN, size=(200, 50)) as c:
        await c.until(lambda: c.app.ended)
        await c.until(lambda: c.view.query_one(StepList).region.width == 60)
        assert c.view.query_one(StepOutputView).region.width == 140


@pytest.mark.parametrize(("width", "whole"), [(200, True), (130, False)])
async def test_names_have_what_an_output_of_the_usual_width_leaves(
    tmp_path: Path, width: int, whole: bool
) -> None:
    name = "Look whether " + "the payments are there, and " * 2 + "say so"
    async with console(tmp_path, shell("a", name), size=(width, 50)) as c:
        await c.until(lambda: c.app.ended)
        await c.until(lambda: (name in c.rows()[0]) is whole)
        assert c.view.query_one(StepOutputView).region.width >= min(80, width * 54 // 100)


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("short", 10, "short"),
        ("deploy-service-eu-west-1", 13, "deploy…west-1"),
        ("abcdef", 1, "…"),
        ("ありがとうございます", 9, "あり…ます"),
    ],
)
def test_a_long_text_is_cut_in_its_middle(text: str, width: int, cut: str) -> None:
    assert cut_middle(text, width) == cut


async def test_long_ids_that_begin_alike_can_be_told_apart(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    names = [f"restart-the-payments-service-in-production-{region}" for region in ("eu1", "us1")]
    text = "name: {}\nsteps: [{{name: a, kind: shell, run: a}}]"
    services = make_services({f"{name}.yaml": text.format(name) for name in names})
    async with open_console(services) as c:
        await c.sees("n-eu1", "n-us1")


async def test_a_group_lists_each_id_once(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = "name: once\nsteps: [{name: a, kind: shell, run: a}]"
    async with open_console(make_services({"once.yaml": text}), LARGE) as c:
        await c.eventually(lambda: c.main.entry)
        await c.press("up")
        await c.sees("a group of 1 runbook")
        assert c.screen.count("once") == 2  # in the sidebar and in the group


async def test_a_wide_form_has_beside_it_what_the_runbook_does(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = "name: asks\ndescription: Takes it away.\nvars: {WHAT: {description: What to take}}\n"
    text += "steps: [{name: Take it, kind: shell, run: 'echo {{ WHAT }}'}]\n"
    async with open_console(make_services({"asks.yaml": text}), LARGE) as console:
        await console.sees("Takes it away.")
        await console.press("r")
        await console.on("form")
        await console.sees("values for this run", "Takes it away.", "1 step", "Take it")
        await console.pilot.resize_terminal(80, 24)
        await console.eventually(lambda: "Takes it away." not in console.screen)
        await console.sees("What to take")


async def test_an_overview_shows_as_many_runs_as_there_is_room_for(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = "name: quick\nsteps: [{name: a, kind: shell, run: echo, read_only: true}]\n"
    services = make_services({"quick.yaml": text})
    for _ in range(8):
        await has_run(services, "quick")
    async with open_console(services, LARGE) as console:
        await console.eventually(lambda: console.screen.count("✔ succeeded") == 8)
        await console.pilot.resize_terminal(110, 50)
        await console.eventually(lambda: console.screen.count("✔ succeeded") == 5)


@pytest.mark.parametrize(("size", "beside"), [(LARGE, True), ((120, 40), False)])
async def test_a_wide_plan_has_beside_a_step_what_it_does(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int], beside: bool
) -> None:
    steps = "{name: Look at it, kind: shell, run: look}, {name: Act, kind: shell, run: act -v}"
    services = make_services({"x.yaml": f"name: x\nsteps: [{steps}]\n"})
    async with open_console(services, size) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("p")
        await console.sees("Look at it", "act -v")
        lines = console.screen.split("\n")
        columns = [
            line.index(command) if name in line and command in line else None
            for name, command in (("Look at it", " look"), ("Act", " act -v"))
            for line in lines
            if name in line
        ]
        assert all(column is not None for column in columns) == beside
        assert len(set(columns)) == 1
