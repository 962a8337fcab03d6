"""What each role asks of a text that stands in a file, before anything is rendered."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Protocol

from pup_tui.runbook.allowance import MAX_OPERATORS, Allowance, has_too_many_operators
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.runbook.pattern import Pattern, PatternError
from pup_tui.runbook.report import Report
from pup_tui.runbook.shapes import PlacedText, label
from pup_tui.template.arguments import compile_arguments
from pup_tui.template.condition import parse_condition
from pup_tui.template.duration import DurationError, parse_duration
from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.header import check_header
from pup_tui.template.size import parse_size
from pup_tui.template.text import Text, compile_text
from pup_tui.template.url import check_url_text

MIN_INTERVAL = 0.1
"""Seconds between two attempts of a poll."""

_STATUS = re.compile(r"[1-5](?:xx|[0-9][0-9])\Z", re.IGNORECASE)
_COUNT = re.compile(r"[1-9][0-9]{0,8}\Z")
_FACTOR = re.compile(r"(?:[1-9][0-9]{0,5})(?:\.[0-9]{1,9})?\Z")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Uses(Protocol):
    """The names that a text uses."""

    @property
    def names(self) -> frozenset[str]: ...

    @property
    def optional_names(self) -> frozenset[str]: ...

    @property
    def step_fields(self) -> frozenset[tuple[str, str]]: ...

    @property
    def optional_step_fields(self) -> frozenset[tuple[str, str]]: ...


class RoleCheck:
    """Judges texts by their role; `declared` are the names that conditions may mean."""

    def __init__(self, declared: frozenset[str], allowance: Allowance, report: Report) -> None:
        self._declared = declared
        self._report = report
        self._allowance = allowance
        self._checks: dict[str, Callable[[PlacedText], Uses | None]] = {
            "template": self._template,
            "json": self._text,
            "arguments": self._arguments,
            "url": self._url,
            "header": self._header,
            "expression": self._expression,
            "condition": self._condition,
            "duration": self._duration,
            "status": self._status,
            "regex": self._regex,
            "items": self._items,
            "target": self._target,
            "literal": self._no_template,
            "size": self._size,
            "count": self._count,
            "factor": self._factor,
        }

    def check(
        self, placed: PlacedText, shell: str = "sh", env: frozenset[str] = frozenset()
    ) -> Uses | None:
        """Report what is wrong with a text; the names that it uses, None where there are none.

        `shell` is what a script is written for, `env` are the variables of its environment that hold values.
        """
        check = self._checks.get(placed.role)
        if placed.role == "shell":
            check = partial(self._script, shell=shell, env=env)
        if check is None or self._allowance.exhausted:
            return None
        if not self._allowance.take(placed.role, placed.node.text, self._declared):
            told = "from here on the file holds more templates and commands than can be checked"
            self._report.error(placed.node, told, "split the runbook")
            return None
        try:
            return check(placed)
        except TemplateError as error:
            self._report.error_in(
                placed.node,
                error.message,
                error.hint or "",
                line=error.line,
                fragment=(error.expression or "").partition("\n")[0],
            )
        return None

    def _text(self, placed: PlacedText) -> Text:
        return compile_text(placed.node.text)

    def _template(self, placed: PlacedText) -> Uses:
        text = self._text(placed)
        if placed.path[-1] == "max_attempts" and text.is_literal:
            self._literal(placed, _COUNT, "is not a number over 0")
        return text

    def _script(self, placed: PlacedText, shell: str, env: frozenset[str]) -> Uses:
        text = self._text(placed)
        if text.is_literal and not env:
            return text
        if has_too_many_operators(placed.node.text):
            told = f"a script with templates has at most {MAX_OPERATORS} of `|`, `&`, `(`, `<`"
            hint = "put the script into a file of its own and pass it the values"
            self._report.error(placed.node, told, hint)
        else:
            from pup_tui.template.shell import compile_shell

            compile_shell(placed.node.text, shell, env)
        return text

    def _arguments(self, placed: PlacedText) -> Uses:
        text = self._text(placed)
        compile_arguments(placed.node.text)
        return text

    def _url(self, placed: PlacedText) -> Uses:
        text = self._text(placed)
        check_url_text(placed.node.text, text)
        return text

    def _header(self, placed: PlacedText) -> Uses:
        text = self._text(placed)
        check_header(text)
        return text

    def _expression(self, placed: PlacedText) -> Uses:
        return compile_expression(placed.node.text)

    def _condition(self, placed: PlacedText) -> Uses:
        return parse_condition(placed.node.text, self._declared)

    def _duration(self, placed: PlacedText) -> Uses:
        text = self._text(placed)
        if text.is_literal:
            check_duration(placed, self._report)
        return text

    def _status(self, placed: PlacedText) -> Uses:
        text = self._text(placed)
        if text.is_literal:
            self._literal(placed, _STATUS, "is not a status code such as 204 or 2xx")
        return text

    def _items(self, placed: PlacedText) -> Uses:
        if not _has_template(placed.node.text):
            uses = compile_expression(placed.node.text)
            if uses.is_constant:
                told = f"{label(placed.path)} must be a list, or an expression that gives one"
                self._report.error(placed.node, told)
            return uses
        text = self._text(placed)
        if text.single is None:
            told = f"{label(placed.path)} must be one value: {{{{ … }}}} with nothing around it"
            hint = "or write an expression without braces, or a list"
            self._report.error(placed.node, told, hint)
        return text

    def _target(self, placed: PlacedText) -> Uses:
        text = self._text(placed)
        source = placed.node.text
        begins_with_value = text.literal is None and source.lstrip().startswith(("{{", "{%"))
        if any(_CONTROL.search(literal) for literal in text.literals):
            self._report.error(placed.node, f"{label(placed.path)} holds control characters")
        elif not begins_with_value and not _SCHEME.match(source):
            told = f"{label(placed.path)} must be an Apprise URL"
            self._report.error(placed.node, told, "for example slack://… or mailto://…")
        return text

    def _no_template(self, placed: PlacedText) -> None:
        if _has_template(placed.node.text):
            told = f"{label(placed.path)} cannot hold a template"
            hint = "it must be known when the file is loaded: write the name itself"
            self._report.error(placed.node, told, hint)

    def _size(self, placed: PlacedText) -> Uses:
        text = self._text(placed)
        if text.is_literal:
            try:
                parse_size(placed.node.text)
            except ValueError as error:
                self._report.error(placed.node, f"{label(placed.path)}: {error}")
        return text

    def _count(self, placed: PlacedText) -> Uses:
        text = self._text(placed)
        if text.is_literal:
            self._literal(placed, _COUNT, "is not a whole number over 0")
        return text

    def _factor(self, placed: PlacedText) -> Uses:
        text = self._text(placed)
        if text.is_literal:
            self._literal(placed, _FACTOR, "is not a number from 1")
        return text

    def _regex(self, placed: PlacedText) -> None:
        try:
            Pattern(placed.node.text)
        except PatternError as error:
            self._report.error(placed.node, f"{label(placed.path)} is not usable: {error}")

    def _literal(self, placed: PlacedText, form: re.Pattern[str], wrong: str) -> None:
        if not form.match(placed.node.text):
            told = f"{label(placed.path)}: {shown(placed.node.text)} {wrong}"
            self._report.error(placed.node, told)


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
