"""Whether the files of an open journal are still those that it is written to."""

from __future__ import annotations

import os
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from pup_tui.journal.errors import JournalError

_HINT = "put it back from a backup if it is lost; what was going on is not recorded to its end"


def companions(path: Path) -> tuple[Path, Path]:
    """The log of a journal that is open or was killed, and the index of that log."""
    return Path(f"{path}-wal"), Path(f"{path}-shm")


def files_of(path: Path) -> tuple[Path, ...]:
    """The places of the database at `path`, of its log and of the index of that log."""
    return path, *companions(path)


class LogState(StrEnum):
    """What has become of a journal's log since it was last looked at; others may write to it, or empty it
    once its records are in the database.
    """

    AS_IT_WAS = "left as it was"
    CUT_SHORT = "cut short"
    WRITTEN_TO = "overwritten"


class InPlace:
    """The files of a journal as they were when it was opened; SQLite notices nothing of what becomes of them.

    It goes on to write files that nobody can find any more. Behind a log that was cut short it leaves a gap,
    with which whoever closes the journal last overwrites the database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = companions(path)[0]
        self._known: dict[Path, os.stat_result] = {}
        for place in files_of(path):
            with suppress(FileNotFoundError):
                self._known[place] = os.stat(place, follow_symlinks=False)

    def check(self) -> LogState:
        """What has become of the log since `note_log`.

        Raises JournalError where a path leads to another file than before or to none. A database is smaller
        after another program has vacuumed it, but never empty.
        """
        state = LogState.AS_IT_WAS
        for place, known in self._known.items():
            try:
                found = os.stat(place, follow_symlinks=False)
            except OSError:
                found = None
            if found is None or not os.path.samestat(found, known):
                raise _harmed("deleted, moved or replaced", place)
            if place == self._path and not found.st_size:
                raise _harmed(LogState.CUT_SHORT, place)
            if place == self._log and found.st_size < known.st_size:
                state = LogState.CUT_SHORT
            elif place == self._log and found.st_mtime_ns != known.st_mtime_ns:
                state = LogState.WRITTEN_TO
        return state

    def note_log(self) -> None:
        """Take the log as it stands for what it shall be."""
        if self._log in self._known:
            with suppress(OSError):
                found = os.stat(self._log, follow_symlinks=False)
                if os.path.samestat(found, self._known[self._log]):
                    self._known[self._log] = found

    def harmed(self, state: LogState) -> JournalError:
        """What is said of a log that does not hold any more what was written to it."""
        return _harmed(state, self._log)


def _harmed(what: str, place: Path) -> JournalError:
    return JournalError(f"the journal was {what} while it was in use", place, _HINT)
