from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.blockindex import (
    BLOCK_SIZE,
    ENTRY_SIZE,
    HEADER_SIZE,
    IndexHeader,
    index_path,
)
from pup_tui.output.linefile import LineFileReader, LineFileWriter, encode_lines
from pup_tui.output.overwritten import AGAIN
from pup_tui.output.passage import Line

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.output.passage import Stream

NOW = 1_800_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "0001-step.log"


def append(writer: LineFileWriter, *texts: str, stream: Stream = "stdout") -> None:
    writer.append(encode_lines("".join(f"{text}\n" for text in texts)), stream, NOW)


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
    writer.set_open([Line("stdout", "open")], NOW)
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
    writer.set_open([Line("stdout", "long prompt? "), Line("stderr", "warn")], NOW)
    assert all_lines(path) == [*out("done", "long prompt? "), Line("stderr", "warn")]
    writer.set_open([Line("stderr", "x")], NOW)
    assert all_lines(path) == [*out("done"), Line("stderr", "x")]
    append(writer, "next")
    assert path.read_text() == "done\nnext\n"
    assert all_lines(path) == out("done", "next")
    writer.release()


def test_unfinished_lines_of_a_stream_may_be_several(path: Path) -> None:
    writer = LineFileWriter(path)
    append(writer, "done")
    writer.set_open([Line("stdout", "a\n\nb"), Line("stderr", "warn\nx")], NOW)
    err = [Line("stderr", "warn"), Line("stderr", "x")]
    reader = LineFileReader(path)
    reader.refresh()
    assert (reader.count, reader.unfinished) == (6, 5)
    assert reader.lines(0, 9) == [*out("done", "a", "", "b"), *err]
    assert reader.lines(3, 5, 1) == [*out("b"), err[0]]
    writer.release()
    LineFileWriter(path).release()
    reader.refresh()
    assert (reader.count, reader.unfinished) == (6, 0)
    assert reader.lines(0, 9) == [*out("done", "a", "", "b"), *err]
    reader.close()


def test_a_reader_sees_what_is_added(path: Path) -> None:
    writer = LineFileWriter(path)
    reader = LineFileReader(path)
    reader.refresh()
    assert reader.count == 0
    append(writer, "one")
    writer.set_open(out("tw"), NOW)
    assert reader.count == 0
    reader.refresh()
    assert reader.lines(0, 9) == out("one", "tw")
    append(writer, "two", "three")
    reader.refresh()
    assert reader.lines(0, 9) == out("one", "two", "three")
    writer.release()
    reader.close()


@pytest.mark.parametrize(
    "lost", [1, ENTRY_SIZE, ENTRY_SIZE + 8, 2 * ENTRY_SIZE, 2 * ENTRY_SIZE + 64]
)
def test_what_the_index_lost_is_found_in_the_text(path: Path, lost: int) -> None:
    writer = LineFileWriter(path)
    append(writer, "one", "two", "three", "four")
    writer.set_open(out("fi"), NOW)
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
    writer.set_open(out("unfinished"), NOW)
    before = index_path(path).read_bytes()
    append(writer, "unfinished, then ended", "more")
    writer.release()
    index_path(path).write_bytes(before)
    assert all_lines(path) == out("unfinished, then ended", "more")


@pytest.mark.parametrize("lost", [0, 8, ENTRY_SIZE, 2 * ENTRY_SIZE])
def test_a_file_is_continued_after_a_crash(path: Path, lost: int) -> None:
    writer = LineFileWriter(path)
    append(writer, "one", "two")
    writer.set_open(out("thr"), NOW)
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
    writer = LineFileWriter(path)
    append(writer, "one")
    writer.release()
    for file in (path, index_path(path)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    link = tmp_path / "0002-link.log"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="0002-link"):
        LineFileWriter(link)


def test_an_index_comes_with_the_first_lines(path: Path) -> None:
    LineFileWriter(path).release()
    assert path.read_bytes() == b""
    assert not index_path(path).exists()
    writer = LineFileWriter(path)
    writer.release()
    append(writer, "one")
    writer.release()
    header = IndexHeader(state=1, end_part=2)
    writer.write_header(header)
    writer.release()
    assert all_lines(path) == [Line("stdout", "one")]
    assert LineFileWriter(path).read_header() == header


def test_an_index_that_leads_elsewhere_is_refused_before_there_are_lines(
    path: Path, tmp_path: Path
) -> None:
    index_path(path).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=index_path(path).name):
        LineFileWriter(path)
    assert not (tmp_path / "elsewhere").exists()


def test_what_is_kept_is_utf_8_whatever_is_in_it() -> None:
    assert encode_lines("a\ud800\n") == b"a\\ud800\n"


def test_a_released_file_goes_on_where_it_was(path: Path) -> None:
    writer = LineFileWriter(path)
    append(writer, "one")
    writer.set_open([Line("stderr", "still going")], NOW)
    writer.release()
    writer.release()
    assert all_lines(path) == [Line("stdout", "one"), Line("stderr", "still going")]
    append(writer, "two", stream="stderr")
    writer.release()
    assert all_lines(path) == [Line("stdout", "one"), Line("stderr", "two")]


