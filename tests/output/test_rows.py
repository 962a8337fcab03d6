"""Output that goes back to lines above: how it is shown in the end, and what of it is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.mask import MASK, Masker
from pup_tui.output.moves import MOST
from pup_tui.output.overwritten import FIRST_KEPT, states
from pup_tui.output.pipeline import KeptOutput
from pup_tui.output.rows import RowAssembler
from pup_tui.output.sanitize import Sanitizer
from pup_tui.output.spool import SpoolReader
from pup_tui.output.style import strip_style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

SECRET = "hunter2-secret"
KEY = "-----BEGIN KEY-----\nAbCdEf0123456789\nGhIj\n-----END KEY-----"

UP, DOWN, ERASE, RIGHT, BELOW, HIDE = "\x1b[A", "\x1b[B", "\x1b[2K", "\x1b[K", "\x1b[J", "\x1b[?25l"
LINE = "an ordinary line\n"


class Printing:
    """A stream on its way to lines, without what is done to bytes."""

    def __init__(self, *secrets: str, reach: int = 16_000) -> None:
        self._sanitizer = Sanitizer()
        self.rows = RowAssembler(reach, Masker(secrets))

    def feed(self, *chunks: str) -> str:
        return "".join(self.rows.feed(self._sanitizer.feed(chunk)) for chunk in chunks)

    def end(self) -> str:
        return self.rows.feed(self._sanitizer.flush()) + self.rows.end()


class Kept:
    """A stream with the lines that were made of it, which gives back what it is asked for."""

    def __init__(self, *secrets: str, reach: int = 16_000) -> None:
        self._sanitizer = Sanitizer()
        self.rows = RowAssembler(reach, Masker(secrets), self._take_back)
        self.lines: list[str] = []
        self.taken: list[str] = []

    def _take_back(self, lines: int) -> int:
        lines = min(lines, len(self.lines))
        cut = len(self.lines) - lines
        self.taken += self.lines[cut:]
        del self.lines[cut:]
        return lines

    def feed(self, *chunks: str) -> Kept:
        for chunk in chunks:
            self.lines += self.rows.feed(self._sanitizer.feed(chunk)).split("\n")[:-1]
        return self

    def end(self) -> list[str]:
        return [*self.lines, *self.rows.end().split("\n")[:-1]]


def printed(chunks: Iterable[str], *secrets: str) -> list[str]:
    """The lines that are made of it, with what was overwritten, masked as all lines are."""
    stream = Printing(*secrets)
    return Masker(secrets).mask(stream.feed(*chunks) + stream.end()).split("\n")[:-1]


def last(lines: Iterable[str]) -> list[str]:
    """What lines say in the end, without style."""
    return [strip_style(states(line)[-1]) for line in lines]


def docker_pull() -> Iterator[str]:
    """What `docker pull` writes to a terminal: room for each layer, then one line of it at a time."""
    yield "Using default tag: latest\r\nlatest: Pulling from library/nginx\r\n"
    layers = ["a2abf6c4d29d", "a9edb18cadd1", "589b7251471a"]
    for number, layer in enumerate(layers, 1):
        yield f"\n\x1b[1A\x1b[2K\r{layer}: Pulling fs layer \r\x1b[1B"
        for above in range(number, 1, -1):
            yield f"\x1b[{above}A\x1b[2K\r{layers[number - above]}: Waiting \r\x1b[{above}B"
    for done in range(0, 30, 3):
        for above, layer in zip((3, 2, 1), layers, strict=True):
            bar = f"[{'=' * done}>{' ' * (30 - done)}]  {done}.4MB/31.4MB"
            yield f"\x1b[{above}A\x1b[2K\r{layer}: Downloading {bar}\r\x1b[{above}B"
    for above, layer in zip((1, 3, 2), (layers[2], layers[0], layers[1]), strict=True):
        for state in ("Verifying Checksum ", "Download complete ", "Pull complete "):
            yield f"\x1b[{above}A\x1b[2K\r{layer}: {state}\r\x1b[{above}B"
    yield "Digest: sha256:0d17b565c37b\r\nStatus: Downloaded newer image for nginx:latest\r\n"


def frames(redraw: Callable[[int], str], *drawn: list[str], begin: str = HIDE) -> Iterator[str]:
    """What is written by programs that draw all of their lines again each time."""
    yield begin
    before = 0
    for frame in drawn:
        yield redraw(before) + "".join(f"{line}\n" for line in frame)
        before = len(frame)


def npm_like(lines: int) -> str:
    """As log-update, listr and Ink go back: each line is erased on the way up."""
    return "\x1b[2K\x1b[1A" * lines + "\x1b[2K\x1b[G"


def compose_like(lines: int) -> str:
    """As Docker Compose and BuildKit go back: up at once, and each line drawn over."""
    return f"\x1b[{lines}A\x1b[0G" if lines else ""


def rich_like(lines: int) -> str:
    return "\r\x1b[2K" + "\x1b[1A\x1b[2K" * lines


INSTALLING = [
    ["⠋ fetch", "⠋ build", "  test"],
    ["✔ fetch", "⠙ build", "  test"],
    ["✔ fetch", "✔ build", "⠹ test"],
    ["✔ fetch", "✔ build", "✔ test"],
]


def test_a_docker_pull_is_shown_as_it_ended() -> None:
    lines = printed(docker_pull())
    assert last(lines) == [
        "Using default tag: latest",
        "latest: Pulling from library/nginx",
        "",
        "a2abf6c4d29d: Pull complete ",
        "a9edb18cadd1: Pull complete ",
        "589b7251471a: Pull complete ",
        "Digest: sha256:0d17b565c37b",
        "Status: Downloaded newer image for nginx:latest",
    ]
    first = states(lines[3])
    assert first[:2] == ["a2abf6c4d29d: Pulling fs layer", "a2abf6c4d29d: Waiting"]
    assert any("more states" in state for state in first)
    assert first[-2] == "a2abf6c4d29d: Download complete"


@pytest.mark.parametrize("redraw", [npm_like, compose_like, rich_like])
def test_lines_that_are_all_drawn_again_are_shown_as_they_ended(
    redraw: Callable[[int], str],
) -> None:
    lines = printed([*frames(redraw, *INSTALLING), "\x1b[?25h", "added 3 packages\n"])
    assert last(lines) == [*INSTALLING[-1], "added 3 packages"]
    assert states(lines[2]) == ["  test", "⠹ test", "✔ test"]


@pytest.mark.parametrize("redraw", [npm_like, compose_like, rich_like])
def test_without_a_hidden_cursor_the_first_drawing_is_taken_back(
    redraw: Callable[[int], str],
) -> None:
    kept = Kept().feed("before\n", *frames(redraw, *INSTALLING, begin=""), "after\n")
    lines = kept.end()
    assert last(lines) == ["before", *INSTALLING[-1], "after"]
    assert states(lines[3]) == ["  test", "⠹ test", "✔ test"]
    at_once = Kept().feed("".join(["before\n", *frames(redraw, *INSTALLING, begin=""), "after\n"]))
    assert at_once.end() == lines


def test_where_nothing_is_given_back_the_first_drawing_stays() -> None:
    lines = printed(frames(compose_like, *INSTALLING, begin=""))
    assert last(lines) == [*INSTALLING[0], *INSTALLING[-1]]


def test_to_go_up_to_the_first_line_takes_nothing_back() -> None:
    assert Kept().feed("log\n" * 70, "\x1b[999Adrawn").end() == ["log"] * 70 + ["drawn"]


@pytest.mark.parametrize(
    ("save", "restore"), [("\x1b7", "\x1b8"), ("\x1b[s", "\x1b[u")], ids=["DEC", "CSI"]
)
def test_what_is_drawn_where_the_cursor_was_saved_is_shown_as_it_ended(
    save: str, restore: str
) -> None:
    bars = [f"{save}{done} %{restore}" for done in (1, 50, 100)]
    assert last(printed(["a\nbuild ", *bars, "\nend\n"])) == ["a", "build 100 %", "end"]
    frames_of_two = [f"{save}one 1\ntwo 1\n", f"{restore}\x1b[Jone 2\ntwo 2\n", "end\n"]
    assert last(printed(["a\n", *frames_of_two])) == ["a", "one 2", "two 2", "end"]


def test_progress_in_the_last_line_of_the_screen_parts_no_other_line() -> None:
    """As apt draws it: below a scroll region."""

    def bar(done: int) -> str:
        return f"\x1b7\x1b[24;0f\x1b[42m\x1b[30mProgress: [{done:3}%]\x1b[49m\x1b[39m\x1b8"

    begin, end = f"\n\x1b7\x1b[0;23r\x1b8{UP}", f"\n\x1b7\x1b[0;24r\x1b8{UP}\x1b[J"
    told = ["Reading\n", begin, bar(0), "Unpacking a\n", bar(50), "Setting up a\n", bar(100), end]
    lines = Kept().feed(*told, "done\n").end()
    assert last(lines) == ["Reading", "Unpacking a", "Setting up a", "done", "Progress: [100%]"]
    assert states(lines[-1])[0] == "Progress: [  0%]"


def test_a_line_that_is_drawn_at_a_place_of_the_screen_is_drawn_anew() -> None:
    assert last(printed(["one\n\x1b[5;1Hfirst", "\x1b[5;1Hsecond\n"])) == ["one", "second"]


def test_what_is_erased_is_gone_from_the_screen_and_kept() -> None:
    shorter = frames(
        lambda n: f"\x1b[{n}A\x1b[J" if n else "", ["one", "two", "three"], ["all done"]
    )
    lines = printed(shorter)
    assert last(lines) == ["all done", "", ""]
    assert [states(line)[0] for line in lines] == ["one", "two", "three"]
    lines = printed(["a\nb\n", f"{UP}kept{UP}{RIGHT}", f"{DOWN}{DOWN}c\n"])
    assert last(lines) == ["a", "b", "kept", "c"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"one\x1b[3E{DOWN}two", ["one", "two"]),
        ("one\x1b[Etwo\x1b[Fthree", ["one ⏎ three", "two"]),
        (
            f"one\n{HIDE}two\nthree\x1bMup\x1bDdown\x1bEend",
            ["one", "two ⏎ up", "three ⏎ down", "end"],
        ),
        (f"one\n{UP}\x1b[999Bend", ["one", "end"]),
        (f"one\n{UP * 200}first\x1b[200Bend", ["one", "first", "end"]),
        (f"wrong{ERASE}right", ["wrong ⏎ right"]),
        (f"match{RIGHT}ed{BELOW} text", ["matched text"]),
        (f"{HIDE}match{RIGHT}ed{BELOW} text", ["matched text"]),
        ("a\x1b[1;2Ab\x1b[?1Ac\x1b[99999999999 Ad", ["abcd"]),
        (f"{HIDE}\x1b[31mred{ERASE}too", ["red ⏎ too"]),
    ],
)
def test_moves_are_followed_as_far_as_lines_go(text: str, lines: list[str]) -> None:
    assert [strip_style(line) for line in printed([text])] == lines
    assert [strip_style(line) for line in printed(text)] == lines


def test_a_style_goes_on_where_its_line_was_erased() -> None:
    assert printed([f"\x1b[31mred{ERASE}too"])[0].endswith("\x1b[0;31mtoo\x1b[0m")


DRAWN = st.lists(
    st.sampled_from(
        [
            *("a", "bc", "\n", "\r", "\b", " ", "\x1b[31m", "\x1b[m", "x" * 700, "\n" * 70, SECRET),
            *(SECRET[:8], SECRET[8:], KEY, KEY[:30], KEY[30:], UP, DOWN, ERASE, RIGHT, BELOW, HIDE),
            *("\x1b[3A", "\x1b[70A", "\x1b[2B", "\x1b[99B", "\x1bM", "\x1b7", "\x1b8", "\x1b[9;9H"),
        ]
    ),
    max_size=40,
)


@given(DRAWN, st.sampled_from([1024, 16_000]))
def test_where_chunks_are_cut_does_not_matter(parts: list[str], reach: int) -> None:
    told = []
    for chunks in (parts, "".join(parts), ["".join(parts)]):
        stream = Printing(SECRET, KEY, reach=reach)
        told.append(stream.feed(*chunks) + stream.end())
    assert told[0] == told[1] == told[2]


@given(DRAWN)
def test_nor_does_it_where_lines_are_taken_back(parts: list[str]) -> None:
    told = [Kept().feed(*chunks).end() for chunks in (parts, "".join(parts), ["".join(parts)])]
    assert told[0] == told[1] == told[2]


@pytest.mark.proves("P29")
@given(DRAWN)
def test_what_is_left_has_no_move_and_what_is_held_is_bounded(parts: list[str]) -> None:
    stream = Printing(reach=1024)
    told = ""
    for part in parts * 3:
        told += stream.feed(part)
        held, _ = stream.rows.open_rows(1024, final=True)
        assert len(held) < 3 * 1024
        assert held.count("\n") < MOST
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", strip_style(told + stream.end()))


@pytest.mark.proves("P29")
@given(
    st.lists(
        st.tuples(st.text("abc", min_size=1, max_size=8), st.integers(1, 5), st.booleans()),
        max_size=FIRST_KEPT,
    )
)
def test_every_text_that_was_written_anywhere_is_in_the_record(
    drawn: list[tuple[str, int, bool]],
) -> None:
    moves = [f"\x1b[{by}{'A' if up else 'B'}{text}" for text, by, up in drawn]
    for told in (printed(["one\ntwo\n", *moves]), Kept().feed("one\ntwo\n", *moves).end()):
        assert all(
            text in "\n".join(told) for text in ("one", "two", *(each for each, _, _ in drawn))
        )


@given(st.lists(st.sampled_from([UP, DOWN, "\x1b[5A", ERASE, HIDE, "\r"])))
def test_moves_alone_print_nothing(moves: list[str]) -> None:
    assert printed([LINE, *moves]) == [LINE.strip()]


def test_lines_pass_on_above_a_block_and_behind_it() -> None:
    stream = Printing()
    assert stream.feed(LINE, f"{UP}drawn again\n") == LINE
    told = [stream.feed(LINE) for _ in range(MOST + 2)]
    assert told == [""] * (MOST - 2) + ["drawn again\n", LINE * MOST, LINE, LINE]


@pytest.mark.proves("P29")
def test_a_block_of_many_lines_passes_on_its_first_ones() -> None:
    stream = Printing()
    told = stream.feed(HIDE, *(f"{n}\n{UP}{n} again\n" for n in range(200)))
    assert last(told.split("\n")[:-1]) == [f"{n} again" for n in range(200 - MOST + 1)]


def test_a_line_that_is_too_long_ends_the_block() -> None:
    stream = Printing(reach=1024)
    told = stream.feed(f"{HIDE}one\ntwo\n{UP}{UP}", "x" * 3000)
    assert not stream.rows.in_block
    assert told.startswith("two\none")
    assert (told + stream.end()).count("x") == 3000


def test_a_block_is_settled_when_nothing_moves_in_it_any_more() -> None:
    stream = Printing()
    stream.feed(f"{HIDE}one\n{UP}two\nthree")
    assert stream.rows.settle() == ("", True)
    stream.feed(f"\n{UP}four\n")
    assert stream.rows.settle() == ("", True)
    stream.feed("Continue? ")
    told, is_left = stream.rows.settle()
    assert last(told.split("\n")) == ["two", "four", ""]
    assert not is_left
    assert stream.feed("y\n") == "Continue? y\n"


def test_a_block_in_the_middle_of_which_the_program_stands_is_not_settled() -> None:
    stream = Printing()
    stream.feed(f"{HIDE}one\ntwo\n{UP}{UP}")
    assert stream.rows.settle() == stream.rows.settle() == ("", True)
    assert stream.feed("three\n") == ""
    assert last(stream.end().split("\n")) == ["three", "two", ""]


class TestSecrets:
    @pytest.mark.parametrize(
        "move", [UP, DOWN, UP + DOWN, "\x1b[2A", f"{UP}{ERASE}", f"{DOWN}{UP}"]
    )
    @pytest.mark.parametrize("begin", ["", HIDE, f"a\nb\n{UP}"])
    def test_one_that_is_written_over_a_move_is_hidden(self, begin: str, move: str) -> None:
        text = f"{begin}pw {SECRET[:8]}{move}{SECRET[8:]} tail\nnext\n"
        lines = printed([text], SECRET)
        assert lines == printed(text, SECRET)
        told = "\n".join(lines)
        assert MASK in told
        assert SECRET[:8] not in told
        assert SECRET[8:] not in told
        assert "next" in last(lines)

    def test_one_that_has_a_move_in_it_is_hidden(self) -> None:
        secret = f"hunter2{UP}-secret"
        assert printed([f"pw {secret}\n"], secret) == [MASK, MASK]

    def test_lines_that_have_none_in_parts_stay(self) -> None:
        lines = printed([f"{HIDE}pw {SECRET}{DOWN}next{UP}"], SECRET)
        assert lines == [f"pw {MASK}", "next"]

    def test_a_line_of_one_is_masked_by_what_stood_beside_it(self) -> None:
        """Its short lines are nothing by themselves: the first frame is masked as it was shown."""
        drawn = frames(compose_like, [*KEY.split("\n"), "end"], ["-", "-", "-", "-", "end"])
        told = "\n".join(printed(drawn, KEY))
        assert "GhIj" not in told
        assert "AbCd" not in told
        assert told.count(MASK) == 4


class Step:
    """A step's output, on disk and as its listeners hear it."""

    def __init__(self, path: Path, *secrets: str) -> None:
        self.path = path
        self.heard: list[str] = []
        self.output = KeptOutput(
            path,
            Masker(secrets),
            on_passage=lambda passage: self.heard.extend(line.text for line in passage.lines()),
        )
        self.output.begin_attempt()

    def out(self, *chunks: str) -> None:
        for chunk in chunks:
            self.output.write("stdout", chunk.encode())

    def shown(self) -> tuple[list[str], int]:
        reader = SpoolReader(self.path)
        try:
            lines = reader.lines(0, reader.line_count)
            return [line.text for line in lines], reader.unfinished
        finally:
            reader.close()


