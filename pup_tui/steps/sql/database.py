"""What the client asks of each database, in the same words for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

OUTSIDE: Final = "`autocommit: true` has each statement carried out for itself"
"""What helps where a statement cannot stand in a transaction."""

TellNotice = Callable[[str], None]
"""Says something beside the rows: a notice of the server, how many rows were changed."""


class Stopped(KeyboardInterrupt):
    """The step was asked to end. Drivers treat it as they treat Ctrl-C."""


class DatabaseError(Exception):
    """The database refused; the message is its own, or ours."""


class UnknownName(DatabaseError):
    """There is nothing of a name that the statement has; the message holds the name."""


class ConnectionLost(DatabaseError):
    """The connection is gone, and what became of what was sent is not known."""


@dataclass(frozen=True, slots=True)
class DatabaseTarget:
    """Where the database is: by its `url` or its `service`. `read_only` holds for the whole connection.

    `home` is the operator's folder, empty where it is not known.
    """

    url: str | None
    service: str | None
    autocommit: bool
    read_only: bool
    home: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement gave: the names of its columns, rows, and whether there were more than wanted."""

    columns: list[str]
    rows: list[list[Any]]
    more: bool


def rows_changed(count: int) -> str:
    """How many rows a statement changed, in words."""
    return "1 row changed" if count == 1 else f"{count} rows changed"


class Database(Protocol):
    """An open connection; unless in autocommit, its first statement begins a transaction.

    All raise DatabaseError.
    """

    def execute(self, text: str, parameters: Sequence[Any], most: int) -> Rows | str:
        """Carry out one statement: its rows, at most so many, or a word on what it did."""
        ...

    def commit(self) -> None: ...

    def cancel(self) -> None:
        """End what the server does and take the transaction back; raises if that is not sure."""
        ...

    def close(self) -> None:
        """Close the connection, which takes back what was not committed. Raises nothing."""
        ...
