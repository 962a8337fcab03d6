"""PostgreSQL, through psycopg: libpq's own configuration, parameters bound by the server."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.adapt import Loader, PyFormat, Transformer
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import ExecStatus
from psycopg.types.json import set_json_loads

from pup_tui.steps.sql.database import (
    OUTSIDE,
    ConnectionLost,
    DatabaseError,
    DatabaseTarget,
    Rows,
    TellNotice,
    UnknownName,
)

CONNECT_TIMEOUT = 30
"""Seconds, where neither the URL nor libpq's configuration says otherwise."""

_UNKNOWN = (
    *(errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedObject),
    *(errors.UndefinedFunction, errors.InvalidSchemaName),
)
_QUERY = re.compile(r"(?:\(\s*)*(?:select|values|table|show)\b", re.IGNORECASE)
"""How a statement begins that usually gives many rows."""

_AS_TEXT = ("date", "time", "timetz", "timestamp", "timestamptz", "interval")


class _TextLoader(Loader):
    """Dates and times as the server writes them, with the T of ISO 8601; psycopg has no infinity."""

    def load(self, data: Any) -> str:
        text = bytes(data).decode()
        day, blank, time = text.partition(" ")
        return f"{day}T{time}" if blank and day[:4].isdigit() and time[:2].isdigit() else text


class PostgreSQL:
    """A connection to PostgreSQL."""

    def __init__(self, target: DatabaseTarget, tell: TellNotice) -> None:
        set_json_loads(partial(json.loads, parse_float=Decimal))
        try:
            given: dict[str, Any] = (
                {"service": target.service} if target.url is None else conninfo_to_dict(target.url)
            )
        except psycopg.Error:
            # Its message may quote a password.
            raise DatabaseError("the `url` cannot be read: see libpq's connection URIs") from None
        given.setdefault("application_name", "pup-tui")
        if target.service is None and "service" not in given:
            given.setdefault("connect_timeout", CONNECT_TIMEOUT)
        with _explained():
            self._connection = psycopg.connect(
                **given, autocommit=target.autocommit, client_encoding="utf-8"
            )
        # A standby refuses a transaction that says that it may write; what acts there is functions.
        on_standby = self._connection.info.parameter_status("in_hot_standby") == "on"
        self._connection.read_only = target.read_only or (None if on_standby else False)
        self._connection.add_notice_handler(
            lambda diagnostic: tell(f"{diagnostic.severity}: {diagnostic.message_primary}")
        )
        for kind in _AS_TEXT:
            self._connection.adapters.register_loader(kind, _TextLoader)

    def execute(self, text: str, parameters: Sequence[Any], most: int) -> Rows | str:
        statement, given = sql.SQL(text), [_typed(each) for each in parameters]
        with _explained(self._connection), psycopg.RawCursor(self._connection) as cursor:
            if _QUERY.match(text):
                return _streamed(cursor, statement, given, most)
            # A prepared statement is one statement, whatever its text says.
            cursor.execute(statement, given, prepare=True)
            if cursor.description is None:
                return cursor.statusmessage or ""
            rows = cursor.fetchmany(most)
            return Rows(_names(cursor), [list(row) for row in rows], cursor.rowcount > most)

    def commit(self) -> None:
        with _explained(self._connection):
            self._connection.commit()

    def cancel(self) -> None:
        # psycopg has asked the server to cancel when it was interrupted.
        with _explained(self._connection):
            self._connection.rollback()

    def close(self) -> None:
        with contextlib.suppress(psycopg.Error):
            self._connection.close()


def _streamed(
    cursor: psycopg.RawCursor[Any], statement: sql.SQL, given: list[Any], most: int
) -> Rows | str:
    """Read rows one by one, so that those which are too many fill no memory."""
    rows: list[list[Any]] = []
    more = False
    try:
        # All are read: to end before would cancel the statement, and with it the transaction.
        for row in cursor.stream(statement, given):
            if len(rows) < most:
                rows.append(list(row))
            else:
                more = True
    except psycopg.ProgrammingError as error:
        if error.sqlstate is None:  # as in `select … into`
            return ""
        raise
    return Rows(_names(cursor) if rows else _described(cursor, statement, given), rows, more)


def _described(cursor: psycopg.RawCursor[Any], statement: sql.SQL, given: list[Any]) -> list[str]:
    """The columns of a query that gave no row: of those the rows that are read one by one tell nothing."""
    types = Transformer(cursor)
    types.dump_sequence(given, [PyFormat.AUTO] * len(given))
    server, text = cursor.connection.pgconn, statement.as_bytes(cursor)
    if server.prepare(b"", text, types.types).status != ExecStatus.COMMAND_OK:
        return []
    found = server.describe_prepared(b"")
    return [(found.fname(at) or b"").decode() for at in range(found.nfields)]


def _names(cursor: psycopg.RawCursor[Any]) -> list[str]:
    return [column.name for column in cursor.description or ()]


def _typed(value: Any) -> Any:
    """A number with a fraction goes as the exact number that was written."""
    return Decimal(repr(value)) if isinstance(value, float) else value


@contextlib.contextmanager
def _explained(connection: psycopg.Connection[Any] | None = None) -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, UnicodeEncodeError) as error:
        told = _told(error)
        if connection is not None and connection.closed:
            raise ConnectionLost(told) from None
        raise (UnknownName if isinstance(error, _UNKNOWN) else DatabaseError)(told) from None


def _told(error: psycopg.Error | UnicodeEncodeError) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "a value is not valid Unicode"
    diagnostic = error.diag
    if diagnostic.message_primary is None:
        return " ".join(str(error).split())
    parts = [f"{diagnostic.severity}: {diagnostic.message_primary}"]
    parts += [f"DETAIL: {diagnostic.message_detail}"] if diagnostic.message_detail else []
    parts += [f"HINT: {diagnostic.message_hint}"] if diagnostic.message_hint else []
    if isinstance(error, errors.ActiveSqlTransaction):
        parts.append(OUTSIDE)
    if isinstance(error, errors.IndeterminateDatatype):
        parts.append("say of which type the value is: `cast({{ … }} as text)`")
    if isinstance(error, errors.SyntaxError) and '"$' in diagnostic.message_primary:
        parts.append("a value cannot stand there; a name goes through `| sql_name`")
    return "; ".join(parts)
