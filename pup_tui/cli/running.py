"""`pup-tui run`: runs a runbook without the console."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import Failure
from pup_tui.cli.options import json_option, runbooks_option, values_options
from pup_tui.cli.session import (
    environment,
    find_entry,
    given_values,
    load_valid,
    open_catalog,
    resolve_values,
)

if TYPE_CHECKING:
    from pup_tui.drivers.local import LocalRun
    from pup_tui.drivers.watcher import Watcher
    from pup_tui.headless.answers import Answers
    from pup_tui.headless.stream import Outlet
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Runbook
    from pup_tui.runbook.variables import Resolved


@click.command("run")
@click.argument("runbook")
@values_options
@click.option("--yes", is_flag=True, help="Answer every question with yes; a failure with abort.")
@click.option("--dry-run", is_flag=True, help="Show what would be run, and run nothing.")
@click.option("--no-journal", is_flag=True, help="Keep no record of the run.")
@json_option
@runbooks_option
@click.pass_context
def run_command(
    ctx: click.Context,
    runbook: str,
    args: Sequence[str],
    arg_file: Path | None,
    yes: bool,
    dry_run: bool,
    no_journal: bool,
    as_json: bool,
) -> int:
    """Run RUNBOOK (an id or a file) and stream what its steps print."""
    if dry_run:
        from pup_tui.cli.planning import print_plan

        print_plan(ctx, runbook, args, arg_file, as_json=as_json)
        return 0
    catalog = open_catalog(ctx)
    entry = find_entry(catalog, runbook)
    if not entry.trusted:
        raise Failure(
            f"`{entry.id}` lies in the working directory and is not trusted",
            str(entry.path),
            "run it by its path if you know what it does",
        )
    loaded, model = load_valid(catalog, entry)
    can_ask = _is_terminal() and not yes
    resolved = resolve_values(model, given_values(model, args, arg_file), ask=can_ask)
    return run_loaded(
        environment(),
        loaded,
        model,
        resolved,
        yes=yes,
        as_json=as_json,
        journal=not no_journal,
    )


def run_loaded(
    environ: Mapping[str, str],
    loaded: Loaded,
    runbook: Runbook,
    resolved: Resolved,
    *,
    yes: bool,
    as_json: bool,
    journal: bool = True,
) -> int:
    """Run what is loaded and valid; returns the exit code."""
    from pup_tui.headless.exits import FAILED
    from pup_tui.journal.errors import JournalError

    try:
        return asyncio.run(
            _run(environ, loaded, runbook, resolved, yes=yes, as_json=as_json, journal=journal)
        )
    except JournalError as error:
        todo = f"{error.hint or 'free it, or set PUP_TUI_STATE_DIR'}; --no-journal keeps no record"
        raise Failure(error.message, str(error.path), todo, code=FAILED) from error


async def _run(
    environ: Mapping[str, str],
    loaded: Loaded,
    runbook: Runbook,
    resolved: Resolved,
    *,
    yes: bool,
    as_json: bool,
    journal: bool,
) -> int:
    from pup_tui.cli.wiring import open_launcher, open_state
    from pup_tui.core.events import Source
    from pup_tui.core.program import compile_program
    from pup_tui.headless.runner import run_headless
    from pup_tui.headless.stream import Outlet, Pump

    with open_state(environ, journal=journal) as state:
        async with open_launcher(environ, state, journal=journal) as launcher:
            run = await launcher.launch(
                compile_program(loaded.id, runbook),
                source=Source(path=str(loaded.path.absolute()), sha256=loaded.sha256),
                files=loaded.files,
                values=resolved.values,
                left_out=resolved.left_out,
            )
            pump = Pump()
            out, err = Outlet(sys.stdout, pump), Outlet(sys.stderr, pump)
            face = _face(run, environ, out, err, as_json=as_json)
            try:
                return await run_headless(run, face, _answers(launcher.operator, err, yes=yes))
            finally:
                await pump.drain()


def _face(
    run: LocalRun, environ: Mapping[str, str], out: Outlet, err: Outlet, *, as_json: bool
) -> Watcher:
    from pup_tui.headless.jsonlines import JsonFace
    from pup_tui.headless.text import TextFace

    if as_json:
        return JsonFace(out, run.run, run.clock)
    return TextFace(out, err, run.program, colour=err.is_terminal and not environ.get("NO_COLOR"))


def _answers(operator: str, err: Outlet, *, yes: bool) -> Answers:
    from pup_tui.headless.answers import Nobody, SayYes, Terminal

    if yes:
        return SayYes()
    return Terminal(operator, err) if _is_terminal() else Nobody()


def _is_terminal() -> bool:
    """Whether there is somebody to ask."""
    try:
        return os.isatty(sys.stdin.fileno()) and os.isatty(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
