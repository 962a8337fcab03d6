"""Which names an expression is made out of, as opposed to those that it only looks at.

What is made out of a secret is a secret. Which result is one is read off the syntax, by a rule that is
closed at its end: everything below a node flows into what the node gives, except below those that are known
to give nothing of it (tests, comparisons, counts), and except what only chooses (the condition of `a if c
else b`, the left side of `and`, the test of `select`). So a filter, a method or an operator that is added
later passes a secret on without being mentioned here; one that should not has to be named.

Texts that carry a mark would tell a secret item of a list from the others. But every filter, every copy and
every library that takes texts apart would have to keep the mark, and what loses it shows a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from jinja2 import nodes

from pup_tui.template.flow import NO_FLOW, Conditional, Flow, merge_flows
from pup_tui.template.methods import TELLING_METHODS
from pup_tui.template.paths import key_of
from pup_tui.template.sandbox import IN_FILTER, METHOD_FILTER, SLICE_FILTER
from pup_tui.template.tree_paths import path_of, subscripts

_COUNTS: Final = frozenset({"length", "count", "contains", IN_FILTER})
"""Filters that give a number of things or a truth value."""

_CHOOSING: Final = frozenset({"select", "reject", "selectattr", "rejectattr"})
"""Filters that give those of their items which pass a test; what the test compares with only chooses."""

_PICKING: Final = frozenset({SLICE_FILTER, "first", "last", "max", "min"})
"""Filters that give a part of what they are given."""


def flow_of(tree: nodes.Node) -> Flow:
    """Find out what a checked expression is made out of."""
    path = path_of(tree)
    if path is not None:
        key = Flow(frozenset([key_of(path)]))
        return merge_flows([key, *map(flow_of, subscripts(tree))])
    match tree:
        case nodes.Filter(name="default" | "d", node=nodes.Expr() as value) if _plain_default(tree):
            defined = nodes.Test(value, "defined", [], [], None, None, lineno=tree.lineno)
            return _choice(defined, value, tree.args)
        case nodes.CondExpr(expr2=nodes.Expr() as otherwise):
            return _choice(tree.test, tree.expr1, [otherwise])
        case nodes.Or():
            return _choice(tree.left, tree.left, [tree.right])
    return merge_flows(map(flow_of, _passed_on(tree)))


def _choice(test: nodes.Expr, then: nodes.Expr, otherwise: Iterable[nodes.Expr]) -> Flow:
    choice = Conditional(test, flow_of(then), merge_flows(map(flow_of, otherwise)))
    return NO_FLOW if choice.then == choice.otherwise == NO_FLOW else Flow(choices=(choice,))


def _passed_on(tree: nodes.Node) -> Iterable[nodes.Node]:
    """What of a node's children flows into what it gives."""
    match tree:
        case nodes.Test() | nodes.Compare() | nodes.Not():
            return ()
        case nodes.Filter() if _tells(tree):
            return ()
        case nodes.Filter(name=name, node=nodes.Expr() as items) if name in _CHOOSING:
            return (items,)
        case nodes.And():
            # The left side is the result only where it is empty.
            return (tree.right,)
        case nodes.CondExpr():
            return tree.iter_child_nodes(exclude=("test",))
    return tree.iter_child_nodes()


def _tells(tree: nodes.Filter) -> bool:
    """Whether a filter or method tells something about a value and gives nothing of it."""
    if tree.name != METHOD_FILTER:
        return tree.name in _COUNTS
    name = tree.args[0]
    return isinstance(name, nodes.Const) and name.value in TELLING_METHODS


def _plain_default(tree: nodes.Filter) -> bool:
    """Whether `default` replaces what is not defined only, and not what is empty too."""
    return len(tree.args) == 1 and not tree.kwargs


def ingredients(tree: nodes.Expr) -> Iterator[nodes.Expr]:
    """The expressions within one whose whole values go into what it gives: of `"x" ~ NAME[:9]` the second.

    Not what stands below a choice of one item or part, of which the rest is left behind.
    """
    waiting: list[nodes.Node] = [*_below(tree)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Expr) and flow_of(node) != NO_FLOW:
            yield node
        waiting += _below(node)


def _below(tree: nodes.Node) -> Iterable[nodes.Node]:
    picks = isinstance(tree, nodes.Filter) and tree.name in _PICKING
    return () if picks or isinstance(tree, nodes.Getattr | nodes.Getitem) else _passed_on(tree)
