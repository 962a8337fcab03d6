"""SQLite, through the library that comes with Python."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pup_tui.steps.sql.database import (
    OUTSIDE,
    DatabaseError,
    DatabaseTarget,
    Rows,
    TellNotice,
    UnknownName,
    rows_changed,
)

_INSTRUCTIONS = 10_000
"""Of SQLite's machine, between two looks whether the step was asked to end."""
_WITHIN = ("within a transaction", "inside a transaction")
"""How SQLite ends what it says of a statement that cannot stand in a transaction."""
_PATIENCE = 5.0
"""Seconds to wait for another process that writes to the same file."""


class SQLite:
    """A connection to a file of SQLite, or to a database in memory."""

    def __init__(self, target: DatabaseTarget, tell: TellNotice) -> None:
        with _explained():
            self._connection = sqlite3.connect(
                _uri(target.url or "", read_only=target.read_only),
                uri=True,
                isolation_level=None,
                timeout=_PATIENCE,
            )
            self._connection.text_factory = lambda data: data.decode(errors="replace")
            # Called in between, so that a signal is handled while a statement is carried out.
            self._connection.set_progress_handler(lambda: 0, _INSTRUCTIONS)
            if target.read_only:
                self._connection.execute("pragma query_only = on")
        self._autocommit = target.autocommit

    def execute(self, text: str, parameters: Sequence[Any], most: int) -> Rows | str:
        with _explained():
            if not self._autocommit and not self._connection.in_transaction:
                self._connection.execute("begin")
            cursor = self._connection.execute(text, tuple(parameters))
            if cursor.description is None:
                return rows_changed(cursor.rowcount) if cursor.rowcount >= 0 else ""
            rows = [list(row) for row in cursor.fetchmany(most + 1)]
            return Rows([column[0] for column in cursor.description], rows[:most], len(rows) > most)

    def commit(self) -> None:
        with _explained():
            if self._connection.in_transaction:
                self._connection.execute("commit")

    def cancel(self) -> None:
        with _explained():
            if self._connection.in_transaction:
                self._connection.execute("rollback")

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()


def _uri(url: str, *, read_only: bool) -> str:
    """The URI that SQLite knows. As elsewhere `sqlite:///NAME` is relative, and `sqlite:////NAME` is not."""
    parts = urlsplit(url)
    if parts.netloc:
        raise DatabaseError(
            "the `url` names a host: `sqlite:///NAME` is a file of the working directory, and "
            "`sqlite:////NAME` one by its whole path"
        )
    name = unquote(parts.path).removeprefix("/")
    if not name or name == ":memory:":
        return "file::memory:"
    path = Path(name).absolute()
    if not path.exists() and (read_only or not path.parent.is_dir()):
        raise DatabaseError(
            f"there is no database {path}: `sqlite:///NAME` is a file of the working directory, and "
            "`sqlite:////NAME` one by its whole path"
        )
    options = [option for option in parts.query.split("&") if option]
    options += ["mode=ro"] if read_only else []
    return "?".join([path.as_uri(), "&".join(options)]).rstrip("?")


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OverflowError:
        raise DatabaseError("a number is larger than SQLite can hold") from None
    except (sqlite3.Error, sqlite3.Warning) as error:
        told = str(error)
        if told.endswith(_WITHIN):
            told = f"{told}; {OUTSIDE}"
        raise (UnknownName if told.startswith("no such ") else DatabaseError)(told) from None
