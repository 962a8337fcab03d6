"""Here-documents that the grammar does not read: several that begin on one line, and lines like their ends.

Of several all but the last become redirections from a descriptor, and their texts a part of the last one's.
Whoever reads from a descriptor is then taken to read that text. They stay where that would tell less than
there is: where a text of them might go on in the next one, or where values are written into it as they are.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from typing import Final

from pup_tui.template.shell.markers import MARKER

_BEGINS: Final = re.compile(
    rb"<<(?P<tabs>-?)[ \t]*(?P<quote>['\"]?)(?P<name>\w+)(?P=quote)(?![\w'\"])"
)
_HERE_STRING: Final = re.compile(rb"<<<")
_EXPANDED: Final = re.compile(rb"(?:[^$`\\]|\$\w|\$\{\w+\}|\$\([^()`'\"\\\n<>]*\)|\$[^\w({])*")
"""A text whose expansions end in it."""
DESCRIPTOR: Final = b"<&p"
"""What stands for the beginning of a here-document; a coprocess is read by the same."""

_MOST_LINES: Final = 20
"""Lines of one here-document that are taken for what they are though they begin as its end does."""

_Document = tuple[re.Match[bytes], int, int]
"""How a here-document begins, and from where to where its text goes."""


def shared_lines(script: bytes) -> Iterator[tuple[int, int]]:
    """Where the here-documents begin that are not the last ones of their lines."""
    for found in _lines(script):
        if len(found) > 1 and _may_be_one(found, [script[start:end] for _, start, end in found]):
            yield from (begin.span() for begin, _, _ in found[:-1])


def lines_like_ends(script: bytes) -> Iterator[int]:
    """Where in here-documents lines begin, behind tabs, with their delimiter and go on."""
    for begin, start, end in chain.from_iterable(_lines(script)):
        goes_on = re.compile(rb"^\t*(%b)(?=[^\n])" % begin["name"], re.MULTILINE)
        lines = islice(goes_on.finditer(script, start, end), _MOST_LINES)
        yield from (found.start(1) for found in lines)


def _lines(script: bytes) -> Iterator[list[_Document]]:
    """The here-documents of each line on which some begin, if all of them end."""
    at, ends = 0, _Ends(script)
    while (end := script.find(b"\n", at)) >= 0:
        begins = (
            [] if _HERE_STRING.search(script, at, end) else [*_BEGINS.finditer(script, at, end)]
        )
        at = end + 1
        found: list[_Document] = []
        for begin in begins:
            last = ends.next_of(begin, at)
            if last is None:
                break
            found.append((begin, at, last[0]))
            at = last[1] + 1
        if found and len(found) == len(begins):
            yield found


class _Ends:
    """The lines of a script, by the names that they may be the ends of."""

    def __init__(self, script: bytes) -> None:
        self._script = script

    @cached_property
    def _lines(self) -> dict[bytes, list[tuple[int, int]]]:
        """Where the lines begin and end that are the same without the tabs in front."""
        lines: defaultdict[bytes, list[tuple[int, int]]] = defaultdict(list)
        at = 0
        for line in self._script.split(b"\n"):
            lines[line.lstrip(b"\t")].append((at, at + len(line)))
            at += len(line) + 1
        return lines

    @cached_property
    def _without_tabs(self) -> dict[bytes, list[tuple[int, int]]]:
        return {
            name: [(start, end) for start, end in found if end - start == len(name)]
            for name, found in self._lines.items()
        }

    def next_of(self, begin: re.Match[bytes], at: int) -> tuple[int, int] | None:
        """The first line from `at` on that ends a here-document that begins like this."""
        found = (self._lines if begin["tabs"] else self._without_tabs).get(begin["name"], [])
        index = bisect_left(found, (at, 0))
        return found[index] if index < len(found) else None


def _may_be_one(found: list[_Document], texts: list[bytes]) -> bool:
    """Whether the texts of these here-documents may be read as that of the last one."""
    begins, before = [begin for begin, _, _ in found], texts[:-1]
    kinds = {(begin["tabs"], bool(begin["quote"])) for begin in begins}
    lines = {line.strip() for text in before for line in text.split(b"\n")}
    names = {begin["name"] for begin in begins}
    if len(kinds) > 1 or names & lines or len(names) < len(found):
        return False
    if begins[0]["quote"]:
        return not any(map(MARKER.search, before))
    return all(map(_EXPANDED.fullmatch, before))
