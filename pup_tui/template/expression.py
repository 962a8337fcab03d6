"""Expressions: what stands between ``{{`` and ``}}``, in ``if``, and in captures.

By far the most are chains of names, which need no parser: Jinja, with all of the language that is built on
it, is imported (`parsed`) with the first expression that is more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.errors import TemplateError
from pup_tui.template.evaluation import Expression, guarded, undefined_path
from pup_tui.template.flow import Flow
from pup_tui.template.paths import key_of
from pup_tui.template.usage import usage_of_path
from pup_tui.template.values import NOTHING, enter

if TYPE_CHECKING:
    from jinja2 import nodes

_PATH: Final = late_pattern(r"\s*([A-Za-z_]\w*(?:\.[A-Za-z]\w*)*)\s*", re.ASCII)
_NOT_A_PATH: Final = frozenset(
    {
        *("and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "null"),
        *("True", "False", "None", "range", "lipsum", "dict", "cycler", "joiner", "namespace"),
        *("self", "super", "caller", "varargs", "kwargs"),
    }
)


class NamePath(Expression):
    """An expression that is a chain of names: ``NAME.key.key``."""

    def __init__(self, source: str, path: tuple[str, ...]) -> None:
        super().__init__(source, lambda: usage_of_path(path))
        self._path = path

    @property
    def tree(self) -> nodes.Expr:
        """Its syntax."""
        from pup_tui.template.syntax import parse

        return parse(self.source)

    @cached_property
    def flow(self) -> Flow:
        """What its value is made out of."""
        return Flow(frozenset([key_of(self._path)]))

    def _evaluate(self, scope: Mapping[str, Any]) -> Any:
        return follow(self._path, scope)


def _simple_path(source: str) -> tuple[str, ...] | None:
    """Read ``name.key.key``, by far the most frequent expression, without a parser."""
    match = _PATH.fullmatch(source)
    if match is None:
        return None
    path = tuple(match[1].split("."))
    return None if path[0] in _NOT_A_PATH or path[0].startswith("__") else path


def follow(path: tuple[str, ...], scope: Mapping[str, Any]) -> Any:
    """Look up a dotted path."""
    if path[0] not in scope:
        raise undefined_path(path, 1)
    value = scope[path[0]]
    for position, key in enumerate(path[1:], start=2):
        inner = enter(value, key)
        if inner is NOTHING:
            raise undefined_path(path, position, value)
        value = inner
    return value


@lru_cache(maxsize=8192)
def compile_expression(source: str) -> Expression:
    """Check an expression. Raises `TemplateError` for what the language does not have."""
    if not source.strip():
        raise TemplateError("the expression is empty")
    path = _simple_path(source)
    if path is not None:
        return NamePath(source, path)
    from pup_tui.template.parsed import parsed

    return parsed(source)


def read_refused(source: str) -> tuple[Expression, list[TemplateError]] | None:
    """An expression that is not in the language, for its names, and all that is wrong with it.

    Where its syntax is wrong, which is not told, it has the names that can be read all the same; None where
    there are none.
    """
    from jinja2 import nodes

    from pup_tui.template.parsed import ParsedExpression
    from pup_tui.template.syntax import names_of_broken, parse_refused

    try:
        tree, errors = guarded(source, lambda: parse_refused(source))
        return ParsedExpression(source, tree), errors
    except TemplateError:
        broken = names_of_broken(source)
        return (ParsedExpression(source, broken), []) if broken.find(nodes.Name) else None
