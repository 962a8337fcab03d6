"""A run that ended since a step failed: what can become of it is offered on its page."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Input

from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs.failure import FailureScreen
from tests.support.console import Console, MakeServices, OpenConsole, has_run, pictures_of
from tests.support.executors import FakeExecutor, Play
from tests.tui.test_resuming import begin, commands, put_failure_aside

FAILED = Outcome(ok=False, exit_code=3, reason="no luck")
DEPLOY = "name: deploy\nsteps: [{name: Deploy it, kind: shell, run: deploy}]\n"
VALUED = """
name: deploy
vars: {HOW: {default: quickly}}
steps: [{name: Deploy it, kind: shell, run: 'deploy {{ HOW }}'}]
"""


async def test_it_runs_again_by_one_key_and_counts_how_often_it_failed(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(
        Play(stdout=b"half way\n", outcome=FAILED), Play(), Play(outcome=FAILED)
    )
    async with open_console(make_services({"deploy.yaml": DEPLOY}, executor=executor)) as console:
        await begin(console)
        await console.sees("Failed: Deploy it", "no luck", "half way", "first run of this runbook")
        assert "Continue" not in console.screen
        assert "Abort" not in console.screen
        await console.press("r")
        await console.sees("leg 2", "succeeded")
        await console.press("escape")
        await begin(console)
        await console.sees("Failed: Deploy it", "failed in 2 of 2 runs")


THREE = """
name: deploy
steps:
  - {name: Prepare, kind: shell, run: prepare%s}
  - {name: Deploy it, kind: shell, run: deploy}
  - {name: Look at it, kind: group, steps: [{name: Ask, kind: shell, run: ask}]}
