"""What goes wrong at this moment is told at the start, with the runbook that fits."""

from __future__ import annotations

import pytest
from msgspec import structs

from pup_tui.tui.services import FiringAlert
from pup_tui.tui.widgets.alert_banner import AlertBanner
from tests.support.console import HOSTILE, LARGE, SMALL, VISIBLE, MakeServices, OpenConsole
from tests.support.executors import FakeExecutor, Play

ROLLBACK = """
name: rollback
vars:
  FLAG: {description: Flag to turn off}
  SERVICE: {description: What fails}
steps: [{name: Say, kind: shell, run: 'echo {{ FLAG }} {{ SERVICE }}'}]
"""
OTHER = "name: other\nsteps: [{name: a, kind: shell, run: ls}]\n"
RUNBOOKS = {"rollback.yaml": ROLLBACK, "other.yaml": OTHER}


def alert(title: str = "payments: error rate is high", runbook: str = "rollback") -> FiringAlert:
    return FiringAlert(
        title=title,
        since=0.0,
        message="Checkouts fail.",
        runbook=runbook,
        reason="is for errors after a flag",
        values={"FLAG": "new-checkout", "SERVICE": "payments"},
    )


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_one_key_opens_the_form_that_fits_filled_in(
    make_services: MakeServices, open_console: OpenConsole, size: tuple[int, int]
) -> None:
    async with open_console(make_services(RUNBOOKS, alert=alert()), size) as console:
        await console.sees("payments: error rate is high", "Checkouts fail.")
        await console.sees("rollback  is for errors after a flag", "FLAG, SERVICE filled in")
        console.select("other")
        await console.press("A")
        await console.on("form")
        await console.sees("new-checkout", "payments", "2 values ready")
        assert "Checkouts fail." not in console.screen
        await console.press("escape")
        await console.sees("Checkouts fail.")
        await console.press("A")
        await console.on("form")
        await console.press("ctrl+r")
        await console.sees("1 of 1")


async def test_it_stands_for_as_long_as_it_fires(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    firing = [True]
    told = structs.replace(alert(), fires=lambda: firing[0])
    services = make_services(RUNBOOKS, alert=told, executor=FakeExecutor(Play()))
    async with open_console(services, LARGE) as console:
        await console.sees("Checkouts fail.")
        await console.press("A")
        await console.on("form")
        await console.press("ctrl+r")
        await console.sees("1 of 1")
        assert console.main.query(AlertBanner)
        firing[0] = False
        await console.eventually(lambda: not console.main.query(AlertBanner))


async def test_it_is_put_aside_and_clicked(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(RUNBOOKS, alert=alert())) as console:
        await console.sees("Checkouts fail.")
        await console.pilot.click(AlertBanner)
        await console.on("form")
        await console.press("escape", "x")
        await console.eventually(lambda: not console.main.query(AlertBanner))
        await console.press("A")
        assert console.main.page == "overview"


async def test_a_click_on_how_it_is_put_aside_does_that(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    async with open_console(make_services(RUNBOOKS, alert=alert())) as console:
        await console.sees("puts this aside")
        lines = console.screen.splitlines()
        row = next(number for number, line in enumerate(lines) if "puts this aside" in line)
        await console.pilot.click(offset=(lines[row].index("puts this aside"), row))
        await console.eventually(lambda: not console.main.query(AlertBanner))
        assert console.main.page == "overview"


async def test_a_hostile_alert_and_a_runbook_that_is_gone(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services(RUNBOOKS, alert=alert(HOSTILE, "gone"))
    async with open_console(services, LARGE) as console:
        await console.sees(VISIBLE)
        await console.press("A")
        await console.tells("There is no runbook gone any more.")


async def test_its_keys_stay_in_sight_however_many_values_it_fills_in(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    values = {f"A_VALUE_WITH_A_LONG_NAME_{number}": "x" for number in range(9)}
    firing = structs.replace(alert(), values=values)
    async with open_console(make_services(RUNBOOKS, alert=firing)) as console:
        await console.sees("A opens it", "x puts this aside")
