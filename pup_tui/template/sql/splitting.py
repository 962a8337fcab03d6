"""Where one statement ends and the next begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pup_tui.template.sql.tokens import Token, TokenKind

_WITH_BODIES: Final = frozenset({"FUNCTION", "PROCEDURE", "TRIGGER", "EVENT"})
_OPENS: Final = frozenset({"BEGIN", "CASE"})


def split(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens of each statement, without the semicolons between them; empty statements are left out.

    A semicolon within brackets, or within the `begin … end` of a function, procedure, trigger or event that
    is created, ends no statement.
    """
    statements: list[list[Token]] = [[]]
    depth = bodies = 0
    for index, token in enumerate(tokens):
        if token.text == "(":
            depth += 1
        elif token.text == ")":
            depth = max(0, depth - 1)
        elif token.kind is TokenKind.WORD and _has_body(statements[-1]):
            bodies = max(0, bodies + _opens(tokens, index))
        if token.text == ";" and not depth and not bodies:
            statements.append([])
        else:
            statements[-1].append(token)
    return [statement for statement in statements if statement]


def _has_body(statement: Sequence[Token]) -> bool:
    """Whether a statement creates what may have statements inside."""
    words = [token.text for token in statement[:8] if token.kind is TokenKind.WORD]
    return words[:1] == ["CREATE"] and not _WITH_BODIES.isdisjoint(words)


def _opens(tokens: Sequence[Token], index: int) -> int:
    """By how much a word changes how deep in `begin … end` and `case … end` one is."""
    before = tokens[index - 1].text if index else ""
    if tokens[index].text == "END":
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        # `end if` and the like close what is not counted.
        return 0 if after in ("IF", "LOOP", "WHILE", "REPEAT", "FOR") else -1
    return 1 if tokens[index].text in _OPENS and before != "END" else 0
