"""`make screenshots`: pictures of the real program, driven by keys against the built-in sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import cairosvg
from textual.pilot import Pilot

from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder, bundled_dir
from pup_tui.cli.console import console_services
from pup_tui.cli.demo import demo_settings, suggestions
from pup_tui.datadog.sandbox import Sandbox
from pup_tui.inbox.receiving import received
from pup_tui.journal.inbox import take_alerts
from pup_tui.journal.store import Journal
from pup_tui.tui import inbox
from pup_tui.tui.app import PupTuiApp
from pup_tui.tui.appearance import Depth
from tests.screenshots.recording import record
from tests.support.journals import copied

FOLDER = Path(__file__).parent.parent.parent / "screenshots"
OWN_RUNBOOKS = Path(__file__).parent / "runbooks"
SIZE = (120, 34)


async def wait_for(pilot: Pilot[Any], holds: Callable[[str], bool], seconds: float = 60.0) -> None:
    """Let the program go on until its screen is as wanted."""
    until = asyncio.get_running_loop().time() + seconds
    while not holds(text_of(pilot)):
        if asyncio.get_running_loop().time() > until:
            raise SystemExit(f"the screen did not become as wanted:\n{text_of(pilot)}")
        await pilot.pause(0.1)
    await pilot.pause(0.3)


def text_of(pilot: Pilot[Any]) -> str:
    """What stands on the screen, without its looks."""
    picture = pilot.app.export_screenshot()
    return re.sub(r"<[^>]+>", "", picture).replace("&#160;", " ")


def take(pilot: Pilot[Any], name: str) -> None:
    """Write the screen as SVG and PNG."""
    picture = pilot.app.export_screenshot(title="pup-tui")
    (FOLDER / f"{name}.svg").write_text(picture)
    # The picture's own font comes from the web, which a converter does not ask.
    local = picture.replace("Fira Code", "DejaVu Sans Mono")
    cairosvg.svg2png(bytestring=local.encode(), write_to=str(FOLDER / f"{name}.png"))
    print(f"screenshots/{name}.svg, {name}.png")


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pup-tui-screenshots-") as folder:
        async with Sandbox() as sandbox:
            home = Path(folder) / "home"
            os.environ["HOME"] = str(home)
            os.environ |= {"PUP_TUI_COLORS": "truecolor", "PUP_TUI_THEME": "dark"}
            library = home / ".config" / "pup-tui" / "runbooks"
            shutil.copytree(bundled_dir(), library)
            shutil.copytree(OWN_RUNBOOKS, library, dirs_exist_ok=True)
            settings = demo_settings(os.environ, Path(folder), sandbox.url)
            catalog = Catalog([Folder(library, Origin.CONFIGURATION)])
            async with console_services(
                settings, catalog, site="sandbox", suggestions=suggestions()
            ) as services:
                for told in (story, looks, breaking_off, going_on, what_came):
                    app = PupTuiApp(services)
                    async with app.run_test(size=SIZE) as pilot:
                        await told(pilot)
                        app.runs.interrupt("the terminal was lost")
                        await app.runs.end("the terminal was lost")
    record(FOLDER)


async def story(pilot: Pilot[Any]) -> None:
    """A flag is rolled back, a service is drained for maintenance, and draining a zone fails."""
    await wait_for(pilot, lambda text: "rollback-feature-flag" in text)
    await choose(pilot, "rollback", "Turn a feature flag off")
    take(pilot, "catalog")
    await pilot.press("r")
    await wait_for(pilot, lambda text: "values for this run" in text)
    take(pilot, "form")
    await pilot.press("ctrl+r")
    await wait_for(pilot, lambda text: "Errors of payments there" in text)
    await pilot.pause(0.5)
    take(pilot, "confirm")
    await pilot.press("y", "enter")
    await wait_for(pilot, lambda text: "7 of 7" in text)
    await choose(pilot, "maintenance", "mute its monitors")
    await pilot.press("r")
    await wait_for(pilot, lambda text: "values for this run" in text)
    await pilot.press("ctrl+r")
    await wait_for(pilot, lambda text: "━ Confirm the maintenance" in text)
    await pilot.pause(0.5)
    await pilot.press("y")
    # On a busy computer there are fewer attempts until the traffic has ceased.
    await wait_for(pilot, lambda text: "attempt 4" in text or "start of the work" in text)
    take(pilot, "run")
    await choose(pilot, "drain", "away from one zone")
    await pilot.press("r")
    await wait_for(pilot, lambda text: "values for this run" in text)
    await pilot.press("ctrl+r")
    await wait_for(pilot, lambda text: "out of the balancers?" in text)
    await pilot.pause(0.5)
    await pilot.press("y", "enter")
    await wait_for(pilot, lambda text: "waiting for export" in text or "attempt 3" in text)
    take(pilot, "nested")
    await wait_for(pilot, lambda text: "Undo 3…" in text)
    await pilot.pause(0.5)
    await pilot.press("u")
    await wait_for(pilot, lambda text: "undo nothing" in text)
    await pilot.pause(0.5)
    await pilot.press("asterisk")
    await wait_for(pilot, lambda text: "Undo 3 steps" in text)
    take(pilot, "undo")
    await pilot.press("enter")
    await wait_for(pilot, lambda text: "Run again" in text and "first run" in text)
    take(pilot, "failure")


async def looks(pilot: Pilot[Any]) -> None:
    """One screen in the looks of the console, and with fewer colours."""
    await wait_for(pilot, lambda text: "incident-triage" in text)
    await choose(pilot, "rollback", "Turn a feature flag off")
    await pilot.press("r")
    await wait_for(pilot, lambda text: "values for this run" in text)
    await pilot.press("ctrl+r")
    await wait_for(pilot, lambda text: "Errors of payments there" in text)
    await pilot.press("escape")
    await wait_for(pilot, lambda text: "to answer" in text)
    app = pilot.app
    assert isinstance(app, PupTuiApp)
    for choice, depth, name in (
        ("dark", Depth.TRUE, "dark"),
        ("light", Depth.TRUE, "light"),
        ("contrast", Depth.TRUE, "contrast"),
        ("dark", Depth.INDEXED, "256"),
        ("light", Depth.INDEXED, "light-256"),
        ("dark", Depth.BASIC, "16"),
        ("dark", Depth.NONE, "none"),
    ):
        app.choose_theme(choice)
        app.show_depth(depth)
        await pilot.pause(0.5)
        take(pilot, f"look-{name}")


async def breaking_off(pilot: Pilot[Any]) -> None:
    """A console that is lost while a database gets another primary."""
    await wait_for(pilot, lambda text: "move-primary" in text)
    await choose(pilot, "move", "Makes a replica the primary")
    await pilot.press("r")
    await wait_for(pilot, lambda text: "Back" in text)
    await pilot.press("ctrl+r")
    await wait_for(pilot, lambda text: "do this dangerous step" in text)
    await pilot.pause(0.5)
    await pilot.press("y", "enter")
    await wait_for(pilot, lambda text: "as change 7731" in text)


async def going_on(pilot: Pilot[Any]) -> None:
    """The next console resumes the run."""
    await wait_for(pilot, lambda text: "R shows" in text)
    await pilot.press("R")
    await wait_for(pilot, lambda text: "Resume" in text)
    await pilot.press("r")
    await wait_for(pilot, lambda text: "begun" in text)
    await pilot.pause(0.5)
    take(pilot, "resume")
    await pilot.press("tab", "enter")
    await wait_for(pilot, lambda text: "Was it done?" in text)
    take(pilot, "unknown")


ALERTS = (
    ("mails", "Queue of mails is long", "low", "resolved"),
    ("web", "Disk of web-1 is nearly full", "warning", "firing"),
    ("web", "Disk of web-2 is nearly full", "warning", "firing"),
    (
        "payments",
        "Error rate of payments is high since the flag new-checkout",
        "critical",
        "firing",
    ),
)


async def what_came(pilot: Pilot[Any]) -> None:
    """Alerts that came by themselves, and what is told of the runs that are over."""
    app = pilot.app
    assert isinstance(app, PupTuiApp)
    with closing(Journal.open(app.services.state)) as journal:
        past = {row.runbook: row.run for row in journal.runs()}
        for service, title, severity, status in ALERTS:
            labels = {"service": service, "env": "production", "severity": severity}
            said = {"status": status, "labels": {"alertname": title, **labels}}
            take_alerts(journal, received(json.dumps({"alerts": [said]})), inbox.now())
    copied(app.services.state, past["rollback-feature-flag"], 11)
    await wait_for(pilot, lambda text: "Error rate of payments" in text)
    await choose(pilot, "rollback", "Turn a feature flag off")
    await pilot.press("i")
    await wait_for(pilot, lambda text: "Disk of web-1" in text)
    take(pilot, "inbox")
    await pilot.press("enter")
    await wait_for(pilot, lambda text: "as it came" in text.lower())
    take(pilot, "alert")
    await choose(pilot, "rollback", "Turn a feature flag off")
    await pilot.press("S")
    await wait_for(pilot, lambda text: "p95" in text)
    take(pilot, "statistics")
    await choose(pilot, "rollback", "Turn a feature flag off")
    await pilot.press("h")
    await wait_for(pilot, lambda text: "✔ succeeded" in text)
    await pilot.press("p")
    await wait_for(pilot, lambda text: "Faster" in text)
    await pilot.press("n", "n", "n")
    await pilot.pause(0.5)
    take(pilot, "replay")


async def choose(pilot: Pilot[Any], name: str, shown: str) -> None:
    """Go to a runbook by the filter, from wherever one is: a run may have begun to ask meanwhile."""
    main = pilot.app.screen_stack[0]
    while pilot.app.screen is not main or getattr(main, "page", "") != "overview":
        await pilot.press("escape")
        await pilot.pause(0.3)
    await pilot.press("slash", *name, "enter", "escape")
    await wait_for(pilot, lambda text: shown in text)


if __name__ == "__main__":
    asyncio.run(main())
