from __future__ import annotations

import pytest
from textual.widgets import Button

from pup_tui.core.plan import PlannedStep
from pup_tui.steps.fake import FakeExecutor
from pup_tui.tui import drawn_whole
from pup_tui.tui.dialogs import dialog
from pup_tui.tui.planned_steps import abridged
from tests.support.console import LARGE, SMALL, MakeServices, OpenConsole, pictures_of

RUNBOOK = """
name: planned
vars: {ENV: staging}
steps:
  - {name: "Look [red]at[/] it", kind: shell, run: "echo '[/usr/bin]' {{ ENV }}", capture: WHO}
  - {name: Only there, kind: shell, run: "true", if: ENV == "production"}
  - {name: Use it, kind: shell, run: "echo {{ WHO }}"}
  - {name: Burn it, kind: shell, run: "rm -r {{ ENV }}", danger: true}
"""
BARE = "name: bare\nsteps: [{name: Go, kind: shell, run: echo go}]\n"


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_shows_every_step_rendered_and_runs_nothing(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    executor = FakeExecutor()
    services = make_services({"planned.yaml": RUNBOOK}, executor=executor)
    async with open_console(services, size) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("p")
        await console.on("plan")
        await console.sees("4 steps, nothing has run", "1 destroys", "· destroys")
        await console.sees("Look [red]at[/] it", "echo '[/usr/bin]' staging")
        await console.sees("its `if` does not hold", "not known yet", "rm -r staging")
        assert not executor.requests
        await console.press("escape")
        await console.on("overview")


async def test_its_title_never_breaks_within_what_it_says(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn_whole, "MOST_HELD", 60.0)
    name = "Restart the workers of the payments service after an incident"
    services = make_services({"long.yaml": RUNBOOK.replace("name: planned", f"name: {name}")})
    async with open_console(services, SMALL) as console:
        await console.eventually(lambda: console.main.entry)
        with pictures_of(console, monkeypatch) as pictures:
            await console.press("p")
            await console.on("plan")
            await console.eventually(lambda: "nothing has run" in "".join(pictures[-1:]))
        assert all(name in each for each in pictures if "nothing has run" in each)
        await console.sees(
            f" {name} ", "plan: 4 steps, nothing has run   3 may change · 1 destroys"
        )


async def test_without_variables_the_plan_stands_between_enter_and_a_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor()
    async with open_console(make_services({"bare.yaml": BARE}, executor=executor)) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("enter")
        await console.on("plan")
        await console.press("enter", "enter")
        assert not executor.requests
        await console.press("ctrl+r")
        await console.eventually(lambda: executor.requests)


async def test_from_the_plan_of_given_values_one_comes_back_to_them(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"planned.yaml": RUNBOOK})) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("enter")
        await console.on("form")
        await console.type("qa")
        await console.press("ctrl+o")
        await console.on("plan")
        await console.sees("rm -r qa")
        await console.press("escape")
        await console.on("form")
        await console.sees("qa")


