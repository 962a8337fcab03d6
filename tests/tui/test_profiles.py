"""The profile in the console: where it shows, what a dangerous one paints, and choosing another."""

from __future__ import annotations

import pytest
from msgspec import structs
from textual.color import Color

from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.profile import ProfileScreen
from pup_tui.tui.services import ProfileOffer
from tests.support.console import MakeServices, OpenConsole

ASKS = "name: asks\nsteps: [{name: Ask, kind: confirm, message: Go on?}]\n"
PRODUCTION = ProfileOffer(name="production", description="What customers use", danger=True)
STAGING = ProfileOffer(name="staging", description="For trying things")
BROKEN = ProfileOffer(name="broken", problem="unknown key `x`")


@pytest.mark.parametrize("profile", [PRODUCTION, STAGING])
async def test_a_dangerous_profile_paints_title_and_dialogs(
    make_services: MakeServices, open_console: OpenConsole, profile: ProfileOffer
) -> None:
    async with open_console(make_services({"asks.yaml": ASKS}, profile=profile)) as console:
        await console.sees(profile.name, "sandbox")
        assert ("DANGER" in console.screen) is profile.danger
        red = Color.parse(console.app.get_css_variables()["error"])
        assert (console.main.query_one("#title-place").styles.background == red) is profile.danger
        console.select("asks")
        await console.pilot.press("r")
        await console.on("plan")
        await console.eventually(lambda: console.main.pages.current == "plan")
        await console.pilot.press("ctrl+r")
        await console.eventually(lambda: isinstance(console.app.screen, ConfirmScreen))
        ordinary = Color.parse(console.app.get_css_variables()["panel"])
        painted = console.app.screen.query_one(".dialog").styles.background
        assert (painted != ordinary) is profile.danger


@pytest.mark.parametrize("columns", [40, 80])
async def test_of_a_long_title_that_it_is_dangerous_stays_and_both_ends_of_the_name(
    make_services: MakeServices, open_console: OpenConsole, columns: int
) -> None:
    name = f"customers-{'x' * 80}-eu-west-1"
    services = make_services({"asks.yaml": ASKS}, profile=ProfileOffer(name=name, danger=True))
    async with open_console(services, size=(columns, 24)) as console:
        title = console.screen.splitlines()[0]
        assert "DANGER customers-" in title
        assert "-eu-west-1" in title
        assert title.rstrip().endswith("no runs")


async def test_another_profile_is_chosen_in_the_title_bar(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    offers = (BROKEN, PRODUCTION, STAGING)
    services = make_services({"asks.yaml": ASKS}, profile=STAGING, profiles=lambda: offers)
    async with open_console(services) as console:
        await console.pilot.click("#title-place")
        await console.sees("production", "What customers use", "DANGER", "unknown key `x`")
        assert isinstance(console.app.screen, ProfileScreen)
        await console.pilot.press("up")
        await console.eventually(lambda: console.app.screen._armed)  # type: ignore[attr-defined]
        await console.pilot.press("enter")
        await console.eventually(lambda: console.app.return_value == "production")


async def test_the_profile_stays_while_a_run_is_under_way(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"asks.yaml": ASKS}, profile=STAGING, profiles=lambda: (PRODUCTION,))
    async with open_console(services) as console:
        console.select("asks")
        await console.pilot.press("r")
        await console.on("plan")
        await console.pilot.press("ctrl+r")
        await console.eventually(lambda: isinstance(console.app.screen, ConfirmScreen))
        await console.pilot.press("escape")
        await console.eventually(lambda: not isinstance(console.app.screen, ConfirmScreen))
        await console.pilot.press("P")
        await console.tells("it can be changed when none is under way")


async def test_why_a_runbook_refuses_a_profile_is_shown_whole(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    names = [f"production-{region}" for region in ("europe", "americas", "asia", "africa")]
    steps = "steps: [{name: a, kind: shell, run: 'echo {{ A }}'}]"
    text = f"name: picky\nprofiles: [{', '.join(names)}]\nvars: {{A: x}}\n{steps}\n"
    services = make_services({"picky.yaml": text}, profile=STAGING)
    async with open_console(services, (80, 24)) as console:
        console.select("picky")
        await console.pilot.press("r")
        await console.sees("Run is off", *names, "(esc)")


CLUSTER = """
name: scale
vars: {CLUSTER: {required: true}}
steps: [{name: A, kind: shell, run: 'echo {{ CLUSTER }}'}]
"""


async def test_what_the_profile_gives_is_not_told_as_wanted(
    make_services: MakeServices, open_console: OpenConsole
) -> None:
    services = make_services({"scale.yaml": CLUSTER}, profile=STAGING)
    sources = structs.replace(
        services.sources(), profile="staging", profile_values={"CLUSTER": "blue"}
    )
    services = structs.replace(services, sources=lambda: sources)
    async with open_console(services) as console:
        console.select("scale")
        await console.sees("CLUSTER", "from the profile")
        assert "required" not in console.screen
