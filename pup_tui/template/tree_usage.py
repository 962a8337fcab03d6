"""Which names an expression uses, found in its syntax alone."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import nodes

from pup_tui.template.paths import Key, key_of
from pup_tui.template.tree_paths import path_of, subscripts
from pup_tui.template.usage import NO_USAGE, Usage, merge, usage_of_path


def usage_of(tree: nodes.Node) -> Usage:
    """Collect the names that a checked expression uses."""
    path = path_of(tree)
    if path is not None:
        inner = merge(usage_of(node) for node in subscripts(tree))
        return merge([usage_of_path(path), inner])
    if isinstance(tree, nodes.Call) and isinstance(tree.node, nodes.Getattr):
        # The name of a method is no field.
        return merge([usage_of(tree.node.node), _all(tree.args), _all(tree.kwargs)])
    if isinstance(tree, nodes.Filter) and tree.name in ("default", "d"):
        return merge([_as_optional(tree.node), _all(tree.args), _all(tree.kwargs)])
    if isinstance(tree, nodes.Test) and tree.name in ("defined", "undefined"):
        return _as_optional(tree.node)
    if isinstance(tree, nodes.And):
        return merge([usage_of(tree.left), usage_of(tree.right).guarded(when_true(tree.left))])
    if isinstance(tree, nodes.Or):
        return merge([usage_of(tree.left), usage_of(tree.right).guarded(when_false(tree.left))])
    if isinstance(tree, nodes.CondExpr):
        branches = [usage_of(tree.test), usage_of(tree.expr1).guarded(when_true(tree.test))]
        if tree.expr2 is not None:
            branches.append(usage_of(tree.expr2).guarded(when_false(tree.test)))
        return merge(branches)
    return _all(tree.iter_child_nodes())


def _all(trees: Iterable[nodes.Node]) -> Usage:
    return merge(usage_of(tree) for tree in trees)


def _as_optional(tree: nodes.Node | None) -> Usage:
    if tree is None:
        return NO_USAGE
    usage = usage_of(tree)
    path = path_of(tree)
    return usage if path is None else usage.guarded(frozenset([key_of(path)]))


def when_true(test: nodes.Node) -> frozenset[Key]:
    """What is surely defined where a condition holds."""
    if isinstance(test, nodes.And):
        return when_true(test.left) | when_true(test.right)
    if isinstance(test, nodes.Not):
        return when_false(test.node)
    return _tested_key(test, "defined")


def when_false(test: nodes.Node) -> frozenset[Key]:
    """What is surely defined where a condition does not hold."""
    if isinstance(test, nodes.Or):
        return when_false(test.left) | when_false(test.right)
    if isinstance(test, nodes.Not):
        return when_true(test.node)
    return _tested_key(test, "undefined")


def _tested_key(test: nodes.Node, name: str) -> frozenset[Key]:
    if isinstance(test, nodes.Test) and test.name == name:
        path = path_of(test.node)
        if path is not None:
            return frozenset([key_of(path)])
    return frozenset()
