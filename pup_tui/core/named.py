"""Which captures of a step are named anywhere else in its runbook."""

from __future__ import annotations

from collections.abc import Iterator

from pup_tui.core.ids import undo_id
from pup_tui.core.program import Node, Program, captures_of
from pup_tui.runbook.uses import uses_of
from pup_tui.template.expression import compile_expression
from pup_tui.template.usage import UsesNames


def named_captures(program: Program, node: Node) -> tuple[str, ...]:
    """The captures of a step that another step names, or that what it belongs to gives back.

    The others are only for the record: whoever says that the step was done need not know them.
    """
    named = {
        name
        for user, uses in uses_in(program, node.frame)
        if user.index != node.index
        for name in uses.all_names
    }
    return tuple(name for name in captures_of(node.step) if name in named)


def captures_for_undo(program: Program, node: Node) -> tuple[str, ...]:
    """The captures of a step that what takes it back names, but for secrets."""
    if not node.can_be_undone:
        return ()
    undo, declared = program.node(undo_id(node.id)), program.frames[node.frame].declared
    named = {name for uses in uses_of(undo.step, declared, with_notes=False) for name in uses.names}
    named.difference_update(node.step.secret_captures)
    return tuple(name for name in captures_of(node.step) if name in named)


def uses_in(program: Program, frame: str) -> Iterator[tuple[Node, UsesNames]]:
    """What needs names of a frame, and the step that it belongs to."""
    declared = program.frames[frame].declared
    for node in program.by_id.values():
        if node.frame == frame:
            for uses in uses_of(node.step, declared, with_notes=False):
                yield node, uses
    calling = program.by_id.get(frame.removesuffix("/"))
    if calling is not None:
        for output in calling.step.outputs.values():
            yield calling, compile_expression(output)
