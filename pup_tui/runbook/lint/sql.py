"""Statements of SQL that destroy: they drop, or change rows without saying which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from pup_tui.runbook.lint.destroyers import FUNCTIONS, STATEMENTS
from pup_tui.template.blocks import Output
from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.markers import variants
from pup_tui.template.sql.engines import Engine
from pup_tui.template.sql.splitting import split
from pup_tui.template.sql.tokens import Token, tokens_of
from pup_tui.template.text import compile_text

_MAY_DESTROY: Final = re.compile(
    rf"\b(?:{'|'.join([*(row.word for row in STATEMENTS), *FUNCTIONS])})\b", re.IGNORECASE
)
_SHELL_VARIABLE: Final = re.compile(r"\$(?:[A-Za-z_]\w*(?![\w$])|\{\w+\})|\x01")
_CLIENT_COMMAND: Final = re.compile(r"(?m)^[ \t]*[\\.][A-Za-z?!].*$")
"""What `psql` and `sqlite3` do themselves."""


@dataclass(frozen=True, slots=True)
class Destroyer:
    """A statement that destroys: how it begins, and on which line of its text."""

    told: str
    line: int


def destroyers_in_template(source: str, engine: Engine) -> Iterator[Destroyer]:
    """The statements of a template that destroy."""
    try:
        units = next(iter(variants(compile_text(source).blocks)), [])
    except TemplateError:
        return
    text = "".join("x" if isinstance(each, Output) else each for each in units)
    yield from destroyers(text, engine)


def destroyers(text: str, engine: Engine) -> Iterator[Destroyer]:
    """The statements that destroy; variables of a shell in them are taken for names."""
    if _MAY_DESTROY.search(text) is None:
        return
    plain = _CLIENT_COMMAND.sub("", _SHELL_VARIABLE.sub("x", text))
    try:
        statements = split(tokens_of(plain, engine))
    except TemplateError:
        return
    for whole in statements:
        for statement in (_behind_with(whole), *_within_with(whole)):
            words = _outermost_words(statement)
            if words and any(row.matches(words) for row in STATEMENTS):
                start, end = statement[0].start, statement[:3][-1].end
                told = " ".join(plain[start:end].split())
                yield Destroyer(told, plain.count("\n", 0, start) + 1)
        for token, behind in pairwise(whole):
            if behind.text == "(" and token.text.lower() in FUNCTIONS:
                yield Destroyer(
                    plain[token.start : token.end], plain.count("\n", 0, token.start) + 1
                )


def _behind_with(statement: Sequence[Token]) -> Sequence[Token]:
    """A statement without the queries of `with` that stand before it."""
    if statement[0].text != "WITH":
        return statement
    depths = _depths(statement)
    changing = (
        number
        for number, token in enumerate(statement)
        if not depths[number] and token.text in ("DELETE", "UPDATE")
    )
    return statement[next(changing, 0) :]


def _within_with(statement: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The statements in the brackets of `with` that change rows."""
    if statement[0].text != "WITH":
        return
    depths = _depths(statement)
    for at, (before, token) in enumerate(pairwise(statement), 1):
        if before.text == "(" and token.text in ("DELETE", "UPDATE"):
            end = next((n for n in range(at, len(depths)) if depths[n] < depths[at]), len(depths))
            yield statement[at:end]


def _outermost_words(statement: Sequence[Token]) -> list[str]:
    """The words of a statement that stand in no brackets."""
    depths = _depths(statement)
    outermost = (token for number, token in enumerate(statement) if not depths[number])
    return [word.lower() for token in outermost for word in token.text.split()]


def _depths(statement: Sequence[Token]) -> list[int]:
    return list(accumulate((token.text == "(") - (token.text == ")") for token in statement))
