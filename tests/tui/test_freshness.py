"""How fresh a runbook is, wherever one looks at it."""

from __future__ import annotations

import pytest

from tests.support.console import LARGE, SMALL, MakeServices, OpenConsole, has_run
from tests.support.journals import aged

ONE = "name: one\nsteps: [{name: a, kind: shell, run: a}]\n"


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_list_overview_and_plan_say_when_it_succeeded_and_that_it_changed(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    services = make_services({"one.yaml": ONE})
    await has_run(services, "one")
    aged(services.state, 12 * 86_400 + 60)
    (services.home / "runbooks" / "one.yaml").write_text(ONE.replace("run: a", "run: b"))
    async with open_console(services, size) as c:
        if size == LARGE:
            await c.sees("12d changed")
        await c.sees("last succeeded 12 days ago", "never run since it changed")
        await c.press("p")
        await c.on("plan")
        await c.sees("last succeeded 12 days ago · never run since it changed")


async def test_a_runbook_that_never_ran_has_no_age(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services({"one.yaml": ONE}), LARGE) as c:
        await c.sees("one", "It has not run yet.")
        await c.press("p")
        await c.sees("never run")


async def test_the_statistics_are_a_key_away_from_the_history(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"one.yaml": ONE})
    await has_run(services, "one")
    async with open_console(services) as c:
        await c.press("h")
        await c.on("history")
        await c.press("S")
        await c.on("statistics")
        await c.sees("last 20")