@pytest.fixture
def step(tmp_path: Path) -> Iterator[Step]:
    step = Step(tmp_path / "run" / "0001-step.log", SECRET)
    yield step
    step.output.close()


def test_lines_are_shown_as_they_stand_and_heard_when_they_are_settled(step: Step) -> None:
    step.out(*frames(compose_like, *INSTALLING[:2]))
    lines, unfinished = step.shown()
    assert (last(lines), unfinished) == (INSTALLING[1], 3)
    assert step.heard == []
    step.out(compose_like(3) + "✔ fetch\n")
    lines, unfinished = step.shown()
    assert (last(lines), unfinished) == (INSTALLING[1], 3)
    step.output.end_attempt()
    lines, unfinished = step.shown()
    assert (last(lines), unfinished) == (INSTALLING[1], 0)
    assert step.heard == lines


def test_ended_lines_are_taken_back_and_a_reader_sees_them_as_they_ended(step: Step) -> None:
    reader = SpoolReader(step.path)
    drawing = list(frames(compose_like, *INSTALLING, begin=""))
    step.out("before\n", drawing[1])
    reader.refresh()
    assert (reader.line_count, reader.unfinished) == (4, 0)
    step.out(drawing[2])
    reader.refresh()
    assert reader.unfinished == 3
    step.out(*drawing[3:], "after\n")
    step.output.end_attempt()
    reader.refresh()
    read = [line.text for line in reader.lines(0, reader.line_count)]
    assert last(read) == ["before", *INSTALLING[-1], "after"]
    assert states(read[3]) == ["  test", "⠹ test", "✔ test"]
    reader.close()


