"""Datadog's search syntax, as far as runbooks use it.

`state:(active OR stable) AND services:payments -severity:SEV-5 "card declined"`: words side by
side mean AND, `-` and `NOT` negate, `*` stands for anything, a word without a key is looked for
in the whole text. Keys and values are compared without regard to case, as Datadog does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


class QuerySyntaxError(ValueError):
    """A query that cannot be read; the message says why."""


@dataclass(frozen=True)
class Facts:
    """What a query can see of one thing: its facets by key, and its text."""

    fields: Mapping[str, Collection[str]] = field(default_factory=dict)
    text: str = ""


Matcher = Callable[[Facts], bool]

LONGEST = 4096
"""Characters of a query."""

DEEPEST = 32
"""Parentheses and negations within each other."""

_TOKEN = re.compile(r'\s*(?:([()])|((?:"(?:\\.|[^"\\])*"|[^\s()"])+))')
_COMPARISON = re.compile(r"^(>=|<=|>|<)(-?\d+(?:\.\d+)?)$")


def parse(query: str) -> Matcher:
    """A query as a function that says whether it matches.

    Raises:
        QuerySyntaxError: an open quote or parenthesis, an operator without its operand, or more
            than `LONGEST` or `DEEPEST`.
    """
    if len(query) > LONGEST:
        raise QuerySyntaxError(f"longer than {LONGEST} characters")
    if not query.strip():
        return lambda facts: True
    parser = _Parser(_tokens(query))
    matcher = parser.either(None)
    if parser.word is not None:
        raise QuerySyntaxError(f"unexpected {parser.word!r}")
    return matcher


def tag_facts(tags: Iterable[str], *, text: str = "", **fields: Collection[str]) -> Facts:
    """Facts of a thing with `key:value` tags; every tag is a facet of its own, and a `tag`."""
    known: dict[str, list[str]] = {key: list(values) for key, values in fields.items()}
    for tag in tags:
        key, _, value = tag.partition(":")
        known.setdefault(key.lower(), []).append(value)
        for name in ("tag", "tags"):
            known.setdefault(name, []).append(tag)
    return Facts(known, " ".join([text, *tags]))


def _tokens(query: str) -> list[str]:
    tokens, position = [], 0
    while query[position:].strip():
        found = _TOKEN.match(query, position)
        if found is None:
            raise QuerySyntaxError("a quote is not closed")
        tokens.append(found.group().strip())
        position = found.end()
    return tokens


class _Parser:
    """Recursive descent; `key` is the facet whose value list is being read."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._depth = 0

    @property
    def word(self) -> str | None:
        return self._tokens[0] if self._tokens else None

    def either(self, key: str | None) -> Matcher:
        options = [self.all(key)]
        while self.word == "OR":
            self._tokens.pop(0)
            options.append(self.all(key))
        return lambda facts: any(option(facts) for option in options)

    def all(self, key: str | None) -> Matcher:
        parts = [self.one(key)]
        while self.word not in (None, "OR", ")"):
            if self.word in ("AND", "&&"):
                self._tokens.pop(0)
            parts.append(self.one(key))
        return lambda facts: all(part(facts) for part in parts)

    def one(self, key: str | None) -> Matcher:
        self._depth += 1
        if self._depth > DEEPEST:
            raise QuerySyntaxError(f"more than {DEEPEST} levels deep")
        matcher = self._one(key)
        self._depth -= 1
        return matcher

    def _one(self, key: str | None) -> Matcher:
        if self.word in (None, "OR", "AND", ")"):
            raise QuerySyntaxError(
                "a term is missing" if self.word is None else "misplaced " + self.word
            )
        first = self._tokens.pop(0)
        if first in ("NOT", "-"):
            return _negated(self.one(key))
        if first[0] in "-!" and len(first) > 1:
            self._tokens.insert(0, first[1:])
            return _negated(self.one(key))
        if first == "(":
            return self._group(key)
        if key is None and first.endswith(":") and self.word == "(":
            self._tokens.pop(0)
            return self._group(first[:-1].lstrip("@").lower())
        return _term(key, first)

    def _group(self, key: str | None) -> Matcher:
        inner = self.either(key)
        if self.word != ")":
            raise QuerySyntaxError("a parenthesis is not closed")
        self._tokens.pop(0)
        return inner


def _negated(matcher: Matcher) -> Matcher:
    return lambda facts: not matcher(facts)


def _term(key: str | None, word: str) -> Matcher:
    if key is not None:
        return _facet(key, _unquote(word))
    if ":" in word and not word.startswith('"'):
        name, _, value = word.partition(":")
        return _facet(name.lstrip("@").lower(), _unquote(value))
    wanted = _unquote(word).lower()
    return lambda facts: wanted == "*" or wanted.strip("*") in facts.text.lower()


def _facet(key: str, value: str) -> Matcher:
    compared = _COMPARISON.match(value)
    if compared:
        return _comparison(key, compared[1], float(compared[2]))
    pattern = re.sub(r"([\[?])", r"[\1]", value.lower())
    return lambda facts: any(
        fnmatchcase(known.lower(), pattern) for known in facts.fields.get(key, ())
    )


def _comparison(key: str, sign: str, limit: float) -> Matcher:
    holds: dict[str, Callable[[float], bool]] = {
        ">": lambda number: number > limit,
        ">=": lambda number: number >= limit,
        "<": lambda number: number < limit,
        "<=": lambda number: number <= limit,
    }

    def matches(facts: Facts) -> bool:
        for known in facts.fields.get(key, ()):
            try:
                if holds[sign](float(known)):
                    return True
            except ValueError:
                continue
        return False

    return matches


def _unquote(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text