async def test_a_long_command_keeps_its_indent(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = BARE.replace("echo go", "echo " + "word " * 40 + "end")
    async with open_console(make_services({"bare.yaml": text})) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("p")
        await console.on("plan")
        await console.sees("end")
        lines = [line for line in console.screen.splitlines() if "word" in line]
        assert len(lines) > 1
        assert len({len(line) - len(line.lstrip()) for line in lines}) == 1


async def test_the_plan_of_the_overview_is_of_what_the_form_holds(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor()
    services = make_services({"planned.yaml": RUNBOOK}, executor=executor)
    async with open_console(services) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("r")
        await console.on("form")
        await console.type("qa")
        await console.press("escape")
        await console.on("overview")
        await console.press("p")
        await console.on("plan")
        await console.sees("rm -r qa")
        await console.press("ctrl+r")
        await console.eventually(lambda: executor.requests)
        assert "qa" in executor.requests[0].values.values()


async def test_what_the_form_holds_and_cannot_be_planned_is_asked_for_again(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = RUNBOOK.replace("ENV: staging", "ENV: {default: staging, pattern: '[a-z]+'}")
    async with open_console(make_services({"planned.yaml": text})) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("r")
        await console.on("form")
        await console.press("ctrl+u", *"QA", "escape")
        await console.on("overview")
        await console.press("p")
        await console.on("form")
        await console.sees("`QA` does not match")


@pytest.mark.parametrize("runbook", [BARE, RUNBOOK], ids=["plan", "form"])
async def test_the_second_click_of_a_double_click_runs_nothing(
    make_services: MakeServices,
    open_console: OpenConsole,
    monkeypatch: pytest.MonkeyPatch,
    runbook: str,
) -> None:
    monkeypatch.setattr(dialog, "ARM_SECONDS", 3600.0)
    executor = FakeExecutor()
    async with open_console(make_services({"x.yaml": runbook}, executor=executor)) as console:
        await console.sees("Run  r")
        await console.pilot.click("#overview-run")
        await console.sees("Run  ^r")
        button = f"#{console.main.page}-run"
        await console.eventually(lambda: not console.main.query_one(button, Button).disabled)
        await console.pilot.click(button)
        pressed = console.main.query_one(button, Button)
        await console.eventually(lambda: not pressed.has_class("-active"))
        assert not console.main.run_tabs()
        monkeypatch.setattr(dialog, "ARM_SECONDS", 0.0)
        await console.pilot.click(button)
        await console.eventually(lambda: executor.requests)


async def test_secrets_that_are_no_variables_are_masked_too(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = BARE.replace("echo go", "echo the-api-key-value")
    services = make_services({"bare.yaml": text}, hidden=("the-api-key-value",))
    async with open_console(services) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("p")
        await console.on("plan")
        await console.sees("echo ***")
        assert "the-api-key" not in console.screen


NESTED = """
name: nested
vars: {HOSTS: "a,b"}
steps:
  - name: Restart them
    kind: group
    foreach: HOSTS | split(",")
    as: host
    steps:
      - {name: Drain, kind: shell, run: "drain {{ host }}", retry: {attempts: 3, delay: 2s}}
      - {name: Burn, kind: shell, run: "burn {{ host }}", danger: true}
  - {name: Tell, kind: shell, run: tell}
"""


async def test_steps_inside_others_are_unfolded_for_each_item_with_the_numbers_of_the_run(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"nested.yaml": NESTED}), LARGE) as console:
        await console.eventually(lambda: console.main.entry)
        await console.press("p")
        await console.on("plan")
        await console.sees(
            "for each of 2 items", "Restart them [1]", "drain a", "burn b", "4  Tell"
        )
        await console.sees("up to 3 attempts, 2s between them", "2 destroy")
        lines = console.screen.splitlines()
        ends = {
            word: next(line.index(word) for line in lines if word in line)
            for word in ("Restart them  ", "Restart them [0]", "Drain  ", "Tell")
        }
        assert ends["Tell"] == ends["Restart them  "]
        assert ends["Tell"] < ends["Restart them [0]"] < ends["Drain  "]


def planned_step(id_: str) -> PlannedStep:
    return PlannedStep(
        id=id_,
        name=id_,
        kind="shell",
        command="",
        danger=False,
        mutates=None,
        when="on_success",
        known=True,
        reason="",
    )


def test_of_a_long_foreach_the_first_items_are_shown_and_what_comes_after_it() -> None:
    items = [f"g[{n}]{inner}" for n in range(1_000) for inner in ("", "/a[0]", "/a[1]")]
    steps = [planned_step(id_) for id_ in ("g", *items, "after")]
    shown = [(step.id, left_out) for step, left_out in abridged(steps)]
    assert shown[:4] == [("g", False), ("g[0]", False), ("g[0]/a[0]", False), ("g[0]/a[1]", False)]
    assert shown[-3:] == [("g[9]/a[1]", False), ("g[10]", True), ("after", False)]


async def test_a_page_takes_no_click_before_it_is_drawn(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"x.yaml": BARE})) as console:
        await console.sees("Run  r")
        let_draw = console.app.hold_drawing()
        plan = await console.main.pages.plan()
        await console.press("r")
        await console.eventually(lambda: plan.is_on_screen)
        if not console.app.draws:
            assert not plan.armed
        let_draw()
        await console.eventually(lambda: plan.armed)
