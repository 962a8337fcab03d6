"""What is decided of steps that failed, before their run goes on: nothing of it gets lost on the way."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import TextArea

from pup_tui.core.events import Resumed
from pup_tui.steps.executor import Outcome
from tests.support.console import Console, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play
from tests.tui.test_resuming import begin, commands, events, put_failure_aside

FAILED = Outcome(ok=False, exit_code=3, reason="no luck")
TWO = """
name: deploy
vars: {HOW: {default: quickly}}
steps:
  - kind: parallel
    name: Both
    max_parallel: 1
    fail_fast: false
    steps:
      - {name: First one, id: first, kind: shell, run: 'one {{ HOW }}'}
      - {name: Second one, id: second, kind: shell, run: 'two {{ HOW }}'}
"""


async def what_failed(console: Console, *seen: str) -> None:
    await console.sees("r Resume")
    await console.press("r")
    await console.sees("What failed…", *seen)
    await console.pilot.click("#change")


async def edit(console: Console, text: str) -> None:
    await console.pilot.click("#edit")
    await console.sees("Edit and run again")
    console.app.screen.query_one(TextArea).text = text
    await console.eventually(lambda: not console.app.screen.query_one("#original").disabled)


async def test_of_several_steps_it_is_said_which_and_back_leads_to_the_one_before(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play(outcome=FAILED), Play(), Play())
    async with open_console(make_services({"deploy.yaml": TWO}, executor=executor)) as console:
        console.select("deploy")
        await console.press("enter")
        await console.on("form")
        await console.press("ctrl+r")
        await put_failure_aside(console)
        await what_failed(console)
        await console.sees("Failed (1 of 2): First one")
        await edit(console, "one slowly")
        await console.press("ctrl+r")
        await console.sees("What changes")
        await console.press("ctrl+r")
        await console.sees("Failed (2 of 2): Second one")
        await console.press("escape")
        await console.sees("Failed (1 of 2): First one", "runs with the text as you changed it")
        await console.press("escape")
        await console.sees("Resume deploy?", "✎ runs with the text as you changed it")
        await console.press("escape")
        await what_failed(console, "✎ runs with the text as you changed it")
        await console.sees("Failed (1 of 2): First one")
        await console.pilot.click("#retry")
        await console.sees("Failed (2 of 2): Second one")
        await console.pilot.click("#retry")
        await console.sees("succeeded", "leg 2")
    assert commands(executor)[2:] == ["one slowly", "two quickly"]


async def test_a_change_that_was_not_accepted_is_kept_said_and_can_be_taken_back(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play())
    text = "name: deploy\nsteps: [{name: Deploy it, kind: shell, run: deploy}]\n"
    async with open_console(make_services({"deploy.yaml": text}, executor=executor)) as console:
        await begin(console)
        await put_failure_aside(console)
        await what_failed(console)
        await console.sees("Failed: Deploy it")
        await edit(console, "deploy slowly")
        await console.press("tab", "enter")
        await console.sees("Failed: Deploy it", "kept and not accepted")
        await console.pilot.click("#edit")
        await console.sees("Edit and run again", "deploy slowly")
        await console.pilot.click("#original")
        assert console.app.screen.query_one(TextArea).text == "deploy"
        await console.press("escape")
        await console.eventually(lambda: "Failed: Deploy it" in console.screen)
        assert "kept and not accepted" not in console.screen
        await console.pilot.click("#retry")
        await console.sees("succeeded", "leg 2")
    resumed = next(event for event in events(tmp_path) if isinstance(event, Resumed))
    assert resumed.edited == {}


async def test_a_text_is_edited_with_the_values_as_they_were_changed(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play(outcome=FAILED), Play(), Play())
    async with open_console(make_services({"deploy.yaml": TWO}, executor=executor)) as console:
        console.select("deploy")
        await console.press("enter")
        await console.on("form")
        await console.press("ctrl+r")
        await put_failure_aside(console)
        await what_failed(console)
        await console.sees("Failed (1 of 2)")
        await console.pilot.click("#variables")
        await console.sees("Change values and run again")
        await console.press("ctrl+u", *"slowly", "ctrl+r")
        await console.sees("What changes", "+HOW = slowly")
        await console.press("ctrl+r")
        await console.sees("Failed (2 of 2)")
        await console.pilot.click("#edit")
        await console.sees("Edit and run again", "slowly")
        assert "quickly" not in console.screen


async def test_values_that_a_changed_text_keeps_are_told_where_values_are_changed(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play(outcome=FAILED), Play(), Play())
    async with open_console(make_services({"deploy.yaml": TWO}, executor=executor)) as console:
        console.select("deploy")
        await console.press("enter")
        await console.on("form")
        await console.press("ctrl+r")
        await put_failure_aside(console)
        await what_failed(console)
        await console.sees("Failed (1 of 2)")
        await console.pilot.click("#variables")
        await console.sees("Change values and run again")
        assert "keeps the values" not in console.screen
        await console.press("escape")
        await console.sees("Failed (1 of 2)")
        await edit(console, "one gently")
        await console.press("ctrl+r")
        await console.sees("What changes")
        await console.press("ctrl+r")
        await console.sees("Failed (2 of 2)")
        await console.pilot.click("#variables")
        await console.sees("Change values and run again", "text of `First one` keeps the values")


FLEET = """
name: deploy
steps:
  - name: Restart
    id: a
    kind: shell
    foreach: [web-1, web-2, web-3, web-4]
    max_errors: 1
    run: restart {{ item }}
"""


async def test_of_items_that_failed_one_answer_lets_all_of_them_run_again(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED), Play(outcome=FAILED), Play(), Play())
    async with open_console(make_services({"deploy.yaml": FLEET}, executor=executor)) as console:
        await begin(console)
        await console.sees("Failed (1 of 2): a[0]: Restart", "Run what failed of all items")
        await console.press("o")
        await console.sees("Resume deploy?", "2 of 4 items have not begun")
        await console.press("escape")
        await console.sees("failed", "leg 2")
    assert commands(executor)[2:] == ["restart web-1", "restart web-2"]
    resumed = next(event for event in events(tmp_path) if isinstance(event, Resumed))
    assert resumed.only_failed


async def test_a_step_that_is_no_item_has_no_such_answer(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(outcome=FAILED))
    text = "name: deploy\nsteps: [{name: Deploy it, kind: shell, run: deploy}]\n"
    async with open_console(make_services({"deploy.yaml": text}, executor=executor)) as console:
        await begin(console)
        await console.sees("Failed: Deploy it")
        assert "of all items" not in console.screen