def test_lines_of_some_milliseconds_share_an_entry_and_its_time(path: Path) -> None:
    writer = LineFileWriter(path)
    for number, later in enumerate([0, 0.01, 0.04, 0.06, 0.3]):
        writer.append(f"{number}\n".encode(), "stdout", NOW + later)
    writer.append(b"trouble\n", "stderr", NOW + 0.31)
    writer.append(b"the clock was set back\n", "stderr", NOW - 60)
    writer.release()
    assert index_path(path).stat().st_size == HEADER_SIZE + 5 * ENTRY_SIZE
    reader = LineFileReader(path)
    reader.refresh()
    times = [reader.time_of(line) for line in range(7)]
    assert times == [NOW, NOW, NOW, NOW + 0.06, NOW + 0.3, NOW + 0.31, NOW - 60]
    assert reader.time_of(7) is None
    reader.close()


def test_a_block_is_never_longer_than_a_look_at_it_may_take(path: Path) -> None:
    writer = LineFileWriter(path)
    texts = [f"{number:099d}" for number in range(3000)]
    for text in texts:
        append(writer, text)
    writer.release()
    entries = (index_path(path).stat().st_size - HEADER_SIZE) // ENTRY_SIZE
    assert entries == -(-len(texts) // (BLOCK_SIZE // 100))
    assert all_lines(path) == out(*texts)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("stdout", "stderr")), st.lists(st.text("ab é", max_size=4), min_size=1)
        ),
        max_size=8,
    ),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_any_range_of_lines_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[tuple[Stream, list[str]]],
    start: int,
    length: int,
) -> None:
    path = tmp_path_factory.mktemp("lines") / "0001-step.log"
    writer = LineFileWriter(path)
    written: list[Line] = []
    for number, (stream, texts) in enumerate(batches):
        writer.append("".join(f"{text}\n" for text in texts).encode(), stream, NOW + number / 40)
        written += (Line(stream, text) for text in texts)
    writer.set_open([Line("stderr", "open")], NOW)
    writer.release()
    written.append(Line("stderr", "open"))
    reader = LineFileReader(path)
    reader.refresh()
    assert reader.count == len(written)
    assert reader.lines(start, start + length) == written[start : start + length]
    reader.close()


# Made by the program when each line had an entry of its own: a step with both streams and a last line
# that was not ended.
OLD_TEXT = b"one\ntwo\n\noops\nthree\nfo"
OLD_INDEX = bytes.fromhex(
    "7075702d69647831"
    + "00" * 56
    + "".join(
        (end << 2 | flags).to_bytes(8, sys.byteorder).hex()
        for end, flags in ((4, 0), (8, 0), (9, 0), (14, 1), (20, 0), (22, 2))
    )
)


@pytest.fixture
def old(path: Path) -> Path:
    path.write_bytes(OLD_TEXT)
    index_path(path).write_bytes(OLD_INDEX)
    return path


OLD_LINES = [*out("one", "two", ""), Line("stderr", "oops"), *out("three", "fo")]


def test_an_index_of_the_first_version_is_read(old: Path) -> None:
    assert all_lines(old) == OLD_LINES


def test_a_file_with_an_index_of_the_first_version_is_continued(old: Path) -> None:
    writer = LineFileWriter(old)
    append(writer, "five")
    writer.release()
    assert all_lines(old) == [*OLD_LINES, *out("five")]
    assert index_path(old).read_bytes().startswith(b"pup-idx2")


def test_an_old_index_that_knows_less_or_more_than_the_text_is_made_up_for(old: Path) -> None:
    old.write_bytes(OLD_TEXT + b"ur\nfive\n")
    assert all_lines(old) == [*OLD_LINES[:-1], *out("four", "five")]
    old.write_bytes(OLD_TEXT[:13])
    assert [line.text for line in all_lines(old)] == ["one", "two", "", "oops"]


def test_of_a_long_line_the_beginning_can_be_read_with_how_much_is_left(path: Path) -> None:
    writer = LineFileWriter(path)
    for later, text in enumerate(("short", "ä" * 100_000, f"old{AGAIN}{'y' * 200_000}")):
        writer.append(encode_lines(f"{text}\n"), "stdout", NOW + later)
    writer.set_open([Line("stdout", "x" * 200_000)], NOW)
    writer.release()
    reader = LineFileReader(path)
    reader.refresh()
    short, long, overwritten, unfinished = reader.lines(0, 4, 1001)
    assert short == Line("stdout", "short")
    assert long == Line("stdout", "ä" * 500, 199_000)
    assert overwritten.text.endswith("y" * 200_000)
    assert unfinished == Line("stdout", "x" * 1001, 198_999)
    assert reader.lines(0, 4)[1:4:2] == out("ä" * 100_000, "x" * 200_000)
    reader.close()


def test_lines_that_are_taken_back_are_there_until_others_stand_in_their_place(path: Path) -> None:
    writer = LineFileWriter(path)
    append(writer, "one", "two", stream="stderr")
    append(writer, "three", "four", "five")
    assert writer.take_back("stdout", 2) == b"four\nfive\n"
    assert writer.count == 3
    assert [line.text for line in all_lines(path)] == ["one", "two", "three", "four", "five"]
    writer.set_open([Line("stdout", "4\n5")], NOW)
    assert [line.text for line in all_lines(path)] == ["one", "two", "three", "4", "5"]
    append(writer, "4", "5")
    assert writer.take_back("stdout", 9) == b"three\n4\n5\n"
    assert writer.take_back("stdout", 9) == b""
    assert writer.take_back("stderr", 9) == b"one\ntwo\n"
    append(writer, "all anew")
    assert all_lines(path) == out("all anew")
    writer.release()
