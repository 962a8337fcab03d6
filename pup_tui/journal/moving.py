"""Runs and files of a journal in a folder of their own, which is a state folder as well."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from pup_tui.journal.database import open_database
from pup_tui.journal.ended import note_end
from pup_tui.journal.places import unusable

_COPIES = (
    "INSERT INTO run SELECT * FROM source.run WHERE number = ?",
    "INSERT INTO event SELECT * FROM source.event WHERE run = ?",
    """
    INSERT OR IGNORE INTO content SELECT * FROM source.content
    WHERE sha256 IN (SELECT sha256 FROM source.run_file WHERE run = ?)
    """,
    "INSERT INTO run_file SELECT * FROM source.run_file WHERE run = ?",
)


def copy_runs(journal: Path, numbers: Sequence[tuple[int]], folder: Path) -> None:
    """Copy runs byte by byte into a new journal in `folder`. Raises JournalError, sqlite3.Error."""
    with closing(open_database(folder)) as aside:
        # What is damaged may lack something that it points to.
        aside.execute("PRAGMA foreign_keys = OFF")
        aside.execute("ATTACH DATABASE ? AS source", (f"{journal.absolute().as_uri()}?mode=ro",))
        aside.execute("BEGIN")
        for statement in _COPIES:
            aside.executemany(statement, numbers)
        for (number,) in numbers:
            note_end(aside, number)
        aside.execute("COMMIT")


def move(path: Path, state: Path, folder: Path) -> None:
    """Move what lies in a state folder to the same place in another one. Raises JournalError."""
    target = folder / path.relative_to(state)
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        path.rename(target)
    except OSError as error:
        raise unusable(error, state, "the damaged journal cannot be set aside") from error
