"""How much a file may hold of what is costly to check, so that every file is judged within a second."""

from __future__ import annotations

import re
from typing import assert_never

from pup_tui.runbook.roles import Language, Role

MAX_POINTS = 500_000
"""Points of all different texts of a file; a point stands for about a microsecond."""

MAX_OPERATORS = 500
"""How often one script with templates may hold one of `|`, `&`, `(`, `<` and a backtick.

The time that the grammar of shell needs grows with the square of how many follow each other.
"""

_PER_NAME = 25
_PER_EXPRESSION_CHARACTER = 8
_PER_WORD_CHARACTER = 3
_PER_SCRIPT_CHARACTER = 3
_PER_OPERATOR = 50
_PER_SQL_CHARACTER = 5
_PER_PATTERN_CHARACTER = 20

_PLAIN_NAME = re.compile(r"\s*[A-Za-z_][\w.]*\s*\Z")
_OPERATOR = re.compile(r"[|&(<`]")


class Allowance:
    """What checking one file may still cost; a text that comes again is free: its outcome is kept."""

    def __init__(self) -> None:
        self._left = MAX_POINTS
        self._seen: set[tuple[Role, str, frozenset[str] | None]] = set()

    @property
    def exhausted(self) -> bool:
        """Whether texts were refused because there are too many of them."""
        return self._left < 0

    def take(self, role: Role, source: str, declared: frozenset[str] = frozenset()) -> bool:
        """Pay for a text; False where it is more than is left.

        What a condition means depends on the `declared` names, so it is read anew for others.
        """
        text = (role, source, declared if role.language is Language.CONDITION else None)
        if text in self._seen:
            return True
        self._seen.add(text)
        self._left -= _cost(role, source)
        return self._left >= 0


def has_too_many_operators(script: str) -> bool:
    """Whether a script holds more operators than the grammar of shell can be trusted with."""
    return len(_OPERATOR.findall(script)) > MAX_OPERATORS


def _cost(role: Role, source: str) -> int:
    match role.language:
        case Language.PLAIN:
            return _PER_PATTERN_CHARACTER * len(source) if role is Role.PATTERN else 0
        case Language.TEMPLATE:
            return _inside_braces(source)
        case Language.SCRIPT | Language.VALUE_COMMAND:
            cost = _inside_braces(source)
            if cost:
                cost += _PER_SCRIPT_CHARACTER * len(source)
                cost += _PER_OPERATOR * len(_OPERATOR.findall(source))
            return cost
        case Language.SQL:
            return _inside_braces(source) + _PER_SQL_CHARACTER * len(source)
        case Language.ARGUMENTS:
            return _inside_braces(source) + _PER_WORD_CHARACTER * len(source)
        case Language.EXPRESSION | Language.CONDITION:
            return _expression_cost(source)
        case Language.ITEMS:
            return _inside_braces(source) if "{{" in source else _expression_cost(source)
        case _ as never:
            assert_never(never)


def _expression_cost(source: str) -> int:
    if _PLAIN_NAME.match(source):
        return _PER_NAME
    return _PER_NAME + _PER_EXPRESSION_CHARACTER * len(source)


def _inside_braces(source: str) -> int:
    """About what the `{{ … }}` and `{% … %}` of a text cost, told without reading them."""
    total = 0
    for opener, closer in (("{{", "}}"), ("{%", "%}")):
        at = source.find(opener)
        while at >= 0:
            end = source.find(closer, at + 2)
            if end < 0:
                return total + _PER_EXPRESSION_CHARACTER * (len(source) - at)
            total += _expression_cost(source[at + 2 : end])
            at = source.find(opener, end + 2)
    return total
