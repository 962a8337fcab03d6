"""The state folder: whether runs can be recorded, and are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.cli.failure import named
from pup_tui.cli.health.diagnosis import Diagnosis, diagnosis_of
from pup_tui.core.state import RunStatus

if TYPE_CHECKING:
    from pup_tui.place_errors import PlaceError
    from pup_tui.settings.settings import Settings

WHAT = "record"


def record(settings: Settings) -> Iterator[Diagnosis]:
    """The folder, the room that is left in it, and the journal."""
    from pup_tui.journal.places import journal_path
    from pup_tui.preflight.record import record_checks

    checks = list(record_checks(settings.state_dir))
    yield from map(diagnosis_of, checks)
    if not any(each.stops and each.subject == "folder" for each in checks):
        if journal_path(settings.state_dir).exists():
            yield _size(settings.state_dir)
        if settings.state_dir.exists():
            yield from _journal(settings.state_dir)


def _size(state: Path) -> Diagnosis:
    """How much is kept; links are not followed, and what goes meanwhile is not counted."""
    total = 0
    for folder, _, files in os.walk(state):
        for name in files:
            with suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_size
    told = f"{total / 1e6:,.1f} MB; `history prune` removes past runs"
    return Diagnosis(what=WHAT, subject="size", detail=told)


def _journal(state: Path) -> Iterator[Diagnosis]:
    from pup_tui.journal.errors import JournalError
    from pup_tui.journal.reader import read_journal

    subject = "journal"
    try:
        with read_journal(state) as journal:
            if journal is None:
                yield Diagnosis(what=WHAT, subject=subject, detail="nothing was recorded yet")
                return
            if losses := journal.losses():
                hint = "`pup-tui history repair` sets aside what is lost; first copy the folder"
                yield Diagnosis(
                    what=WHAT, subject=subject, state="problem", detail=losses, hint=hint
                )
                return
            rows = journal.runs(statuses=[RunStatus.INTERRUPTED])
            yield Diagnosis(what=WHAT, subject=subject, detail="sound")
    except JournalError as error:
        yield _problem(subject, error)
        return
    if rows:
        yield Diagnosis(
            what=WHAT,
            subject="interrupted",
            state="warning",
            detail=named(f"{row.runbook} ({row.run})" for row in rows),
            hint="`pup-tui resume RUN` goes on with one",
        )


def _problem(subject: str, error: PlaceError) -> Diagnosis:
    told = f"{error.message}: {error.path}"
    return Diagnosis(what=WHAT, subject=subject, state="problem", detail=told, hint=error.hint)
