"""The syntax tree of a shell script, read by a real grammar of shell.

In place of every value the script holds a marker, an inert word. The tree tells in which quotes,
here-document, arithmetic or comment each marker stands; what it does not tell surely is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pup_tui.template.limits import kept_while_judging
from pup_tui.template.shell.climb import Climb
from pup_tui.template.shell.grammar import read, unknown
from pup_tui.template.shell.known_formats import known_formats
from pup_tui.template.shell.places import Heredoc, Place
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.unseen import unseen

if TYPE_CHECKING:
    from tree_sitter import Node

    from pup_tui.template.shell.command_use import Evaluator
    from pup_tui.template.shell.evaluation import Evaluations
    from pup_tui.template.shell.script_parts import ScriptParts

Span = tuple[int, int]
"""Where a marker begins and ends, in bytes."""


def script_tree(script: bytes, shell: str, spans: tuple[Span, ...]) -> ScriptTree:
    """The tree of a script of the file that is judged, which its checks and its warnings share."""
    key = (script, shell, spans)
    return kept_while_judging(key, lambda: ScriptTree(script, shell, spans))


class ScriptTree:
    """The syntax tree of a script; ``spans`` are where its markers stand, in their order."""

    def __init__(self, script: bytes, shell: str, spans: Sequence[Span] = ()) -> None:
        self._script, self._tree, self._spelling, self.is_too_deep = read(script, shell)
        self._written = self._spelling.written(script)
        self._shell = shell
        within = self._spelling.within
        # What was put in right behind a marker is no part of it.
        self._spans = [(within(start), within(end - 1) + 1) for start, end in spans]

    @property
    def is_read(self) -> bool:
        """Whether there is a tree at all, be it with errors in it."""
        return self._tree is not None

    @cached_property
    def unknown_line(self) -> int:
        """The line, from 1, of the first place that the grammar does not know; 0 if it knows all."""
        if self._tree is None:
            return self._spelling.unknown_line
        return self._line(unknown(self.root, self._script))

    def _line(self, at: int) -> int:
        """The line of the script, from 1, of a byte of what was read; 0 for -1, which stands for none."""
        before = self._script.count(b"\n", 0, at) + self._spelling.lines_missing(at)
        return before + 1 if at >= 0 else 0

    def evaluators(self, *, of_names: bool = False) -> list[Evaluator | None]:
        """Tell for each marker who takes the value for code later; or else for the name of a command."""
        ways = self._ways_of_names if of_names else self._evaluations
        return [ways.evaluator(path) for _, path in self.paths()]

    def inherited(self, names: Iterable[str], *, of_names: bool = False) -> dict[str, Evaluator]:
        """The same for variables of the script's environment."""
        ways = self._ways_of_names if of_names else self._evaluations
        found = ((name, ways.environment(name.encode())) for name in names)
        return {name: evaluator for name, evaluator in found if evaluator is not None}

    def reader(self) -> Evaluator | None:
        """Tell who takes what the script reads on its standard input for code."""
        return self._evaluations.reader()

    @cached_property
    def _evaluations(self) -> Evaluations:
        # Late: only who looks for warnings asks, and the table of programs is large.
        from pup_tui.template.shell.evaluation import Evaluations

        return Evaluations(self.survey, self.parts)

    @cached_property
    def _ways_of_names(self) -> Evaluations:
        from pup_tui.template.shell.evaluation import Evaluations

        return Evaluations(self.survey, self.parts, names=True)

    def places(self) -> Iterator[Place]:
        """Tell the place of each marker. Raises `UnsafePlaceError`."""
        for start, path in self.paths():
            place = Climb(self.survey, path, start).place()
            yield (
                place
                if place.heredoc is None
                else replace(place, heredoc=self._outer_document(place.heredoc))
            )

    def outer(self, at: int) -> int:
        """Where a byte of what was read stands in the script."""
        return self._spelling.outer(at)

    def _outer_document(self, heredoc: Heredoc) -> Heredoc:
        """A here-document by its bytes in the script."""
        start = self._spelling.outer_delimiter(*heredoc.start)
        return replace(heredoc, start=start, end=(*map(self.outer, heredoc.end),))

    @cached_property
    def unseen_line(self) -> int:
        """The line, from 1, of what the shell expands first and the tree does not tell of; 0 if none."""
        return self._line(next(unseen(self.root, self._script, self._shell), -1))

    @cached_property
    def survey(self) -> Survey:
        """What the script says of itself."""
        marker = _markers(self._script, self._spans)
        made = (self.root, self._script, self._shell, marker, self._written, self._spelling)
        survey = Survey(*made)
        formats = known_formats(survey)
        return Survey(*made, formats) if formats else survey

    @cached_property
    def parts(self) -> ScriptParts:
        """What it holds."""
        from pup_tui.template.shell.script_parts import ScriptParts

        return ScriptParts(self.root)

    @property
    def root(self) -> Node:
        """The outermost node of the tree."""
        if self._tree is None:
            raise ValueError("there is no tree of this script")
        return self._tree.root_node

    def paths(self) -> list[tuple[int, list[Node]]]:
        """Where each marker begins in what was read, and the nodes around it, outermost first."""
        waiting: list[tuple[list[Node], Sequence[Span]]] = [([self.root], self._spans)]
        found: list[tuple[int, list[Node]]] = []
        while waiting:
            path, inside = waiting.pop()
            for child, held in _shared(path[-1].children, inside):
                if child is None:
                    found.extend((start, path) for start, _ in held)
                else:
                    waiting.append(([*path, child], held))
        return sorted(found, key=lambda item: item[0])


def _markers(script: bytes, spans: Sequence[Span]) -> re.Pattern[bytes]:
    """What matches the markers of a script."""
    if not spans:
        return re.compile(rb"\Z\A.")
    first = script[spans[0][0] : spans[0][1]]
    return re.compile(re.escape(re.sub(rb"[0-9]+E\Z", b"", first)) + rb"[0-9]+E")


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
