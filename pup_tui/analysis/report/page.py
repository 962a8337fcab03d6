"""A report as headings and what stands below them; a writer for each format makes a text of it."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from pup_tui.analysis.report.words import Sentence


class Prose(Struct, frozen=True):
    """A sentence or two."""

    words: Sentence


class Bullets(Struct, frozen=True):
    """Sentences, one below the other."""

    items: tuple[Sentence, ...]


class DatedItem(Struct, frozen=True):
    """A sentence about a moment (seconds since 1970); `kind` is a word for how it may look."""

    at: float
    words: Sentence
    kind: str = ""


class Dated(Struct, frozen=True):
    """Sentences about moments, in UTC and on the clock of the place."""

    items: tuple[DatedItem, ...]


class Verbatim(Struct, frozen=True):
    """Lines that somebody else wrote, as they are; `name` tells what they are."""

    name: str
    text: str


class Gap(Struct, frozen=True):
    """What the record cannot know: a question of ours that is marked for a person to answer."""

    asks: str


ReportBlock: TypeAlias = Prose | Bullets | Dated | Verbatim | Gap


class PagePart(Struct, frozen=True, kw_only=True):
    """A heading of our own, perhaps with a `name` by others, and what stands below. An `anchor` is unique."""

    heading: str
    anchor: str
    blocks: tuple[ReportBlock, ...]
    name: str = ""
    level: int = 2


class ReportPage(Struct, frozen=True, kw_only=True):
    """A whole report; its `title` is by others."""

    title: str
    parts: tuple[PagePart, ...]
