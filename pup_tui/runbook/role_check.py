"""What a text's role asks of it where it stands in a file, before anything is rendered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import assert_never

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.allowance import MAX_OPERATORS, Allowance, has_too_many_operators
from pup_tui.runbook.interpreters import check_program
from pup_tui.runbook.languages import compiled
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.runbook.number_forms import SHARE, STATUS, TOLERANCE
from pup_tui.runbook.pup_words import PupTable, known_words
from pup_tui.runbook.report import Report
from pup_tui.runbook.roles import EXPRESSIONS, Language, Role
from pup_tui.runbook.shapes import PlacedText, label
from pup_tui.template.blocks import read_blocks
from pup_tui.template.duration import DurationError, parse_duration
from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression, read_refused
from pup_tui.template.header import check_header
from pup_tui.template.host import check_host, check_user, parse_port
from pup_tui.template.limits import TooMuchToJudgeError
from pup_tui.template.size import parse_size
from pup_tui.template.sql.engines import UNKNOWN_USE, SqlUse
from pup_tui.template.text import Text, compile_text
from pup_tui.template.usage import UsesNames
from pup_tui.template.value_command import is_subcommand

_WITHOUT_TEMPLATES = frozenset({Language.PLAIN, Language.EXPRESSION, Language.CONDITION})

MIN_INTERVAL = 0.1
"""Seconds between two attempts of a poll."""

_COUNT = late_pattern(r"[1-9][0-9]{0,8}")
_FACTOR = late_pattern(r"(?:[1-9][0-9]{0,5})(?:\.[0-9]{1,9})?")
_SCHEME = late_pattern(r"[A-Za-z][A-Za-z0-9+.-]*://")
_METHOD = late_pattern(r"[A-Za-z]+\Z")
_CONTROL = late_pattern(r"[\x00-\x1f\x7f]")


class RoleCheck:
    """Judges texts by their role; `declared` are the names that conditions may mean.

    `pup` knows the subcommands of `pup`.
    """

    def __init__(
        self, declared: frozenset[str], allowance: Allowance, report: Report, pup: PupTable
    ) -> None:
        self._declared = declared
        self._pup = pup
        self._report = report
        self._allowance = allowance
        self._checks: dict[Role, Callable[[PlacedText, Text], None]] = {
            Role.URL: _check_url,
            Role.DATABASE: _check_database,
            Role.HEADER: _check_header,
            Role.METHOD: self._method,
            Role.TARGET: self._target,
            Role.DURATION: self._duration,
            Role.STATUS: self._status,
            Role.SIZE: self._size,
            Role.COUNT: self._count,
            Role.SHARE: self._share,
            Role.TOLERANCE: self._tolerance,
            Role.FACTOR: self._factor,
            Role.HOST: _check_host,
            Role.USER: _check_user,
            Role.PORT: self._port,
        }

    def check(
        self,
        placed: PlacedText,
        shell: str = "sh",
        env: frozenset[str] = frozenset(),
        sql: SqlUse = UNKNOWN_USE,
    ) -> UsesNames | None:
        """Report what is wrong with a text; the names that it uses, None where there are none.

        `shell` is what a script is written for, `env` are the variables of its environment that hold values;
        `sql` is for statements.
        """
        if not self._allowance.take(placed.role, placed.node, self._declared, shell, env):
            return None
        try:
            return self._read_or_tell(placed, shell, env, sql)
        except TooMuchToJudgeError:
            self._allowance.exhaust(placed.node)
        except RecursionError:
            told = "this text nests too deep to be judged"
            self._report.error(
                placed.node, told, "write it in several texts, or put it into a file"
            )
        return None

    def _read_or_tell(
        self, placed: PlacedText, shell: str, env: frozenset[str], sql: SqlUse
    ) -> UsesNames | None:
        try:
            return self._read(placed, shell, env, sql)
        except TemplateError as error:
            return self._mistaken(placed, error, shell, env, sql)

    def _mistaken(
        self,
        placed: PlacedText,
        error: TemplateError,
        shell: str,
        env: frozenset[str],
        sql: SqlUse,
    ) -> UsesNames | None:
        """Report all that is wrong with a text; the names that it uses as far as it can be read."""
        source, errors = placed.node.text, [error]
        readable: UsesNames | None = None
        if placed.role.language not in _WITHOUT_TEMPLATES and _has_template(source):
            read = read_blocks(source)
            readable = text = Text(read.blocks)
            if read.errors:
                around = self._around(placed, text, shell, env, sql) if read.is_whole else []
                wrong = {each.expression for each in read.errors}
                errors = [*read.errors, *(e for e in around if e.expression not in wrong)]
        elif placed.role.language in EXPRESSIONS:
            found = read_refused(source)
            readable, told = found if found is not None else (None, [])
            errors = told or errors
        for each in errors:
            self._report.error_in(
                placed.node,
                each.message,
                each.hint or "",
                line=each.line,
                fragment=(each.expression or "").partition("\n")[0],
                column=each.column or 1,
            )
        return readable if readable is not None and readable.usage.needed else None

    def _around(
        self, placed: PlacedText, text: Text, shell: str, env: frozenset[str], sql: SqlUse
    ) -> list[TemplateError]:
        """What is wrong with the place of a text whose templates are wrong as well."""
        try:
            match placed.role.language:
                case Language.TEMPLATE:
                    if placed.role in self._checks:
                        self._checks[placed.role](placed, text)
                case Language.SCRIPT if has_too_many_operators(placed.node.text):
                    pass
                case Language.SCRIPT:
                    from pup_tui.template.shell.script import ShellTemplate

                    is_input = placed.role is Role.INPUT_SCRIPT
                    ShellTemplate(text, shell.rsplit("/", 1)[-1], env, is_input=is_input)
                case Language.ARGUMENTS:
                    from pup_tui.template.arguments import Arguments

                    Arguments(text)
                case Language.SQL:
                    from pup_tui.template.sql.script import SqlTemplate

                    SqlTemplate(text).check(sql)
                case (
                    Language.PLAIN
                    | Language.VALUE_COMMAND
                    | Language.EXPRESSION
                    | Language.CONDITION
                    | Language.ITEMS
                ):
                    pass
                case _ as never:
                    assert_never(never)
        except TemplateError as error:
            return [error]
        return []

    def _read(
        self, placed: PlacedText, shell: str, env: frozenset[str], sql: SqlUse
    ) -> UsesNames | None:
        source = placed.node.text
        match placed.role.language:
            case Language.PLAIN:
                self._plain(placed)
                return None
            case Language.TEMPLATE:
                text = compile_text(source)
                if placed.role in self._checks:
                    self._checks[placed.role](placed, text)
                return text
            case Language.SCRIPT:
                return self._script(placed, shell, env)
            case Language.SQL:
                from pup_tui.template.sql.script import compile_sql

                statements = compile_sql(source)
                statements.check(sql)
                return statements
            case Language.VALUE_COMMAND:
                if is_subcommand(source):
                    return self._subcommand(placed, compiled(placed.role, source))
                return self._script(placed)
            case Language.ARGUMENTS if placed.role is Role.SUBCOMMAND:
                return self._subcommand(placed, compiled(placed.role, source))
            case Language.ARGUMENTS | Language.EXPRESSION | Language.CONDITION:
                return compiled(placed.role, source, self._declared)
            case Language.ITEMS:
                return self._items(placed)
            case _ as never:
                assert_never(never)

    def _plain(self, placed: PlacedText) -> None:
        if placed.role is Role.LITERAL and _has_template(placed.node.text):
            told = f"{label(placed.path)} cannot hold a template"
            hint = "it must be known when the file is loaded: write the name itself"
            self._report.error(placed.node, told, hint)
        elif placed.role is Role.PROGRAM:
            check_program(placed.node, self._declared)
        elif placed.role is Role.PATTERN:
            from pup_tui.template.regex import PatternError, TooCostly, compile_regex

            try:
                compile_regex(placed.node.text)
            except (PatternError, TooCostly) as error:
                self._report.error(placed.node, f"{label(placed.path)} is not usable: {error}")

    def _script(
        self, placed: PlacedText, shell: str = "sh", env: frozenset[str] = frozenset()
    ) -> UsesNames:
        text = compile_text(placed.node.text)
        if text.is_literal and not env:
            return text
        if has_too_many_operators(placed.node.text):
            told = f"a script with templates has at most {MAX_OPERATORS} of `|`, `&`, `(`, `<`"
            hint = "put the script into a file of its own and pass it the values"
            self._report.error(placed.node, told, hint)
            return text
        from pup_tui.template.shell.script import compile_shell

        # Called as everywhere else, so that what is kept of it is found again.
        if placed.role is Role.INPUT_SCRIPT:
            return compile_shell(placed.node.text, shell, is_input=True)
        return compile_shell(placed.node.text, shell, env)

    def _subcommand(self, placed: PlacedText, uses: UsesNames) -> UsesNames:
        """Report words that no `pup` takes."""
        from pup_tui.template.arguments import Arguments

        wrong = self._pup.mistake(known_words(uses)) if isinstance(uses, Arguments) else None
        if wrong is not None:
            self._report.error(placed.node, *wrong)
        return uses

    def _items(self, placed: PlacedText) -> UsesNames:
        if not _has_template(placed.node.text):
            uses = compile_expression(placed.node.text)
            if uses.is_constant:
                told = f"{label(placed.path)} must be a list, or an expression that gives one"
                self._report.error(placed.node, told)
            return uses
        text = compile_text(placed.node.text)
        if text.single is None:
            told = f"{label(placed.path)} must be one value: {{{{ … }}}} with nothing around it"
            hint = "or write an expression without braces, or a list"
            self._report.error(placed.node, told, hint)
        return text

    def _target(self, placed: PlacedText, text: Text) -> None:
        source = placed.node.text
        begins_with_value = text.literal is None and source.lstrip().startswith(("{{", "{%"))
        if any(_CONTROL.search(literal) for literal in text.literals):
            self._report.error(placed.node, f"{label(placed.path)} holds control characters")
        elif not begins_with_value and not _SCHEME.match(source):
            told = f"{label(placed.path)} must be an Apprise URL"
            self._report.error(placed.node, told, "for example slack://… or mailto://…")

    def _duration(self, placed: PlacedText, text: Text) -> None:
        if text.is_literal:
            check_duration(placed, self._report)

    def _size(self, placed: PlacedText, text: Text) -> None:
        if text.is_literal:
            try:
                parse_size(placed.node.text)
            except ValueError as error:
                self._report.error(placed.node, f"{label(placed.path)}: {error}")

    def _method(self, placed: PlacedText, text: Text) -> None:
        if text.is_literal and not _METHOD.match(placed.node.text):
            self._report.error(placed.node, f"{shown(placed.node.text)} is not an HTTP method")

    def _status(self, placed: PlacedText, text: Text) -> None:
        self._literal(placed, text, STATUS, "is not a status code such as 204 or 2xx")

    def _count(self, placed: PlacedText, text: Text) -> None:
        self._literal(placed, text, _COUNT, "is not a whole number over 0")

    def _share(self, placed: PlacedText, text: Text) -> None:
        self._literal(placed, text, SHARE, "is neither a whole number over 0 nor a percentage")

    def _tolerance(self, placed: PlacedText, text: Text) -> None:
        self._literal(placed, text, TOLERANCE, "is neither a whole number nor a percentage")

    def _factor(self, placed: PlacedText, text: Text) -> None:
        self._literal(placed, text, _FACTOR, "is not a number from 1")

    def _port(self, placed: PlacedText, text: Text) -> None:
        if text.is_literal:
            try:
                parse_port(placed.node.text)
            except ValueError as error:
                self._report.error(placed.node, f"{label(placed.path)}: {error}")

    def _literal(self, placed: PlacedText, text: Text, form: re.Pattern[str], wrong: str) -> None:
        if text.is_literal and not form.fullmatch(placed.node.text):
            told = f"{label(placed.path)}: {shown(placed.node.text)} {wrong}"
            self._report.error(placed.node, told)


def _check_url(placed: PlacedText, text: Text) -> None:
    from pup_tui.template.url import check_url_text

    check_url_text(placed.node.text, text)


def _check_database(placed: PlacedText, text: Text) -> None:
    from pup_tui.template.url import check_database_url

    check_database_url(placed.node.text, text)


def _check_host(placed: PlacedText, text: Text) -> None:
    check_host(text)


def _check_user(placed: PlacedText, text: Text) -> None:
    check_user(text)


def _check_header(placed: PlacedText, text: Text) -> None:
    check_header(str(placed.path[-1]), text)


def _has_template(source: str) -> bool:
    return "{{" in source or "{%" in source


def check_duration(placed: PlacedText, report: Report) -> None:
    """Report a literal duration that is none or is out of range."""
    node: Scalar = placed.node
    try:
        seconds = parse_duration(_number_or_text(node))
    except DurationError as error:
        report.error(node, f"{label(placed.path)}: {error}")
        return
    if placed.path[-2:] == ("poll", "interval") and seconds < MIN_INTERVAL:
        report.error(node, "the `interval` of a poll is at least 100ms")


def _number_or_text(node: Scalar) -> str | int | float:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return node.text
    return value
