from __future__ import annotations

import contextlib
import errno
import os
import resource
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.mask import Masker
from pup_tui.output.overwritten import states
from pup_tui.output.passage import Line, Passage
from pup_tui.output.pipeline import CAPTURE_LIMIT, PARTIAL_SHOWN, Captured, KeptOutput
from pup_tui.output.spool import SpoolReader
from pup_tui.output.style import strip_style

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "S3cr3t-value"


class Step:
    """A step's output with what its listeners get to see."""

    def __init__(self, path: Path, *secrets: str, limit: int = 1_000_000) -> None:
        self.path = path
        self.batches: list[list[Line]] = []
        self.output = KeptOutput(path, Masker(secrets), limit=limit, on_passage=self._take)
        self.output.begin_attempt()

    def _take(self, passage: Passage) -> None:
        self.batches.append(passage.lines())

    def out(self, *chunks: bytes) -> None:
        for chunk in chunks:
            self.output.write("stdout", chunk)

    def heard(self) -> list[str]:
        return [line.text for batch in self.batches for line in batch]

    def on_disk(self) -> list[Line]:
        reader = SpoolReader(self.path)
        try:
            return reader.lines(0, reader.line_count)
        finally:
            reader.close()

    def shown(self) -> list[str]:
        return [line.text for line in self.on_disk()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "0001-step.log"


@pytest.fixture
def step(path: Path) -> Iterator[Step]:
    step = Step(path, SECRET)
    yield step
    step.output.close()


def test_lines_go_to_disk_and_to_the_listener_in_one_batch(step: Step) -> None:
    step.out(b"one\ntwo\nthr", b"ee\n")
    step.output.write("stderr", b"oops\n")
    lines = [Line("stdout", "one"), Line("stdout", "two"), Line("stdout", "three")]
    assert step.batches == [lines[:2], lines[2:], [Line("stderr", "oops")]]
    assert step.on_disk() == [*lines, Line("stderr", "oops")]


def test_an_unfinished_line_is_shown_when_it_is_written(step: Step) -> None:
    step.out(b"done\nContinue? [y/N] ")
    assert step.shown() == ["done", "Continue? [y/N] "]
    assert step.heard() == ["done"]
    step.out(b"y\n")
    assert step.shown() == ["done", "Continue? [y/N] y"]


@pytest.mark.proves("P32")
def test_unfinished_lines_of_the_streams_do_not_mix(step: Step) -> None:
    step.out(b"out ")
    step.output.write("stderr", b"err ")
    step.out(b"1\n")
    step.output.write("stderr", b"2\n")
    assert step.on_disk() == [Line("stdout", "out 1"), Line("stderr", "err 2")]


def test_a_possible_secret_is_shown_after_a_pause_only(step: Step) -> None:
    step.out(b"token=S3cr3t")
    assert step.shown() == ["token="]
    step.output.idle_flush()
    assert step.shown() == ["token=S3cr3t"]
    step.out(b"-no\n")
    assert step.shown() == step.heard() == ["token=S3cr3t-no"]


def test_a_secret_is_masked_as_a_whole_even_after_a_pause_in_it(step: Step) -> None:
    step.out(b"token=S3cr3t")
    step.output.idle_flush()
    step.out(b"-value!\n")
    assert step.shown() == step.heard() == ["token=***!"]


def test_lines_held_back_for_a_longer_secret_come_after_a_pause(path: Path) -> None:
    step = Step(path, "ab\ncd\nef")
    step.out(b"ab\ncd\n")
    assert step.heard() == []
    step.output.idle_flush()
    assert step.heard() == step.shown() == ["ab", "cd"]
    step.out(b"ab\ncd\nef\n")
    assert step.heard() == ["ab", "cd", "***"]
    step.output.close()


def test_a_secret_beyond_what_is_shown_of_a_long_line_stays_hidden(step: Step) -> None:
    step.out(b"x" * (PARTIAL_SHOWN - 5) + SECRET.encode())
    step.output.idle_flush()
    assert step.shown() == ["x" * (PARTIAL_SHOWN - 5)]
    step.out(b"\n")
    assert step.shown() == ["x" * (PARTIAL_SHOWN - 5) + "***"]


def test_colours_of_an_unfinished_line_do_not_leak(step: Step) -> None:
    step.out(b"\x1b[31mred")
    assert step.shown() == ["\x1b[0;31mred\x1b[0m"]
    step.out(b" more\nplain\n")
    assert step.shown() == ["\x1b[0;31mred more\x1b[0m", "plain"]


def test_an_attempt_ends_what_it_left_unfinished(step: Step) -> None:
    step.out(b"one \x1b[31mred\x1b[", b"\xe2\x82")
    step.output.write("stderr", b"S3cr")
    step.output.end_attempt()
    step.output.begin_attempt()
    step.out(b"31mtwo\n")
    assert step.heard() == ["one \x1b[0;31mred\ufffd\x1b[0m", "S3cr", "31mtwo"]
    assert step.shown() == step.heard()


def test_expressions_see_what_the_program_wrote(step: Step) -> None:
    step.out(b"\x1b[31mtoken=S3cr3t", b"-value\r\n\xff")
    step.output.write("stderr", b"warn")
    captured = step.output.captured()
    assert captured == Captured("\x1b[31mtoken=S3cr3t-value\r\n\ufffd", "warn", False)
    step.output.end_attempt()
    step.output.begin_attempt()
    assert step.output.captured() == Captured("", "", False)


@pytest.mark.parametrize("extra", [-1, 0, 1])
@pytest.mark.parametrize("char", ["x", "é"])
def test_captures_are_limited(step: Step, extra: int, char: str) -> None:
    size = len(char.encode())
    data = char.encode() * ((CAPTURE_LIMIT + extra * size) // size)
    step.out(data[:1001], data[1001:])
    captured = step.output.captured()
    assert captured.stdout == data[:CAPTURE_LIMIT].decode()
    assert captured.truncated == (extra > 0)
    step.out(b"more")
    assert step.output.captured().truncated


def test_a_line_without_end_is_kept_in_parts_with_its_true_size(path: Path) -> None:
    step = Step(path, SECRET, limit=64_000)
    for _ in range(100):
        step.out(b"z" * 10_000)
    step.out(SECRET.encode() + b"\nnext\n")
    step.output.close()
    lines = step.on_disk()
    assert (
        Line("stderr", "[pup-tui: the line above has 1,000,003 characters and is shown in parts]")
        in lines
    )
    assert lines[-1] == Line("stdout", "next")
    assert "***" in lines[-3].text
    assert any("output limit reached" in line.text for line in lines)
    assert path.stat().st_size <= 65_000


def test_a_broken_line_without_a_line_feed_is_ended(path: Path) -> None:
    step = Step(path, limit=16_000)
    step.out(b"z" * 1024 * 2)
    step.output.close()
    assert step.heard()[:2] == ["z" * 1024] * 2
    assert "2,048 characters" in step.heard()[2]


def test_a_coloured_line_is_broken_between_sequences(path: Path) -> None:
    step = Step(path, limit=16_000)
    step.out(b"a" * 1020 + b"\x1b[31m" + b"b" * 1020 + b"\n")
    step.output.close()
    assert step.heard()[:2] == ["a" * 1020, "\x1b[0;31m" + "b" * (1024 - 7) + "\x1b[0m"]


def test_closing_twice_is_fine_and_ends_the_output(path: Path) -> None:
    step = Step(path)
    step.out(b"last words")
    step.output.close()
    step.output.close()
    assert step.shown() == step.heard() == ["last words"]
    step.out(b"late\n")
    assert step.shown() == ["last words"]
    assert step.output.error is None


def test_a_disk_that_takes_no_more_does_not_stop_the_step(step: Step) -> None:
    step.out(b"before\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))
    try:
        step.out(b"x" * 300 + b"\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert step.output.error is not None
    assert step.output.error.errno == errno.EFBIG
    step.out(b"later\n")
    assert step.heard() == ["before", "x" * 300, "later"]
    assert step.output.captured().stdout == f"before\n{'x' * 300}\nlater\n"
    assert step.shown()[0] == "before"


def test_a_place_that_cannot_be_written_is_an_error_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        KeptOutput(tmp_path / "file" / "0001-step.log", Masker())


pieces = st.sampled_from(
    [
        *(
            b"\n",
            b"\r",
            b"\b",
            b"\t",
            b"word ",
            SECRET.encode(),
            SECRET[:6].encode(),
            SECRET[6:].encode(),
        ),
        *(b"\x1b[31m", b"\x1b[0m", b"\x1b[", b"\x1b]0;t\x07", b"\x1b]0;open", b"\x9b", b"\xff"),
        *(b"\x1b[A", b"\x1b[2F", b"\x1b[B", b"\x1b[3E", b"\x1bM", b"\x1b[99B", b"\x1b[?25l"),
        *(b"\x1b[K", b"\x1b[2K", b"\x1b[J", b"\n" * 70),
        *("é".encode(), "e\u0301".encode(), "\u202e".encode(), b"x" * 1500),
    ]
)


@given(st.lists(pieces, max_size=12), st.lists(st.integers(0, 5000), max_size=6))
def test_where_the_bytes_are_cut_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    data = b"".join(parts)
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    whole, cut = Step(folder / "1.log", SECRET), Step(folder / "2.log", SECRET)
    whole.out(data)
    cut.out(*(data[a:b] for a, b in pairwise(edges)))
    for step in (whole, cut):
        step.output.close()
    assert cut.heard() == cut.shown() == whole.heard() == whole.shown()
    assert cut.output.captured() == whole.output.captured()
    assert not any(SECRET in text for text in whole.heard())


def open_below(folder: Path) -> list[str]:
    """The files of `folder` that this process holds open."""
    names = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            names.append(os.readlink(descriptor))
    return [name for name in names if name.startswith(f"{folder}/")]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are seen in /proc only")
def test_between_attempts_a_step_holds_no_file_open(path: Path) -> None:
    step = Step(path)
    step.out(b"first\n")
    assert open_below(path.parent)
    step.output.end_attempt()
    assert not open_below(path.parent)
    step.output.begin_attempt()
    step.out(b"second\n")
    step.output.end_attempt()
    assert not open_below(path.parent)
    step.output.close()
    assert not open_below(path.parent)
    assert step.shown() == ["first", "second"]


def test_a_spool_that_cannot_be_opened_again_is_told_not_raised(path: Path) -> None:
    step = Step(path)
    step.output.end_attempt()
    path.unlink()
    path.mkdir()
    step.output.begin_attempt()
    step.out(b"second\n")
    step.output.end_attempt()
    # Some file systems give the folder the number that the file had, others do not.
    assert isinstance(step.output.error, (IsADirectoryError, FileNotFoundError))
    assert step.heard() == ["second"]
    assert step.output.captured().stdout == "second\n"
    step.output.close()


@pytest.mark.parametrize("sequence", [b"\x1b[1G", b"\x1b[G", b"\x1b[0G", "\x9b1G".encode()])
def test_a_line_that_is_redrawn_from_its_first_column_shows_its_last_state(
    path: Path, sequence: bytes
) -> None:
    step = Step(path)
    step.out(
        b"\x1b[31mone" + sequence + b"\x1b[0K", b"two" + sequence[:2], sequence[2:] + b"three\n"
    )
    step.output.close()
    [line] = step.shown()
    assert states(line)[-1] == "three"
    assert [strip_style(state) for state in states(line)] == ["one", "two", "three"]
