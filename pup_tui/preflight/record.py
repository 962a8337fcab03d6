"""Whether a run can be recorded: the state folder, and the room that is left in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pup_tui.journal.errors import JournalError
from pup_tui.journal.places import check_state_dir
from pup_tui.place_errors import place_error
from pup_tui.preflight.check import ReadyCheck

LITTLE = 100_000_000
"""Bytes of free room from which on a run may not find enough."""
TOO_LITTLE = 130_000
"""Bytes that the journal takes before a run has printed anything."""


def record_checks(state: Path) -> Iterator[ReadyCheck]:
    """The folder of journal, locks and outputs."""
    try:
        exists = check_state_dir(state)
        there = next(path for path in (state, *state.parents) if path.exists())
    except JournalError as error:
        yield _wrong("folder", f"{error.message}: {error.path}", error.hint)
        return
    except OSError as error:
        found = place_error(error, state)
        yield _wrong("folder", f"{found.message}: {found.path}", found.hint)
        return
    if not os.access(there, os.W_OK | os.X_OK):
        told = f"no run can be recorded: {there} cannot be written"
        yield _wrong("folder", told, "make it writable, or set PUP_TUI_STATE_DIR to another folder")
        return
    told = str(state) if exists else f"{state}: the first run makes it"
    yield ReadyCheck(what="record", subject="folder", detail=told)
    yield _room(there)


def _room(there: Path) -> ReadyCheck:
    free = shutil.disk_usage(there).free
    told = f"{free / 1e6:,.0f} MB are free in {there}"
    if free >= LITTLE:
        return ReadyCheck(what="record", subject="room", detail=told)
    hint = "make room: a run that cannot be recorded stops"
    return ReadyCheck(
        what="record",
        subject="room",
        ok=False,
        detail=told,
        hint=hint,
        stops=free < TOO_LITTLE,
    )


def _wrong(subject: str, detail: str, hint: str) -> ReadyCheck:
    return ReadyCheck(
        what="record", subject=subject, ok=False, detail=detail, hint=hint, stops=True
    )
