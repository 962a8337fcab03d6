from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.lines import LineAssembler
from pup_tui.output.mask import Masker
from pup_tui.output.overwritten import FIRST_KEPT, states

SECRET = "hunter2-secret"
holds_secret = Masker([SECRET]).holds_secret

sanitized = st.lists(
    st.sampled_from(["a", "bc", "\n", "\r", "\b", "\r\n", " ", "\x1b[0;31m", "\x1b[0m", "x" * 700])
)


def assembled(parts: list[str], reach: int = 1_000_000) -> str:
    assembler = LineAssembler(reach, holds_secret)
    return "".join(map(assembler.feed, parts)) + assembler.end()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\ntwo", ["one", "two"]),
        ("one\r\ntwo\r\r\n\r\n", ["one", "two", ""]),
        ("kept\r", ["kept"]),
        ("a\n\b\bb", ["a", "b"]),
        ("\r\r\b", []),
    ],
)
def test_lines_are_as_a_terminal_leaves_them(text: str, lines: list[str]) -> None:
    expected = "".join(line + "\n" for line in lines)
    assert assembled([text]) == assembled(list(text)) == expected


@pytest.mark.proves("P29")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ERROR data lost\rall good\n", ["ERROR data lost", "all good"]),
        ("long line\rshort", ["long line", "short"]),
        (" 10%\r 50%\r100%\n", [" 10%", " 50%", "100%"]),
        ("pw: ****\rpw: shown", ["pw: ****", "pw: shown"]),
        ("ERROR\r     \r\n", ["ERROR", "     "]),
        ("abQ\bc\n", ["…Q", "abc"]),
        ("state: failed\b\b\b\b\b\bok\n", ["…failed", "state: ok"]),
        ("failed\b \b\b \b\b \b\b \b\b \b\b \bok\n", ["failed", "ok"]),
        (f"pw: {SECRET}\b\b\b\b\b\bxxxxxx\n", [f"pw: {SECRET}", "pw: hunter2-xxxxxx"]),
        ("hunter2-secreX\bt\n", ["…X", SECRET]),
        ("-\b\\\b|\b/\b-\b\\\b done", ["-", "\\", "|", "/", " done"]),
    ],
)
def test_what_a_line_said_before_stands_in_front_of_it(text: str, said: list[str]) -> None:
    assert states(assembled([text]).removesuffix("\n")) == said
    assert states(assembled(list(text)).removesuffix("\n")) == said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("building\rbuilding done\n", "building done"),
        ("N\bNA\bAM\bME\bE\n", "NAME"),
        ("same\rsame\rsame\n", "same"),
        ("   \r\b\b\rtext\n", "text"),
    ],
)
def test_what_can_still_be_seen_is_not_told_again(text: str, line: str) -> None:
    assert assembled([text]) == line + "\n"


def test_a_style_stays_where_characters_are_taken_back() -> None:
    told = assembled(["ab\x1b[0;31m\b\bX\x1b[0m\n"])
    assert states(told) == ["ab", "\x1b[0;31mX\x1b[0m\n"]
    flood = "\x1b[0;31m\x1b[0;32m" * 50
    assert assembled([f"a{flood}\bb"]).endswith("\x1b[0;32mb\n")


@pytest.mark.proves("P29")
def test_of_a_progress_bar_the_ends_and_what_is_new_are_kept() -> None:
    bar = [f"\r{done:5d} of 9999" for done in range(10_000)]
    bar[5_000] += "\rERROR disk full"
    said = states(assembled(bar).removesuffix("\n"))
    assert said[:3] == ["    0 of 9999", "    1 of 9999", "    2 of 9999"]
    assert "ERROR disk full" in said
    assert "… 9,989 more states" in said
    assert said[-4:] == [f" {done} of 9999" for done in range(9996, 10_000)]
    assert len(said) < 20


@pytest.mark.proves("P29")
def test_states_that_all_say_something_new_are_bounded() -> None:
    names = ("".join(chr(97 + int(digit)) for digit in str(at)) for at in range(10_000))
    told = assembled([f"{name}\r" for name in names])
    assert "… 9," in told
    assert len(states(told)) < 100


def test_a_redraw_of_a_line_that_was_passed_on_in_parts_hides_nothing() -> None:
    told = assembled(["z" * 3000 + "\rshort\n"], reach=1024)
    assert told.count("z") == 3000
    assert states(told) == ["z" * 3000, "short\n"]


@given(sanitized, st.sampled_from([1024, 1_000_000]))
def test_where_chunks_are_cut_does_not_matter(parts: list[str], reach: int) -> None:
    assert assembled(parts, reach) == assembled(["".join(parts)], reach)


@pytest.mark.proves("P29")
@given(st.lists(st.text("abc E", max_size=8), max_size=FIRST_KEPT + 1))
def test_every_state_that_was_written_is_in_the_record(written: list[str]) -> None:
    told = assembled(["\r".join(written)])
    assert all(text.rstrip() in told for text in written)


def test_an_unfinished_line_can_be_seen() -> None:
    assembler = LineAssembler(1024, holds_secret)
    assembler.feed("done\nContinue? ")
    assembler.feed("[y/N] ")
    assert assembler.open_line(100) == ("Continue? [y/N] ", True)
    assert assembler.open_line(5) == ("Conti", False)
    for _ in range(600):
        assembler.feed(".")
    assert assembler.open_line(20) == ("Continue? [y/N] ....", False)


def test_a_line_without_end_is_passed_on_in_parts() -> None:
    assembler = LineAssembler(1024, holds_secret)
    passed = [assembler.feed("z" * 100) for _ in range(100)]
    assert max(map(len, passed)) <= 1024
    assert "".join(passed) + assembler.end() == "z" * 10_000 + "\n"
