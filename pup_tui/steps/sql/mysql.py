"""MySQL and MariaDB, through MySQL's own connector: every statement is prepared by the server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import mysql.connector
from mysql.connector import errorcode
from mysql.connector.connection import MySQLConnection
from mysql.connector.constants import ClientFlag
from mysql.connector.protocol import MySQLProtocol

from pup_tui.steps.sql.database import (
    ConnectionLost,
    DatabaseError,
    DatabaseTarget,
    Rows,
    TellNotice,
    UnknownName,
    rows_changed,
)

CONNECT_TIMEOUT = 30
"""Seconds, where nothing else is said."""

_OPTION_FILES = ("/etc/my.cnf", "/etc/mysql/my.cnf", "~/.my.cnf")
_OPTIONS = frozenset(
    {"unix_socket", "ssl_ca", "ssl_cert", "ssl_key", "ssl_disabled", "ssl_verify_cert"}
    | {"ssl_verify_identity", "connection_timeout"}
)
"""What may stand behind the `?` of a URL."""
_LOST = frozenset(
    {
        errorcode.CR_SERVER_GONE_ERROR,
        errorcode.CR_SERVER_LOST,
        errorcode.CR_SERVER_LOST_EXTENDED,
        errorcode.ER_SERVER_SHUTDOWN,
        errorcode.ER_CONNECTION_KILLED if hasattr(errorcode, "ER_CONNECTION_KILLED") else 1927,
    }
)
_UNKNOWN = frozenset(
    {
        *(errorcode.ER_NO_SUCH_TABLE, errorcode.ER_BAD_TABLE_ERROR, errorcode.ER_UNKNOWN_TABLE),
        *(errorcode.ER_BAD_FIELD_ERROR, errorcode.ER_BAD_DB_ERROR, errorcode.ER_SP_DOES_NOT_EXIST),
        *(
            errorcode.ER_WRONG_TABLE_NAME,
            errorcode.ER_WRONG_COLUMN_NAME,
            errorcode.ER_WRONG_DB_NAME,
        ),
    }
)


class MySQL:
    """A connection to MySQL or MariaDB."""

    def __init__(self, target: DatabaseTarget, tell: TellNotice) -> None:
        self._given = {
            "connection_timeout": CONNECT_TIMEOUT,
            **(
                _of_service(target.service, target.home)
                if target.url is None
                else _of_url(target.url)
            ),
            # In Python alone a signal is handled while an answer is waited for.
            "use_pure": True,
            "autocommit": True,
            "charset": "utf8mb4",
            # The default of MySQL's connector is unknown to MariaDB.
            "collation": "utf8mb4_general_ci",
            "client_flags": [-ClientFlag.MULTI_STATEMENTS],
        }
        with _explained():
            self._connection = _connected(self._given)
            if not target.autocommit:
                access = "read only" if target.read_only else "read write"
                self._connection.cmd_query(f"start transaction {access}")
        self._id = self._connection.connection_id

    def execute(self, text: str, parameters: Sequence[Any], most: int) -> Rows | str:
        with _explained():
            prepared = self._connection.cmd_stmt_prepare(text.encode())
            number = prepared["statement_id"]
            wanted = prepared["parameters"]
            assert isinstance(number, int)
            assert isinstance(wanted, list)
            if len(wanted) != len(parameters):
                raise DatabaseError("the server finds another number of values in the statement")
            result = self._connection.cmd_stmt_execute(
                number, [_typed(each) for each in parameters], wanted
            )
            if isinstance(result, dict):
                self._connection.cmd_stmt_close(number)
                return rows_changed(result.get("affected_rows", 0))
            columns = result[1]
            self._connection.unread_result = True
            rows, end = self._connection.get_rows(most + 1, binary=True, columns=columns)
            while end is None:  # the rest has to be read before anything else can be asked
                _, end = self._connection.get_rows(1000, binary=True, columns=columns)
            self._connection.cmd_stmt_close(number)
            names = [column[0] for column in columns]
            return Rows(names, [list(row) for row in rows[:most]], len(rows) > most)

    def commit(self) -> None:
        with _explained():
            self._connection.cmd_query("commit")

    def cancel(self) -> None:
        """Ask the server over a second connection; with the first one its transaction ends."""
        with _explained():
            helper = _connected(self._given)
            with contextlib.closing(helper):
                helper.cmd_query(f"kill {self._id:d}")

    def close(self) -> None:
        with contextlib.suppress(mysql.connector.Error, OSError):
            # Not `close`, which says goodbye and would wait for an answer that is under way.
            self._connection.shutdown()


def _connected(given: dict[str, Any]) -> MySQLConnection:
    connection = mysql.connector.connect(**given)
    assert isinstance(connection, MySQLConnection)
    connection._protocol = _Protocol()
    return connection


class _Protocol(MySQLProtocol):
    """The connector's, which takes only the days of a negative TIME for negative."""

    @staticmethod
    def _parse_binary_time(packet: bytes) -> tuple[bytes, timedelta]:
        length, is_negative = packet[0], packet[1:2] == b"\x01"
        if not length or not is_negative:
            return MySQLProtocol._parse_binary_time(packet)
        rest, span = MySQLProtocol._parse_binary_time(packet[:1] + b"\0" + packet[2:])
        return rest, -span


def _of_url(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port or 3306
    except ValueError:
        raise DatabaseError("the `url` has no valid host and port") from None
    given: dict[str, Any] = {
        "host": unquote(parts.hostname or "localhost"),
        "port": port,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.removeprefix("/")) or None,
    }
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in _OPTIONS:
            raise DatabaseError(
                f"the `url` has an unknown option; known: {', '.join(sorted(_OPTIONS))}"
            )
        given[name] = int(value) if name == "connection_timeout" and value.isdigit() else value
    return given


def _of_service(group: str | None, home: str) -> dict[str, Any]:
    """The options of a group in MySQL's option files, over those that are meant for every client."""
    places = [Path(home, name.removeprefix("~/")) for name in _OPTION_FILES]
    files = [str(path) for path in places if path.is_file()]
    from mysql.connector.optionfiles import MySQLOptionsParser

    parser = MySQLOptionsParser(files, keep_dashes=False)
    if group is None or not parser.has_section(group):
        told = f"no group [{group}] in MySQL's option files"
        raise DatabaseError(f"{told}; looked in {', '.join(_OPTION_FILES)}")
    return {"option_files": files, "option_groups": ["client", group]}


def _typed(value: Any) -> Any:
    """A number with a fraction goes as the exact number that was written."""
    if isinstance(value, float):
        return Decimal(repr(value))
    return int(value) if isinstance(value, bool) else value


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConnectionLost(error.strerror or type(error).__name__) from None
    except mysql.connector.Error as error:
        told = " ".join(str(error.msg or error).split())
        kinds = {**dict.fromkeys(_LOST, ConnectionLost), **dict.fromkeys(_UNKNOWN, UnknownName)}
        raise kinds.get(error.errno, DatabaseError)(told) from None
