"""What the system calls each minute: what is due begins, and what went wrong is told."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import MOST_NAMED, Failure, journal_failures, tell
from pup_tui.core.state import RunStatus
from pup_tui.headless.exits import FAILED
from pup_tui.journal.errors import AlreadyFired
from pup_tui.journal.fires import (
    FireRecord,
    known_fires,
    note_fires,
    take_telling,
    untold_fires,
)
from pup_tui.journal.store import Journal
from pup_tui.output.sanitize import safe_text
from pup_tui.schedules.due import due, looked_back
from pup_tui.schedules.moments import told_moment

if TYPE_CHECKING:
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow
    from pup_tui.runbook.model import NotifyType
    from pup_tui.schedules.schedule import Schedule
    from pup_tui.settings.settings import Settings

_KEPT = 90 * 86_400.0
"""Seconds for which it is kept what became of a moment."""


def tick(settings: Settings, planned: Mapping[str, Schedule]) -> int:
    """Begin what is due, each in a process of its own, and report what was missed; returns the exit code."""
    if not planned:
        return 0
    now, begun = time.time(), False
    noted: list[FireRecord] = []
    untold: list[tuple[str, RunRow]] = []
    with _written_journal(settings) as journal:
        running = journal.runs(statuses=[RunStatus.RUNNING])
        # What has just taken its moment, or was begun by hand or before a pause: both are under way.
        runs, names = {row.run for row in running}, {row.scheduled for row in running}
        for name, schedule in planned.items():
            known = _known(journal, name, looked_back(schedule, now))
            under_way = name in names or any(each.run in runs for each in known)
            untold += [(name, row) for row in _take_untold(journal, name)]
            found = due(name, schedule, known, now, under_way=under_way)
            noted += found.others
            for moment in found.fires:
                _begin(name, schedule, moment)
                begun = True
        # In most minutes there is nothing to write.
        if noted or begun:
            _note(journal, noted)
    _tell_missed(settings, planned, [each for each in noted if each.outcome == "missed"])
    for name, row in untold:
        tell(f"pup-tui: schedule {name}: {_told_end(row)}")
        _notify(settings, name, planned[name], _told_end(row), _about(row))
    return 0


def _tell_missed(
    settings: Settings, planned: Mapping[str, Schedule], missed: Sequence[FireRecord]
) -> None:
    times = defaultdict(list)
    for each in missed:
        moment = told_moment(each.moment, planned[each.schedule].tz)
        tell(f"pup-tui: schedule {each.schedule}: missed {moment}: {each.why}")
        times[each.schedule].append(moment)
    for name, moments in times.items():
        told = f"missed: {', '.join(moments[:MOST_NAMED])}"
        _notify(settings, name, planned[name], told, "warning")


def _take_untold(journal: Journal, name: str) -> list[RunRow]:
    """The runs of a schedule that ended badly and told nobody, as one that was killed: the caller tells."""
    found = []
    for each in journal.read(partial(untold_fires, schedule=name)):
        row = journal.run(each.run) if each.run else None
        if row is None or row.status in (RunStatus.RUNNING, RunStatus.SUCCEEDED):
            continue
        if journal.write(partial(take_telling, record=each)):
            found.append(row)
    return found


@contextmanager
def _written_journal(settings: Settings) -> Iterator[Journal]:
    with (
        journal_failures("free it, or set PUP_TUI_STATE_DIR"),
        closing(Journal.open(settings.state_dir)) as journal,
    ):
        yield journal


def _known(journal: JournalReader, name: str, since: float) -> list[FireRecord]:
    return journal.read(partial(known_fires, schedule=name, since=since))


def _note(journal: Journal, fires: Sequence[FireRecord]) -> int:
    return journal.write(partial(note_fires, fires=fires, before=time.time() - _KEPT))


def _begin(name: str, schedule: Schedule, moment: float) -> None:
    """Begin the run for a moment; whether there is one already is seen where that is recorded."""
    words = ("schedule", "fire", name, repr(moment))
    subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-P", "-m", "pup_tui", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    click.echo(safe_text(f"{name}: begun for {told_moment(moment, schedule.tz)}"))


def fire(settings: Settings, name: str, schedule: Schedule, moment: float) -> int:
    """Run what a schedule runs for a moment, unless that has its run; returns the exit code."""
    from pup_tui.cli.scheduling import run_scheduled
    from pup_tui.core.events import Scheduled

    try:
        code = run_scheduled(settings, schedule, Scheduled(name, moment))
    except Failure as failure:
        if isinstance(failure.__cause__, AlreadyFired):
            return 0
        why = failure.alone
        if _note_failed(settings, name, moment, why):
            _notify(settings, name, schedule, f"could not begin: {why}", "failure")
        raise
    if code:
        _tell_own_end(settings, name, schedule, moment)
    return code


def _tell_own_end(settings: Settings, name: str, schedule: Schedule, moment: float) -> None:
    """Tell how the run for a moment ended, unless a look has just done so."""
    with _written_journal(settings) as journal:
        known = next(
            (each for each in _known(journal, name, moment) if each.moment == moment), None
        )
        row = journal.run(known.run) if known and known.run else None
        if row and known and not journal.write(partial(take_telling, record=known)):
            return
    if row is None:
        told = "failed, and nothing is recorded of it"
        _notify(settings, name, schedule, told, "failure")
    else:
        _notify(settings, name, schedule, _told_end(row), _about(row))


def _note_failed(settings: Settings, name: str, moment: float, why: str) -> bool:
    """Keep why the run for a moment could not begin; whether no other look has done so before."""
    record = FireRecord(schedule=name, moment=moment, outcome="failed", why=why, at=time.time())
    with _written_journal(settings) as journal:
        return _note(journal, [record]) == 1


def _told_end(row: RunRow) -> str:
    """How the run for a moment ended."""
    return f"run {row.run} of {row.runbook}: {row.status}: {row.why or 'see pup-tui show'}"


def _about(row: RunRow) -> NotifyType:
    """What it is to be told as: that somebody stopped a run is no failure of it.

    One that succeeded is told of where the call itself did not.
    """
    is_failure = row.status not in (RunStatus.CANCELLED, RunStatus.SUCCEEDED)
    return "failure" if is_failure else "warning"


def _notify(
    settings: Settings, name: str, schedule: Schedule, told: str, about: NotifyType
) -> None:
    """Tell whoever the schedule names; that this failed is told where it is called."""
    if not schedule.notify:
        return
    from pup_tui.cli.notice import send_notice

    try:
        code = send_notice(settings, schedule.notify, f"schedule {name}", told, about)
    except Failure as failure:
        tell(str(failure))
        code = FAILED
    if code:
        tell(f"pup-tui: schedule {name}: nobody was told: {told}")
