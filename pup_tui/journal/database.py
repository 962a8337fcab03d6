"""The journal's file: made, checked and opened so that a damaged or foreign one is never touched."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal

from pup_tui.journal.errors import JournalError
from pup_tui.journal.places import OVERRIDE, check_state_dir, journal_path, make_state_dir
from pup_tui.journal.schema import APPLICATION_ID, MIGRATIONS, VERSION
from pup_tui.private import NotPrivate, refuse_link

PATIENCE = 10.0
"""Seconds to wait for another program's lock."""

CHECKED_AT_OPENING = 64 * 1024 * 1024
"""Bytes up to which the whole file is checked when it is opened for writing (about 1 ms for each MB)."""

_NEW = ".new-"
"""What the folder in which a journal is made begins with."""

_COMPANIONS = ("", "-wal", "-shm")
_GONE = (
    "the journal was deleted, moved or replaced while it was in use",
    "put it back from a backup if it is lost; what was going on is not recorded to its end",
)
_ASIDE = "nothing was changed: restore a backup, or move it (and its -wal) aside to begin a new one"
_CAUSES = {
    sqlite3.SQLITE_FULL: ("the journal cannot be written: the disk is full", "free some space"),
    sqlite3.SQLITE_IOERR: (
        "the journal cannot be read or written: the disk reports an error",
        "check the disk and its free space",
    ),
    sqlite3.SQLITE_BUSY: (
        "the journal has been locked by another program for too long",
        "end what holds it and try again",
    ),
    sqlite3.SQLITE_READONLY: (
        "the journal cannot be written",
        f"make it writable, or set {OVERRIDE} to another folder",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the journal cannot be opened",
        f"check the rights of the file and its folder, or set {OVERRIDE} to another folder",
    ),
    sqlite3.SQLITE_CORRUPT: ("the journal is damaged", _ASIDE),
    sqlite3.SQLITE_NOTADB: ("the journal is damaged: it is no database", _ASIDE),
}


def explained(error: sqlite3.Error, path: Path) -> JournalError:
    """What SQLite says, as an error for the operator."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    message, hint = _CAUSES.get(code, (f"the journal cannot be used ({error})", "check the file"))
    return JournalError(message, path, hint)


def open_database(state: Path, *, patience: float = PATIENCE) -> sqlite3.Connection:
    """A connection for reading and writing; the file is created if there is none.

    Raises JournalError, and leaves the file as it is, if that is damaged, empty, not ours, of a newer
    version or not writable.
    """
    path = journal_path(state)
    make_state_dir(state)
    _refuse_links(path)
    _refuse_unwritable(state, path)
    try:
        if _size(path) is None:
            _refuse_orphaned(path)
            _create(path)
        size = _refuse_empty(path)
        # Checked through a connection that cannot write: closing one that can would move the write-ahead
        # log into a file that is not ours to change. Never by open(): closing any descriptor of the file
        # would drop the locks that other connections of this process hold.
        with closing(_connect(path, "ro", patience)) as probe:
            _checked_version(probe, path)
            if size <= CHECKED_AT_OPENING:
                _refuse_damaged(probe, path)
        database = _connect(path, "rw", patience)
        try:
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA fullfsync = ON")
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("PRAGMA trusted_schema = OFF")
            _migrate(database)
        except BaseException:
            database.close()
            raise
    except sqlite3.Error as error:
        raise explained(error, path) from error
    _clear_away(state)
    return database


def open_read_only(state: Path, *, patience: float = PATIENCE) -> sqlite3.Connection:
    """A connection for reading, also from a disk that is full or cannot be written.

    Raises JournalError as `open_database` does, and if there is no journal.
    """
    path = journal_path(state)
    if not check_state_dir(state) or _size(path) is None:
        raise JournalError("there is no journal yet", path, "it is made with the first run")
    _refuse_links(path)
    _refuse_empty(path)
    try:
        return _connect_for_reading(path, patience)
    except sqlite3.Error as error:
        raise explained(error, path) from error


def places_of(path: Path) -> dict[Path, os.stat_result]:
    """The database at `path` and its two companions, as far as they are there, for `check_in_place`."""
    found = {}
    for end in _COMPANIONS:
        place = Path(f"{path}{end}")
        with suppress(FileNotFoundError):
            found[place] = os.stat(place, follow_symlinks=False)
    return found


def check_in_place(places: Mapping[Path, os.stat_result]) -> None:
    """Raise JournalError where a path leads to another file than it did, or to none.

    SQLite goes on to write files that nobody can find any more.
    """
    for path, known in places.items():
        try:
            same = os.path.samestat(os.stat(path, follow_symlinks=False), known)
        except OSError:
            same = False
        if not same:
            message, hint = _GONE
            raise JournalError(message, path, hint)


def _connect(
    path: Path, mode: Literal["ro", "rw", "immutable"], patience: float
) -> sqlite3.Connection:
    query = "immutable=1" if mode == "immutable" else f"mode={mode}"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{query}",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
    )


def _connect_for_reading(path: Path, patience: float) -> sqlite3.Connection:
    database = _connect(path, "ro", patience)
    try:
        version = _checked_version(database, path)
    except sqlite3.OperationalError:
        database.close()
        if _size(_log(path)):
            raise
        # Where the shared-memory file cannot be made SQLite reads only what it is told will not change;
        # that loses nothing as long as the log is empty.
        database = _connect(path, "immutable", patience)
        version = _checked_version(database, path)
    except BaseException:
        database.close()
        raise
    if version < VERSION:
        database.close()
        raise JournalError(
            f"the journal is of the older version {version}", path, "it must be writable once"
        )
    return database


def _log(path: Path) -> Path:
    return Path(f"{path}-wal")


def _size(path: Path) -> int | None:
    """The file's size in bytes; None if there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JournalError(
            f"the journal cannot be looked at ({error.strerror})",
            path,
            f"check the folder's rights, or set {OVERRIDE} to another folder",
        ) from error


