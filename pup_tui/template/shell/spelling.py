"""How what was read of a script stands to the script: what was taken out of it, and what was put in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from types import MappingProxyType
from typing import NamedTuple


class Inserted(NamedTuple):
    """One letter more before each of some bytes, in their order."""

    places: tuple[int, ...]
    letters: bytes

    def written(self, script: bytes) -> bytes:
        """The script with these letters."""
        parts = [script[start:end] for start, end in pairwise((0, *self.places, len(script)))]
        added = (bytes((letter,)) for letter in self.letters)
        pieces = chain.from_iterable(zip(parts, added, strict=False))
        return b"".join((*pieces, parts[-1]))

    def within(self, at: int) -> int:
        """Where a byte of the script stands in what was written."""
        return at + bisect_right(self.places, at)

    def outer(self, at: int) -> int:
        """Where a byte of what was written stands in the script."""
        places = self.places
        return at - bisect_left(range(len(places)), at, key=lambda each: places[each] + each)


class Joined(NamedTuple):
    """Lines that go on in the next one: of each the two bytes at a place are taken out."""

    places: tuple[int, ...] = ()

    @property
    def inner(self) -> tuple[int, ...]:
        """Where they were, in what was written."""
        return tuple(place - 2 * number for number, place in enumerate(self.places))

    def written(self, script: bytes) -> bytes:
        """The script without them."""
        starts = (0, *(place + 2 for place in self.places))
        ends = (*self.places, len(script))
        return b"".join(script[start:end] for start, end in zip(starts, ends, strict=True))

    def within(self, at: int) -> int:
        """Where a byte of the script stands in what was written."""
        return at - 2 * bisect_left(self.places, at)

    def outer(self, at: int) -> int:
        """Where a byte of what was written stands in the script."""
        places = self.places
        return at + 2 * bisect_right(
            range(len(places)), at, key=lambda each: places[each] - 2 * each
        )


class Spelling(NamedTuple):
    """The steps from a script to what was read of it; ``unknown_line`` is where that is not told surely.

    ``delimiters`` tell of here-documents that begin anew before a byte of the joined script, in their order,
    where they began.
    """

    joined: Joined = Joined()
    inserted: Sequence[Inserted] = ()
    unknown_line: int = 1
    delimiters: Mapping[int, tuple[int, int]] = MappingProxyType({})

    def written(self, script: bytes) -> bytes:
        """The script as it was read, apart from what was spelled in as many bytes."""
        script = self.joined.written(script)
        for step in self.inserted:
            script = step.written(script)
        return script

    def within(self, at: int) -> int:
        """Where a byte of the script stands in what was read."""
        at = self.joined.within(at)
        for step in self.inserted:
            at = step.within(at)
        return at

    def outer(self, at: int) -> int:
        """Where a byte of what was read stands in the script."""
        return self.joined.outer(self._in_joined(at))

    def outer_delimiter(self, start: int, end: int) -> tuple[int, int]:
        """Where the delimiter with which a here-document begins stands in the script."""
        span = self._in_joined(start), self._in_joined(end)
        first, last = self.delimiters.get(span[0], span) if span[0] == span[1] else span
        return self.joined.outer(first), self.joined.outer(last)

    def _in_joined(self, at: int) -> int:
        for step in reversed(self.inserted):
            at = step.outer(at)
        return at

    @property
    def joins(self) -> tuple[int, ...]:
        """Where lines were joined in what was read."""
        found = []
        for at in self.joined.inner:
            for step in self.inserted:
                at = step.within(at)
            found.append(at)
        return tuple(found)

    def lines_missing(self, at: int) -> int:
        """How many lines of the script there are more before a byte of what was read."""
        if not self.joined.places and not self.delimiters:
            return 0
        at = self._in_joined(at)
        added = bisect_right([*self.delimiters], at)
        return bisect_left(self.joined.places, self.joined.outer(at)) - added
