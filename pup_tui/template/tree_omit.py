"""Where `omit` stands in the syntax of an expression."""

from __future__ import annotations

from jinja2 import nodes

from pup_tui.template.values import OMIT_NAME


def only_gives(tree: nodes.Node) -> bool:
    """Whether `omit` stands in an expression only as what the whole expression gives."""
    given: list[nodes.Node | None]
    others: list[nodes.Node | None]
    match tree:
        case nodes.Name():
            return True
        case nodes.CondExpr(test=test, expr1=then, expr2=otherwise):
            given, others = [then, otherwise], [test]
        case nodes.Filter(name="default" | "d", node=value, args=[replacement, *rest]):
            given, others = [replacement], [value, *rest, *tree.kwargs]
        case nodes.Or(left=left, right=right) | nodes.And(left=left, right=right):
            given, others = [right], [left]
        case _:
            given, others = [], list(tree.iter_child_nodes())
    return all(each is None or only_gives(each) for each in given) and not any(
        each is not None and _names_it(each) for each in others
    )


def _names_it(tree: nodes.Node) -> bool:
    names = [tree] if isinstance(tree, nodes.Name) else tree.find_all(nodes.Name)
    return any(name.name == OMIT_NAME for name in names)
