"""The end of what a step printed, for dialogs about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.output.passage import Passage, Stream
from pup_tui.output.spool import SpoolReader, SpoolWriter
from pup_tui.tui.lines.divided import DividedOutput, Parting
from pup_tui.tui.lines.last_lines import LAST_LINES, MOST_LINES, first_error, last_lines

CALM = ["going on"] * 30


def written(tmp_path: Path, *lines: str, stream: Stream = "stdout") -> Path:
    path = tmp_path / "0001-a.log"
    writer = SpoolWriter(path)
    writer.append(Passage(stream, "".join(f"{line}\n" for line in lines)))
    writer.close()
    return path


@pytest.mark.parametrize("error", ["level=error msg=denied", "Error: denied", "it FAILED here"])
def test_it_begins_with_the_first_error_near_the_end(tmp_path: Path, error: str) -> None:
    path = written(tmp_path, *CALM, error, *CALM)
    last = last_lines(path, from_error=True)
    assert last.texts == ["going on"] * 2 + [error] + CALM
    assert last.error == 2
    assert last_lines(path).texts == CALM[:LAST_LINES]


def test_what_names_its_level_comes_before_what_only_has_a_word_for_it(tmp_path: Path) -> None:
    path = written(tmp_path, "0 errors so far", *CALM, "ERROR denied", *CALM)
    assert last_lines(path, from_error=True).texts[2] == "ERROR denied"


def test_where_no_error_is_told_it_is_the_end(tmp_path: Path) -> None:
    for stream in ("stdout", "stderr"):
        path = written(tmp_path, *CALM, "the end", stream=stream)
        assert last_lines(path, from_error=True).texts[-1] == "the end"
        assert len(last_lines(path, from_error=True).texts) == LAST_LINES
        path.unlink()


def test_a_long_end_is_cut_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, "Error: denied", *["going on"] * (MOST_LINES + 4))
    last = last_lines(path, from_error=True)
    assert last.texts[0] == "Error: denied"
    assert last.texts[-1] == "… 5 more lines"


def test_an_error_of_an_earlier_attempt_is_none_of_the_last(tmp_path: Path) -> None:
    path, now = tmp_path / "0001-a.log", [10.0]
    writer = SpoolWriter(path, now=lambda: now[0])
    writer.append(Passage("stdout", "Error: the first\n"))
    now[0] = 20.0
    writer.append(Passage("stdout", "going on\nError: the second\n"))
    output = DividedOutput(SpoolReader(path))
    output.marks = [Parting(15, "again")]
    output.refresh()
    found = first_error(output)
    assert found is not None
    assert output.lines(found, found + 1)[0].text == "Error: the second"