def test_lines_are_taken_back_only_up_to_what_the_other_stream_printed(step: Step) -> None:
    step.out("one\n")
    step.output.write("stderr", b"warning\n")
    step.out("two\n", f"{UP}{UP}one again\ntwo again\n")
    step.output.end_attempt()
    lines, _ = step.shown()
    assert last(lines) == ["one", "warning", "one again", "two again"]


def test_a_line_with_a_secret_is_never_taken_back(step: Step) -> None:
    step.out(f"pw={SECRET}\nnext\n", f"{UP}{UP}pw=none\n")
    step.output.end_attempt()
    lines, _ = step.shown()
    assert SECRET not in "".join(lines)
    assert last(lines)[0] == f"pw={MASK}"


def test_of_a_full_spool_lines_are_taken_back_from_its_last_file(tmp_path: Path) -> None:
    output = KeptOutput(tmp_path / "run" / "0001-step.log", Masker(()), limit=4096)
    output.begin_attempt()
    for number in range(300):
        output.write("stdout", f"line {number} of many\n".encode())
    output.write("stdout", f"{UP}{UP}drawn again\nand this\n".encode())
    output.close()
    reader = SpoolReader(tmp_path / "run" / "0001-step.log")
    read = [line.text for line in reader.lines(0, reader.line_count)]
    assert last(read[-2:]) == ["drawn again", "and this"]
    assert last(read[-3:-2]) == ["line 297 of many"]
    reader.close()


