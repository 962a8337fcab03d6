"""Which captures of a step are named anywhere else in its runbook."""

from __future__ import annotations

from collections.abc import Iterator

from pup_tui.core.program import Node, Program, captures_of
from pup_tui.runbook.languages import compiled
from pup_tui.runbook.texts import texts_of
from pup_tui.template.expression import compile_expression
from pup_tui.template.usage import UsesNames


def named_captures(program: Program, node: Node) -> tuple[str, ...]:
    """The captures of a step that another step names, or that what it belongs to gives back.

    The others are only for the record: whoever says that the step was done need not know them.
    """
    named = {name for uses in _uses(program, node) for name in (*uses.names, *uses.optional_names)}
    return tuple(name for name in captures_of(node.step) if name in named)


def _uses(program: Program, node: Node) -> Iterator[UsesNames]:
    """What uses names of the step's frame, but for the step itself."""
    declared = program.frame(node).declared
    own = program.node(node.id).index
    for other in program.by_id.values():
        if other.frame == node.frame and other.index != own:
            for text in texts_of(other.step):
                yield compiled(text.role, text.source, declared)
    calling = program.by_id.get(node.frame.removesuffix("/"))
    for output in calling.step.outputs.values() if calling is not None else ():
        yield compile_expression(output)
