"""Setting aside what is lost or damaged of the journal, and copying a sound one."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from pup_tui.journal.database import (
    NO_USE,
    explained,
    open_copy,
    open_read_only,
    refuse_lost,
)
from pup_tui.journal.errors import JournalDamaged, JournalError
from pup_tui.journal.in_place import companions
from pup_tui.journal.lock import is_owned
from pup_tui.journal.moving import move
from pup_tui.journal.places import (
    check_state_dir,
    counted_runs,
    journal_path,
    outputs_dir,
    unusable,
    with_outputs,
)
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.store import Journal
from pup_tui.place_errors import place_error


@dataclass(frozen=True)
class Loss:
    """Something that is lost or damaged, and the files, folders and runs that are to be set aside for it.

    `runs` says of each what is wrong with it.
    """

    what: str
    aside: Sequence[Path]
    runs: Mapping[str, str] = field(default_factory=dict)


def find_loss(state: Path) -> Loss | None:
    """What is wrong with the journal as a whole; None if nothing is.

    Raises JournalError where it is no damage that keeps the journal from being used, and while a run is
    under way.
    """
    if not check_state_dir(state):
        return None
    path = journal_path(state)
    log, index = companions(path)
    outputs = outputs_dir(state)
    try:
        refuse_lost(state)
        if not path.exists():
            return None
        with closing(JournalReader(state, open_read_only(state))) as reader:
            reader.check()
            lost = reader.unknown_runs()
            damaged = {run: error.message for run, error in reader.damaged_runs().items()}
    except JournalDamaged as error:
        _refuse_owned(state, with_outputs(state))
        if path.exists() and not log.exists() and index.exists():
            return Loss(str(error), [index])
        return Loss(str(error), [each for each in (path, log, index, outputs) if each.exists()])
    if not lost and not damaged:
        return None
    _refuse_owned(state, list(damaged))
    told = []
    if damaged:
        told.append(f"what is stored of {counted_runs(len(damaged))} is not as it was written")
    if lost:
        not_known = f"the journal does not know {counted_runs(len(lost))} of which outputs are kept"
        told.append(f"{not_known}: {outputs}")
    return Loss("; ".join(told), [outputs / run for run in lost], damaged)


def set_aside(state: Path, loss: Loss) -> Path:
    """Move what a loss names into a new folder, and return that. Raises JournalError."""
    began = time.strftime("aside-%Y%m%dT%H%M%SZ-", time.gmtime())
    try:
        folder = Path(tempfile.mkdtemp(prefix=began, dir=state))
    except OSError as error:
        raise unusable(error, state, "the damaged journal cannot be set aside") from error
    if loss.runs:
        with closing(Journal.open(state)) as journal:
            journal.move_runs(list(loss.runs), folder)
    for path in loss.aside:
        move(path, state, folder)
    return folder


def back_up(state: Path, copy: Path) -> None:
    """Copy the journal, with what is still in its log, to a file that must not be there yet.

    The copy is looked through, and none is made where it is not sound. Raises JournalError.
    """
    if copy.exists():
        raise JournalError("there is such a file already", copy, "name another one")
    try:
        with tempfile.TemporaryDirectory(dir=copy.parent, prefix=".new-") as folder:
            made = Path(folder) / "journal.db"
            made.touch(mode=0o600)
            with (
                closing(open_read_only(state)) as database,
                closing(sqlite3.connect(made)) as target,
            ):
                try:
                    database.backup(target)
                except sqlite3.Error as error:
                    if (trouble := _of_the_copy(error)) is None:
                        raise
                    raise OSError(trouble, os.strerror(trouble)) from error
            _refuse_unsound(state, made)
            descriptor = os.open(made, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.link(made, copy)
    except NO_USE as error:
        raise explained(error, journal_path(state)) from error
    except OSError as error:
        found = place_error(error, copy)
        told, hint = f"the copy cannot be made ({found.message})", found.hint
        elsewhere = "name a file in another folder"
        raise JournalError(told, copy, f"{hint}, or {elsewhere}" if hint else elsewhere) from error


def _of_the_copy(error: sqlite3.Error) -> int | None:
    """What the system has against the copy; None where something is wrong with the journal, which is read."""
    code = error.sqlite_errorcode
    written = {
        sqlite3.SQLITE_FULL: errno.ENOSPC,
        sqlite3.SQLITE_READONLY: errno.EROFS,
        sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    }
    reading = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ)
    if code & 0xFF == sqlite3.SQLITE_IOERR and code not in reading:
        return errno.EIO
    return written.get(code & 0xFF)


def _refuse_unsound(state: Path, copy: Path) -> None:
    """Raise JournalError where a copy of the journal is not whole or not as it was written."""
    with closing(JournalReader(state, open_copy(copy))) as reader:
        reader.check()
        for error in reader.damaged_runs().values():
            raise error


def _refuse_owned(state: Path, runs: Iterable[str]) -> None:
    owned = [run for run in runs if is_owned(state, run)]
    if owned:
        raise JournalError(
            f"a run is under way, {owned[0]}", outputs_dir(state), "wait until it has ended"
        )
