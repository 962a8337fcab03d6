"""Whether the files of an open journal are still those that it is written to."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from pup_tui.journal.errors import JournalError

_HINT = "put it back from a backup if it is lost; what was going on is not recorded to its end"


def companions(path: Path) -> tuple[Path, Path]:
    """The log of a journal that is open or was killed, and the index of that log."""
    return Path(f"{path}-wal"), Path(f"{path}-shm")


def files_of(path: Path) -> tuple[Path, ...]:
    """The places of the database at `path`, of its log and of the index of that log."""
    return path, *companions(path)


class InPlace:
    """The files of a journal as they were when it was opened; SQLite notices nothing of what becomes of them.

    It goes on to write files that nobody can find any more. Behind a log that was cut short it leaves a gap,
    with which whoever closes the journal last overwrites the database.
    """

    def __init__(self, path: Path) -> None:
        self._log = companions(path)[0]
        self._least = {path: 1}
        self._known: dict[Path, os.stat_result] = {}
        for place in files_of(path):
            with suppress(FileNotFoundError):
                self._known[place] = os.stat(place, follow_symlinks=False)

    def check(self) -> None:
        """Raise JournalError where a path leads to another file than before, to none, or to less of it.

        A database is smaller after another program has vacuumed it, but never empty; its log only grows.
        """
        for place, known in self._known.items():
            try:
                found = os.stat(place, follow_symlinks=False)
            except OSError:
                found = None
            if found is None or not os.path.samestat(found, known):
                raise JournalError(_told("deleted, moved or replaced"), place, _HINT)
            if found.st_size < self._least.get(place, 0):
                raise JournalError(_told("cut short"), place, _HINT)
            if place == self._log:
                self._least[place] = found.st_size


def _told(what: str) -> str:
    return f"the journal was {what} while it was in use"