def test_the_other_stream_has_its_own_lines(step: Step) -> None:
    step.out(f"{HIDE}one\ntwo\n")
    step.output.write("stderr", b"warning\n? ")
    assert step.shown() == (["warning", "one", "two", "? "], 3)
    step.out(f"{UP}three\n")
    lines, _ = step.shown()
    assert last(lines) == ["warning", "? ", "one", "three"]
    step.output.end_attempt()
    lines, unfinished = step.shown()
    assert (sorted(last(lines)), unfinished) == (["? ", "one", "three", "warning"], 0)


def test_a_beginning_of_a_secret_above_other_lines_is_not_shown_at_once(step: Step) -> None:
    step.out(f"{HIDE}pw\nnext\n{UP}{UP}pw={SECRET[:8]}")
    lines, _ = step.shown()
    assert last(lines) == ["pw=", "next"]
    step.out(SECRET[8:])
    lines, _ = step.shown()
    assert last(lines) == [f"pw={MASK}", "next"]


def test_a_block_that_is_left_in_a_spool_is_read_as_lines(step: Step) -> None:
    step.out(*frames(compose_like, *INSTALLING[:2]))
    reader = SpoolReader(step.path)
    step.output.close()
    after = Step(step.path)
    after.out("after\n")
    after.output.close()
    reader.refresh()
    assert last(line.text for line in reader.lines(0, 9)) == [*INSTALLING[1], "after"]
    reader.close()
