"""Where in a statement a value stands: where a parameter can be, or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pup_tui.template.sql.engines import Engine
from pup_tui.template.sql.tokens import Token, TokenKind

_NAMES_FOLLOW: Final = frozenset(
    {"FROM", "JOIN", "INTO", "UPDATE", "TABLE", "SET", "USING", "ORDER BY", "GROUP BY"}
    | {"PARTITION BY"}
)
"""Words behind which names stand, in a list where there are several."""
_SORTS: Final = frozenset({"ORDER BY", "GROUP BY", "PARTITION BY"})
"""Those behind which an expression may stand as well; one that is a value only would do nothing."""
_NO_NAMES: Final = frozenset(
    {"SELECT", "WHERE", "HAVING", "ON", "VALUES", "VALUE", "LIMIT", "OFFSET", "FETCH", "RETURNING"}
    | {"UNION", "EXCEPT", "INTERSECT", "WINDOW", "FOR", "WHEN", "CALL", "DO"}
)
_TYPED: Final = frozenset({"INTERVAL", "DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ"})
"""Words that PostgreSQL takes for the type of the text behind them, which must then be literal."""


@dataclass(slots=True)
class _Level:
    """What was read within one pair of brackets, or outside all of them."""

    clause: str = ""
    is_new: bool = True
    """Whether an item of the clause's list begins here."""
    has_query: bool = False

    def take(self, token: Token, before: str) -> None:
        word = token.text if token.kind is TokenKind.WORD else ""
        self.is_new = token.text == "," or word in _NAMES_FOLLOW
        self.has_query = self.has_query or word in ("SELECT", "DELETE")
        if word in _NO_NAMES or (word == "FROM" and before == "DISTINCT"):
            self.clause = ""
        elif word in _NAMES_FOLLOW:
            self.clause = word


class Places:
    """Tells of the places of one statement, read token by token, whether a name must stand there."""

    def __init__(self, statement: Sequence[Token], engine: Engine) -> None:
        self._tokens = statement
        self._engine = engine

    def problems(self, marks: frozenset[int]) -> dict[int, tuple[str, str]]:
        """What is wrong with the tokens of these indices as places of values, and what to do about it."""
        levels = [_Level()]
        found: dict[int, tuple[str, str]] = {}
        for index, token in enumerate(self._tokens):
            before = self._text(index - 1)
            if index in marks:
                problem = self._problem(index, levels[-1], is_outermost=len(levels) == 1)
                if problem:
                    found[index] = problem
            if token.text == "(":
                levels.append(_Level(_inner_clause(levels[-1], before)))
            elif token.text == ")" and len(levels) > 1:
                levels.pop()
                levels[-1].is_new = False
            else:
                levels[-1].take(token, before)
        return found

    def _problem(self, index: int, level: _Level, *, is_outermost: bool) -> tuple[str, str] | None:
        before, after = self._text(index - 1), self._text(index + 1)
        if before == "IN":
            return "`in` needs brackets around a value", "write in ({{ … }}); a list fills them"
        if self._engine == "postgresql" and before in _TYPED:
            kind = before.lower()
            return f"`{kind}` takes no value", f"write cast({{{{ … }}}} as {kind})"
        named = ("a name stands here, and a value is none", "write {{ … | sql_name }}")
        if "." in (before, after) or before == "AS" or after == "(":
            return named
        if not level.is_new or level.clause not in _NAMES_FOLLOW:
            return None
        if level.clause == "FROM" and not is_outermost and not level.has_query:
            return None  # As in `extract(day from …)`.
        if level.clause in _SORTS and self._is_operator(index + 1):
            return None
        return named

    def _text(self, index: int) -> str:
        return self._tokens[index].text if 0 <= index < len(self._tokens) else ""

    def _is_operator(self, index: int) -> bool:
        if index >= len(self._tokens):
            return False
        token = self._tokens[index]
        return token.kind is TokenKind.OTHER and token.text not in (",", ")")


def _inner_clause(outer: _Level, before: str) -> str:
    """The clause of what a bracket holds: columns behind the table of `into`, and behind `using`."""
    return outer.clause if outer.clause == "INTO" or before == "USING" else ""
