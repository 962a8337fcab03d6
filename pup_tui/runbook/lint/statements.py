"""The commands and loops of a step's script, as the grammar of shell has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pup_tui.runbook.nodes import Scalar
from pup_tui.runbook.roles import Role
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.blocks import Output
from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.markers import Marked, readable, variants
from pup_tui.template.shell.script_parts import ScriptParts
from pup_tui.template.shell.tree import ScriptTree, script_tree
from pup_tui.template.text import compile_text

if TYPE_CHECKING:
    from tree_sitter import Node

_LONGEST: Final = 20_000
"""Characters of a script that is looked through; more than that is no script of a step."""


@dataclass
class StepScript:
    """The script of a step with markers in place of its values."""

    step: StepDraft
    node: Scalar
    shell: str
    marked: Marked
    tree: ScriptTree

    @cached_property
    def root(self) -> Node:
        return self.tree.root

    @cached_property
    def parts(self) -> ScriptParts:
        return self.tree.parts

    @property
    def outputs(self) -> dict[int, Output]:
        """The values by where their markers begin."""
        units = ((hole.marker, hole.unit) for hole in self.marked.holes)
        return {start: unit for start, unit in units if isinstance(unit, Output)}

    def line(self, node: Node) -> int:
        """The line of the script on which a part of it begins, from 1."""
        return self.tree.survey.line(node)

    def nth(self, node: Node, fragment: str) -> int:
        """How many times a text stands before a part of the script, where `Scalar.place` looks for it."""
        script = self.tree.survey.script
        begin = script.rfind(b"\n", 0, node.start_byte) + 1
        before = readable(script[begin : node.start_byte]).decode(errors="replace")
        line = script.count(b"\n", 0, begin) + 1
        return self.node.nth(line, len(before) + 1, fragment, self._lines)

    @cached_property
    def _lines(self) -> list[str]:
        """The lines of the script as they are told to somebody."""
        return readable(self.tree.survey.script).decode(errors="replace").split("\n")


def read_scripts(commands: Iterable[tuple[StepDraft, PlacedText]]) -> Iterator[StepScript]:
    """The scripts among commands that the grammar knows, as they are with every `{% if %}` taken."""
    for step, placed in commands:
        source = placed.node.text
        if placed.role is not Role.SCRIPT or len(source) > _LONGEST:
            continue
        shell = step.interpreter.name
        try:
            marked = Marked(next(iter(variants(compile_text(source).blocks))))
        except (TemplateError, StopIteration):
            continue
        tree = script_tree(marked.script, shell, marked.spans)
        if tree.is_read and not tree.unknown_line:
            yield StepScript(step, placed.node, shell, marked, tree)


def source_of(node: Node) -> str:
    """What a part of the script says, with `{{…}}` for its values."""
    return readable(node.text or b"").decode(errors="replace")
