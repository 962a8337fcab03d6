"""Setting aside what is lost or damaged of the journal, and copying a sound one."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pup_tui.journal.database import (
    explained,
    open_read_only,
    refuse_damaged,
    refuse_lost,
)
from pup_tui.journal.errors import JournalDamaged, JournalError
from pup_tui.journal.in_place import companions
from pup_tui.journal.lock import is_owned
from pup_tui.journal.places import (
    check_state_dir,
    counted_runs,
    journal_path,
    outputs_dir,
    unusable,
    with_outputs,
)
from pup_tui.journal.reader import JournalReader
from pup_tui.place_errors import place_error


@dataclass(frozen=True)
class Loss:
    """Something that is lost or damaged, and the files and folders that are to be set aside for it."""

    what: str
    aside: Sequence[Path]


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
    except JournalDamaged as error:
        _refuse_owned(state)
        if path.exists() and not log.exists() and index.exists():
            return Loss(str(error), [index])
        return Loss(str(error), [each for each in (path, log, index, outputs) if each.exists()])
    if not lost:
        return None
    told = f"the journal does not know {counted_runs(len(lost))} of which outputs are kept"
    return Loss(f"{told}: {outputs}", [outputs / run for run in lost])


def set_aside(state: Path, loss: Loss) -> Path:
    """Move what a loss names into a new folder, and return that. Raises JournalError."""
    began = time.strftime("aside-%Y%m%dT%H%M%SZ-", time.gmtime())
    try:
        folder = Path(tempfile.mkdtemp(prefix=began, dir=state))
        for path in loss.aside:
            target = folder / path.relative_to(state)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            path.rename(target)
    except OSError as error:
        raise unusable(error, state, "the damaged journal cannot be set aside") from error
    return folder


def back_up(state: Path, copy: Path) -> None:
    """Copy the journal, with what is still in its log, to a file that must not be there yet.

    Raises JournalError.
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
                database.backup(target)
                refuse_damaged(target, journal_path(state))
            descriptor = os.open(made, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.link(made, copy)
    except sqlite3.Error as error:
        raise explained(error, journal_path(state)) from error
    except OSError as error:
        found = place_error(error, copy)
        told, hint = f"the copy cannot be made ({found.message})", found.hint
        elsewhere = "name a file in another folder"
        raise JournalError(told, copy, f"{hint}, or {elsewhere}" if hint else elsewhere) from error


def _refuse_owned(state: Path) -> None:
    owned = [run for run in with_outputs(state) if is_owned(state, run)]
    if owned:
        raise JournalError(
            f"a run is under way, {owned[0]}", outputs_dir(state), "wait until it has ended"
        )
