"""What is made of an attempt's output for people to see: pretty JSON or a table, in a spool of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from pup_tui.answers.things import subject_of
from pup_tui.aside import aside
from pup_tui.core.actions import Wanted, WantedColumn, WantedTable
from pup_tui.core.events import Findings
from pup_tui.drivers.faults import told_fault
from pup_tui.drivers.findings import TOO_MUCH
from pup_tui.drivers.masking import Masking
from pup_tui.output.blockindex import index_path
from pup_tui.output.mask import MASK, Masker
from pup_tui.output.passage import Passage
from pup_tui.output.pipeline import Captured, KeptOutput
from pup_tui.output.shown import made_path, pretty_json, shown_table
from pup_tui.output.spool import SpoolWriter
from pup_tui.steps.executor import Outcome
from pup_tui.template.errors import TemplateError, UndefinedName
from pup_tui.template.expression import compile_expression
from pup_tui.template.limits import one_budget
from pup_tui.template.reading import reading_scope
from pup_tui.template.secrets import SECRETS, hiding, watched
from pup_tui.template.text import compile_text
from pup_tui.template.values import NOTHING, enter, is_list, parse_json, to_text

MOST_ROWS: Final = 10_000
ROW: Final = "row"
"""The name of a row in the expressions of a table's columns."""


class _Seen(Struct, frozen=True):
    """What an attempt printed, masked: what an expression took out of a secret could not be told."""

    stdout: str
    stderr: str
    outcome: Outcome
    headers: Mapping[str, str]


def is_to_show(wanted: Wanted, outcome: Outcome, findings: Findings) -> bool:
    """Whether something is made of an attempt's output: it succeeded, and is the last of a poll."""
    met = findings.until is None or findings.until.holds is True
    return wanted.show is not None and outcome.ok and met


async def keep_shown(
    path: Path, wanted: Wanted, output: Captured, outcome: Outcome, masking: Masking
) -> str:
    """Make of an output what its step wants to be shown, beside the spool at `path`.

    Why that cannot be, and people are shown the output as it is; empty where it was made.
    """
    mask = masking.text
    headers = {name: mask(value) for name, value in (outcome.headers or {}).items()}
    try:
        for old in (made_path(path), index_path(made_path(path))):  # of an earlier attempt
            old.unlink(missing_ok=True)
        if output.truncated or output.stderr_truncated:
            return TOO_MUCH
        seen = _Seen(mask(output.stdout), mask(output.stderr), outcome, headers)
        await aside(_keep, path, wanted, seen, masking.masker)
    except TemplateError as error:
        return masking.text(error.told)
    except OSError as error:
        return f"it cannot be kept: {error.strerror or error}"
    except Exception as error:
        return told_fault(error)
    return ""


def check_shown(wanted: Wanted, output: Captured, outcome: Outcome) -> None:
    """Raise TemplateError where what a step wants to be shown cannot be made of an output."""
    _made(wanted, _Seen(output.stdout, output.stderr, outcome, outcome.headers or {}))


def _made(wanted: Wanted, seen: _Seen) -> str:
    how = wanted.show
    with one_budget():
        if isinstance(how, WantedTable):
            return _table(how, wanted, seen)
        return _table_by_kind(seen) if how == "table" else _json(seen)


def _keep(path: Path, wanted: Wanted, seen: _Seen, masker: Masker) -> None:
    text, made = _made(wanted, seen), made_path(path)
    spool = SpoolWriter(made)
    spool.append(Passage("stdout", masker.mask(text).removesuffix("\n") + "\n"))
    spool.close()
    kept = KeptOutput(made, masker)
    kept.write("stderr", seen.stderr.encode(errors="replace"))
    kept.close()
    if kept.error is not None:
        made.unlink(missing_ok=True)
        raise kept.error


def _json(seen: _Seen) -> str:
    _value(seen)
    return _small(pretty_json(seen.stdout))