def _refuse_links(path: Path) -> None:
    # SQLite would follow them.
    try:
        for end in _COMPANIONS:
            refuse_link(Path(f"{path}{end}"))
    except NotPrivate as error:
        raise JournalError(error.message, error.path, error.hint) from error


def _refuse_unwritable(state: Path, path: Path) -> None:
    places = {"folder": state} if _size(path) is None else {"folder": state, "journal": path}
    for what, place in places.items():
        if not os.access(place, os.W_OK):
            raise JournalError(
                f"the {what} cannot be written",
                place,
                f"make it writable, or set {OVERRIDE} to a folder that is",
            )


def _refuse_empty(path: Path) -> int:
    # SQLite takes an empty file for a new database. Ours is complete before it gets its name.
    size = _size(path)
    if not size:
        raise JournalError("the journal is damaged: it is empty", path, _ASIDE)
    return size


def _refuse_orphaned(path: Path) -> None:
    # SQLite would delete a log without its database; the log may hold the last records there are.
    if _size(_log(path)):
        raise JournalError(
            "the journal is gone, but the log that belongs to it is there", _log(path), _ASIDE
        )


def _refuse_damaged(database: sqlite3.Connection, path: Path) -> None:
    found: str = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise JournalError("the journal is damaged", path, _ASIDE)


def _checked_version(database: sqlite3.Connection, path: Path) -> int:
    application: int = database.execute("PRAGMA application_id").fetchone()[0]
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID:
        raise JournalError("this is no journal of pup-tui", path, _ASIDE)
    if version > VERSION:
        raise JournalError(
            f"the journal is of version {version}, newer than the {VERSION} known here",
            path,
            f"install a newer pup-tui, or set {OVERRIDE} to another folder",
        )
    return version


def _create(path: Path) -> None:
    """Make a complete journal and give it its name in one step, unless another process was faster."""
    try:
        with _new_folder(path.parent) as folder:
            made = folder / path.name
            made.touch(mode=0o600)
            with closing(_connect(made, "rw", 0)) as database:
                database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                _migrate(database)
                database.execute("PRAGMA journal_mode = WAL")
            try:
                os.link(made, path)
            except FileExistsError:
                return
            _sync_folder(path.parent)
    except OSError as error:
        if _size(path) is not None:
            return  # Another process was faster, and cleared away what was being made.
        raise JournalError(
            f"the journal cannot be made ({error.strerror})",
            path,
            f"check the folder and its free space, or set {OVERRIDE} to another",
        ) from error


@contextmanager
def _new_folder(state: Path) -> Iterator[Path]:
    """A folder to make the journal in, locked for as long as its maker lives."""
    with tempfile.TemporaryDirectory(dir=state, prefix=_NEW, ignore_cleanup_errors=True) as folder:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield Path(folder)
        finally:
            os.close(descriptor)


def _clear_away(state: Path) -> None:
    """Remove what processes have left that were killed while they made the journal."""
    for left in state.glob(f"{_NEW}*"):
        with suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left)
            finally:
                os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _migrate(database: sqlite3.Connection) -> None:
    if database.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return
    database.execute("BEGIN IMMEDIATE")
    # Asked again behind the lock: another process may have done it meanwhile.
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in statements:
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {number}")
    database.execute("COMMIT")
