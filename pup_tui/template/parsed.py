"""Expressions that are more than a chain of names: parsed, and compiled when they are first evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

from jinja2 import nodes
from jinja2.exceptions import UndefinedError

from pup_tui.template.errors import TemplateError, UndefinedName
from pup_tui.template.evaluation import Expression, guarded, undefined_path
from pup_tui.template.flow import Flow
from pup_tui.template.limits import MAX_PARTS, Budget
from pup_tui.template.paths import Key
from pup_tui.template.sandbox import Missing, compiled
from pup_tui.template.syntax import parse
from pup_tui.template.tree_flow import flow_of, ingredients
from pup_tui.template.tree_paths import path_of
from pup_tui.template.tree_usage import usage_of, when_false, when_true

_NUMBER_FILTERS: Final = frozenset({"int", "float", "length", "count", "round", "abs"})
_NUMBER_NODES: Final = (
    *(nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos),
    *(nodes.Compare, nodes.Not, nodes.Test),
)
"""What gives a number or a truth, or fails."""


class ParsedExpression(Expression):
    """An expression with a syntax of its own."""

    def __init__(self, source: str, tree: nodes.Expr) -> None:
        super().__init__(source, lambda: usage_of(tree))
        self._tree = tree

    @property
    def tree(self) -> nodes.Expr:
        """Its syntax."""
        return self._tree

    @cached_property
    def flow(self) -> Flow:
        """What its value is made out of."""
        return flow_of(self._tree)

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
        trees = [self._tree, *self._tree.find_all(nodes.Filter)]
        return frozenset(tree.name for tree in trees if isinstance(tree, nodes.Filter))

    @property
    def is_number(self) -> bool:
        """Whether it surely gives a number or a truth, whatever its names stand for."""
        return _is_number(self._tree)

    @cached_property
    def defined_if_true(self) -> frozenset[Key]:
        """What is surely defined where it holds."""
        return when_true(self._tree)

    @cached_property
    def defined_if_false(self) -> frozenset[Key]:
        """What is surely defined where it does not hold."""
        return when_false(self._tree)

    def _chooses(self, test: nodes.Expr, scope: Mapping[str, Any]) -> bool | None:
        """What a condition within the expression comes to, as far as that can be told."""
        known = self._tests.get(id(test))
        if known is None:
            known = self._tests[id(test)] = ParsedExpression(self.source, test)
        try:
            return bool(known.evaluate_within(scope, Budget()))
        except TemplateError:
            return None

    @cached_property
    def _tests(self) -> dict[int, ParsedExpression]:
        """The conditions within it that were asked, by the identity of their trees."""
        return {}

    @cached_property
    def _ingredients(self) -> tuple[Expression, ...]:
        parts = {str(part): part for part in ingredients(self._tree)}
        if len(parts) > MAX_PARTS:
            told = f"more than {MAX_PARTS} parts are made out of a secret"
            raise TemplateError(told, hint="make them in several variables")
        return tuple(ParsedExpression(self.source, part) for part in parts.values())

    def _evaluate(self, scope: Mapping[str, Any]) -> Any:
        try:
            value = self._compiled(scope)
            _need_whole(value, self._depth)
        except UndefinedError as error:
            raise self._undefined(str(error.message)) from None
        return value

    @cached_property
    def _depth(self) -> int:
        """How deep the lists and maps are that it builds itself."""
        return _depth_of(self._tree)

    @cached_property
    def _compiled(self) -> Callable[[Mapping[str, Any]], Any]:
        return compiled(self._tree)

    def _undefined(self, missing: str) -> UndefinedName:
        """Tell the whole path in which a name was missing."""
        for path in _paths(self._tree):
            if missing in [str(part) for part in path]:
                position = [str(part) for part in path].index(missing) + 1
                return undefined_path(path, position)
        # The missing key was computed, so it may be a value: it is not told.
        return UndefinedName(self.source)


def _depth_of(tree: nodes.Node) -> int:
    inside = max(map(_depth_of, tree.iter_child_nodes()), default=0)
    if isinstance(tree, nodes.List | nodes.Tuple | nodes.Dict):
        return inside + 1
    # `.items()` puts each value into a pair.
    return inside + 1 if inside and isinstance(tree, nodes.Filter | nodes.Call) else inside


def _need_whole(value: Any, depth: int) -> None:
    """Raise Jinja's error where a value is missing, also in lists and maps that an expression built itself.

    `depth` is how deep those are: in values of a scope nothing is missing.
    """
    if isinstance(value, Missing):
        str(value)
    elif depth and isinstance(value, Mapping):
        for item in value.values():
            _need_whole(item, depth - 1)
    elif depth and isinstance(value, list | tuple):
        for item in value:
            _need_whole(item, depth - 1)


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


def _paths(tree: nodes.Node) -> list[list[str | int | None]]:
    """Every chain of accesses in an expression, the longer before the shorter."""
    kinds = (nodes.Name, nodes.Getattr, nodes.Getitem)
    candidates = [*([tree] if isinstance(tree, kinds) else []), *tree.find_all(kinds)]
    paths = [path for node in candidates if (path := path_of(node)) is not None]
    return sorted(paths, key=len, reverse=True)


def parsed(source: str) -> ParsedExpression:
    """Check the syntax of an expression. Raises `TemplateError` for what the language does not have."""
    return ParsedExpression(source, guarded(source, lambda: parse(source)))
