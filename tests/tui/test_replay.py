"""A past run in the console as it is played again: forward, back, and to what mattered."""

from __future__ import annotations

import pytest

from pup_tui.steps.executor import Outcome
from pup_tui.tui.widgets.replay_page import ReplayPage
from tests.support.console import Console, MakeServices, OpenConsole, has_run
from tests.support.executors import FakeExecutor, Play

TEXT = """
name: deploy
steps:
  - {name: first, kind: shell, run: echo}
  - {name: second, kind: shell, run: echo, on_failure: warn}
  - {name: third, kind: shell, run: echo}
"""


def plays() -> FakeExecutor:
    failed = Outcome(ok=False, exit_code=3, reason="exited with 3")
    return FakeExecutor(
        Play(stdout=b"out of the first\n"),
        Play(stdout=b"out of the second\n", outcome=failed),
        Play(stdout=b"out of the third\n"),
    )


async def played(console: Console) -> ReplayPage:
    """Open the only run of the history as a replay, and let it stand still at its end."""
    await console.press("h")
    await console.on("history")
    await console.sees("deploy")
    await console.press("p")
    await console.sees("Played again as it went", "✔ succeeded", "out of the third")
    await console.press("right")
    await console.sees("ended", "space again")
    (page,) = console.main.query(ReplayPage)
    return page


@pytest.mark.proves("P28")
async def test_it_is_played_to_its_end_and_nothing_is_executed(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    executor = plays()
    services = make_services({"deploy.yaml": TEXT}, executor=executor)
    await has_run(services, "deploy")
    async with open_console(services) as console:
        await played(console)
        assert len(executor.requests) == 3
        assert "resume" not in console.screen
        await console.press("R", "ctrl+l")
        assert len(executor.requests) == 3


async def test_it_goes_back_and_on_step_by_step(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"deploy.yaml": TEXT}, executor=plays())
    await has_run(services, "deploy")
    async with open_console(services) as console:
        page = await played(console)
        await console.press("g")
        await console.sees("pending", "0 of 3")
        await console.eventually(lambda: "out of the" not in console.screen)
        while page.replay.clock.offset < page.replay.timeline.length:
            before = page.replay.clock.offset
            await console.press("right")
            assert page.replay.clock.offset > before
        await console.sees("✔ succeeded", "out of the third")
        await console.press("left")
        assert page.replay.clock.offset < page.replay.timeline.length


async def test_at_its_end_it_can_be_played_once_more(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"deploy.yaml": TEXT}, executor=plays())
    await has_run(services, "deploy")
    async with open_console(services) as console:
        page = await played(console)
        before = page.replay.run
        await console.press("space")
        await console.eventually(lambda: page.replay.run is not before)
        assert not page.replay.clock.paused
        await console.sees("ended", "✔ succeeded", "out of the third")


async def test_it_goes_to_what_mattered_and_to_a_step(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"deploy.yaml": TEXT}, executor=plays())
    await has_run(services, "deploy")
    async with open_console(services) as console:
        page = await played(console)
        (mark,) = page.replay.marks
        assert (mark.what, mark.step) == ("warned", "second")
        await console.press("g")
        await console.sees("0 of 3")
        await console.press("t")
        await console.sees("Go to")
        await console.press(*"third", "enter")
        await console.sees("▲ 2 second")
        await console.press("t")
        await console.press(*"nowhere", "enter")
        await console.tells("no such step")


async def test_its_tab_is_beside_that_of_the_run_and_is_closed_as_that(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"deploy.yaml": TEXT}, executor=plays())
    await has_run(services, "deploy")
    async with open_console(services) as console:
        page = await played(console)
        copies = page.replay.run.output_path("first").parent
        assert any(copies.iterdir())
        await console.press("escape")
        await console.on("history")
        await console.press("enter")
        await console.sees("✔ succeeded")
        assert len(console.main.run_tabs()) == 2
        await console.press("ctrl+w")
        await console.press("[")
        await console.eventually(lambda: console.main.query(ReplayPage))
        await console.press("ctrl+w")
        await console.eventually(lambda: not console.main.query(ReplayPage))
        await console.eventually(lambda: not copies.exists())


async def test_a_run_that_broke_off_is_played_as_far_as_it_went(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"deploy.yaml": TEXT}, executor=plays())
    await has_run(services, "deploy", until="first")
    async with open_console(services) as console:
        await console.press("h")
        await console.on("history")
        await console.sees("deploy")
        await console.press("p")
        await console.sees("interrupted", "out of the first")
