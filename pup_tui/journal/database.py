"""The journal's file: made, checked and opened so that a damaged or foreign one is never touched."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal

from pup_tui.journal import ended
from pup_tui.journal.errors import JournalDamaged, JournalError
from pup_tui.journal.in_place import companions, files_of
from pup_tui.journal.places import (
    OVERRIDE,
    check_state_dir,
    counted_runs,
    journal_path,
    make_state_dir,
    unusable,
    with_outputs,
)
from pup_tui.journal.schema import (
    APPLICATION_ID,
    ENDS_SINCE,
    INDEXES,
    MIGRATIONS,
    TABLES,
    VERSION,
)
from pup_tui.place_errors import other_owner
from pup_tui.private import NotPrivate, refuse_link

PATIENCE = 10.0
"""Seconds to wait for another program's lock."""

CHECKED_AT_OPENING = 64 * 1024 * 1024
"""Bytes up to which the whole file is checked when it is opened for writing (about 1 ms for each MB)."""

_NEW = ".new-"
"""What the folder in which a journal is made begins with."""

REPAIR = "nothing was changed: restore a backup, or `pup-tui history repair` sets it aside"
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
    sqlite3.SQLITE_CORRUPT: ("the journal is damaged", REPAIR),
    sqlite3.SQLITE_NOTADB: ("the journal is damaged: it is no database", REPAIR),
}


NO_USE = (sqlite3.Error, UnicodeError)
"""What using a journal may end with: what SQLite says of a damaged one may not even be a text."""


def explained(error: sqlite3.Error | UnicodeError, path: Path) -> JournalError:
    """What SQLite says, as an error for the operator."""
    if path.is_dir():
        return JournalError("there is a folder in the place of the journal", path, "move it away")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, UnicodeError):
        code = sqlite3.SQLITE_CORRUPT
    message, hint = _CAUSES.get(code, (f"the journal cannot be used ({error})", "check the file"))
    kind = JournalDamaged if hint == REPAIR else JournalError
    return kind(f"{message}{_of_another(path)}", path, hint)


def _of_another(path: Path) -> str:
    owner = other_owner(path)
    return f", it belongs to {owner}" if owner else ""


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
        refuse_lost(state)
        if _size(path) is None:
            _create(path)
        size = _refuse_empty(path)
        # Checked through a connection that cannot write: closing one that can would move the write-ahead
        # log into a file that is not ours to change. Never by open(): closing any descriptor of the file
        # would drop the locks that other connections of this process hold.
        with closing(_connect(path, "ro", patience)) as probe:
            _checked_version(probe, path)
            refuse_damaged_small(probe, path, size)
        database = _connect(path, "rw", patience)
        try:
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA fullfsync = ON")
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("PRAGMA trusted_schema = OFF")
            _migrate(database)
            for statement in INDEXES:
                database.execute(statement)
        except BaseException:
            database.close()
            raise
    except NO_USE as error:
        raise explained(error, path) from error
    _clear_away(state)
    return database


def open_read_only(state: Path, *, patience: float = PATIENCE) -> sqlite3.Connection:
    """A connection for reading, also from a disk that is full or cannot be written.

    A journal of an older version is brought up to date first. Raises JournalError as `open_database` does,
    and if there is no journal.
    """
    path = journal_path(state)
    if not check_state_dir(state):
        raise JournalError("there is no journal yet", path, "it is made with the first run")
    refuse_lost(state)
    if _size(path) is None:
        raise JournalError("there is no journal yet", path, "it is made with the first run")
    _refuse_empty(path)
    try:
        database, version = _connect_for_reading(path, patience)
        if version == VERSION:
            return database
        database.close()
        _bring_up_to_date(state, version, patience)
        return _connect_for_reading(path, patience)[0]
    except NO_USE as error:
        raise explained(error, path) from error


def open_copy(path: Path) -> sqlite3.Connection:
    """A connection to a copy of the journal that nobody else uses. Raises JournalError, sqlite3.Error."""
    database = _connect(path, "immutable", 0)
    _version_of(database, path)
    return database


def _bring_up_to_date(state: Path, version: int, patience: float) -> None:
    try:
        open_database(state, patience=patience).close()
    except JournalError as error:
        told = f"the journal is of the older version {version} and has to be written once"
        raise JournalError(f"{told}: {error.message}", error.path, error.hint) from error


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


