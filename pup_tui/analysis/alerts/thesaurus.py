"""What texts speak of: their words, and the things that words stand for (`synonyms.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.own_files import own_data

_CAMEL = late_pattern(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = late_pattern(r"[^\W_]+")
_LETTERS = str.maketrans("äöüßéèêáàóíúñç", "aouseeeaaoiunc")
_LONGEST: Final = 4000
"""Characters of a text whose words count."""

THING: Final = "thing"
"""What the names of things begin with, so that no word is taken for one."""


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    things: dict[str, tuple[str, ...]]
    weak: frozenset[str]
    generic: frozenset[str]
    implies: dict[str, tuple[str, ...]]
    ignored: frozenset[str]
    no_answers: frozenset[str]
    dangerous: frozenset[str]


class Thesaurus(Struct, frozen=True):
    """The table: `things` tells of each phrase what it speaks of, `longest` of its first word how many words
    a phrase that begins so has at most.
    """

    things: Mapping[str, tuple[str, ...]]
    longest: Mapping[str, int]
    weak: frozenset[str]
    generic: frozenset[str]
    ignored: frozenset[str]
    no_answers: frozenset[str]
    dangerous: frozenset[str]

    def of(self, text: str) -> tuple[str, ...]:
        """The words of a text that say something, and the things that it speaks of, each once."""
        return _terms_of(text[:_LONGEST])

    def is_strong(self, term: str) -> bool:
        """Whether a term alone tells what is wrong, or with what."""
        return term.startswith(THING) and term.removeprefix(THING) not in self.weak | self.generic

    def is_weak(self, term: str) -> bool:
        """Whether a term says something, but too little alone."""
        return term.startswith(THING) and term.removeprefix(THING) in self.weak

    def things_in(self, words: Sequence[str]) -> Iterator[str]:
        """What the phrases among words speak of, also those that overlap."""
        for at, word in enumerate(words):
            for count in range(1, self.longest.get(word, 0) + 1):
                yield from self.things.get(" ".join(words[at : at + count]), ())


@lru_cache(maxsize=4096)
def _terms_of(text: str) -> tuple[str, ...]:
    table = thesaurus()
    apart = _WORD.findall(_CAMEL.sub(" ", text).lower().translate(_LETTERS))
    found = dict.fromkeys(table.things_in(apart))
    # What is several words in one spelling is one in another, such as `OOMKilled`.
    joined = _WORD.findall(text.lower().translate(_LETTERS))
    if joined != apart:
        found.update(dict.fromkeys(table.things_in(joined)))
    found.update(
        dict.fromkeys(
            word
            for word in apart
            if len(word) > 1 and word not in table.ignored and not word.isdigit()
        )
    )
    return tuple(found)


@lru_cache(maxsize=1)
def thesaurus() -> Thesaurus:
    """The table, read once."""
    table = msgspec.convert(own_data(__package__, "synonyms.yaml"), _Table)
    things: dict[str, tuple[str, ...]] = {}
    longest: dict[str, int] = {}
    for thing, phrases in table.things.items():
        names = tuple(f"{THING}{name}" for name in (thing, *table.implies.get(thing, ())))
        for phrase in phrases:
            things[phrase] = (*things.get(phrase, ()), *names)
            words = phrase.split()
            longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return Thesaurus(
        things,
        longest,
        table.weak,
        table.generic,
        table.ignored,
        table.no_answers,
        table.dangerous,
    )