"""


@pytest.mark.parametrize(
    ("undo", "leaves"), [("", "escape"), (", undo: {kind: shell, run: back}", "a enter")]
)
async def test_what_is_behind_a_failure_is_held_back_as_long_as_that_is_asked_about(
    make_services: MakeServices, open_console: OpenConsole, undo: str, leaves: str
) -> None:
    executor = FakeExecutor(Play(), Play(outcome=FAILED))
    services = make_services({"deploy.yaml": THREE % undo}, executor=executor)
    async with open_console(services) as console:
        await begin(console)
        await console.sees("Failed: Deploy it", "1 of 3 succeeded · 1 failed")
        assert "held back" in console.screen
        assert "skipped" not in console.screen
        await console.press(*leaves.split())
        await console.sees("1 failed · 1 skipped")
        assert "held back" not in console.screen


async def test_what_is_behind_a_failure_that_is_left_for_later_still_comes(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(), Play(outcome=FAILED))
    text = THREE % ", undo: {kind: shell, run: back}"
    async with open_console(make_services({"deploy.yaml": text}, executor=executor)) as console:
        await begin(console)
        await console.sees("Failed: Deploy it")
        await console.press("l")
        await console.sees("1 of 3 succeeded · 1 failed · 1 not begun", "held back", "r Resume")
        assert "skipped" not in console.screen


async def test_nothing_of_a_run_that_goes_on_looks_as_if_it_had_ended(
    make_services: MakeServices, open_console: OpenConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = FakeExecutor(Play(), Play(outcome=FAILED), Play())
    services = make_services({"deploy.yaml": THREE % ""}, executor=executor)
    async with open_console(services) as console:
        await begin(console)
        await console.sees("Failed: Deploy it", "1 of 3 succeeded · 1 failed")
        with pictures_of(console, monkeypatch) as pictures:
            await console.press("r")
            await console.sees("leg 2", "3 of 3 succeeded")
        assert not [each for each in pictures if "skipped" in each]


async def test_a_failure_that_nobody_saw_waits_and_is_offered_where_one_comes_to_it(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    hold = asyncio.Event()
    executor = FakeExecutor(Play(outcome=FAILED, hold=hold), Play())
    async with open_console(make_services({"deploy.yaml": DEPLOY}, executor=executor)) as console:
        await begin(console)
        await console.sees("running")
        await console.press("escape")
        await console.on("overview")
        hold.set()
        await console.tells("deploy has ended: failed · ! shows what can become of it")
        await console.sees("? 1 waiting", "✖? deploy")
        await console.press("!")
        await console.sees("Failed: Deploy it", "no luck")
        assert "waiting" not in console.screen
        await console.press("escape")
        await console.sees("✖ deploy", "r Resume")
        await console.press("]", "]")
        await console.sees("r Resume")
        assert not isinstance(console.app.screen, FailureScreen)


async def test_a_failure_waits_for_who_types_a_search_in_what_is_printed(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    hold = asyncio.Event()
    executor = FakeExecutor(Play(outcome=FAILED, hold=hold), Play())
    async with open_console(make_services({"deploy.yaml": DEPLOY}, executor=executor)) as console:
        await begin(console)
        await console.sees("running")
        await console.press("slash", *"err")
        hold.set()
        await console.sees("! failed: that waits until you leave this field")
        await console.press("r", "enter")
        await console.sees("Failed: Deploy it")
        assert commands(executor) == ["deploy"]


async def test_it_is_left_for_later_and_offered_again_by_its_key(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play())
    async with open_console(make_services({"deploy.yaml": DEPLOY}, executor=executor)) as console:
        await begin(console)
        await put_failure_aside(console)
        assert commands(executor) == ["deploy"]
        await console.press("r")
        await console.sees("Resume deploy?", "failed: runs again")
        await console.pilot.click("#yes")
        await console.sees("leg 2", "succeeded")


async def test_a_failure_that_was_decided_is_not_asked_about_again(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = DEPLOY.replace("run: deploy", "run: deploy, on_failure: confirm")
    executor = FakeExecutor(Play(outcome=FAILED))
    async with open_console(make_services({"deploy.yaml": text}, executor=executor)) as console:
        await begin(console)
        await console.eventually(lambda: isinstance(console.app.screen, FailureScreen))
        await console.press("a")
        await console.sees("failed", "r Resume")
        assert not isinstance(console.app.screen, FailureScreen)


async def test_a_run_is_made_again_with_its_values(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play())
    services = make_services({"deploy.yaml": VALUED}, executor=executor)
    async with open_console(services) as console:
        console.select("deploy")
        await console.press("enter")
        await console.on("form")
        field = console.main.query_one("#form-fields Input", Input)
        field.value = "slowly"
        await console.press("ctrl+r")
        await put_failure_aside(console)
        await console.press("ctrl+l")
        await console.on("form")
        await console.eventually(
            lambda: console.main.query_one("#form-fields Input", Input).value == "slowly"
        )
        await console.press("ctrl+r")
        await console.sees("succeeded")
    assert commands(executor) == ["deploy slowly", "deploy slowly"]


async def test_a_run_out_of_the_history_is_made_again_with_its_values_or_resumed(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play())
    services = make_services({"deploy.yaml": VALUED}, executor=executor)
    await has_run(services, "deploy", HOW="slowly")
    async with open_console(services) as console:
        await console.press("h")
        await console.on("history")
        await console.sees("failed")
        await console.press("enter")
        await console.sees("past run", "r Resume", "^l Run again")
        await console.press("r")
        await console.sees("What failed…")
        await console.press("escape", "ctrl+l")
        await console.on("form")
        await console.eventually(
            lambda: console.main.query_one("#form-fields Input", Input).value == "slowly"
        )
        await console.press("ctrl+r")
        await console.sees("succeeded")
    assert commands(executor) == ["deploy slowly", "deploy slowly"]


UNDOABLE = """
name: deploy
steps:
  - {name: Drain it, kind: shell, run: drain, undo: {kind: shell, run: fill}}
  - {name: Deploy it, kind: shell, run: deploy}
