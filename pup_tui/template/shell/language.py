"""The grammar of shell that scripts are read by, and what queries find in its trees."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query


@lru_cache(maxsize=1)
def language() -> Language:
    """The grammar."""
    import tree_sitter_bash
    from tree_sitter import Language

    return Language(tree_sitter_bash.language())


def captured(query: str, root: Node) -> dict[str, list[Node]]:
    """What a query finds, by the names of its captures, in the order of the script, outer before inner."""
    from tree_sitter import QueryCursor

    found = QueryCursor(_compiled(query)).captures(root)
    return {name: sorted(nodes, key=_place) for name, nodes in found.items()}


@lru_cache(maxsize=64)
def _compiled(query: str) -> Query:
    from tree_sitter import Query

    return Query(language(), query)


def _place(node: Node) -> tuple[int, int]:
    return node.start_byte, -node.end_byte
