"""`pup-tui [RUNBOOK]`: the console."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import Failure
from pup_tui.cli.options import runbooks_option
from pup_tui.cli.session import environment, open_catalog

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry
    from pup_tui.catalog.inputs import Sources
    from pup_tui.tui.services import Services


class _ProgramContext(click.Context):
    """Where the console is meant, which has no name of its own: usage and errors name the program."""

    @property
    def command_path(self) -> str:
        return super().command_path if self.parent is None else self.parent.command_path


class _Console(click.Command):
    context_class = _ProgramContext


# What else stands on the line is judged after the word, which may be a command's that was misspelt.
@click.command(
    "console",
    cls=_Console,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.argument("runbook", required=False)
@runbooks_option
@click.pass_context
def console_command(ctx: click.Context, runbook: str | None = None) -> int:
    """The console, opened at RUNBOOK."""
    catalog = open_catalog(ctx)
    open_at = None if runbook is None else _named(ctx, catalog, runbook)
    for extra in ctx.args:
        if extra.startswith("-"):
            raise click.NoSuchOption(extra, ctx=ctx)
        raise click.UsageError(f"Got unexpected extra argument ({extra})", ctx)
    if not (os.isatty(0) and os.isatty(1)):
        raise Failure(
            "the console needs a terminal", "", "without one use `pup-tui run RUNBOOK` or --help"
        )
    if environment().get("TERM", "dumb") in ("dumb", "unknown"):
        raise Failure(
            "this terminal cannot show the console", "TERM", "use `pup-tui run RUNBOOK` instead"
        )
    return open_console(environment(), catalog, open_at=open_at)


def _named(ctx: click.Context, catalog: Catalog, word: str) -> Entry:
    """The runbook that the program's first word means, which is none of its commands."""
    from pup_tui.catalog.catalog import UnknownRunbook

    group = ctx.find_root().command
    commands = group.list_commands(ctx) if isinstance(group, click.Group) else []
    try:
        return catalog.find(word, commands)
    except UnknownRunbook as error:
        raise Failure(f"there is no command or runbook `{word}`", "", error.hint) from error


def open_console(
    environ: Mapping[str, str],
    catalog: Catalog,
    *,
    site: str | None = None,
    suggestions: Mapping[str, str] | None = None,
    open_at: Entry | None = None,
) -> int:
    """Show the console until the operator leaves it; returns the exit code.

    `site` says in a word where runs act; without it that is told from the environment.
    """
    from pup_tui.headless.exits import FAILED
    from pup_tui.journal.errors import JournalError

    async def show() -> int:
        from pup_tui.tui.app import PupTuiApp

        async with console_services(
            environ, catalog, site=site, suggestions=suggestions, open_at=open_at
        ) as services:
            app = PupTuiApp(services)
            await app.run_async()
            return app.return_code or 0

    # Until the console stands there is next to nothing to collect, and looking for it would delay the first
    # frame; the app turns the collector on again.
    gc.disable()
    try:
        return asyncio.run(show())
    except JournalError as error:
        todo = error.hint or "free it, or set PUP_TUI_STATE_DIR"
        raise Failure(error.message, str(error.path), todo, code=FAILED) from error
    finally:
        gc.enable()


@asynccontextmanager
async def console_services(
    environ: Mapping[str, str],
    catalog: Catalog,
    *,
    site: str | None = None,
    suggestions: Mapping[str, str] | None = None,
    open_at: Entry | None = None,
) -> AsyncIterator[Services]:
    """What the console works with; all that takes time to import comes when it is used."""
    from pup_tui.cli.late import LateLauncher
    from pup_tui.cli.site import datadog_configuration, site_label
    from pup_tui.journal.places import state_dir
    from pup_tui.tui.services import Services

    configuration = datadog_configuration(environ)
    state = state_dir(environ)
    launcher = LateLauncher(environ, state, configuration)

    def sources() -> Sources:
        from pup_tui.cli.value_sources import value_sources

        return value_sources(environ, configuration, state)

    try:
        yield Services(
            catalog=catalog,
            launcher=launcher,
            state=state,
            environ=environ,
            sources=sources,
            site=site or site_label(configuration),
            suggestions=suggestions or {},
            open_at=open_at,
        )
    finally:
        await launcher.close()
