"""How much a file may hold of what is costly to check, so that every file is judged within a second."""

from __future__ import annotations

from typing import assert_never

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.nodes import Scalar
from pup_tui.runbook.report import Report
from pup_tui.runbook.roles import Language, Role
from pup_tui.template.limits import (
    MAX_VARIANT_TEXT,
    MAX_VARIANTS,
    TooMuchToJudgeError,
    spend_points,
)

MAX_POINTS = 500_000
"""Points of all different texts of a file, out of those that there are for its judgement."""

MAX_OPERATORS = 500
"""How often one script with templates may hold one of `|`, `&`, `(`, `<` and a backtick.

The time that the grammar of shell needs grows with the square of how many follow each other.
"""

MAX_LINTED = 1_000_000
"""Points of the commands of a file that are looked through for warnings, if so many are left."""

SPLIT_HINT = "split the runbook, or put long scripts into files"

_PER_LINTED_CHARACTER = 10
_PER_LINTED_VALUE = 75
_PER_LINTED_PIPE = 75

_PER_NAME = 25
_PER_EXPRESSION_CHARACTER = 8
_PER_WORD_CHARACTER = 3
_PER_SCRIPT_CHARACTER = 3
_PER_OPERATOR = 50
_PAIRS_PER_POINT = 3
"""For a value in a script the words before it in its command are looked at."""

_PER_ASSIGNED_PAIR = 3
"""Where a script calculates, each variable is followed through each assignment."""

_PER_SQL_CHARACTER = 5
_PER_PATTERN_CHARACTER = 20

_PLAIN_NAME = late_pattern(r"\s*[A-Za-z_][\w.]*\s*\Z")
_OPERATOR = late_pattern(r"[|&(<`]")


class Allowance:
    """What checking one file may still cost; a text that comes again is free: its outcome is kept."""

    def __init__(self, report: Report) -> None:
        self._left = MAX_POINTS
        self._report = report
        self._seen: set[tuple[object, ...]] = set()
        self.broken: set[tuple[Language, str]] = set()
        """What could not be read, which need not be tried again."""

    @property
    def exhausted(self) -> bool:
        """Whether texts were refused because there are too many of them."""
        return self._left < 0

    def take(
        self,
        role: Role,
        node: Scalar,
        declared: frozenset[str] = frozenset(),
        shell: str = "sh",
        env: frozenset[str] = frozenset(),
    ) -> bool:
        """Pay for a text; False where it is more than is left, which is reported once.

        What a condition means depends on the `declared` names, and what a script does on its `shell` and the
        variables of its `env`, so they are read anew for others.
        """
        if self.exhausted:
            return False
        around = declared if role.language is Language.CONDITION else env
        read_as = role if role.language is Language.PLAIN else role.language
        text = (read_as, node.text, around, shell)
        if text in self._seen:
            return True
        self._seen.add(text)
        cost = _cost(role, node.text, has_env=bool(env))
        self._left -= cost
        if self._left < 0:
            told = "from here on the file holds more templates and commands than can be checked"
            self._report.error(node, told, SPLIT_HINT)
            return False
        return self.spend(cost, node)

    def spend(self, points: int, node: Scalar) -> bool:
        """Pay for what else is judged of a text; False where there is too little left, which is reported."""
        try:
            spend_points(points)
        except TooMuchToJudgeError:
            self.exhaust(node)
        return not self.exhausted

    def exhaust(self, node: Scalar) -> None:
        """Leave nothing for further texts: judging this one has taken too long, which is reported."""
        self._left = -1
        told = "from here on the file takes too long to judge"
        self._report.error(node, told, SPLIT_HINT)


def has_too_many_operators(script: str) -> bool:
    """Whether a script holds more operators than the grammar of shell can be trusted with."""
    return len(_OPERATOR.findall(script)) > MAX_OPERATORS


def linting_cost(source: str) -> int:
    """What looking through a command for warnings costs, also one that came before."""
    values, pipes = source.count("{{"), source.count("|")
    cost = _PER_LINTED_VALUE * values + _PER_LINTED_PIPE * pipes
    return (cost + _PER_LINTED_CHARACTER * len(source)) * _most_variants(source)


def _most_variants(source: str) -> int:
    """How often a script is read at most, so that each of its branches is."""
    return min(1 + source.count("{%") // 2, MAX_VARIANTS, 1 + MAX_VARIANT_TEXT // (1 + len(source)))


def _cost(role: Role, source: str, *, has_env: bool) -> int:
    match role.language:
        case Language.PLAIN:
            return _PER_PATTERN_CHARACTER * len(source) if role is Role.PATTERN else 0
        case Language.TEMPLATE:
            return _inside_braces(source)
        case Language.SCRIPT | Language.VALUE_COMMAND:
            cost = _inside_braces(source)
            if cost or has_env:
                judged = _PER_SCRIPT_CHARACTER * len(source)
                judged += source.count("{{") * len(source.split()) // _PAIRS_PER_POINT
                judged += _PER_ASSIGNED_PAIR * source.count("=") * source.count("$")
                judged += _PER_OPERATOR * len(_OPERATOR.findall(source))
                cost += judged * _most_variants(source)
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
