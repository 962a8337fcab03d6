from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.lines import LineAssembler

sanitized = st.lists(
    st.sampled_from(["a", "bc", "\n", "\r", "\b", "\r\n", " ", "\x1b[0;31m", "\x1b[0m", "x" * 700])
)


def assembled(parts: list[str], reach: int = 1_000_000) -> str:
    assembler = LineAssembler(reach)
    return "".join(map(assembler.feed, parts)) + assembler.end()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\ntwo", ["one", "two"]),
        ("one\r\ntwo\r\r\n\r\n", ["one", "two", ""]),
        (" 10%\r 50%\r100%\n", ["100%"]),
        ("pw: ****\rpw: shown", ["pw: shown"]),
        ("kept\r", ["kept"]),
        ("abQ\bc\n", ["abc"]),
        ("-\b\\\b|\b/\b done", [" done"]),
        ("a\n\b\bb", ["a", "b"]),
        ("ab\x1b[0;31m\b\bX\x1b[0m\n", ["\x1b[0;31mX\x1b[0m"]),
        ("long line\rshort", ["short"]),
    ],
)
def test_lines_are_as_a_terminal_leaves_them(text: str, lines: list[str]) -> None:
    expected = "".join(line + "\n" for line in lines)
    assert assembled([text]) == expected
    assert assembled(list(text.replace("\x1b[0;31m", "").replace("\x1b[0m", ""))) == (
        expected.replace("\x1b[0;31m", "").replace("\x1b[0m", "")
    )


@given(sanitized, st.sampled_from([1024, 1_000_000]))
def test_where_chunks_are_cut_does_not_matter(parts: list[str], reach: int) -> None:
    assert assembled(parts, reach) == assembled(["".join(parts)], reach)


def test_an_unfinished_line_can_be_seen() -> None:
    assembler = LineAssembler(1024)
    assembler.feed("done\nContinue? ")
    assembler.feed("[y/N] ")
    assert assembler.open_line(100) == ("Continue? [y/N] ", True)
    assert assembler.open_line(5) == ("Conti", False)
    for _ in range(600):
        assembler.feed(".")
    assert assembler.open_line(20) == ("Continue? [y/N] ....", False)


def test_a_line_without_end_is_passed_on_in_parts() -> None:
    assembler = LineAssembler(1024)
    passed = [assembler.feed("z" * 100) for _ in range(100)]
    assert max(map(len, passed)) <= 1024
    assert "".join(passed) + assembler.end() == "z" * 10_000 + "\n"
