"""A report of a past run, from the history and from its page."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from msgspec.structs import replace
from textual.widgets import Input

from pup_tui.cli.reporting import report_for
from pup_tui.tui.services import Services
from tests.support.console import Console, MakeServices, OpenConsole, has_run
from tests.support.web_pages import strictly

QUICK = "name: quick <b>one</b>\nsteps: [{name: go, kind: shell, run: x}]\n"
LARGE = (140, 40)


async def services_with_a_run(make_services: MakeServices) -> Services:
    services = make_services({"quick.yaml": QUICK})
    await has_run(services, "quick")
    return replace(services, report=partial(report_for, services.state, services.home))


async def named(console: Console, target: Path) -> None:
    await console.sees("Write a report")
    console.app.screen.query_one(Input).value = str(target)
    await console.press("enter")


async def test_a_run_of_the_history_is_reported_to_a_new_file(
    tmp_path: Path, make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = await services_with_a_run(make_services)
    target = tmp_path / "report.md"
    async with open_console(services, LARGE) as console:
        await console.press("h")
        await console.sees("1 run", "quick")
        await console.press("D")
        await named(console, target)
        await console.tells(f"bytes to {target}")
        assert target.read_text().startswith("# Post-mortem: `quick <b>one</b>`\n")
        assert target.stat().st_mode & 0o777 == 0o600
        await console.press("D")
        await named(console, target)
        await console.tells("is there already")


async def test_the_page_of_a_past_run_makes_a_page_of_it(
    tmp_path: Path, make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = await services_with_a_run(make_services)
    target = tmp_path / "report.html"
    async with open_console(services, LARGE) as console:
        await console.press("h")
        await console.sees("1 run", "quick")
        await console.press("enter")
        await console.sees("go", "succeeded")
        await console.press("D")
        await named(console, target)
        await console.tells(f"bytes to {target}")
        assert len(list(strictly(target.read_text()).iter("h1"))) == 1


async def test_where_there_is_no_report_it_says_why(
    tmp_path: Path, make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"quick.yaml": QUICK})
    await has_run(services, "quick")
    async with open_console(services, LARGE) as console:
        await console.press("h")
        await console.sees("1 run", "quick")
        await console.press("D")
        await named(console, tmp_path / "report.md")
        await console.tells("There is no report: nothing makes reports of run")
        assert not (tmp_path / "report.md").exists()
