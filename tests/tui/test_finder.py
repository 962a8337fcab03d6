from __future__ import annotations

import re

import pytest

from pup_tui.output.passage import Line
from pup_tui.tui.lines import finder
from pup_tui.tui.lines.finder import Matches, find, find_next_block, holds, is_error, smart_pattern


class Lines:
    """Lines in memory; remembers how many were asked for at once."""

    dropped_lines = 0
    unfinished = 0

    def __init__(self, *texts: str) -> None:
        self._lines = [Line("stdout", text) for text in texts]
        self.most = 0

    @property
    def line_count(self) -> int:
        return len(self._lines)

    def refresh(self) -> None:
        """Nothing is added."""

    def lines(self, start: int, stop: int, most: int | None = None) -> list[Line]:
        self.most = max(self.most, stop - start)
        return self._lines[start:stop]


HAYSTACK = Lines(*("needle" if i % 1000 == 7 else "hay" for i in range(10_000)))


@pytest.mark.parametrize(
    ("start", "forward", "found"),
    [
        (0, True, 7),
        (7, True, 7),
        (8, True, 1007),
        (9008, True, None),
        (-5, True, 7),
        (9999, False, 9007),
        (20_000, False, 9007),
        (1006, False, 7),
        (6, False, None),
        (-1, False, None),
    ],
)
async def test_the_nearest_wanted_line_is_found(
    start: int, forward: bool, found: int | None
) -> None:
    wanted = holds(re.compile("needle"))
    assert await find(HAYSTACK, wanted, start, forward=forward) == found
    assert HAYSTACK.most <= finder.BATCH


async def test_nothing_is_found_where_there_is_nothing() -> None:
    assert await find(Lines(), is_error, 0, forward=True) is None
    assert await find(Lines(), is_error, 0, forward=False) is None


async def test_a_block_is_left_before_the_next_is_looked_for() -> None:
    lines = Lines("error", "error", "fine", "error")
    assert await find_next_block(lines, is_error, 0) == 3
    assert await find_next_block(lines, is_error, 3) is None


async def test_matches_tell_which_one_it_is() -> None:
    matches = Matches()
    assert matches.place(7) == "one of 0 or more"
    await matches.count(HAYSTACK, holds(re.compile("needle")))
    assert matches.place(7) == "1 of 10"
    assert matches.place(9007) == "10 of 10"


async def test_too_many_matches_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "MOST_COUNTED", 3000)
    matches = Matches()
    await matches.count(HAYSTACK, holds(re.compile("hay")))
    assert not matches.complete
    assert matches.place(0) == "1 of 3,996 or more"


def test_colours_are_not_searched() -> None:
    line = Line("stdout", "a\x1b[31mb\x1b[0mc")
    assert holds(smart_pattern("abc"))(line)
    assert not holds(smart_pattern("31"))(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (Line("stdout", "all fine"), False),
        (Line("stderr", "all fine"), True),
        (Line("stdout", "Traceback (most recent call last)"), True),
        (Line("stdout", "3 tests FAILED"), True),
    ],
)
def test_what_counts_as_an_error(line: Line, expected: bool) -> None:
    assert is_error(line) is expected
