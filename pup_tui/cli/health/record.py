"""The state folder: whether runs can be recorded, and are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.cli.failure import named
from pup_tui.cli.health.diagnosis import Diagnosis
from pup_tui.core.state import RunStatus

if TYPE_CHECKING:
    from pup_tui.place_errors import PlaceError
    from pup_tui.settings.settings import Settings

WHAT = "record"
LITTLE = 100_000_000
"""Bytes of free room from which on a run may not find enough."""


def record(settings: Settings) -> Iterator[Diagnosis]:
    """The folder, the room that is left in it, and the journal."""
    from pup_tui.journal.errors import JournalError
    from pup_tui.journal.places import check_state_dir

    state = settings.state_dir
    try:
        exists = check_state_dir(state)
    except JournalError as error:
        yield _problem("folder", error)
        return
    there = next(path for path in (state, *state.parents) if path.exists())
    told = str(state) if exists else f"{state}: the first run makes it"
    if os.access(there, os.W_OK | os.X_OK):
        yield Diagnosis(what=WHAT, subject="folder", detail=told)
    else:
        yield Diagnosis(
            what=WHAT,
            subject="folder",
            state="problem",
            detail=f"no run can be recorded: {there} cannot be written",
            hint="make it writable, or set PUP_TUI_STATE_DIR to another folder",
        )
    yield _room(there)
    if exists:
        yield from _journal(state)


def _room(there: Path) -> Diagnosis:
    free = shutil.disk_usage(there).free
    return Diagnosis(
        what=WHAT,
        subject="room",
        state="warning" if free < LITTLE else "ok",
        detail=f"{free / 1e6:,.0f} MB are free",
        hint="make room: a run that cannot be recorded stops" if free < LITTLE else "",
    )


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
                yield Diagnosis(what=WHAT, subject=subject, state="problem", detail=losses)
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
