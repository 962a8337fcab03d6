"""Here-documents that the grammar does not read: several that begin on one line, and lines like their ends.

Of several each becomes a redirection from a descriptor, and begins anew right before its text, where it is
given to no command. Whoever reads from a descriptor is then taken to read that text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from typing import Final, NamedTuple

_BEGINS: Final = re.compile(
    rb"<<(?P<tabs>-?)[ \t]*(?P<quote>['\"]?)(?P<name>\w+)(?P=quote)(?![\w'\"])"
)
_HERE_STRING: Final = re.compile(rb"<<<")
_GOES_ON: Final = re.compile(rb"[|&\\][ \t]*\Z")
"""The end of a line whose last command goes on behind the texts."""
DESCRIPTOR: Final = b"<&p"
"""What stands for the beginning of a here-document; a coprocess is read by the same."""
ANEW: Final = b":" + DESCRIPTOR
"""What stands before a here-document that begins anew: it is given to no command."""

_MOST_LINES: Final = 20
"""Lines of one here-document that are taken for what they are though they begin as its end does."""

_Document = tuple[re.Match[bytes], int, int]
"""How a here-document begins, and from where to where its text goes."""


class SharedLine(NamedTuple):
    """A here-document that is not the only one of its line: where it begins there, its text and its end."""

    begin: tuple[int, int]
    delimiter: tuple[int, int]
    text: int
    end: int


def shared_lines(script: bytes) -> list[SharedLine]:
    """The here-documents that are not the only ones of their lines."""
    return [
        SharedLine(
            begin.span(),
            (begin.start("quote"), begin.end()),
            start,
            script.index(begin["name"], end),
        )
        for found in _lines(script)
        if len(found) > 1 and not _GOES_ON.search(script, found[-1][0].end(), found[0][1] - 1)
        for begin, start, end in found
    ]


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
