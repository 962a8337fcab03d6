"""The grammar of shell that scripts are read by, and what is found in its trees."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Language, Node, Query

SUBSTITUTIONS: Final = frozenset({"command_substitution", "process_substitution"})
BOUNDARIES: Final = SUBSTITUTIONS | {"program"}
"""What a text does not leave as it is."""
LOOPS: Final = frozenset({"while_statement", "for_statement", "c_style_for_statement"})
CALCULATING: Final = frozenset({"arithmetic_expansion", "subscript", "c_style_for_statement"})
FUNCTION: Final = "function_definition"
_KINDS: Final = (
    *("ansi_c_string", "arithmetic_expansion", "binary_expression", "c_style_for_statement"),
    *("command", "command_name", "command_substitution", "comment", "compound_statement"),
    *("declaration_command", "expansion", "extglob_pattern", "file_redirect", "for_statement"),
    *(FUNCTION, "heredoc_body", "heredoc_redirect"),
    *("herestring_redirect", "raw_string", "regex", "simple_expansion", "subscript", "subshell"),
    *("unary_expression", "unset_command", "variable_assignment"),
)
"""The kinds of nodes that anybody looks for, but for words, of which a script has many and few need any.

One query finds them all, and how they stand to each other is asked of the nodes: to prepare a query takes
as long as to read many scripts, and several times that where it has nodes within nodes.
"""
_QUERY: Final = " ".join(f"({kind}) @{kind}" for kind in _KINDS)


@lru_cache(maxsize=1)
def language() -> Language:
    """The grammar."""
    import tree_sitter_bash
    from tree_sitter import Language

    return Language(tree_sitter_bash.language())


class FoundNodes:
    """The nodes of a tree, by their kinds."""

    def __init__(self, root: Node) -> None:
        none: dict[str, list[Node]] = {kind: [] for kind in _KINDS}
        self._nodes = none | _captured(_QUERY, root)
        self._merged: dict[tuple[str, ...], list[Node]] = {}

    def of(self, *kinds: str) -> list[Node]:
        """Those of some kinds, in the order of the script, outer before inner."""
        if kinds not in self._merged:
            nodes = [node for kind in kinds for node in self._nodes[kind]]
            self._merged[kinds] = sorted(nodes, key=_place)
        return self._merged[kinds]

    def function_around(self, place: Node) -> Node | None:
        """The innermost function in which a node stands, or which it is."""
        return next(self.functions_around(place), None)

    def functions_around(self, place: Node) -> Iterator[Node]:
        """The functions in which a node stands, innermost first; it may be one itself.

        Each step up from a node would look for its parent from the root on.
        """
        starts, functions, outer = self._functions
        at = bisect_right(starts, place.start_byte) - 1
        while at >= 0:
            if functions[at].end_byte >= place.end_byte:
                yield functions[at]
            at = outer[at]

    @cached_property
    def _functions(self) -> tuple[list[int], list[Node], list[int]]:
        """Where functions begin, these in their order, and which of them is around each, -1 for none."""
        functions = self.of(FUNCTION)
        outer: list[int] = []
        for at, function in enumerate(functions):
            around = at - 1
            while around >= 0 and functions[around].end_byte < function.end_byte:
                around = outer[around]
            outer.append(around)
        return [each.start_byte for each in functions], functions, outer


def nodes_of(root: Node, *kinds: str) -> list[Node]:
    """A node and all within it that are of these kinds, whatever they are, in the order of the script."""
    query = " ".join(f"({kind}) @found" for kind in kinds)
    return sorted(_captured(query, root).get("found", ()), key=_place)


def backticks(found: FoundNodes) -> list[Node]:
    """Those of the substitutions that are written with backticks."""
    return [node for node in found.of("command_substitution") if _begins_with(node, "`")]


def _begins_with(node: Node, kind: str) -> bool:
    first = node.child(0)
    return first is not None and first.type == kind


def _captured(query: str, root: Node) -> dict[str, list[Node]]:
    from tree_sitter import QueryCursor

    return QueryCursor(_compiled(query)).captures(root)


@lru_cache(maxsize=64)
def _compiled(query: str) -> Query:
    from tree_sitter import Query

    return Query(language(), query)


def _place(node: Node) -> tuple[int, int]:
    return node.start_byte, -node.end_byte
