"""Whether the items of a foreach can be the hosts of its steps: known before the first one begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pup_tui.core.elsewhere import rendered
from pup_tui.core.ids import item_id, static_id, upwards
from pup_tui.core.order import judges_if
from pup_tui.core.program import Node, Program
from pup_tui.core.scope import scope_of, truth_of
from pup_tui.core.state import RunState
from pup_tui.runbook.model import LOOP, HostedStep
from pup_tui.runbook.roles import Role
from pup_tui.template.errors import TemplateError
from pup_tui.template.text import compile_text

_NAMED: Final = 3
"""Items that are named one by one."""


def check_item_hosts(program: Program, state: RunState, loop: Node, items: int) -> None:
    """Raise TemplateError that names the items whose hosts can be none; their frames are known.

    Looked at is what the foreach itself says, and what hangs on nothing but its item further in. Of an item
    that an `if` keeps from its turn nothing is asked.
    """
    texts = _hosts(program, loop)
    if not texts:
        return
    wrong: list[tuple[str, TemplateError]] = []
    for number in range(items):
        item = program.node(item_id(loop.id, number))
        error = _problem(program, state, item, texts) if _has_turn(program, state, item) else None
        if error is not None:
            wrong.append((item.id, error))
    if wrong:
        raise _told(wrong, items)


def _hosts(program: Program, loop: Node) -> Sequence[str]:
    """What the foreach, and the steps in each of its items, say of their host by the item alone."""
    own = {loop.step.as_, LOOP}
    texts = (text for text in _texts(program, loop) if compile_text(text).all_names & own)
    return list(dict.fromkeys(texts))


def _texts(program: Program, loop: Node) -> Iterator[str]:
    given = loop.step
    if isinstance(given, HostedStep) and given.host is not None:
        yield given.host
    own = {given.as_, LOOP}
    inside = program.loops.get(static_id(loop.id), ())
    conditional = {n.id for n in inside if n.step.if_ is not None or n.step.optional}
    for n in inside:
        step = n.step
        if not isinstance(step, HostedStep) or step.host is None or n.frame != loop.frame:
            continue
        if compile_text(step.host).all_names <= own and conditional.isdisjoint(upwards(n.id)):
            yield step.host


def _has_turn(program: Program, state: RunState, item: Node) -> bool:
    """Whether the `if` of an item lets it begin, as far as that can be told now."""
    given = item.step.if_
    if given is None or not judges_if(item):
        return True
    try:
        return truth_of(given, scope_of(state, item.id), program.frame(item).declared)
    except TemplateError:
        return False


def _problem(
    program: Program, state: RunState, item: Node, texts: Sequence[str]
) -> TemplateError | None:
    for text in texts:
        try:
            host = rendered(state, item.id, Role.HOST, text)
        except TemplateError as error:
            return error
        if not host and not item.step.optional:
            return TemplateError("the host is empty", expression=text)
    return None


def _told(wrong: Sequence[tuple[str, TemplateError]], items: int) -> TemplateError:
    """The first error, and which other items have one."""
    (item, first), others = wrong[0], [f"`{each}`" for each, _ in wrong[1:]]
    told = f"`{item}`: {first.message}"
    if others:
        more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
        told += f"; nor can it be told of {', '.join(others[:_NAMED])}{more} where to run"
    told += f"; none of {items:,} items was begun"
    return TemplateError(told, expression=first.expression, hint=first.hint)
