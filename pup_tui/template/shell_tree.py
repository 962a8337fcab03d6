"""The syntax tree of a shell script, read by a real grammar of shell.

In place of every value the script holds a marker, an inert word. The tree tells in which quotes,
here-document, arithmetic or comment each marker stands; what it does not tell surely is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from pup_tui.template.shell_climb import Climb
from pup_tui.template.shell_facts import ScriptFacts
from pup_tui.template.shell_places import Place

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

Span = tuple[int, int]
"""Where a marker begins and ends, in bytes."""


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


class ScriptTree:
    """The syntax tree of a script with markers in it."""

    def __init__(self, script: bytes, shell: str) -> None:
        self._tree = _parser().parse(script)
        self._facts = ScriptFacts(script, shell)

    @property
    def error_line(self) -> int | None:
        """The line, from 1, of the first place that the grammar does not know; None if none."""
        node = self._tree.root_node
        if not node.has_error:
            return None
        while True:
            broken = [n for n in node.children if n.is_error or n.is_missing or n.has_error]
            if not broken or node.is_error:
                return node.start_point.row + 1
            node = broken[0]

    def climbs(self, spans: Sequence[Span]) -> Iterator[Climb]:
        """Give for each marker, in the order of the script, its way up the tree."""
        waiting: list[tuple[list[Node], Sequence[Span]]] = [([self._tree.root_node], spans)]
        found: list[tuple[int, list[Node]]] = []
        while waiting:
            path, inside = waiting.pop()
            for child, held in _shared(path[-1].children, inside):
                if child is None:
                    found.extend((start, path) for start, _ in held)
                else:
                    waiting.append(([*path, child], held))
        for start, path in sorted(found, key=lambda item: item[0]):
            yield Climb(self._facts, path, start)


def _shared(
    children: Sequence[Node], spans: Sequence[Span]
) -> Iterator[tuple[Node | None, list[Span]]]:
    """Share markers out to the children that hold them; with None those that no child holds."""
    rest: list[Span] = []
    position = 0
    for child in children:
        held: list[Span] = []
        while position < len(spans) and spans[position][0] < child.end_byte:
            start, end = spans[position]
            (held if child.start_byte <= start and end <= child.end_byte else rest).append(
                (start, end)
            )
            position += 1
        if held:
            yield child, held
    rest.extend(spans[position:])
    if rest:
        yield None, rest


def places(tree: ScriptTree, spans: Sequence[Span]) -> Iterator[Place]:
    """Tell the place of each marker, in the order of the script. Raises `UnsafePlaceError`."""
    for climb in tree.climbs(spans):
        yield climb.place()
