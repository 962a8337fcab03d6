from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.moves import DOWN, ERASE, MARK, UP, without_moves
from pup_tui.output.sanitize import MAX_MARKS, Sanitizer, safe_text
from pup_tui.output.style import strip_style

ESC = "\x1b"
INTRODUCERS = [ESC, ESC + "[", ESC + "]", ESC + "P", ESC + "_", ESC + "(", "\x9b", "\x9d", "\x90"]
foreign = st.lists(
    st.one_of(
        st.sampled_from(INTRODUCERS),
        st.sampled_from(["\x07", "\x9c", ESC + "\\", "\n", "\r", "\b", "\t", "\0", "\x7f", "\x18"]),
        st.sampled_from(
            [
                "31",
                ";",
                "0m",
                "m",
                "1;31m",
                "38;5;9m",
                "8m",
                "2J",
                "?25l",
                "2K",
                "A",
                "3B",
                " ",
                "c",
            ]
        ),
        st.sampled_from(["\u202e", "\u200b", "\u2028", "\x85", "\ufe0f", "e", "\u0301", "\ud800"]),
        st.characters(),
        st.just("\u0301" * 6),
    )
).map("".join)


def sanitized(*chunks: str) -> str:
    sanitizer = Sanitizer()
    return "".join(map(sanitizer.feed, chunks)) + sanitizer.flush()


def is_safe(text: str) -> bool:
    return not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)


@given(foreign)
def test_no_control_is_left_but_colours_and_line_moves(text: str) -> None:
    assert is_safe(re.sub(r"[\t\n\r\b]", "", without_moves(strip_style(sanitized(text)))))


@given(foreign)
def test_where_chunks_are_cut_does_not_matter(text: str) -> None:
    assert sanitized(*text) == sanitized(text)


@pytest.mark.parametrize("between", ["\x1b[0m", "\x1b[31m", "\x1b[2J", "\x1b]0;t\x07", "\ufe0f"])
def test_a_flood_of_marks_is_cut_whatever_is_not_seen_between_them(between: str) -> None:
    text = "\u0301" * 6 + between + "\u0301" * 6
    assert sanitized(*text).count("\u0301") == sanitized(text).count("\u0301") == MAX_MARKS


@given(foreign)
def test_every_line_begins_in_the_plain_style(text: str) -> None:
    for line in re.split(rf"[\n\r]|{MARK}\d+[{UP}{DOWN}{ERASE}]", sanitized(text)):
        sequences = re.findall(r"\x1b\[[0-9;]*m", line)
        assert not sequences or sequences[-1] == "\x1b[0m"


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0x10FF)))
def test_ordinary_text_is_not_changed(text: str) -> None:
    text = text.translate(dict.fromkeys(map(ord, "\u115f\u1160\u3164")))
    assert sanitized(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("a\x1b[2Jb\x1b[?1049hc\x1b[10;10rd", "abcd"),
        ("a\x1bcb\x1b(0c\x1b=d", "abcd"),
        ("a\x1b^pm\x1b\\b\x1bXsos\x1b\\c", "abc"),
        ("a\x9b31mb\x9dx\x9cc\x84d", "a\x1b[0;31mbcd\x1b[0m"),
        ("a\x1b[31\nb", "a\nb"),
        ("a\x1b]never ended\nb", "a\nb"),
        ("a\x0bb\x0cc", "a b c"),
        ("\x1b[31m\x1b[32m\x1b[33mx", "\x1b[0;33mx\x1b[0m"),
        ("\x1b[31m" * 50 + "\x1b[0mx", "x"),
        ("\x1b[>4;2m\x1b[1 mx", "x"),
        ("a\u200db\u2028c\x85d\ufeff", "a\\u200db\\u2028c\\x85d\\ufeff"),
        ("⚠\ufe0f", "⚠"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_sequences_go_and_the_text_around_them_stays(text: str, shown: str) -> None:
    assert sanitized(text) == shown


def test_a_flood_of_parameters_is_not_kept_in_memory() -> None:
    sanitizer = Sanitizer()
    sanitizer.feed("\x1b[")
    for _ in range(1000):
        assert sanitizer.feed("1;" * 1000) == ""
    assert len(sanitizer._held) < 1000
    assert sanitizer.feed("mX") == "X"


def test_combining_marks_are_limited_across_chunks() -> None:
    marks = "\u0301\u20dd\U0001e944"
    shown = sanitized("e" + marks * 5, marks * 100, "f" + marks)
    assert shown == "e" + (marks * 5)[:MAX_MARKS] + "f" + marks


@given(foreign)
def test_safe_text_is_one_printable_line(text: str) -> None:
    shown = safe_text(text)
    assert is_safe(shown)
    assert len(shown.splitlines()) <= 1


@given(foreign)
def test_safe_text_of_several_lines_has_nothing_else(text: str) -> None:
    assert is_safe(re.sub(r"[\n\t]", "", safe_text(text, multiline=True)))


@given(foreign)
def test_safe_text_twice_is_safe_text(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)


@pytest.mark.parametrize(
    ("text", "multiline", "shown"),
    [
        ("plain text", False, "plain text"),
        ("a\nb\tc\r\n", False, "a\\nb\\tc\\r\\n"),
        ("a\nb\tc\r\nd\re", True, "a\nb\tc\nd\\re"),
        ("\x1b[31mred\x1b[0m", False, "\\x1b[31mred\\x1b[0m"),
        ("\x9b2J\x07\x7f", False, "\\x9b2J\\x07\\x7f"),
        ("pay\u202ements\ud800", False, "pay\\u202ements\ufffd"),
        ("Grüße, 日本 👩", False, "Grüße, 日本 👩"),
        ("[bold]x[/]", False, "[bold]x[/]"),
    ],
)
def test_safe_text_shows_what_is_not_printable(text: str, multiline: bool, shown: str) -> None:
    assert safe_text(text, multiline=multiline) == shown


def test_every_format_character_that_is_invisible_is_shown() -> None:
    visible = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    hieroglyph_joiners = range(0x13430, 0x13440)
    for code in range(0x110000):
        if unicodedata.category(chr(code)) == "Cf" and code not in hieroglyph_joiners:
            assert (safe_text(chr(code)) == chr(code)) == (code in visible), hex(code)


VISIBLE_FORMATS = "\u0600-\u0605 \u06dd \u070f \u0890 \u0891 \u08e2 \U000110bd \U000110cd"
"""Number signs and the like: format characters that are drawn."""


def test_every_character_that_only_formats_is_made_visible() -> None:
    drawn = {chr(code) for code in range(0x600, 0x606)} | set(VISIBLE_FORMATS)
    left = [
        hex(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        and chr(code) in safe_text(chr(code))
        and chr(code) not in drawn
    ]
    assert left == []
