"""A plan for which what only looks has really run."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from pup_tui.catalog.effects import may_change
from pup_tui.core.requests import ShellRequest
from pup_tui.drivers.launcher import Launcher
from pup_tui.steps.executor import Outcome
from pup_tui.tui.dialogs.look_first import LookFirstScreen
from pup_tui.tui.past import past_runs
from pup_tui.tui.services import Services
from tests.support.console import Console, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play

LOOKS = """
name: looks
steps:
  - {name: Read, kind: shell, run: "echo", read_only: true, capture: HOST}
  - {name: Change, kind: shell, run: "deploy {{ HOST }}"}
"""


def knowing_what_changes(services: Services) -> Services:
    """The same, with the launcher that the program itself has."""

    async def launcher() -> Launcher:
        return replace(await services.launcher(), may_change=may_change)

    return replace(services, launcher=launcher)


async def plans(console: Console) -> None:
    await console.eventually(lambda: console.main.entry)
    await console.press("enter")
    await console.on("plan")
    await console.sees("deploy {{ HOST }}")


async def test_what_only_looks_runs_and_the_rest_is_planned_with_it(
    make_services: MakeServices, open_console: OpenConsole, tmp_path: Path
) -> None:
    executor = FakeExecutor(Play(stdout=b"host-3\n"))
    services = knowing_what_changes(make_services({"looks.yaml": LOOKS}, executor=executor))
    async with open_console(services) as console:
        await plans(console)
        await console.press("l")
        await console.eventually(lambda: isinstance(console.app.screen, LookFirstScreen))
        await console.sees("read", "echo", "No, look without them")
        assert not executor.requests
        await console.pilot.click("#yes")
        await console.sees("deploy host-3", "looked at: succeeded", "only what looks has run")
        assert [type(request) for request in executor.requests] == [ShellRequest]
        assert "Look first" not in console.screen
        (run,) = past_runs(tmp_path / "state", limit=10)
        assert run.runbook == "looks"
        assert not console.main.run_tabs()


async def test_without_an_agreement_no_script_runs(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(stdout=b"host-3\n"))
    services = knowing_what_changes(make_services({"looks.yaml": LOOKS}, executor=executor))
    async with open_console(services) as console:
        await plans(console)
        await console.press("l")
        await console.eventually(lambda: isinstance(console.app.screen, LookFirstScreen))
        await console.press("enter")
        await console.tells("Nothing only looks before read")
        await console.sees("deploy {{ HOST }}")
        assert not executor.requests


async def test_a_look_that_fails_is_told_in_the_plan(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play(outcome=Outcome(ok=False, exit_code=3, reason="exited with 3")))
    services = knowing_what_changes(make_services({"looks.yaml": LOOKS}, executor=executor))
    async with open_console(services) as console:
        await plans(console)
        await console.press("l")
        await console.eventually(lambda: isinstance(console.app.screen, LookFirstScreen))
        await console.pilot.click("#yes")
        await console.sees("looked at: failed", "deploy {{ HOST }}")


async def test_of_an_untrusted_runbook_nothing_runs_before_somebody_vouches_for_it(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = FakeExecutor(Play())
    services = make_services({"looks.yaml": LOOKS}, executor=executor, trusted=False)
    async with open_console(services) as console:
        await plans(console)
        await console.press("l")
        await console.sees("Run the untrusted runbook")
        await console.press("escape")
        assert not executor.requests


async def test_a_dialog_that_is_gone_before_it_was_all_there_is_no_fault(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({})):
        LookFirstScreen([]).on_mount()
