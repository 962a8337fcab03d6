"""`sql` steps: statements to a database, rows as a table or JSON."""

from __future__ import annotations

import contextlib
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import msgspec

from pup_tui.output.passage import Stream
from pup_tui.output.table import table
from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop, told_to_stop
from pup_tui.steps.files import nameless_file
from pup_tui.steps.notes import note
from pup_tui.steps.process import ProcessCommand, run_process
from pup_tui.steps.sql.cells import decoded, encoded, text_of
from pup_tui.steps.start_errors import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from pup_tui.core.requests import SqlRequest

_CLIENT = "pup_tui.steps.sql.client"
_DRIVERS = {"postgresql": ("psycopg", "PostgreSQL"), "mysql": ("mysql.connector", "MySQL")}
_SENT = ("engine", "url", "service", "max_rows", "autocommit", "read_only")

_NOT_BEGUN = "SIGTERM"
"""Kills the client only as long as it has not begun: from then on it tells how it was stopped."""


class SqlExecutor:
    """Has a database carry out the statements of an `sql` step."""

    async def run(
        self, request: SqlRequest, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome:
        if refusal := _refusal(request):
            return Outcome(ok=False, reason=refusal)
        if stop.is_set():
            return told_to_stop()
        answer = _Answer(request, sink, context.mask)
        command = ProcessCommand(
            executable=sys.executable,
            # Without -P modules of the working directory would be run in place of the library's.
            arguments=(sys.executable, "-P", "-m", _CLIENT),
            environ=context.environment(request.env),
            cwd=context.cwd / (request.cwd or ""),
        )
        with contextlib.ExitStack() as files:
            try:
                descriptor = nameless_file(
                    _as_json(request, command.environ.get("HOME", "")), files
                )
            except UnicodeEncodeError:
                return Outcome(ok=False, reason="a value is not valid Unicode")
            except OSError as error:
                return Outcome(ok=False, reason=f"it cannot be handed over: {told(error)}")
            ended = await run_process(command, answer, stop, context, stdin=descriptor)
        outcome = answer.outcome(ended)
        # What the client has told is done is done, whatever it was told by then.
        was_stopped = ended.stopped and not outcome.ok
        return told_to_stop(outcome.reason, outcome) if was_stopped else outcome


def _refusal(request: SqlRequest) -> str:
    """Why there is nobody who could talk to the database; empty if there is somebody."""
    module, name = _DRIVERS.get(request.engine, ("", ""))
    with contextlib.suppress(ModuleNotFoundError):
        if not module or find_spec(module) is not None:
            return ""
    return f"{name} needs the extra `sql`: pip install 'pup-tui[sql]'"


class _Answer:
    """Takes what the client tells, and shows it; `mask` hides secrets, which a table would spell anew."""

    def __init__(self, request: SqlRequest, sink: OutputSink, mask: Callable[[str], str]) -> None:
        self._request = request
        self._sink = sink
        self._mask = mask
        self._unfinished = bytearray()
        self._rows: str | None = None
        self._end: dict[str, Any] | None = None

    def write(self, stream: Stream, data: bytes) -> None:
        if stream == "stderr":  # a fault of the client, which may quote a URL
            return
        self._unfinished += data
        *lines, rest = self._unfinished.split(b"\n") if b"\n" in data else (self._unfinished,)
        self._unfinished = bytearray(rest)
        for line in lines:
            self._take(decoded(bytes(line)))

    def _take(self, told: dict[str, Any]) -> None:
        if "note" in told:
            note(self._sink, told["note"])
        elif "rows" in told:
            self._take_rows(told["columns"], told["rows"], more=told["more"])
        else:
            self._end = told

    def _take_rows(self, columns: list[str], rows: list[list[Any]], *, more: bool) -> None:
        self._rows = _json_of(_unlike(columns), rows)
        if self._request.format == "json":
            shown = self._rows
        else:
            shown = table(
                [self._mask(column) for column in columns],
                [[self._mask(text_of(cell)) for cell in row] for row in rows],
            )
        self._sink.write("stdout", shown.encode())
        if more:
            most = self._request.max_rows
            note(
                self._sink,
                f"there are more than {most:,} rows, and the rest is left out: `max_rows`",
            )

    def outcome(self, ended: Outcome) -> Outcome:
        """How it went; `ended` is how the client's process did."""
        if self._end is None and ended.signal == _NOT_BEGUN:
            return Outcome(ok=False, reason="nothing was sent")
        if self._end is None:
            reason = "the database's client ended early, and what became of it is unknown"
            return Outcome(ok=False, reason=reason, is_unknown=ended.exit_code is not None)
        reason = self._end["reason"]
        return Outcome(
            ok=not reason, reason=reason, is_unknown=self._end["unknown"], said=self._rows or ""
        )


def _unlike(columns: list[str]) -> list[str]:
    """Names of columns of which no two are the same: a repeat gets `_2`."""
    made: list[str] = []
    for name in columns:
        number, unlike = 1, name
        while unlike in made:
            number += 1
            unlike = f"{name}_{number}"
        made.append(unlike)
    return made


def _json_of(columns: list[str], rows: list[list[Any]]) -> str:
    """A JSON list of objects, one row a line."""
    lines = [encoded(dict(zip(columns, row, strict=True))).decode() for row in rows]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def _as_json(request: SqlRequest, home: str) -> bytes:
    """What the client reads; the operator's `home` holds files that name databases."""
    fields = {name: getattr(request, name) for name in _SENT}
    return msgspec.json.encode({**fields, "home": home, "statements": request.statements})
