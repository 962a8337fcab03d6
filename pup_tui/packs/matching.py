"""Which lines of two texts are the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import Final, TypeAlias

_MOST_WORK: Final = 4_000_000
"""Lines and pairs of equal lines that are looked at for the best match, which is about a second."""

EditBlock: TypeAlias = tuple[str, int, int, int, int]
"""`equal` or how lines differ, and where they begin and end in either text: an opcode of difflib."""


def lines_of(text: str) -> list[str]:
    """The lines of a text as programs read it: what else looks like the end of a line is part of one."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def groups_of(old: Sequence[str], new: Sequence[str], around: int) -> Iterator[list[EditBlock]]:
    """How lines become others, with so many equal ones around what differs.

    What would take too long to compare is told as one block of other lines.
    """
    yield from _Matcher(old, new).get_grouped_opcodes(around)


class _TooMuch(Exception):
    """The lines are such that the best match would take too long."""


class _Matcher(SequenceMatcher[str]):
    """Compares what is between the lines that both texts begin and end with, where that is not too much."""

    a: Sequence[str]
    b: Sequence[str]
    b2j: dict[str, list[int]]

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        head = _same(old, new)
        tail = _same(old[head:][::-1], new[head:][::-1])
        self._around = head, tail
        super().__init__(
            None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False
        )
        # What each line of the old text costs when it is looked for.
        self._costs = [0, *accumulate(1 + len(self.b2j.get(line, ())) for line in self.a)]
        self._left = _MOST_WORK

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        self._left -= self._costs[len(self.a) if ahi is None else ahi] - self._costs[alo]
        if self._left < 0:
            raise _TooMuch
        return super().find_longest_match(alo, ahi, blo, bhi)

    def get_opcodes(self) -> list[EditBlock]:  # type: ignore[override]
        head, tail = self._around
        try:
            middle: list[EditBlock] = [*super().get_opcodes()]
        except _TooMuch:
            middle = [("replace", 0, len(self.a), 0, len(self.b))]
        found: list[EditBlock] = [("equal", 0, head, 0, head)] if head else []
        found += [(how, i + head, j + head, k + head, m + head) for how, i, j, k, m in middle]
        if tail:
            old, new = head + len(self.a), head + len(self.b)
            found.append(("equal", old, old + tail, new, new + tail))
        return found


def _same(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines both begin with."""
    shorter = min(len(old), len(new))
    return next((at for at in range(shorter) if old[at] != new[at]), shorter)
