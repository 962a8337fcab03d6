"""What stands in ``[[ … ]]``, as shells read it: the grammar binds its operators in an order of its own."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from pup_tui.template.shell.tests import operands

if TYPE_CHECKING:
    from tree_sitter import Node

_JOINING: Final = frozenset({"&&", "||"})
_ENDS: Final = _JOINING | {")"}


class Comparison(NamedTuple):
    """Two texts that are compared."""

    left: Node
    operator: Node
    right: Node


class Opposite(NamedTuple):
    """``! …``"""

    of: ShellCondition


class Both(NamedTuple):
    """``… && …``"""

    first: ShellCondition
    second: ShellCondition


class Either(NamedTuple):
    """``… || …``"""

    first: ShellCondition
    second: ShellCondition


class Other(NamedTuple):
    """What tells nothing of the shape of a text."""

    first: Node | None


ShellCondition = Comparison | Opposite | Both | Either | Other


def condition(nodes: list[Node]) -> ShellCondition:
    """The condition that some expressions are."""
    waiting = deque(operands(nodes))
    found = _either(waiting)
    return Other(None) if waiting else found


def first_text(of: ShellCondition) -> Node | None:
    """Where a condition begins, but for ``!``."""
    while not isinstance(of, Comparison | Other):
        of = of[0]
    return of[0]


def _either(waiting: deque[Node]) -> ShellCondition:
    found = _both(waiting)
    while waiting and waiting[0].type == "||":
        waiting.popleft()
        found = Either(found, _both(waiting))
    return found


def _both(waiting: deque[Node]) -> ShellCondition:
    found = _one(waiting)
    while waiting and waiting[0].type == "&&":
        waiting.popleft()
        found = Both(found, _one(waiting))
    return found


def _one(waiting: deque[Node]) -> ShellCondition:
    if waiting and waiting[0].type == "!":
        waiting.popleft()
        return Opposite(_one(waiting))
    if waiting and waiting[0].type == "(":
        waiting.popleft()
        found = _either(waiting)
        return found if waiting and waiting.popleft().type == ")" else Other(None)
    parts: list[Node] = []
    while waiting and waiting[0].type not in _ENDS:
        parts.append(waiting.popleft())
    is_compared = len(parts) == len(Comparison._fields) and parts[0].type != "test_operator"
    return Comparison(*parts) if is_compared else Other(parts[0] if parts else None)
