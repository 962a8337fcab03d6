"""Whether a run can be recorded: the state folder, and the room that is left in it."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from pup_tui.journal.errors import JournalError
from pup_tui.journal.places import check_state_dir, journal_path, locks_dir, outputs_dir
from pup_tui.place_errors import PlaceError, place_error
from pup_tui.preflight.check import ReadyCheck
from pup_tui.private import NotPrivate, check_private_dir

LITTLE = 100_000_000
"""Bytes of free room from which on a run may not find enough."""
FEW_FILES = 10
"""Files that a run cannot do without: the journal's three, its folder, spools and locks."""
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
    if exists and (wrong := _unusable_inside(state)):
        yield _wrong("folder", f"{wrong.message}: {wrong.path}", wrong.hint)
        return
    told = str(state) if exists else f"{state}: the first run makes it"
    yield ReadyCheck(what="record", subject="folder", detail=told)
    yield _room(there)


def journal_check(state: Path) -> ReadyCheck:
    """Whether the journal, if there is one yet, can be read and written. Opens it."""
    from pup_tui.journal.reader import read_journal

    subject, path = "journal", journal_path(state)
    try:
        with read_journal(state) as journal:
            losses = "" if journal is None else journal.losses()
    except JournalError as error:
        return _wrong(subject, f"{error.message}: {error.path}", error.hint)
    if losses:
        # Runs can be recorded all the same.
        told = f"has lost something: {losses}"
        return ReadyCheck(
            what="record",
            subject=subject,
            ok=False,
            detail=told,
            hint="`pup-tui doctor` tells more",
        )
    if journal is not None and not os.access(path, os.W_OK):
        return _wrong(
            subject, f"cannot be written: {path}", f"`chmod u+w {shlex.quote(str(path))}`"
        )
    detail = "nothing was recorded yet" if journal is None else "can be read and written"
    return ReadyCheck(what="record", subject=subject, detail=detail)


def _unusable_inside(state: Path) -> PlaceError | None:
    """What is wrong with the folders of outputs and locks, as far as they are there."""
    for folder in (outputs_dir(state), locks_dir(state)):
        if folder.is_file():
            return PlaceError("there is a file in the place of the folder", folder, "move it away")
        try:
            check_private_dir(folder, inside=True)
        except FileNotFoundError:
            continue
        except NotPrivate as error:
            return error
        except OSError as error:
            return place_error(error, folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            return PlaceError("the folder cannot be written", folder, "make it writable")
    return None


def _room(there: Path) -> ReadyCheck:
    free = shutil.disk_usage(there).free
    system = os.statvfs(there)
    if system.f_files and system.f_favail < FEW_FILES:
        told = f"{system.f_favail} more files can be made in {there}"
        hint = "remove files there: a run needs some of its own"
        return _wrong("room", told, hint)
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
