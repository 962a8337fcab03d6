"""Shows the console, or an empty Textual application, until it has been painted once."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot


async def leave(pilot: Pilot[Any]) -> None:
    pilot.app.screen.call_after_refresh(pilot.app.exit)


async def console() -> None:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.cli.console import console_services
    from pup_tui.tui.app import PupTuiApp

    environ = dict(os.environ)
    catalog = Catalog.from_environment(environ, [], Path.cwd())
    async with console_services(environ, catalog) as services:
        await PupTuiApp(services).run_async(headless=True, auto_pilot=leave)


async def empty() -> None:
    await App[None]().run_async(headless=True, auto_pilot=leave)


if __name__ == "__main__":
    asyncio.run(console() if sys.argv[1:] == ["console"] else empty())
