from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.passage import Line, Passage
from pup_tui.output.search import TextSearch, holds, is_wanted
from pup_tui.output.spool import SpoolReader, SpoolWriter
from pup_tui.output.style import strip_style
from pup_tui.tui.lines import finder
from pup_tui.tui.lines.finder import Matches, find, find_next_block, is_error
from pup_tui.tui.lines.line_list import LineList


def lines_of(*texts: str) -> LineList:
    return LineList([Line("stdout", text) for text in texts])


HAYSTACK = lines_of(*("needle" if i % 1000 == 7 else "hay" for i in range(10_000)))


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


async def test_nothing_is_found_where_there_is_nothing() -> None:
    assert await find(lines_of(), is_error, 0, forward=True) is None
    assert await find(lines_of(), is_error, 0, forward=False) is None


async def test_a_block_is_left_before_the_next_is_looked_for() -> None:
    lines = lines_of("error", "error", "fine", "error")
    assert await find_next_block(lines, is_error, 0) == 3
    assert await find_next_block(lines, is_error, 3) is None


async def test_matches_tell_which_one_it_is() -> None:
    matches = Matches()
    await matches.count(HAYSTACK, holds(re.compile("needle")))
    assert matches.told(7) == "match 1 of 10"
    assert matches.told(9007) == "match 10 of 10"
    assert matches.told(8) == "matches: 10"
    assert [matches.outdated(line) for line in (7, 8)] == [False, True]


async def test_while_they_are_counted_no_number_is_told_that_is_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finder, "AT_ONCE", 1)
    matches = Matches()
    assert matches.told(7) == "match found, counting…"
    counting = asyncio.create_task(matches.count(HAYSTACK, holds(re.compile("needle"))))
    await asyncio.sleep(0)
    assert matches.told(7) == "match 1 of 2+"
    assert matches.told(9007) == "match found, counting…"
    assert not matches.outdated(9007)
    await counting
    assert matches.told(9007) == "match 10 of 10"


async def test_too_many_matches_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "MOST_COUNTED", 3000)
    matches = Matches()
    await matches.count(HAYSTACK, holds(re.compile("hay")))
    assert not matches.complete
    assert matches.told(0) == "match 1 of 3,996+"
    assert matches.told(9_999) == "match behind the first 3,996"


def test_colours_are_not_searched() -> None:
    line = Line("stdout", "a\x1b[31mb\x1b[0mc")
    assert is_wanted(holds(TextSearch().pattern("abc")), line)
    assert not is_wanted(holds(TextSearch().pattern("31")), line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (Line("stdout", "all fine"), False),
        (Line("stderr", "all fine"), True),
        (Line("stdout", "Traceback (most recent call last)"), True),
        (Line("stdout", "3 tests FAILED"), True),
        (Line("stdout", "\u0130 failed \u2014 ERROR"), True),
    ],
)
def test_what_counts_as_an_error(line: Line, expected: bool) -> None:
    assert is_wanted(is_error, line) is expected


PATTERNS = (
    "b", "B", "a b", "a-b", "a.b", "^b", "a$", r"\Aa", r"b\Z", "a+b", r"a\s*b", "[^x]*b", r"\Wb", r"\Bb",
    "(?<!\n)b", "(?i)A", "a*", "a*+b", "|b", r"\s", "(a|b)+$", r"\bab\b", "é", "a[^b]", r"\D+b", "ß",
)  # fmt: skip


@given(
    lines=st.lists(st.text("abAB xé-ßİ\x1b", max_size=6), min_size=1, max_size=8),
    text=st.sampled_from(PATTERNS),
    exact=st.booleans(),
    plain=st.booleans(),
)
def test_what_is_found_in_all_lines_at_once_is_what_is_found_in_each(
    lines: list[str], text: str, exact: bool, plain: bool
) -> None:
    pattern = TextSearch(plain, exact).pattern(text)
    expected = [number for number, line in enumerate(lines) if pattern.search(strip_style(line))]
    passage = Passage("stdout", "".join(f"{line}\n" for line in lines))
    assert list(holds(pattern)(passage)) == expected


async def test_long_and_coloured_outputs_are_searched_up_and_down(tmp_path: Path) -> None:
    path = tmp_path / "0001-a.log"
    writer = SpoolWriter(path, limit=256 * 1024)
    for at in range(30):
        text = "".join(f"\x1b[31m{at}:{n}\x1b[0m\n" for n in range(1_000))
        writer.append(Passage("stderr" if at % 2 else "stdout", text))
    reader = SpoolReader(path)
    assert reader.dropped_lines
    wanted = holds(re.compile("^2[0-9]:500$"))
    every = [n for n, line in enumerate(reader.lines(0, 10**6)) if is_wanted(wanted, line)]
    assert len(every) > 2
    down: list[int] = []
    up: list[int] = []
    while (
        found := await find(reader, wanted, down[-1] + 1 if down else 0, forward=True)
    ) is not None:
        down.append(found)
    start = reader.line_count
    while (found := await find(reader, wanted, start, forward=False)) is not None:
        up.append(found)
        start = found - 1
    assert down == up[::-1] == every
    matches = Matches()
    await matches.count(reader, wanted)
    assert matches.told(every[1]) == f"match 2 of {len(every)}"
    reader.close()
    writer.close()