def _connect_for_reading(path: Path, patience: float) -> tuple[sqlite3.Connection, int]:
    """A connection, and the version of the journal."""
    database = _connect(path, "ro", patience)
    try:
        return database, _version_of(database, path)
    except sqlite3.OperationalError:
        if _size(companions(path)[0]):
            raise
        # Where the shared-memory file cannot be made SQLite reads only what it is told will not change;
        # that loses nothing as long as the log is empty.
        database = _connect(path, "immutable", patience)
        return database, _version_of(database, path)


def _version_of(database: sqlite3.Connection, path: Path) -> int:
    """The version of the journal, as `_checked_version` says it; a journal that cannot be used is closed."""
    try:
        return _checked_version(database, path)
    except BaseException:
        database.close()
        raise


def _size(path: Path) -> int | None:
    """The file's size in bytes; None if there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unusable(error, path, "the journal cannot be looked at") from error


def _refuse_links(path: Path) -> None:
    # SQLite would follow them.
    try:
        for place in files_of(path):
            refuse_link(place)
    except NotPrivate as error:
        raise JournalError(error.message, error.path, error.hint) from error


def _refuse_unwritable(state: Path, path: Path) -> None:
    places = {"folder": state} if _size(path) is None else {"folder": state, "journal": path}
    for what, place in places.items():
        if not os.access(place, os.W_OK):
            raise JournalError(
                f"the {what} cannot be written{_of_another(place)}",
                place,
                f"make it writable, or set {OVERRIDE} to a folder that is",
            )


def _refuse_empty(path: Path) -> int:
    # SQLite takes an empty file for a new database. Ours is complete before it gets its name.
    size = _size(path)
    if not size:
        raise JournalDamaged("the journal is damaged: it is empty", path, REPAIR)
    return size


def refuse_lost(state: Path) -> None:
    """Raise JournalDamaged where what is left beside the journal tells that something of it is gone.

    While a journal is open, and after a kill, its log stands beside it, and the index of the log is made
    after the log and removed before it. Outputs are made when the journal is there.
    """
    path = journal_path(state)
    log, index = companions(path)
    _refuse_links(path)
    if _size(path) is None:
        if _size(log):
            # SQLite would delete it; it may hold the last records there are.
            told = "the journal is gone, but the log that belongs to it is there"
            raise JournalDamaged(told, log, REPAIR)
        runs = len(with_outputs(state))
        if runs:
            told = f"the journal is gone, but outputs of {counted_runs(runs)} are there"
            raise JournalDamaged(told, path, REPAIR)
    elif (
        _size(log) is None and _size(index) is not None and _size(log) is None
    ):  # it may just be made
        told = "the journal's log is gone, and with it perhaps the last records"
        raise JournalDamaged(told, log, REPAIR)


def refuse_damaged_small(database: sqlite3.Connection, path: Path, size: int) -> None:
    """Raise JournalDamaged for a database that does not hold together; it is that of the file at `path`.

    One of so many bytes that it is too large to be looked through at once is left to `repair`.
    """
    if size > CHECKED_AT_OPENING:
        return
    found: str = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise JournalDamaged("the journal is damaged", path, REPAIR)


def _checked_version(database: sqlite3.Connection, path: Path) -> int:
    application: int = database.execute("PRAGMA application_id").fetchone()[0]
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID:
        raise JournalDamaged("this is no journal of pup-tui", path, REPAIR)
    if version > VERSION:
        raise JournalError(
            f"the journal is of version {version}, newer than the {VERSION} known here",
            path,
            f"install a newer pup-tui, or set {OVERRIDE} to another folder",
        )
    if version < 1:
        raise JournalDamaged("the journal is damaged: it has no version", path, REPAIR)
    if version == VERSION:
        _refuse_incomplete(database, path)
    return version


def _refuse_incomplete(database: sqlite3.Connection, path: Path) -> None:
    """Raise JournalDamaged for a journal of this version that lacks a table, or a column of one."""
    try:
        for table, columns in TABLES.items():
            database.execute(f"SELECT {columns} FROM {table} LIMIT 0")  # noqa: S608 - own names
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        raise JournalDamaged(f"the journal is damaged ({error})", path, REPAIR) from error


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
        raise unusable(error, path, "the journal cannot be made") from error


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
    for name in os.listdir(state):
        if not name.startswith(_NEW):
            continue
        left = state / name
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
    if version < ENDS_SINCE:
        ended.fill(database)
    database.execute("COMMIT")
