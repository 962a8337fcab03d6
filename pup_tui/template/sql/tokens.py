"""The tokens of statements: where quotes, comments and words are, by the database's own dialect."""

from __future__ import annotations

from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pup_tui.template.errors import TemplateError

if TYPE_CHECKING:
    from sqlglot import Tokenizer, TokenType

    from pup_tui.template.sql.engines import Engine


class TokenKind(Enum):
    """What a token is."""

    WORD = auto()
    """A keyword or a name without quotes; a pair such as `order by` is one word."""
    QUOTED = auto()
    """Text in quotes of any kind."""
    NAME = auto()
    """A name in quotes."""
    OTHER = auto()
    """A number, an operator or a bracket."""


class Token(NamedTuple):
    """A token: a word in upper case, else as it is written; `start` and `end` are characters."""

    kind: TokenKind
    text: str
    start: int
    end: int


def tokens_of(text: str, engine: Engine) -> list[Token]:
    """The tokens of statements, without comments. TemplateError where a quote or comment does not end."""
    from sqlglot.errors import TokenError

    try:
        found = _tokenizer(engine).tokenize(text)
    except TokenError:
        # Its message quotes the text around the place, which may be long.
        raise TemplateError(
            "the statements cannot be read as SQL: a quote or a comment does not end"
        ) from None
    quoted, name = _kinds()
    made = []
    for token in found:
        start, end = token.start, token.end + 1
        source = text[start:end]
        if token.token_type is name:
            made.append(Token(TokenKind.NAME, source, start, end))
        elif token.token_type in quoted:
            made.append(Token(TokenKind.QUOTED, source, start, end))
        elif source[0].isalpha() or source[0] == "_":
            made.append(Token(TokenKind.WORD, " ".join(source.upper().split()), start, end))
        else:
            made.append(Token(TokenKind.OTHER, source, start, end))
    return made


@cache
def _tokenizer(engine: Engine) -> Tokenizer:
    from sqlglot.dialects.mysql import MySQL
    from sqlglot.dialects.postgres import Postgres
    from sqlglot.dialects.sqlite import SQLite

    own: dict[str, type[Tokenizer]] = {
        "postgresql": Postgres.Tokenizer,
        "mysql": MySQL.Tokenizer,
        "sqlite": SQLite.Tokenizer,
    }
    # As a parser has it, the rest of a command such as `show` or `execute` is one token.
    plain: type[Tokenizer] = type("Plain", (own[engine],), {"COMMANDS": set()})
    return plain()


@cache
def _kinds() -> tuple[frozenset[TokenType], TokenType]:
    from sqlglot import TokenType

    quoted = (kind for kind in TokenType if f"_{kind.name}".endswith("_STRING"))
    return frozenset(quoted), TokenType.IDENTIFIER