def _value(seen: _Seen) -> Any:
    value = parse_json(seen.stdout)
    if value is NOTHING:
        raise TemplateError("the output is not JSON")
    return value


def _table_by_kind(seen: _Seen) -> str:
    # Late: few steps want it.
    from pup_tui.answers.pages import more_than
    from pup_tui.output.json_table import json_table, thing_table

    value = _value(seen)
    subject = subject_of(value)
    if subject.is_list and not subject.things:
        return _small(shown_table([], [], more_than(value)))
    things = thing_table(value)
    made = json_table([value], least=1) if things is None else things.text
    if made is None:
        raise TemplateError("the output is no list of flat objects, nor of a kind that has a table")
    return made


def _table(given: WantedTable, wanted: Wanted, seen: _Seen) -> str:
    reading = reading_scope(
        seen.stdout,
        seen.stderr,
        exit_code=seen.outcome.exit_code,
        status_code=seen.outcome.status_code,
        headers=seen.headers,
        attempt=wanted.attempt,
        elapsed=wanted.elapsed,
    )
    scope = {**reading, **wanted.names}
    rows = _rows(given.rows, scope)
    columns = given.columns or tuple(_fields(rows))
    titles = [each.title if each.is_field else _title(each, scope) for each in columns]
    cells = [[_cell(each, row, scope) for each in columns] for row in rows]
    return _small(shown_table(titles, cells, _more(seen, len(rows))))


def _more(seen: _Seen, rows: int) -> str:
    """In words that there are more things than the answer has of which so many are shown: all that it has."""
    from pup_tui.answers.pages import more_than

    value = parse_json(seen.stdout)
    return "" if value is NOTHING or len(subject_of(value).things) != rows else more_than(value)


def _small(made: str | None) -> str:
    if made is None:
        raise TemplateError("it would become too large")
    return made


def _rows(source: str, scope: Mapping[str, Any]) -> list[Any]:
    scope, made = watched(scope)
    rows = compile_expression(source).evaluate(scope)
    if made:
        raise TemplateError(f"`{source}` is made out of a secret")
    if not is_list(rows):
        raise TemplateError(f"`{source}` gives no list of rows")
    if len(rows) > MOST_ROWS:
        raise TemplateError(f"`{source}` gives more than {MOST_ROWS:,} rows")
    return list(rows)


def _fields(rows: list[Any]) -> Iterator[WantedColumn]:
    """The fields of all rows in the order in which they turn up; rows that have none are one column."""
    found = {str(name): None for row in rows if isinstance(row, Mapping) for name in row}
    return (WantedColumn(name, name, is_field=True) for name in found or {ROW: None})


def _title(column: WantedColumn, scope: Mapping[str, Any]) -> str:
    return compile_text(column.title).render(hiding(scope))


def _cell(column: WantedColumn, row: Any, scope: Mapping[str, Any]) -> str:
    """What stands in a column of a row; nothing where the row does not have it."""
    value = _field(column.value, row) if column.is_field else _worked_out(column.value, row, scope)
    return "" if value is None or value is NOTHING else to_text(value)


def _worked_out(expression: str, row: Any, scope: Mapping[str, Any]) -> Any:
    fields = {str(name): its for name, its in row.items()} if isinstance(row, Mapping) else {}
    within, made = watched(scope)
    try:
        value = compile_expression(expression).evaluate(
            {**within, **fields, ROW: row, SECRETS: within[SECRETS]}
        )
    except UndefinedName:
        return NOTHING
    except TemplateError as error:
        raise TemplateError(f"in the column `{expression}`, {error.told}") from error
    return MASK if made else value


def _field(name: str, row: Any) -> Any:
    """A field of a row, or with dots in its name what is deeper inside."""
    if not isinstance(row, Mapping):
        return row if name == ROW else NOTHING
    if name in row:
        return row[name]
    value: Any = row
    for part in name.split("."):
        value = enter(value, part)
    return value
