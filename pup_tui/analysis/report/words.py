"""Sentences of a report: what the program says itself, and what others wrote, kept apart to the last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

MOST_SHOWN = 4_000
"""Characters of a text by others that stand in a sentence; `show` has all of it."""


class Foreign(Struct, frozen=True):
    """What somebody else wrote: a name, a value, a reason. It is shown, and never read as markup."""

    text: str

    @property
    def shown(self) -> str:
        """As much of it as has room in a sentence."""
        more = len(self.text) - MOST_SHOWN
        return f"{self.text[:MOST_SHOWN]}… ({more:,} characters more)" if more > 0 else self.text


class FileLink(Struct, frozen=True):
    """A file on the disk of who made the report; `address` leads to it, empty where nothing may.

    An address is a URL or the relative reference of one, in which nothing is left to be quoted.
    """

    shown: str
    address: str = ""


SentencePiece: TypeAlias = str | Foreign | FileLink
"""A `str` is the program's own."""

Sentence: TypeAlias = Sequence[SentencePiece]


def plain(words: Sentence) -> str:
    """A sentence as one text, in which nothing is told apart any more."""
    return "".join(map(_text, words))


def _text(piece: SentencePiece) -> str:
    match piece:
        case Foreign(text=text) | FileLink(shown=text):
            return text
        case str():
            return piece
