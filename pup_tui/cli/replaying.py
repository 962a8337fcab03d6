"""`pup-tui replay`: a past run, played again as it went."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click

from pup_tui.aside import run_loop
from pup_tui.cli.failure import Failure
from pup_tui.cli.new_file import Write, written_to
from pup_tui.cli.options import pass_settings
from pup_tui.cli.recorded_runs import recorded_runs
from pup_tui.output.safe_json import safe_json

if TYPE_CHECKING:
    from pup_tui.drivers.recorded import Recorded
    from pup_tui.journal.records import RunRow
    from pup_tui.settings.settings import Settings
    from pup_tui.tui.services import ReplayBegin, ReplayWanted

LONGEST_PAUSE: Final = 3.0
"""Seconds that players of a cast wait at most where nothing happens."""

_SIZE: Final = (100, 30)
"""Columns and rows of a cast."""


@click.command("replay")
@click.argument("run")
@click.option(
    "--speed",
    metavar="N",
    type=click.FloatRange(0.1, 1000.0),
    default=10.0,
    show_default=True,
    help="Seconds of the run that pass in one.",
)
@click.option(
    "--at",
    metavar="AGE|MOMENT",
    default="0s",
    help="From this long after its beginning on (5m), or from a moment (2027-01-31T03:00:00Z).",
)
@click.option(
    "--cast",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it as an asciicast to FILE instead.",
)
@pass_settings
def replay_command(settings: Settings, run: str, speed: float, at: str, cast: Path | None) -> int:
    """Play RUN (its id, or the beginning or end of it) again in the console; nothing is executed."""
    from pup_tui.recorded_text import read_record

    begin = _offset(at)
    with recorded_runs(settings.state_dir) as runs:
        journal, row = runs.find(run)
        if cast is not None:
            record = read_record(journal, row)
            with written_to(cast, "--cast") as write:
                run_loop(_write_cast(write, settings.state_dir, row, record, speed))
            return 0
    from pup_tui.tui.services import ReplayWanted

    return _open(settings, ReplayWanted(row.run, speed, begin))


def _open(settings: Settings, wanted: ReplayWanted) -> int:
    from pup_tui.cli.console import show_console
    from pup_tui.cli.wiring import open_catalog

    if not settings.terminal.can_show:
        todo = "without one `--cast FILE` writes it, and `pup-tui show` tells the run"
        raise Failure("a replay needs a terminal", "", todo)
    return show_console(settings, open_catalog(settings), replay=wanted)


def _offset(at: str) -> ReplayBegin:
    """Where a replay begins, as somebody says it. Raises Failure."""
    from pup_tui.template.duration import DurationError, parse_duration
    from pup_tui.tui.services import ReplayBegin

    if at in ("0", "0s"):
        return ReplayBegin()
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is not None:
        return ReplayBegin(wall=moment.timestamp())
    try:
        return ReplayBegin(offset=parse_duration(at))
    except DurationError as error:
        todo = "give it as 90s or 5m, or as 2027-01-31T03:00:00Z"
        raise Failure(str(error), "--at", todo) from error


class _Heard(io.StringIO):
    """Keeps what is written to it until that is taken."""

    def take(self) -> str:
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text


async def _write_cast(
    write: Write, state: Path, row: RunRow, record: Recorded, speed: float
) -> None:
    """Write what `run` would have shown of it, with when it did."""
    from pup_tui.drivers.replay_time import ReplayClock, ReplayTime
    from pup_tui.drivers.replaying import ReplayedRun
    from pup_tui.headless.stream import Outlet, Pump
    from pup_tui.headless.text import TextFace

    pump, heard = Pump(), _Heard()
    out = Outlet(heard, pump, coloured=True, edge=_SIZE[0])
    timeline = ReplayTime(record.events)
    clock = ReplayClock(timeline, speed)
    head = {
        "version": 2,
        "width": _SIZE[0],
        "height": _SIZE[1],
        "timestamp": int(row.started_at),
        "title": f"{row.runbook} · {row.run}",
        "idle_time_limit": LONGEST_PAUSE,
    }
    write(f"{safe_json(head)}\n")
    with TemporaryDirectory(prefix="pup-tui-replay-") as copies:
        run = ReplayedRun(
            state, row, record.programs, record.events, timeline, clock, Path(copies), lines=True
        )
        run.watch(TextFace(out, out, run.program, run.output_path))
        async for offset in run.jump():
            await pump.drain()
            if text := heard.take():
                shown = text.replace("\n", "\r\n")
                write(f"{safe_json([round(offset / speed, 3), 'o', shown])}\n")
