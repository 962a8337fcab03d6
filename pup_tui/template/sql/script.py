"""Texts of SQL: each value is a parameter, which the server never reads as a part of a statement.

What is sent is one statement at a time, by a way that takes no more than one; so a reading of the text that
the server does not share ends in an error of the server, and not in another statement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final

from pup_tui.template.blocks import Output
from pup_tui.template.code import Code
from pup_tui.template.errors import TemplateError
from pup_tui.template.flow import Flow
from pup_tui.template.limits import check_length, spend
from pup_tui.template.secrets import MASK
from pup_tui.template.shell.markers import variants
from pup_tui.template.sql.engines import (
    CALLED,
    CONCURRENT,
    ENGINES,
    OUTSIDE_TRANSACTIONS,
    PLACEHOLDERS,
    READ_ONLY,
    READ_ONLY_NEVER,
    TAKES_VALUES,
    Engine,
    SqlUse,
)
from pup_tui.template.sql.places import Places
from pup_tui.template.sql.splitting import split
from pup_tui.template.sql.tokens import Token, TokenKind, tokens_of
from pup_tui.template.text import Piece, Text, Value, compile_text
from pup_tui.template.usage import Usage, UsesNames
from pup_tui.template.values import SqlName, is_list, plain, to_text

Parameter = str | int | float | bool | None

MAX_PARAMETERS: Final = 10_000
_MARK: Final = "PUPVALUE"
_PER_CHARACTER: Final = 5
"""What it costs to find the tokens of a text."""
_EXECUTED_COMMENT: Final = re.compile(r"/\*M?!")
_OF_ARRAYS: Final = frozenset({"ANY", "ALL", "SOME"})
_PLACEHOLDER: Final[dict[Engine, re.Pattern[str]]] = {
    "postgresql": re.compile(r"\$\Z"),
    "mysql": re.compile(r"\?\Z"),
    "sqlite": re.compile(r"[?:@$]\Z|\$\w"),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with places for parameters, in the notation of its database, and the parameters."""

    text: str
    parameters: tuple[Parameter, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class SqlScript(Code):
    """Rendered statements. `shown` is for people: values are literals of SQL, and secrets are hidden."""

    pieces: tuple[Piece, ...] = field(repr=False)
    shown: str

    def statements(self, use: SqlUse) -> tuple[Statement, ...]:
        """What is sent to a database; TemplateError where a value cannot stand where it does."""
        assert use.engine is not None
        marked = _Marked(self.pieces)
        spend(_PER_CHARACTER * len(marked.text))
        statements = _judged(marked, use.engine, use)
        made = tuple(marked.statement(tokens, use.engine) for tokens in statements)
        if not made:
            raise TemplateError("there is no statement in it")
        return made


class SqlTemplate(UsesNames):
    """Compiled statements. Made by `compile_sql`."""

    def __init__(self, text: Text) -> None:
        self.text = text

    @cached_property
    def usage(self) -> Usage:
        """The names that it uses."""
        return self.text.usage

    @property
    def flow(self) -> Flow:
        """What it is made out of."""
        return self.text.flow

    def check(self, use: SqlUse) -> None:
        """Judge every place of a value, with each branch taken once. Raises TemplateError.

        Where the engine is not known yet, it must be right for one of them.
        """
        problems: list[TemplateError] = []
        for engine in ENGINES if use.engine is None else (use.engine,):
            try:
                for variant in variants(self.text.blocks):
                    _judged(_Marked(variant), engine, use)
            except TemplateError as error:
                problems.append(error)
            else:
                return
        if problems:
            raise _first_of(problems)

    def render(self, scope: Mapping[str, Any], engine: Engine | None = None) -> SqlScript:
        """Render to statements, shown as the database would have them, PostgreSQL where that is not known.

        Raises TemplateError.
        """
        pieces = tuple(self.text.pieces(scope))
        known = engine or "postgresql"
        shown = "".join(each if isinstance(each, str) else _shown(each, known) for each in pieces)
        check_length(len(shown))
        return SqlScript(pieces, shown)


@lru_cache(maxsize=1024)
def compile_sql(source: str) -> SqlTemplate:
    """Read a text of SQL. Raises TemplateError; the result is shared and must not be changed."""
    return SqlTemplate(compile_text(source))


class _Marked:
    """A text with a word in the place of each value."""

    def __init__(self, units: Sequence[Piece] | Sequence[str | Output]) -> None:
        mark = _MARK
        while any(mark in unit for unit in units if isinstance(unit, str)):
            mark += "X"
        self.holes: dict[int, tuple[int, Value | Output]] = {}
        """Where each value's word begins: where it ends, and the value."""
        parts: list[str] = []
        at = 0
        for unit in units:
            part = unit if isinstance(unit, str) else f"{mark}{len(self.holes)}E"
            if not isinstance(unit, str):
                self.holes[at] = (at + len(part), unit)
            parts.append(part)
            at += len(part)
        self.text = "".join(parts)

    def statement(self, tokens: Sequence[Token], engine: Engine) -> Statement:
        """What is sent for a statement."""
        parts: list[str] = []
        parameters: list[Parameter] = []
        at = tokens[0].start
        for start in (token.start for token in tokens if token.start in self.holes):
            end, unit = self.holes[start]
            assert isinstance(unit, Value)
            parts.append(self.text[at:start])
            at = end
            if isinstance(unit.value, SqlName):
                parts.append(_quoted(unit.value, engine))
                continue
            given = _parameters(unit)
            numbers = range(len(parameters) + 1, len(parameters) + len(given) + 1)
            parts.append(", ".join(PLACEHOLDERS[engine].format(number) for number in numbers))
            parameters += given
            if len(parameters) > MAX_PARAMETERS:
                raise unit.error(f"a statement has at most {MAX_PARAMETERS:,} values")
        parts.append(self.text[at : tokens[-1].end])
        return Statement("".join(parts), tuple(parameters))


def _first_of(problems: Sequence[TemplateError]) -> TemplateError:
    """What is told of a text that no database would take: the first, and that it may be another one's."""
    first = problems[0]
    if len({problem.message for problem in problems}) > 1:
        unknown = "with `engine:` the step says which database it is, and is judged by that"
        first.hint = f"{first.hint}; {unknown}" if first.hint else unknown
    return first


def _judged(marked: _Marked, engine: Engine, use: SqlUse) -> list[list[Token]]:
    """The statements of a text. Raises TemplateError where one cannot be sent."""
    tokens = tokens_of(marked.text, engine)
    _check_whole(marked, tokens)
    _check_comments(marked, tokens, engine)
    statements = split(tokens)
    for statement in statements:
        _check_placeholders(statement, engine)
        _check_values(marked, statement, engine)
        if use.read_only:
            _check_read_only(statement, engine)
        elif not use.autocommit:
            _check_transaction(statement, engine)
    return statements


def _check_whole(marked: _Marked, tokens: Sequence[Token]) -> None:
    """Every value is a token of its own: not a part of a text, of a name or of a comment."""
    starts = {token.start: token for token in tokens}
    for start, (end, unit) in marked.holes.items():
        if _is_raw(unit):
            raise _error(unit, "a value of SQL is never text", "leave `| raw` out")
        token = starts.get(start)
        if token is not None and token.end == end and token.kind is TokenKind.WORD:
            continue
        around = next((each for each in tokens if each.start < end and each.end > start), None)
        if around is None:
            raise _error(unit, "a value cannot stand in a comment", "take it out of the comment")
        if around.kind is TokenKind.QUOTED:
            raise _error(
                unit,
                "a value cannot stand within quotes",
                "write {{ … }} without quotes around it; put a text together with "
                "`'%' || {{ … }} || '%'`, or with concat()",
            )
        hint = "write {{ … | sql_name }} without quotes around it, or `{{ 'app_' ~ … | sql_name }}`"
        raise _error(unit, "a value cannot be a part of a name", hint)


def _check_comments(marked: _Marked, tokens: Sequence[Token], engine: Engine) -> None:
    """What MySQL executes although it looks like a comment is refused."""
    if engine != "mysql" or not _EXECUTED_COMMENT.search(marked.text):
        return
    ends = [0, *(token.end for token in tokens)]
    starts = [*(token.start for token in tokens), len(marked.text)]
    for end, start in zip(ends, starts, strict=True):
        if _EXECUTED_COMMENT.search(marked.text[end:start]):
            raise TemplateError(
                "MySQL executes what stands in `/*! … */`", hint="write it without the comment"
            )


def _check_placeholders(statement: Sequence[Token], engine: Engine) -> None:
    """Places of parameters are made for values, and written by nobody."""
    for token in statement:
        if token.kind is TokenKind.OTHER and _PLACEHOLDER[engine].match(token.text):
            raise TemplateError(
                f"`{token.text}` is a place for a parameter, and nothing says which",
                hint="write {{ NAME }} where the value belongs",
            )


def _check_values(marked: _Marked, statement: Sequence[Token], engine: Engine) -> None:
    marks = {
        index: unit
        for index, token in enumerate(statement)
        if token.start in marked.holes and not _is_name(unit := marked.holes[token.start][1])
    }
    problems = Places(statement, engine).problems(frozenset(marks)) if marks else {}
    for index, (message, hint) in problems.items():
        raise _error(marks[index], message, hint)
    for index, unit in marks.items():
        around = [token.text for token in statement[max(0, index - 2) : index]]
        is_list_given = isinstance(unit, Value) and is_list(unit.value)
        if is_list_given and around[1:] == ["("] and around[0] in _OF_ARRAYS:
            told = f"`{around[0].lower()}` takes one array, and a list gives a value for each item"
            raise _error(unit, told, "write `in ({{ … }})`, or `not in`")
    first = statement[0].text
    if marks and first not in TAKES_VALUES[engine]:
        raise _error(
            next(iter(marks.values())),
            f"{CALLED[engine]} takes no values in `{first.lower()}`",
            "a name goes through `| sql_name`; how another value gets there stands in docs/format.md, `sql`",
        )


def _check_read_only(statement: Sequence[Token], engine: Engine) -> None:
    """Refuse what a read-only transaction would not keep from acting, or what would end it."""
    words = [token.text for token in statement if token.kind is TokenKind.WORD]
    first = statement[0].text if statement[0].text != "(" else next(iter(words), "")
    never = READ_ONLY_NEVER.intersection(words)
    if first in READ_ONLY[engine] and not never:
        return
    told = f"`{next(iter(never), first).lower()}` cannot stand in a step that is `read_only`"
    raise TemplateError(told, hint="a read-only transaction does not keep it from acting")


def _check_transaction(statement: Sequence[Token], engine: Engine) -> None:
    """Refuse what a database never carries out in a transaction."""
    words = [token.text for token in statement if token.kind is TokenKind.WORD]
    told = words[0] if words and words[0] in OUTSIDE_TRANSACTIONS[engine] else ""
    if engine == "postgresql" and "CONCURRENTLY" in words and words[0] in CONCURRENT:
        told = f"{words[0]} … CONCURRENTLY"
    if told:
        raise TemplateError(
            f"{CALLED[engine]} takes no `{told.lower()}` in a transaction",
            hint="`autocommit: true` has each statement carried out for itself",
        )


def _is_name(unit: Value | Output) -> bool:
    if isinstance(unit, Value):
        return isinstance(unit.value, SqlName)
    return unit.expression.last_filter == "sql_name"


def _is_raw(unit: Value | Output) -> bool:
    return unit.is_raw if isinstance(unit, Value) else unit.expression.is_raw


def _error(unit: Value | Output, message: str, hint: str) -> TemplateError:
    if isinstance(unit, Value):
        return unit.error(message, hint)
    return TemplateError(
        message,
        expression=unit.expression.source,
        line=unit.line,
        column=unit.column,
        hint=hint,
    )


def _parameters(value: Value) -> list[Parameter]:
    """The parameters for a value: one for each item of a list."""
    if not is_list(value.value):
        return [_parameter(value.value)]
    if not value.value:
        raise value.error("the list is empty, and SQL has no empty list", "ask for it in `if`")
    return [_parameter(item) for item in value.value]


def _parameter(value: Any) -> Parameter:
    """A plain value: a database knows nothing of how a number was spelled."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return plain(value) if isinstance(value, str) else to_text(value)


def _quoted(name: SqlName, engine: Engine) -> str:
    return f"`{name.name.replace('`', '``')}`" if engine == "mysql" else str(name)


def _shown(value: Value, engine: Engine) -> str:
    """A value as people see it among the text of its statement: as a literal of SQL."""
    if value.is_secret:
        return MASK
    if isinstance(value.value, SqlName):
        return _quoted(value.value, engine)
    items = value.value if is_list(value.value) else [value.value]
    return ", ".join(_literal(_parameter(item), engine) for item in items)


def _literal(value: Parameter, engine: Engine) -> str:
    text = to_text(value)
    if not isinstance(value, str):
        return text
    if engine == "mysql":
        text = text.replace("\\", "\\\\")
    return "'" + text.replace("'", "''") + "'"
