"""Names and words that mean the same in the alerts of all systems (`words.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.own_files import own_data

_NOT_WORD = late_pattern(r"[^a-z0-9]+")
_LETTERS = str.maketrans("äöüßéèêáàóíúñç", "aouseeeaaoiunc")


class Vocabulary(Struct, frozen=True):
    """The table, with every name and word as `plain` has it."""

    facts: Mapping[str, str]
    """Names of labels and fields, each with the fact that it tells."""
    ranks: Mapping[str, int]
    """The same names, each with its place among those of its fact."""
    not_from_labels: frozenset[str]
    guessed_names: frozenset[str]
    severity: Mapping[str, str]
    order: tuple[str, ...]
    status: Mapping[str, str]
    environments: Mapping[str, str]
    environments_in_text: frozenset[str]
    environments_in_names: frozenset[str]
    translated: Mapping[str, str]
    secrets: frozenset[str]
    secret_parts: tuple[str, ...]
    no_secrets: frozenset[str]
    no_hosts: frozenset[str]


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    names: dict[str, tuple[str, ...]]
    not_from_labels: tuple[str, ...]
    guessed_names: tuple[str, ...]
    severity: dict[str, tuple[str, ...]]
    order: tuple[str, ...]
    status: dict[str, tuple[str, ...]]
    environments: dict[str, tuple[str, ...]]
    environments_in_text: tuple[str, ...]
    environments_in_names: tuple[str, ...]
    translated: dict[str, str]
    secrets: tuple[str, ...]
    secret_parts: tuple[str, ...]
    no_secrets: tuple[str, ...]
    no_hosts: tuple[str, ...]


@lru_cache(maxsize=1)
def words() -> Vocabulary:
    """The table, read once."""
    table = msgspec.convert(own_data(__package__, "words.yaml"), _Table)
    facts: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for fact, names in table.names.items():
        for rank, name in enumerate(names):
            facts.setdefault(plain(name), fact)
            ranks.setdefault(plain(name), rank)
    return Vocabulary(
        facts=facts,
        ranks=ranks,
        not_from_labels=frozenset(table.not_from_labels),
        guessed_names=frozenset(map(plain, table.guessed_names)),
        severity=_turned(table.severity),
        order=table.order,
        status=_turned(table.status),
        environments=_turned(table.environments),
        environments_in_text=frozenset(map(plain, table.environments_in_text)),
        environments_in_names=frozenset(table.environments_in_names),
        translated=table.translated,
        secrets=frozenset(map(plain, table.secrets)),
        secret_parts=table.secret_parts,
        no_secrets=frozenset(map(plain, table.no_secrets)),
        no_hosts=frozenset(table.no_hosts),
    )


@lru_cache(maxsize=8192)
def plain(name: str) -> str:
    """A name or word without what does not count in it."""
    return _NOT_WORD.sub("", name.lower().translate(_LETTERS))


def is_secret_name(name: str) -> bool:
    """Whether a key of this name holds what nobody may see."""
    table, short = words(), plain(name)
    if not short or short in table.no_secrets:
        return False
    return short in table.secrets or any(part in short for part in table.secret_parts)


def understood(said: str, meanings: Mapping[str, str], own: Mapping[str, str]) -> str | None:
    """What a word of a system stands for: by the system's `own` meanings, else by those of all."""
    short = plain(said)
    for word, meaning in own.items():
        if plain(word) == short:
            return meaning
    if short in meanings:
        return meanings[short]
    for part in re.findall(r"[a-z0-9]+", said.lower().translate(_LETTERS)):
        if part in meanings and not part.isdigit():
            return meanings[part]
    return None


def _turned(table: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {plain(word): meaning for meaning, each in table.items() for word in each}
