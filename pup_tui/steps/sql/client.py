"""Has a database carry out statements: a program of its own, run by the executor of `sql` steps.

A process can be ended, and a driver's environment is that of the step. It reads a request as JSON on
standard input, and writes JSON lines: `{"note": text}`, `{"columns": […], "rows": [[…]], "more": bool}` for
the rows of the last statement that has any, and in the end `{"reason": text, "unknown": bool}`, where an
empty reason means that all is well.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn

from pup_tui.steps.sql.cells import encoded
from pup_tui.steps.sql.database import (
    ConnectionLost,
    Database,
    DatabaseError,
    DatabaseTarget,
    Rows,
    Stopped,
    TellNotice,
    UnknownName,
)

_MODULES = {"postgresql": "PostgreSQL", "mysql": "MySQL", "sqlite": "SQLite"}

_DOT_IN_NAME = re.compile(r"""["`](\w+\.\w+)["`]""")

Say = Callable[[bytes], None]


class Work:
    """One request on its way; `sent` tells whether anything went to the database."""

    def __init__(self, request: dict[str, Any], say: Say) -> None:
        self._request = request
        self._say = say
        self._database: Database | None = None
        self._sent = 0
        self._committing = False
        self.is_stopped = False
        """Whether it was asked to end: SQLite tells its own interruption instead of what caused it."""

    def carry_out(self) -> tuple[str, bool]:
        """What went wrong, empty if nothing did, and whether it is unknown what became of it."""
        try:
            self._run()
        except Stopped:
            return self._stopped()
        except ConnectionLost as error:
            unknown = bool(self._sent) and not self._request["read_only"]
            told = "the connection was lost, and whether it was carried out is unknown"
            return (f"{told}: {error}" if unknown else str(error)), unknown
        except DatabaseError as error:
            if self.is_stopped:
                return self._stopped()
            advice = self._advice(str(error)) if isinstance(error, UnknownName) else ""
            return self._where() + str(error) + advice, False
        finally:
            if self._database is not None:
                self._database.close()
        return "", False

    def _advice(self, told: str) -> str:
        """What may be the cause where the name that nothing has was quoted with a dot within it."""
        sent = self._request["statements"][: self._sent][-1:]
        names = (name for each in sent for name in _DOT_IN_NAME.findall(each["text"]))
        if not any(name in told for name in names):
            return ""
        return "; a name and that of its schema are two: {{ SCHEMA | sql_name }}.{{ TABLE | sql_name }}"

    def _run(self) -> None:
        request = self._request
        database = self._connected()
        last: Rows | None = None
        for statement in request["statements"]:
            self._sent += 1
            done = database.execute(statement["text"], statement["parameters"], request["max_rows"])
            if isinstance(done, Rows):
                last = done
            elif done:
                self._note(done)
        self._committing = not request["autocommit"]
        if self._committing:
            database.commit()
        if last is not None:
            self._say(encoded({"columns": last.columns, "rows": last.rows, "more": last.more}))

    def _connected(self) -> Database:
        request = self._request
        target = DatabaseTarget(
            request["url"],
            request["service"],
            request["autocommit"],
            request["read_only"],
            request["home"],
        )
        module = import_module(f"pup_tui.steps.sql.{request['engine']}")
        connect: Callable[[DatabaseTarget, TellNotice], Database] = getattr(
            module, _MODULES[request["engine"]]
        )
        self._database = connect(target, self._note)
        return self._database

    def _note(self, text: str) -> None:
        self._say(encoded({"note": text}))

    def _stopped(self) -> tuple[str, bool]:
        """Take back what was under way."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if self._database is None or not self._sent:
            return "nothing was sent", False
        try:
            self._database.cancel()
        except DatabaseError as error:
            return f"the database may have carried it out: {error}", True
        if self._committing:
            return "the database may have carried it out", True
        if not self._request["autocommit"]:
            return "the database has taken it back", False
        return f"{self._where()}cancelled in the database; those before it are done", False

    def _where(self) -> str:
        """Which of several statements it is about."""
        count = len(self._request["statements"])
        if count == 1 or not self._sent or self._committing:
            return ""
        return f"statement {self._sent} of {count}: "


def main() -> None:
    def stop(_number: int, _frame: Any) -> NoReturn:
        work.is_stopped = True
        raise Stopped

    def say(line: bytes) -> None:
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()

    work = Work(json.load(sys.stdin.buffer), say)
    signal.signal(signal.SIGTERM, stop)
    reason, unknown = work.carry_out()
    say(encoded({"reason": reason, "unknown": unknown}))


if __name__ == "__main__":
    main()
