"""Each line of a spool once, while it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.drivers import spool_tail
from pup_tui.drivers.spool_tail import SpoolTail
from pup_tui.output.mask import Masker
from pup_tui.output.overwritten import AGAIN
from pup_tui.output.passage import Passage
from pup_tui.output.pipeline import KeptOutput
from pup_tui.output.spool import SpoolReader, SpoolWriter


def kept(path: Path, limit: int = 1 << 20) -> KeptOutput:
    output = KeptOutput(path, Masker([]), limit=limit)
    output.begin_attempt()
    return output


def texts(tail: SpoolTail, *, ended: bool = False) -> list[str]:
    return [line.text for passage in tail.read(ended=ended) for line in passage.lines()]


def test_lines_come_once_and_unfinished_ones_when_they_are_whole(tmp_path: Path) -> None:
    tail = SpoolTail(tmp_path / "a.log")
    assert texts(tail) == []
    output = kept(tmp_path / "a.log")
    output.write("stdout", b"one\ntw")
    output.write("stderr", b"err")
    output.idle_flush()
    assert texts(tail) == ["one"]
    output.write("stdout", b"o\nthree\n")
    output.idle_flush()
    assert texts(tail) == ["two", "three"]
    assert texts(tail) == []
    output.end_attempt()
    assert texts(tail, ended=True) == ["err"]
    assert texts(tail, ended=True) == []
    tail.close()
    output.close()


def test_no_call_gives_more_than_a_stretch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_tail, "MOST", 10)
    output = kept(tmp_path / "a.log")
    output.write("stdout", b"".join(b"%d\n" % number for number in range(25)))
    output.end_attempt()
    tail = SpoolTail(tmp_path / "a.log")
    found = [texts(tail, ended=True) for _ in range(4)]
    assert [len(lines) for lines in found] == [10, 10, 5, 0]
    assert [text for lines in found for text in lines] == [str(number) for number in range(25)]
    tail.close()
    output.close()


@pytest.mark.parametrize("lines", [10_000, 30_000])
def test_of_what_is_full_when_it_is_read_first_all_that_is_kept_comes(
    tmp_path: Path, lines: int
) -> None:
    output = kept(tmp_path / "a.log", limit=64 * 1024)
    for start in range(0, lines, 1_000):
        here = range(start, start + 1_000)
        output.write("stdout", b"".join(b"line %d\n" % number for number in here))
    tail, seen = SpoolTail(tmp_path / "a.log"), list[str]()
    while found := texts(tail):
        seen += found
    reader = SpoolReader(tmp_path / "a.log")
    reader.refresh()
    assert reader.dropped_lines
    assert seen == [line.text for line in reader.lines(0, reader.line_count)]
    reader.close()
    tail.close()
    output.close()


@pytest.mark.parametrize("stretch", [50, 333, 5_000])
def test_beyond_the_limit_every_line_comes_once_or_is_said_to_be_left_out(
    tmp_path: Path, stretch: int
) -> None:
    output = kept(tmp_path / "a.log", limit=64 * 1024)
    tail, seen = SpoolTail(tmp_path / "a.log"), list[str]()
    for start in range(0, 30_000, stretch):
        here = range(start, min(start + stretch, 30_000))
        output.write("stdout", b"".join(b"line %d\n" % number for number in here))
        seen += texts(tail)
    output.end_attempt()
    output.close()
    while rest := texts(tail, ended=True):
        seen += rest
    tail.close()
    numbers = [int(text.removeprefix("line ")) for text in seen if text.startswith("line ")]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 29_999
    left_out = any("left out here" in text for text in seen)
    assert left_out or numbers == list(range(30_000))
    if stretch == 50:
        assert not left_out


def test_lines_come_with_when_they_were_printed(tmp_path: Path) -> None:
    times = iter((100.0, 100.01, 200.0, 300.0))
    writer = SpoolWriter(tmp_path / "a.log", now=lambda: next(times))
    for text in ("one\n", "two\n", "three\n", "four\n"):
        writer.append(Passage("stdout", text))
    writer.close()
    tail = SpoolTail(tmp_path / "a.log")
    assert tail.read(ended=True) == [
        Passage("stdout", "one\ntwo\n", 100.0),
        Passage("stdout", "three\n", 200.0),
        Passage("stdout", "four\n", 300.0),
    ]
    assert not tail.behind
    tail.close()


def test_lines_that_a_program_went_back_to_come_once_more_as_they_ended(tmp_path: Path) -> None:
    tail = SpoolTail(tmp_path / "a.log")
    output = kept(tmp_path / "a.log")
    output.write("stdout", b"before\none: 1%\ntwo: 1%\n")
    assert texts(tail) == ["before", "one: 1%", "two: 1%"]
    output.write("stdout", b"\x1b[2Aone: 9%\ntwo: 9%\n")
    assert texts(tail) == []
    output.end_attempt()
    told = [text.rpartition(AGAIN)[2] for text in texts(tail, ended=True)]
    assert told == ["one: 9%", "two: 9%"]
    tail.close()
    output.close()
