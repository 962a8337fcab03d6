from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from pup_tui.output.linefile import (
    Line,
    LineFileReader,
    LineFileWriter,
    encode_line,
    index_path,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.output.linefile import Stream


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "0001-step.log"


def append(writer: LineFileWriter, *texts: str, stream: Stream = "stdout") -> None:
    writer.append([encode_line(text) for text in texts], stream)


def all_lines(path: Path) -> list[Line]:
    reader = LineFileReader(path)
    reader.refresh()
    try:
        return reader.lines(0, reader.count)
    finally:
        reader.close()


def out(*texts: str) -> list[Line]:
    return [Line("stdout", text) for text in texts]


def test_lines_are_read_back_with_their_streams(path: Path) -> None:
    writer = LineFileWriter(path)
    append(writer, "one", "", "drei ✔")
    append(writer, "four", stream="stderr")
    assert all_lines(path) == [*out("one", "", "drei ✔"), Line("stderr", "four")]
    assert path.read_text() == "one\n\ndrei ✔\nfour\n"
    writer.release()


def test_a_range_is_cut_to_what_is_there(path: Path) -> None:
    writer = LineFileWriter(path)
    append(writer, *map(str, range(10)))
    writer.set_open([Line("stdout", "open")])
    writer.release()
    reader = LineFileReader(path)
    reader.refresh()
    assert reader.lines(3, 5) == out("3", "4")
    assert reader.lines(9, 20) == out("9", "open")
    assert reader.lines(10, 11) == out("open")
    assert reader.lines(-5, 1) == out("0")
    assert reader.lines(11, 12) == reader.lines(5, 5) == []
    reader.close()


def test_unfinished_lines_are_written_over(path: Path) -> None:
    writer = LineFileWriter(path)
    append(writer, "done")
    writer.set_open([Line("stdout", "long prompt? "), Line("stderr", "warn")])
    assert all_lines(path) == [*out("done", "long prompt? "), Line("stderr", "warn")]
    writer.set_open([Line("stderr", "x")])
    assert all_lines(path) == [*out("done"), Line("stderr", "x")]
    append(writer, "next")
    assert path.read_text() == "done\nnext\n"
    assert all_lines(path) == out("done", "next")
    writer.release()


def test_a_reader_sees_what_is_added(path: Path) -> None:
    writer = LineFileWriter(path)
    reader = LineFileReader(path)
    reader.refresh()
    assert reader.count == 0
    append(writer, "one")
    writer.set_open(out("tw"))
    assert reader.count == 0
    reader.refresh()
    assert reader.lines(0, 9) == out("one", "tw")
    append(writer, "two", "three")
    reader.refresh()
    assert reader.lines(0, 9) == out("one", "two", "three")
    writer.release()
    reader.close()


@pytest.mark.parametrize("lost", [1, 8, 20, 8 * 5, 8 * 5 + 64])
def test_what_the_index_lost_is_found_in_the_text(path: Path, lost: int) -> None:
    writer = LineFileWriter(path)
    append(writer, "one", "two", "three", "four")
    writer.set_open(out("fi"))
    writer.release()
    index = index_path(path)
    index.write_bytes(index.read_bytes()[:-lost])
    assert all_lines(path) == out("one", "two", "three", "four", "fi")


def test_without_an_index_the_text_is_read(path: Path) -> None:
    path.write_text("one\ntwo\n")
    assert all_lines(path) == out("one", "two")


def test_an_index_that_is_ahead_of_a_cut_text_is_not_believed(path: Path) -> None:
    writer = LineFileWriter(path)
    append(writer, "one", "two", "three")
    writer.release()
    path.write_text("one\ntw")
    assert all_lines(path) == out("one", "tw")


def test_a_stale_entry_of_an_unfinished_line_is_not_believed(path: Path) -> None:
    writer = LineFileWriter(path)
    writer.set_open(out("unfinished"))
    before = index_path(path).read_bytes()
    append(writer, "unfinished, then ended", "more")
    writer.release()
    index_path(path).write_bytes(before)
    assert all_lines(path) == out("unfinished, then ended", "more")


@pytest.mark.parametrize("lost", [0, 8, 16])
def test_a_file_is_continued_after_a_crash(path: Path, lost: int) -> None:
    writer = LineFileWriter(path)
    append(writer, "one", "two")
    writer.set_open(out("thr"))
    writer.release()
    index = index_path(path)
    data = index.read_bytes()
    index.write_bytes(data[: len(data) - lost])
    again = LineFileWriter(path)
    append(again, "four")
    again.release()
    assert all_lines(path) == out("one", "two", "thr", "four")
    assert path.read_text() == "one\ntwo\nthr\nfour\n"


def test_files_are_private_and_links_are_refused(path: Path, tmp_path: Path) -> None:
    path.touch(0o644)
    LineFileWriter(path).release()
    for file in (path, index_path(path)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    link = tmp_path / "0002-link.log"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="0002-link"):
        LineFileWriter(link)


def test_one_line_is_one_line_whatever_is_in_it() -> None:
    assert encode_line("a\nb\ud800") == b"a\\nb\\ud800\n"


def test_a_released_file_goes_on_where_it_was(path: Path) -> None:
    writer = LineFileWriter(path)
    append(writer, "one")
    writer.set_open([Line("stderr", "still going")])
    writer.release()
    writer.release()
    assert all_lines(path) == [Line("stdout", "one"), Line("stderr", "still going")]
    append(writer, "two", stream="stderr")
    writer.release()
    assert all_lines(path) == [Line("stdout", "one"), Line("stderr", "two")]
