"""A line stands between what an output had before a moment and what it has since."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pup_tui.core.notices import rfc3339
from pup_tui.output.passage import Passage
from pup_tui.output.search import holds
from pup_tui.output.spool import SpoolReader, SpoolWriter
from pup_tui.tui.lines.divided import DividedOutput, Divider, Parting, attempt_marks
from pup_tui.tui.lines.finder import find, is_error
from pup_tui.tui.step_progress import Attempt


class Written:
    """A spool to which lines are written at moments of one's own."""

    def __init__(self, path: Path) -> None:
        self.now = 0.0
        self.writer = SpoolWriter(path, now=lambda: self.now)
        self.output = DividedOutput(SpoolReader(path))

    def write(self, at: float, *lines: str) -> None:
        self.now = at
        self.writer.append(Passage("stdout", "".join(f"{line}\n" for line in lines)))

    def shown(self, *marks: float) -> list[str]:
        self.output.marks = [Parting(at, f"at {at:g}") for at in marks]
        self.output.refresh()
        found = self.output.lines(0, self.output.line_count)
        assert len(found) == self.output.line_count
        return [f"── {each.text}" if isinstance(each, Divider) else each.text for each in found]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "0001-a.log")


def test_a_mark_stands_between_what_was_before_and_what_is_after(written: Written) -> None:
    written.write(10, "a", "b")
    written.write(20, "c")
    written.write(30, "d", "e")
    assert written.shown(15, 25) == ["a", "b", "── at 15", "c", "── at 25", "d", "e"]
    numbers = [written.output.number(line) for line in range(written.output.line_count)]
    assert numbers == [0, 1, 2, 2, 3, 3, 4]
    assert written.output.printed == 5


def test_a_mark_with_nothing_before_or_after_it_is_not_shown(written: Written) -> None:
    assert written.shown(5) == []
    written.write(10, "a")
    assert written.shown(5, 15) == ["a"]
    written.write(20, "b")
    assert written.shown(5, 15) == ["a", "── at 15", "b"]


@pytest.mark.parametrize("start", range(8))
@pytest.mark.parametrize("stop", range(9))
def test_any_lines_are_those_of_the_whole(written: Written, start: int, stop: int) -> None:
    written.write(10, "a", "b")
    written.write(20, "c", "d")
    written.write(30, "e")
    written.shown(15, 25)
    every = written.output.lines(0, 7)
    assert len(every) == 7
    assert written.output.lines(start, stop) == every[start:stop]


def test_a_mark_stays_where_it_is_while_the_output_grows(written: Written) -> None:
    written.write(10, "a")
    written.write(20, "b")
    assert written.shown(15) == ["a", "── at 15", "b"]
    written.write(30, "c")
    assert written.shown(15, 25) == ["a", "── at 15", "b", "── at 25", "c"]


def test_one_goes_from_part_to_part(written: Written) -> None:
    written.write(10, "a", "b")
    written.write(20, "c", "d")
    written.write(30, "e")
    written.shown(15, 25)
    output = written.output
    assert [output.beside(line, 1) for line in range(7)] == [3, 3, 3, 6, 6, 6, 6]
    assert [output.beside(line, -1) for line in range(7)] == [0, 0, 0, 0, 3, 3, 3]


async def test_what_parts_an_output_is_no_error(written: Written) -> None:
    written.write(10, "fine")
    written.write(20, "an error", "fine")
    written.output.marks = [Parting(15, "attempt 1 failed: exit code 1 · attempt 2")]
    written.output.refresh()
    assert await find(written.output, is_error, 0, forward=True) == 2
    assert await find(written.output, is_error, 1, forward=False) is None
    assert await find(written.output, holds(re.compile("exit code")), 0, forward=True) == 1


def test_attempts_are_parted_by_what_became_of_the_one_before(written: Written) -> None:
    written.write(10, "a")
    written.writer.release()
    written.write(10.01, "b")
    attempts = [Attempt(2, rfc3339(10.005), "failed: exit code 1")]
    written.output.marks = attempt_marks(attempts)
    written.output.refresh()
    first, mark, second = written.output.lines(0, 3)
    assert (first.text, second.text) == ("a", "b")
    assert mark.text.startswith("attempt 1 failed: exit code 1 · attempt 2 · ")