"""


async def test_a_run_with_something_to_undo_goes_on_from_its_failure_by_one_key(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(), Play(outcome=FAILED), Play(outcome=FAILED), Play())
    async with open_console(make_services({"deploy.yaml": UNDOABLE}, executor=executor)) as console:
        await begin(console)
        await console.sees("Failed: Deploy it", "no luck", "1 step can be undone", "Undo 1…")
        await console.press("r")
        await console.sees("leg 2", "Failed (attempt 2): Deploy it")
        await console.press("s")
        await console.sees("Skip Deploy it")
        await console.press(*"by hand", "enter")
        await console.sees("leg 3", "succeeded")
    assert commands(executor) == ["drain", "deploy", "deploy"]


async def undo_first(console: Console) -> None:
    """Choose the one step that can be taken back, from the screen of the failure."""
    await console.sees("Undo 1…")
    await console.press("u")
    await console.sees("take back: Drain it", "Back")
    assert "undo nothing" not in console.screen
    await console.press("escape")
    await console.sees("Undo 1…")
    await console.press("u")
    await console.sees("take back: Drain it")
    await console.press("space", "tab", "enter")


@pytest.mark.parametrize("left", [True, False])
async def test_a_past_failure_is_undone_without_running_anything_else(
    make_services: MakeServices, open_console: OpenConsole, left: bool
) -> None:
    executor = FakeExecutor(Play(), Play(outcome=FAILED), Play())
    services = make_services({"deploy.yaml": UNDOABLE}, executor=executor)
    async with open_console(services) as console:
        await begin(console)
        await console.sees("Failed: Deploy it", "Undo 1…")
        await console.press(*(["l"] if left else ["a", "enter"]))
        await console.sees("r Resume")
        await console.press("r")
        await console.sees("Resume deploy?", "Undo 1…")
        await console.press("f")
        await console.sees("Failed: Deploy it", "1 step can be undone")
        await undo_first(console)
        await console.sees("leg 2", "failed", "r Resume")
        await console.press("r")
        await console.sees("taken back: runs again")
        assert "0 steps done" not in console.screen
        assert "Undo 1…" not in console.screen
    assert commands(executor) == ["drain", "deploy", "fill"]


async def test_what_a_past_run_did_is_undone_from_where_it_is_resumed(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(), Play(outcome=FAILED), Play())
    services = make_services({"deploy.yaml": UNDOABLE}, executor=executor)
    async with open_console(services) as console:
        await begin(console)
        await console.sees("Failed: Deploy it", "Undo 1…")
        await console.press("l")
        await console.sees("r Resume")
        await console.press("r")
        await console.sees("Resume deploy?")
        await undo_first(console)
        await console.sees("leg 2", "failed", "r Resume")
    assert commands(executor) == ["drain", "deploy", "fill"]


async def test_the_attempts_of_earlier_legs_are_counted(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    text = DEPLOY.replace("run: deploy", "run: deploy, on_failure: confirm")
    executor = FakeExecutor(*(Play(outcome=FAILED) for _ in range(3)))
    async with open_console(make_services({"deploy.yaml": text}, executor=executor)) as console:
        await begin(console)
        await console.sees("Failed: Deploy it")
        await console.press("r")
        await console.sees("Failed (attempt 2): Deploy it")
        await console.press("l")
        await console.sees("r Resume")
        await console.press("r")
        await console.sees("Resume deploy?")
        await console.press("ctrl+r")
        await console.sees("leg 2", "Failed (attempt 2): Deploy it")
        await console.press("r")
        await console.sees("Failed (attempt 3): Deploy it")


async def test_what_failed_has_its_row_in_sight_also_where_it_printed_nothing(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    steps = "".join(f"  - {{name: Step {n}, kind: shell, run: echo {n}}}\n" for n in range(1, 10))
    executor = FakeExecutor(*(Play() for _ in range(6)), Play(outcome=FAILED))
    services = make_services({"deploy.yaml": f"name: deploy\nsteps:\n{steps}"}, executor=executor)
    await has_run(services, "deploy")
    async with open_console(services) as console:
        await console.press("h")
        await console.sees("✖ failed")
        await console.press("enter")
        await console.sees("r Resume")
        await console.press("r")
        await console.sees("What failed…")
        await console.press("f")
        await console.sees("Failed: Step 7")
        await console.eventually(lambda: console.screen.count("Step 7") > 1)
