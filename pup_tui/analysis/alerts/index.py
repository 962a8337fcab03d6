"""The catalog's words, searched by SQLite's FTS5 with its `bm25()`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Final, Protocol

from msgspec import Struct

from pup_tui.analysis.alerts.thesaurus import Thesaurus, thesaurus
from pup_tui.runbook.parts import AlertMatch

_SEARCH: Final = "SELECT rowid, -bm25(runbooks, ?, ?, ?) FROM runbooks WHERE runbooks MATCH ?"
_WEIGHTS: Final = (3.0, 2.0, 1.0)
"""What a word counts in id and name, in tags, and in the description."""
_TELLING: Final = 0.8
"""The weight from which on the words of a part are told as a reason."""
_BACKGROUND: Final = 60
"""Runbooks that say nothing, beside the catalog's: else a word that half of a few have counts nothing."""


class Candidate(Protocol):
    """What is known of a runbook before its steps are read, as entries of the catalog have it."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def tags(self) -> Mapping[str, str]: ...

    @property
    def links(self) -> tuple[str, ...]: ...

    @property
    def alerts(self) -> tuple[AlertMatch, ...]: ...


class SaidWords(Struct, frozen=True):
    """Terms of one part of an alert, how much they count, and what that part is called."""

    part: str
    terms: Sequence[str]
    weight: float


class WordHit(Struct, frozen=True):
    """How well the words of an alert fit a runbook, and which of its terms they share."""

    score: float
    terms: tuple[str, ...]


def search(candidates: Sequence[Candidate], said: Iterable[SaidWords]) -> dict[int, WordHit]:
    """The candidates, by their number, that share words with an alert."""
    words = thesaurus()
    texts = [_terms(words, each) for each in candidates]
    scores: dict[int, float] = {}
    with closing(sqlite3.connect(":memory:")) as database:
        _fill(database, texts)
        parts = list(said)
        for part in parts:
            for number, score in _found(database, part.terms):
                if number <= len(texts):
                    scores[number - 1] = scores.get(number - 1, 0.0) + score * part.weight
    asked = dict.fromkeys(term for part in parts if part.weight >= _TELLING for term in part.terms)
    return {
        number: WordHit(score, _shared(asked, texts[number])) for number, score in scores.items()
    }


def _terms(words: Thesaurus, each: Candidate) -> tuple[str, str, str]:
    tags = " ".join(value for key, value in each.tags.items() if key not in ("type", "danger"))
    return (
        " ".join(words.of(f"{each.id} {each.name}")),
        " ".join(words.of(tags)),
        " ".join(words.of(each.description)),
    )


def _fill(database: sqlite3.Connection, texts: Sequence[tuple[str, str, str]]) -> None:
    database.execute(
        "CREATE VIRTUAL TABLE runbooks USING fts5(name, tags, description, tokenize = 'porter')"
    )
    put = "INSERT INTO runbooks (rowid, name, tags, description) VALUES (?, ?, ?, ?)"
    database.executemany(put, ((number, *text) for number, text in enumerate(texts, 1)))
    nothing = ("nothing " * 3, "nothing", "nothing " * 12)
    first = len(texts) + 1
    database.executemany(put, ((first + number, *nothing) for number in range(_BACKGROUND)))


def _found(database: sqlite3.Connection, terms: Sequence[str]) -> list[tuple[int, float]]:
    asked = " OR ".join(f'"{term}"' for term in terms if term.isalnum())
    if not asked:
        return []
    rows = database.execute(_SEARCH, (*_WEIGHTS, asked))
    return [(int(number), float(score)) for number, score in rows]


def _shared(asked: Iterable[str], texts: tuple[str, str, str]) -> tuple[str, ...]:
    there = {term for text in texts for term in text.split()}
    return tuple(term for term in asked if term in there)
