"""`pup-tui demo`: the console, or one runbook without a terminal, against the built-in Datadog."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pup_tui.cli.options import pass_settings, runbooks_option

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.datadog.sandbox.server import Sandbox
    from pup_tui.datadog.sandbox.world import World
    from pup_tui.settings.settings import Settings
    from pup_tui.tui.services import FiringAlert

SHOWN = "incident-triage"
"""The runbook that the demo runs where there is no terminal."""

FITS = "rollback-feature-flag"
"""The runbook that ends the incident of the sandbox."""

LOOKS = ("TERM", "COLORTERM", "COLORFGBG", "TMUX", "NO_COLOR", "PUP_TUI_COLORS", "PUP_TUI_THEME")
"""What tells how the console looks."""

KEPT = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", *LOOKS)
"""What the demo takes over from the operator's environment: nothing that leads to real systems."""


@click.command("demo")
@runbooks_option
@pass_settings
def demo_command(settings: Settings) -> int:
    """Try it: a live incident in a sandbox. No account, no configuration, nothing is kept."""
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Origin
    from pup_tui.catalog.places import Folder, bundled_dir
    from pup_tui.cli.demo_folder import demo_folder
    from pup_tui.cli.workflows import workflow_folders

    with demo_folder() as folder, sandbox_beside() as sandbox:
        demo = demo_settings(settings.environ, folder, sandbox.url)
        given = [Folder(path, Origin.GIVEN) for path in settings.runbooks.given]
        bundled = Folder(bundled_dir(), Origin.BUNDLED)
        catalog = Catalog([*given, bundled, *workflow_folders(demo)])
        if demo.terminal.can_show:
            from pup_tui.cli.console import console_services, open_console

            return open_console(
                lambda _, leftovers: console_services(
                    demo,
                    catalog,
                    leftovers,
                    site="sandbox",
                    suggestions=suggestions(),
                    open_at=catalog.find(FITS),
                    alert=firing(sandbox.world),
                ),
                is_kept=False,
            )
        return _run_once(demo, catalog)


def demo_settings(environ: Mapping[str, str], folder: Path, url: str) -> Settings:
    """Settings of the demo's own: nothing of the operator's, but for what KEPT says, is in them."""
    from pup_tui.settings.settings import read_settings

    own = {name: value for name, value in environ.items() if name in KEPT}
    demo = {
        "PUP_TUI_STATE_DIR": str(folder / "state"),
        "PUP_TUI_CONFIG_DIR": str(folder / "config"),
        "PUP_CONFIG_DIR": str(folder / "pup"),
        "PUP_TUI_DATADOG_URL": url,
        "PUP_TUI_PUP": "builtin",
        "DD_API_KEY": "sandbox-api-key",
        "DD_APP_KEY": "sandbox-application-key",
    }
    return read_settings(environ=own | demo)


def suggestions() -> dict[str, str]:
    """Values for the bundled runbooks' variables that the sandbox knows."""
    from pup_tui.datadog.sandbox import ids

    return {
        "SERVICE": "payments",
        "INCIDENT_ID": ids.INCIDENT_ID,
        "FLAG_KEY": ids.FLAG_KEY,
        "VERSION": "1.4.3",
        "ENV": "production",
        "DURATION": "1h",
        "POLL_INTERVAL": "2s",
    }


def firing(world: World) -> FiringAlert:
    """The alert of the sandbox's incident, which fires while what its monitor measures is bad."""
    from pup_tui.datadog.sandbox import ids
    from pup_tui.tui.services import FiringAlert

    monitor = next(each for each in world.monitors if each.id == ids.MONITOR_ID)

    def fires() -> bool:
        # The monitor's state is that of the last request, after which it may be that nobody asks again.
        now = world.timeline.elapsed()
        return world.level(monitor.measure, monitor.service, monitor.env, now) > monitor.critical

    return FiringAlert(
        title=f"{monitor.name} in {monitor.env}",
        since=monitor.changed or 0.0,
        message=f"Checkouts fail since the flag {ids.FLAG_KEY} was turned on.",
        runbook=FITS,
        reason="is for errors that began when a flag was turned on",
        values={"FLAG_KEY": ids.FLAG_KEY, "SERVICE": monitor.service, "ENV": monitor.env},
        fires=fires,
    )


@contextmanager
def sandbox_beside(scenario: str = "demo") -> Iterator[Sandbox]:
    """The sandbox on a loop of its own, so that it answers whatever the console is doing."""
    from pup_tui.datadog.sandbox.server import Sandbox

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sandbox", daemon=True)
    thread.start()
    server = Sandbox(scenario)
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _run_once(settings: Settings, catalog: Catalog) -> int:
    from pup_tui.catalog.inputs import resolve_inputs
    from pup_tui.catalog.value_sources import local_sources
    from pup_tui.cli.runbooks import find_entry, load_valid
    from pup_tui.cli.running import Manner, run_loaded
    from pup_tui.cli.wiring import Parts
    from pup_tui.core.program import compile_program

    loaded, runbook = load_valid(catalog, find_entry(settings, catalog, SHOWN))
    given = {name: value for name, value in suggestions().items() if name in runbook.vars}
    told = f"No terminal: running {SHOWN} against the built-in sandbox, with --yes; nothing of it is kept."
    click.echo(told, err=True)
    sys.stderr.flush()
    sources = local_sources(settings.environ, settings.home)
    resolved = asyncio.run(resolve_inputs(runbook, given, sources))
    program = compile_program(loaded.id, runbook)
    return run_loaded(Parts(settings), loaded, program, resolved, Manner(yes=True))
