"""Expressions: what stands between ``{{`` and ``}}``, in ``if``, and in captures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final, TypeVar

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError, UndefinedError

from pup_tui.template.errors import TemplateError, UndefinedName
from pup_tui.template.flow import NO_FLOW, Flow, flow_of, ingredients
from pup_tui.template.limits import MAX_PARTS, Budget
from pup_tui.template.paths import Key, dotted, key_of, path_of, spelled
from pup_tui.template.sandbox import Missing, compiled
from pup_tui.template.secrets import secrets_in
from pup_tui.template.syntax import parse
from pup_tui.template.usage import (
    NO_USAGE,
    Usage,
    UsesNames,
    usage_of,
    usage_of_path,
    when_false,
    when_true,
)
from pup_tui.template.values import NOTHING, contents, enter, kind_of, plain

_Result = TypeVar("_Result")

_PATH: Final = re.compile(r"\s*([A-Za-z_]\w*(?:\.[A-Za-z]\w*)*)\s*", re.ASCII)
_NOT_A_PATH: Final = frozenset(
    {
        *("and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "null"),
        *("True", "False", "None", "range", "lipsum", "dict", "cycler", "joiner", "namespace"),
        *("self", "super", "caller", "varargs", "kwargs"),
    }
)
_NUMBER_FILTERS: Final = frozenset({"int", "float", "length", "count", "round", "abs"})
_NUMBER_NODES: Final = (
    *(nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos),
    *(nodes.Compare, nodes.Not, nodes.Test),
)
"""What gives a number or a truth, or fails."""
_TOO_MUCH: Final = "the expression is too much to work out"


class Expression(UsesNames):
    """One checked expression. Made by `compile_expression`; compiled when it is first evaluated."""

    def __init__(self, source: str, tree: nodes.Expr | None = None) -> None:
        self.source = source.strip()
        self._path = None if tree else _simple_path(source)
        self._tree = tree
        if self._path is None and tree is None:
            self._tree = guarded(self.source, lambda: parse(source))
        self._usage = guarded(self.source, self._find_usage)

    @property
    def usage(self) -> Usage:
        """The names that it uses."""
        return self._usage

    @cached_property
    def flow(self) -> Flow:
        """What its value is made out of."""
        if self._path:
            return Flow(frozenset([key_of(self._path)]))
        return NO_FLOW if self._tree is None else flow_of(self._tree)

    @cached_property
    def flowing_names(self) -> frozenset[str]:
        """The names that it may be made out of."""
        return spelled(self.flow.all)

    @property
    def tree(self) -> nodes.Expr:
        """Its syntax."""
        return self._tree if self._tree is not None else parse(self.source)

    @property
    def is_raw(self) -> bool:
        """Whether ``| raw`` is what it ends with."""
        return self.last_filter == "raw"

    @property
    def last_filter(self) -> str | None:
        """The name of the filter that it ends with."""
        return self._tree.name if isinstance(self._tree, nodes.Filter) else None

    @property
    def is_constant(self) -> bool:
        """Whether it is one number, text, true, false or none."""
        return isinstance(self._tree, nodes.Const)

    @property
    def filters(self) -> frozenset[str]:
        """The names of the filters it uses."""
        if self._tree is None:
            return frozenset()
        trees = [self._tree, *self._tree.find_all(nodes.Filter)]
        return frozenset(tree.name for tree in trees if isinstance(tree, nodes.Filter))

    @property
    def is_number(self) -> bool:
        """Whether it surely gives a number or a truth, whatever its names stand for."""
        return self._tree is not None and _is_number(self._tree)

    @cached_property
    def defined_if_true(self) -> frozenset[Key]:
        """What is surely defined where it holds."""
        return frozenset() if self._tree is None else when_true(self._tree)

    @cached_property
    def defined_if_false(self) -> frozenset[Key]:
        """What is surely defined where it does not hold."""
        return frozenset() if self._tree is None else when_false(self._tree)

    def evaluate(self, scope: Mapping[str, Any]) -> Any:
        """Work out the value. Raises `UndefinedName` or another `TemplateError`.

        What it gives is part of the scope's own data and must not be changed.
        """
        value = plain(self.evaluate_within(scope, Budget()))
        self.is_secret(scope, value)
        return value

    def evaluate_within(self, scope: Mapping[str, Any], budget: Budget) -> Any:
        """Work out the value as a part of a rendering that has this budget."""

        def work() -> Any:
            with budget.expression(self.source):
                return self._evaluate(scope)

        return guarded(self.source, work)

    def is_secret(self, scope: Mapping[str, Any], value: Any) -> bool:
        """Whether its value was made out of a secret of the scope; what was made is noted there."""
        secrets = secrets_in(scope)
        if not secrets.names or not self._flows_from(secrets.names, scope):
            return False
        secrets.made.append(value)
        budget = Budget()
        for part in self._ingredients:
            if part._flows_from(secrets.names, scope):
                secrets.made.append(part._value_or_none(scope, budget))
        return True

    def _flows_from(self, names: frozenset[str], scope: Mapping[str, Any]) -> bool:
        if names.isdisjoint(self.flowing_names):
            return False
        flowing = self.flow.taken(lambda test: self._chooses(test, scope))
        return not names.isdisjoint(spelled(flowing))

    def _chooses(self, test: nodes.Expr, scope: Mapping[str, Any]) -> bool | None:
        """What a condition within the expression comes to, as far as that can be told."""
        known = self._tests.get(id(test))
        if known is None:
            known = self._tests[id(test)] = Expression(self.source, test)
        try:
            return bool(known.evaluate_within(scope, Budget()))
        except TemplateError:
            return None

    @cached_property
    def _tests(self) -> dict[int, Expression]:
        """The conditions within it that were asked, by the identity of their trees."""
        return {}

    @cached_property
    def _ingredients(self) -> tuple[Expression, ...]:
        if self._tree is None:
            return ()
        parts = {str(part): part for part in ingredients(self._tree)}
        if len(parts) > MAX_PARTS:
            told = f"more than {MAX_PARTS} parts are made out of a secret"
            raise TemplateError(told, hint="make them in several variables")
        return tuple(Expression(self.source, part) for part in parts.values())

    def _value_or_none(self, scope: Mapping[str, Any], budget: Budget) -> Any:
        """The value; None where it has none, which is no matter unless there was no time to find it."""
        try:
            return self.evaluate_within(scope, budget)
        except TemplateError:
            if budget.is_spent:
                raise
            return None

    def _find_usage(self) -> Usage:
        if self._path:
            return usage_of_path(self._path)
        return NO_USAGE if self._tree is None else usage_of(self._tree)

    def _evaluate(self, scope: Mapping[str, Any]) -> Any:
        if self._path:
            return follow(self._path, scope)
        try:
            value = self._compiled(scope)
            if isinstance(value, Missing):
                str(value)
        except UndefinedError as error:
            raise self._undefined(str(error.message)) from None
        return value

    @cached_property
    def _compiled(self) -> Callable[[Mapping[str, Any]], Any]:
        if self._tree is None:
            raise TemplateError("there is nothing to compile")
        return compiled(self._tree)

    def _undefined(self, missing: str) -> UndefinedName:
        """Tell the whole path in which a name was missing."""
        for path in _paths(self._tree):
            if missing in [str(part) for part in path]:
                position = [str(part) for part in path].index(missing) + 1
                return _undefined_path(path, position)
        # The missing key was computed, so it may be a value: it is not told.
        return UndefinedName(self.source)


def _is_number(tree: nodes.Node) -> bool:
    match tree:
        case nodes.Filter():
            # A fallback (`int('x')`) is given as it is.
            return tree.name in _NUMBER_FILTERS and all(map(_is_number, tree.args))
        case nodes.Const():
            return isinstance(tree.value, int | float)
        case nodes.Add():
            return _is_number(tree.left) or _is_number(tree.right)
        case nodes.CondExpr():
            return _is_number(tree.expr1) and tree.expr2 is not None and _is_number(tree.expr2)
        case _:
            return isinstance(tree, _NUMBER_NODES)


def _simple_path(source: str) -> tuple[str, ...] | None:
    """Read ``name.key.key``, by far the most frequent expression, without a parser."""
    match = _PATH.fullmatch(source)
    if match is None:
        return None
    path = tuple(match[1].split("."))
    return None if path[0] in _NOT_A_PATH or path[0].startswith("__") else path


def _paths(tree: nodes.Node | None) -> list[list[str | int | None]]:
    """Every chain of accesses in an expression, the longer before the shorter."""
    if tree is None:
        return []
    kinds = (nodes.Name, nodes.Getattr, nodes.Getitem)
    candidates = [*([tree] if isinstance(tree, kinds) else []), *tree.find_all(kinds)]
    paths = [path for node in candidates if (path := path_of(node)) is not None]
    return sorted(paths, key=len, reverse=True)


def follow(path: tuple[str, ...], scope: Mapping[str, Any]) -> Any:
    """Look up a dotted path."""
    if path[0] not in scope:
        raise _undefined_path(path, 1)
    value = scope[path[0]]
    for position, key in enumerate(path[1:], start=2):
        inner = enter(value, key)
        if inner is NOTHING:
            raise _undefined_path(path, position, value)
        value = inner
    return value


def _undefined_path(
    path: Sequence[str | int | None], position: int, holder: Any = NOTHING
) -> UndefinedName:
    missing = dotted(path[:position])
    message = None
    if holder is not NOTHING:
        message = f"`{dotted(path[: position - 1])}` has no `{path[position - 1]}`"
        entered = contents(holder)
        if not isinstance(entered, Mapping | list | tuple):
            what = "text that is not JSON" if isinstance(holder, str) else f"a {kind_of(holder)}"
            message += f": it is {what}"
    return UndefinedName(dotted(path), missing=missing, message=message)


def guarded(source: str, work: Callable[[], _Result]) -> _Result:
    """Do something with an expression; whatever goes wrong is a `TemplateError` that names it."""
    try:
        return work()
    except TemplateError as error:
        raise error.locate(expression=source.strip()) from None
    except (RecursionError, MemoryError):
        raise TemplateError(_TOO_MUCH, expression=source.strip()) from None
    except ZeroDivisionError:
        raise TemplateError("division by zero", expression=source.strip()) from None
    except Exception as error:
        raise _translated(error, source.strip()) from None


def _translated(error: Exception, source: str) -> TemplateError:
    """Tell an error of Jinja or Python; never its text where that may hold a value."""
    if isinstance(error, TemplateSyntaxError):
        return TemplateError(f"syntax error: {error.message}", expression=source)
    if isinstance(error, TypeError):
        return TemplateError("an operation does not fit the kinds of its values", expression=source)
    return TemplateError("the expression cannot be worked out", expression=source)


@lru_cache(maxsize=8192)
def compile_expression(source: str) -> Expression:
    """Check an expression. Raises `TemplateError` for what the language does not have."""
    if not source.strip():
        raise TemplateError("the expression is empty")
    return Expression(source)
