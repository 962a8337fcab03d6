"""`pup-tui [RUNBOOK]`: the console."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import Failure
from pup_tui.cli.options import runbooks_option
from pup_tui.cli.session import environment, find_entry, open_catalog

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog


@click.command("console", hidden=True)
@click.argument("runbook", required=False)
@runbooks_option
@click.pass_context
def console_command(ctx: click.Context, runbook: str | None = None) -> int:
    """The console, opened at RUNBOOK."""
    if not (os.isatty(0) and os.isatty(1)):
        raise Failure(
            "the console needs a terminal", "", "without one use `pup-tui run RUNBOOK` or --help"
        )
    catalog = open_catalog(ctx)
    if runbook is not None:
        find_entry(catalog, runbook)
    environ = environment()
    from pup_tui.cli.wiring import datadog_configuration

    site = datadog_configuration(environ).site
    return open_console(environ, catalog, site=site, open_at=runbook)


def open_console(
    environ: Mapping[str, str],
    catalog: Catalog,
    *,
    site: str,
    suggestions: Mapping[str, str] | None = None,
    open_at: str | None = None,
) -> int:
    """Show the console until the operator leaves it; returns the exit code."""
    from pup_tui.headless.exits import FAILED
    from pup_tui.journal.errors import JournalError

    try:
        return asyncio.run(_show(environ, catalog, site, suggestions or {}, open_at))
    except JournalError as error:
        todo = error.hint or "free it, or set PUP_TUI_STATE_DIR"
        raise Failure(error.message, str(error.path), todo, code=FAILED) from error


async def _show(
    environ: Mapping[str, str],
    catalog: Catalog,
    site: str,
    suggestions: Mapping[str, str],
    open_at: str | None,
) -> int:
    from pup_tui.cli.wiring import open_launcher, open_state
    from pup_tui.tui.app import PupTuiApp
    from pup_tui.tui.services import Services

    with open_state(environ) as state:
        async with open_launcher(environ, state) as launcher:
            services = Services(
                catalog=catalog,
                launcher=launcher,
                state=state,
                environ=environ,
                site=site,
                suggestions=suggestions,
                open_at=open_at,
            )
            app = PupTuiApp(services)
            await app.run_async()
            return app.return_code or 0
