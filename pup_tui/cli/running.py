"""`pup-tui run`: runs a runbook without the console."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
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
    from pup_tui.headless.handover import PlainTerminal
    from pup_tui.headless.stream import Outlet
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Runbook
    from pup_tui.runbook.variables import Resolved, Sources


@click.command("run")
@click.argument("runbook")
@values_options
@click.option("--yes", is_flag=True, help="Answer every question with yes; a failure with abort.")
@click.option(
    "--undo", is_flag=True, help="Take finished steps back if the run fails or is aborted."
)
@click.option("--dry-run", is_flag=True, help="Show what would be run, and run nothing.")
@click.option("--no-journal", is_flag=True, help="Keep no record of the run.")
@click.option("--break-lock", metavar="REASON", help="Take the lock from the run that holds it.")
@json_option
@runbooks_option
@click.pass_context
def run_command(
    ctx: click.Context,
    runbook: str,
    args: Sequence[str],
    arg_file: Path | None,
    yes: bool,
    undo: bool,
    dry_run: bool,
    no_journal: bool,
    break_lock: str | None,
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
    if break_lock is not None:
        _check_breaking(model, break_lock)
    can_ask = _is_terminal() and not yes
    sources = _sources(environment(), journal=not no_journal)
    resolved = resolve_values(model, given_values(model, args, arg_file), sources, ask=can_ask)
    return run_loaded(
        environment(),
        loaded,
        model,
        resolved,
        yes=yes,
        undo=undo,
        as_json=as_json,
        journal=not no_journal,
        break_lock=break_lock,
    )


def _sources(environ: Mapping[str, str], *, journal: bool) -> Sources:
    from pup_tui.cli.site import datadog_configuration
    from pup_tui.cli.value_sources import value_sources
    from pup_tui.journal.places import state_path

    state = state_path(environ) if journal else None
    return value_sources(environ, datadog_configuration(environ), state)


def _check_breaking(runbook: Runbook, reason: str) -> None:
    if not reason.strip():
        raise Failure("--break-lock needs a reason, which is recorded", "", "say why")
    if runbook.lock is None:
        raise Failure("the runbook has no `lock` to break", "--break-lock", "leave the option out")


def run_loaded(
    environ: Mapping[str, str],
    loaded: Loaded,
    runbook: Runbook,
    resolved: Resolved,
    *,
    yes: bool,
    undo: bool = False,
    as_json: bool,
    journal: bool = True,
    break_lock: str | None = None,
) -> int:
    """Run what is loaded and valid; returns the exit code. `break_lock` is why its lock may be broken."""
    from pup_tui.cli.lock_failures import told_as_failures
    from pup_tui.headless.exits import FAILED
    from pup_tui.journal.errors import JournalError

    run = _run(
        environ,
        loaded,
        runbook,
        resolved,
        yes=yes,
        undo=undo,
        as_json=as_json,
        journal=journal,
        break_lock=break_lock,
    )
    try:
        with told_as_failures():
            return asyncio.run(run)
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
    undo: bool,
    as_json: bool,
    journal: bool,
    break_lock: str | None,
) -> int:
    from pup_tui.cli.wiring import open_launcher, open_state
    from pup_tui.core.events import Source
    from pup_tui.core.program import compile_program
    from pup_tui.headless.answers import SayYes, Undoing
    from pup_tui.headless.handover import PlainTerminal
    from pup_tui.headless.runner import run_headless
    from pup_tui.headless.stream import Outlet, Pump

    with open_state(environ, journal=journal) as state:
        async with open_launcher(environ, state, journal=journal) as launcher:
            pump = Pump()
            terminal = PlainTerminal(pump) if _is_terminal() else None
            launch = partial(
                launcher.launch,
                compile_program(loaded.id, runbook),
                source=Source(path=str(loaded.path.absolute()), sha256=loaded.sha256),
                files=loaded.files,
                values=resolved.values,
                left_out=resolved.left_out,
                secrets=resolved.secrets,
                terminal=terminal,
            )
            run = await _launched(launch, break_lock)
            out, err = Outlet(sys.stdout, pump), Outlet(sys.stderr, pump)
            _tell_broken(run, err)
            face = _face(run, environ, out, err, as_json=as_json)
            sources = _sources(environ, journal=journal)
            others = SayYes(sources) if yes else _asking(launcher.operator, err, sources, terminal)
            answers = Undoing(others, err, undo=undo)
            try:
                return await run_headless(run, face, answers)
            finally:
                await pump.drain()


async def _launched(launch: Callable[..., Awaitable[LocalRun]], break_lock: str | None) -> LocalRun:
    """A run that has its lock: where it is held and may be broken, taken from who is found to hold it."""
    from pup_tui.drivers.locks import Breaking, LockHeld

    try:
        return await launch()
    except LockHeld as held:
        if break_lock is None:
            raise
        breaking = Breaking(held.holder, break_lock.strip())
    return await launch(breaking=breaking)


def _tell_broken(run: LocalRun, err: Outlet) -> None:
    from pup_tui.output.sanitize import safe_text

    lock = run.lock
    if lock is not None and lock.broken:
        told = f"the lock {lock.value} was taken from {lock.broken}: {lock.reason}"
        err.write(f"▲ {safe_text(told)}\n")


def _face(
    run: LocalRun, environ: Mapping[str, str], out: Outlet, err: Outlet, *, as_json: bool
) -> Watcher:
    from pup_tui.headless.jsonlines import JsonFace
    from pup_tui.headless.text import TextFace

    if as_json:
        return JsonFace(out, run.run, run.clock)
    return TextFace(out, err, run.program, colour=err.is_terminal and not environ.get("NO_COLOR"))


def _asking(
    operator: str, err: Outlet, sources: Sources, terminal: PlainTerminal | None
) -> Answers:
    from pup_tui.headless.answers import Nobody
    from pup_tui.headless.terminal import Terminal

    if terminal is None:
        return Nobody()
    return Terminal(operator, err, sources, terminal.turn)


def _is_terminal() -> bool:
    """Whether there is somebody to ask."""
    try:
        return os.isatty(sys.stdin.fileno()) and os.isatty(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
