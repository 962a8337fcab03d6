from __future__ import annotations

import pytest

from pup_tui.output.style import (
    MAX_SGR_CHARS,
    PLAIN,
    RESET,
    SGR,
    apply_sgr,
    close_style,
    cut_before,
    sequence,
    strip_style,
)


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ("", RESET),
        ("0", RESET),
        ("31", "\x1b[0;31m"),
        ("1;31", "\x1b[0;1;31m"),
        ("01;031", "\x1b[0;1;31m"),
        ("91;104", "\x1b[0;91;104m"),
        ("38;5;208", "\x1b[0;38;5;208m"),
        ("48;2;10;20;30", "\x1b[0;48;2;10;20;30m"),
        ("38:2::10:20:30", "\x1b[0;38;2;10;20;30m"),
        ("38:5:208", "\x1b[0;38;5;208m"),
        ("4:3", "\x1b[0;4m"),
        ("4;4:0", RESET),
        ("1;2;22", RESET),
        ("31;39", RESET),
        ("7;9;3", "\x1b[0;3;7;9m"),
        ("58;5;1;31", "\x1b[0;31m"),
    ],
)
def test_known_styles_are_normalised(params: str, shown: str) -> None:
    assert sequence(apply_sgr(PLAIN, params)) == shown
    assert SGR.fullmatch(shown)


@pytest.mark.parametrize(
    "params",
    [
        *("8", "5", "6", "11", "50", "38", "38;5", "38;5;300", "38;2;1;2", "48;9", "38:5", ":"),
        *("?25", "<1;2", ">4;2", "1x", "4294967296", "-1"),
    ],
)
def test_what_is_unknown_or_hides_text_changes_nothing(params: str) -> None:
    assert apply_sgr(PLAIN, params) == PLAIN


@pytest.mark.parametrize(
    "params",
    ["30;40", "97;107", "38;5;16;40", "38;2;1;1;1;40", "31;48;2;205;0;0", "38;5;232;48;5;233"],
)
def test_colours_that_cannot_be_told_apart_are_not_shown(params: str) -> None:
    assert strip_style(sequence(apply_sgr(PLAIN, params))) == ""
    assert sequence(apply_sgr(PLAIN, params + ";1")) == "\x1b[0;1m"


def test_a_colour_shows_again_when_the_other_one_changes() -> None:
    assert sequence(apply_sgr(apply_sgr(PLAIN, "30;40"), "37")) == "\x1b[0;37;40m"


def test_the_number_of_parameters_is_limited() -> None:
    params = ";".join(["1"] * MAX_SGR_CHARS)
    assert apply_sgr(PLAIN, params) == PLAIN
    assert apply_sgr(PLAIN, params[: MAX_SGR_CHARS - 1]) != PLAIN


def test_a_style_in_force_at_the_end_is_closed() -> None:
    assert close_style("\x1b[0;31mred") == "\x1b[0;31mred\x1b[0m"
    assert close_style("\x1b[0;31mred\x1b[0m plain") == "\x1b[0;31mred\x1b[0m plain"
    assert close_style("plain") == "plain"


def test_a_cut_is_never_inside_a_sequence() -> None:
    text = "ab\x1b[0;31mcd"
    cuts = [cut_before(text, limit) for limit in range(len(text) + 1)]
    assert cuts == [0, 1, 2, 2, 2, 2, 2, 2, 2, 9, 10, 11]
