"""The chains of accesses in the syntax of an expression."""

from __future__ import annotations

from jinja2 import nodes


def path_of(tree: nodes.Node) -> list[str | int | None] | None:
    """Give the path that a chain like ``a.b[0]["c"]`` follows; ``None`` in it is not literal.

    Gives ``None`` for anything that is not a chain of accesses to a name.
    """
    path: list[str | int | None] = []
    while not isinstance(tree, nodes.Name):
        if isinstance(tree, nodes.Getattr):
            path.append(tree.attr)
        elif isinstance(tree, nodes.Getitem):
            index = tree.arg
            literal = isinstance(index, nodes.Const) and isinstance(index.value, str | int)
            path.append(index.value if isinstance(index, nodes.Const) and literal else None)
        else:
            return None
        tree = tree.node
    path.append(tree.name)
    return path[::-1]


def subscripts(tree: nodes.Node) -> list[nodes.Node]:
    """Give the computed subscripts of a chain."""
    found: list[nodes.Node] = []
    while isinstance(tree, nodes.Getattr | nodes.Getitem):
        if isinstance(tree, nodes.Getitem) and not isinstance(tree.arg, nodes.Const):
            found.append(tree.arg)
        tree = tree.node
    return found
