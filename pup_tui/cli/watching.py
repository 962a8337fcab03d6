"""`pup-tui watch`: a run of another process, followed without touching it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pup_tui.aside import run_loop
from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.options import json_option, pass_settings, runbooks_option
from pup_tui.cli.recorded_runs import recorded_runs
from pup_tui.cli.run_streams import outlets, told_lost
from pup_tui.core.state import RunStatus
from pup_tui.drivers.watcher import Watcher
from pup_tui.headless.exits import FAILED, INTERRUPT, code_of_stop, exit_code
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.core.actions import Question
    from pup_tui.drivers.following import FollowedRun
    from pup_tui.headless.stream import Outlet
    from pup_tui.settings.settings import Settings


class _Waits(Watcher):
    """Says of each question that it is answered elsewhere."""

    def __init__(self, who: str, err: Outlet) -> None:
        self._who = who
        self._err = err

    def question(self, question: Question) -> None:
        self._err.write(f"  … waits for an answer where the run is: {safe_text(self._who)}\n")


@click.command("watch")
@click.argument("run")
@json_option
@runbooks_option
@pass_settings
def watch_command(settings: Settings, run: str, as_json: bool) -> int:
    """Follow RUN (its id, or the beginning or end of it) to its end, without touching it.

    The exit code is that of the run; Ctrl-C ends the watching, and not the run.
    """
    from pup_tui.drivers.following import FollowedRun, driver_of
    from pup_tui.recorded_text import read_record

    with recorded_runs(settings.state_dir) as runs:
        journal, row = runs.find(run)
        record = read_record(journal, row)
        followed = FollowedRun(
            journal.state, row, record.programs, journal.follow(row.run), lines=True
        )
        who = driver_of(row, record.events)
        if row.status is RunStatus.RUNNING:
            tell(f"watching run {row.run} of {who}; Ctrl-C ends the watching, and not the run")
        try:
            return run_loop(_watch(settings, followed, who, as_json=as_json))
        except KeyboardInterrupt:
            tell(f"not watched any more: run {row.run} goes on")
            return INTERRUPT


async def _watch(settings: Settings, followed: FollowedRun, who: str, *, as_json: bool) -> int:
    from pup_tui.headless.jsonlines import JsonFace
    from pup_tui.headless.stream import Pump
    from pup_tui.headless.text import TextFace

    pump = Pump()
    out, err = outlets(settings.terminal, pump)
    if as_json:
        followed.watch(JsonFace(out, err, followed.run, followed.clock))
    else:
        followed.watch(TextFace(out, err, followed.program, followed.output_path))
    followed.watch(_Waits(who, err))
    try:
        ended = await followed.follow()
    finally:
        await pump.drain()
    if not ended:
        told = f"run {followed.run} was interrupted: its program is gone"
        todo = f"`pup-tui resume {followed.run}` goes on with it"
        raise Failure(told, "", todo, code=FAILED)
    code = exit_code(followed.state.status, code_of_stop(followed.stopped_by))
    return told_lost(code, out, err, f"`pup-tui show {followed.run}` has all of it")
