"""Answers of terminals, as xterm, kitty and others give them, among keys."""

from __future__ import annotations

from time import monotonic

import pytest
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from pup_tui.tui import terminal_answers
from pup_tui.tui.terminal_answers import AnsweringParser, TerminalAnswer, questions

LIGHT = "\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\"
DARK = "\x1b]11;rgb:00/2b/36\x07"
KNOWS_RGB = "\x1bP1+r524742=382F382F38\x1b\\"
KNOWS_TC = "\x1bP1+r5463\x1b\\"
UNKNOWN = "\x1bP0+r524742\x1b\\"
IS_SET = "\x1bP1$r0;48:2::1:2:3m\x1b\\"
IS_ROUNDED = "\x1bP1$r0;48:5:16m\x1b\\"
KIND = "\x1b[?62;22c"


def fed(parser: AnsweringParser, *parts: str) -> tuple[list[TerminalAnswer], str]:
    """The answers that were understood, and the keys."""
    messages = [message for part in parts for message in parser.feed(part)]
    answers = [each for each in messages if isinstance(each, TerminalAnswer)]
    keys = [each.key for each in messages if isinstance(each, events.Key)]
    assert len(answers) + len(keys) == len(messages)
    return answers, " ".join(keys)


@pytest.mark.parametrize(
    ("answer", "dark", "all_colours"),
    [
        (LIGHT, False, False),
        (DARK, True, False),
        ("\x1b]11;rgba:1e1e/1e1e/2e2e/ffff\x1b\\", True, False),
        (KNOWS_RGB, None, True),
        (KNOWS_TC, None, True),
        (IS_SET, None, True),
        ("\x1bP1$r48;2;1;2;3m\x1b\\", None, True),
    ],
)
def test_answers_are_understood_and_are_no_keys(
    answer: str, dark: bool | None, all_colours: bool
) -> None:
    [found], keys = fed(AnsweringParser(), f"a{answer}b")
    assert (found.dark, found.all_colours) == (dark, all_colours)
    assert keys == "a b"


@pytest.mark.parametrize("answer", [UNKNOWN, IS_ROUNDED, "\x1bP0$r\x1b\\", "\x1b]11;red\x07", KIND])
def test_answers_that_say_nothing_change_nothing(answer: str) -> None:
    assert fed(AnsweringParser(), f"a{answer}b") == ([], "a b")


def test_answers_may_be_cut_anywhere() -> None:
    text = f"x{LIGHT}y{KNOWS_RGB}{IS_SET}z{KIND}"
    for at in range(len(text)):
        for until in (at + 1, at + 3):
            parser = AnsweringParser()
            parser.expect()
            answers, keys = fed(parser, *filter(None, (text[:at], text[at:until], text[until:])))
            assert len(answers) == 3
            assert keys == "x y z", (at, until)


def test_a_long_answer_may_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = AnsweringParser()
    parser.expect()
    assert fed(parser, LIGHT[:8]) == ([], "")
    later = monotonic() + 1.0
    monkeypatch.setattr(terminal_answers, "monotonic", lambda: later)
    assert list(parser.tick()) == []
    assert fed(parser, LIGHT[8:], "k")[1] == "k"


def test_an_escape_is_a_key_though_an_answer_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = AnsweringParser()
    parser.expect()
    assert fed(parser, "\x1b") == ([], "")
    later = monotonic() + 0.2
    monkeypatch.setattr(terminal_answers, "monotonic", lambda: later)
    monkeypatch.setattr("textual._parser.get_time", lambda: later)
    first = list(parser.tick())
    monkeypatch.setattr("textual._parser.get_time", lambda: later + 1.0)
    [key] = [*first, *parser.tick()]
    assert isinstance(key, events.Key)
    assert key.key == "escape"


def test_keys_are_not_held_back_once_everything_was_answered() -> None:
    parser = AnsweringParser()
    parser.expect()
    fed(parser, KIND)
    assert fed(parser, "\x1b", "[A") == ([], "up")
    parser.feed("\x1b")
    assert parser._held == ""


@pytest.mark.parametrize("key", ["\x1b[A", "\x1bOP", "\x1b[1;5C", "\x1b[97u", "j"])
def test_keys_come_at_once_while_an_answer_is_awaited(key: str) -> None:
    parser, usual = AnsweringParser(), AnsweringParser()
    parser.expect()
    assert fed(parser, key) == fed(usual, key)
    assert fed(parser, key)[1]


@pytest.mark.parametrize("terminal", ["", "dumb", "linux", "vt100", "screen.linux-old", "stub"])
def test_nothing_is_asked_that_would_be_printed(terminal: str) -> None:
    assert "\x1bP" not in questions(terminal, ground=True, colours=True)


@pytest.mark.parametrize("terminal", ["screen", "screen-256color", "tmux-256color"])
def test_multiplexers_are_asked_for_the_ground_only(terminal: str) -> None:
    asked = questions(terminal, ground=True, colours=True)
    assert "\x1b]11;?" in asked
    assert "\x1bP" not in asked
    assert asked.endswith("\x1b[c")


@pytest.mark.parametrize("terminal", ["xterm-256color", "xterm-kitty", "foot", "st-256color"])
def test_only_what_is_not_known_is_asked(terminal: str) -> None:
    assert "\x1bP$qm" in questions(terminal, ground=False, colours=True)
    assert "\x1bP" not in questions(terminal, ground=True, colours=False)
    assert questions(terminal, ground=False, colours=False) == ""


@pytest.mark.parametrize(
    ("parts", "keys"),
    [
        (("\x1bj",), "escape j"),
        (("\x1b", "j"), "escape j"),
        (("a\x1bG\x1bk",), "a escape G escape k"),
        (("\x1b\x1b[A",), "escape up"),
        (("\x1b", "[B"), "down"),
        (("\x1bOP",), "f1"),
        (("\x1b[1;5C",), "ctrl+right"),
        (("\x1b[", "1;5C"), "ctrl+right"),
        (("\x1b", "[1", "5~"), "f5"),
        (("\x1b[", "[A"), "f1"),
        (("\x1bO", "P"), "f1"),
        (("\x1b[7$",), "shift+home"),
        (("\x1b[j",), "escape left_square_bracket j"),
        (("\x1b", "[", "!"), "escape left_square_bracket exclamation_mark"),
        (("\x1b[\x1b[A",), "escape left_square_bracket up"),
        (("\x1bP\x1b[B",), "escape P down"),
        (("\x1b]q",), "escape right_square_bracket q"),
        (("\x1b", "P", "j"), "escape P j"),
        (("\x1bO!",), "escape O exclamation_mark"),
    ],
)
def test_escape_and_a_key_right_after_it_are_two_keys(parts: tuple[str, ...], keys: str) -> None:
    assert fed(AnsweringParser(), *parts) == ([], keys)


def test_escape_alone_is_a_key_when_nothing_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = AnsweringParser()
    assert fed(parser, "\x1b") == ([], "")
    later = monotonic() + 0.2
    monkeypatch.setattr(terminal_answers, "monotonic", lambda: later)
    assert [each.key for each in parser.tick() if isinstance(each, events.Key)] == ["escape"]


@pytest.mark.parametrize("awaited", [True, False])
@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("\x1b[", "escape left_square_bracket"),
        ("\x1b]", "escape right_square_bracket"),
        ("\x1bO", "escape O"),
        ("\x1bP", "escape P"),
        ("\x1b[<", "escape left_square_bracket less_than_sign"),
        ("\x1b[[", "escape left_square_bracket left_square_bracket"),
        ("k\x1b[", "k escape left_square_bracket"),
    ],
)
@pytest.mark.parametrize("apart", [True, False])
def test_what_begins_a_sequence_is_keys_when_nothing_follows(
    monkeypatch: pytest.MonkeyPatch, text: str, keys: str, awaited: bool, apart: bool
) -> None:
    parser = AnsweringParser()
    if awaited:
        parser.expect()
    at_once = fed(parser, *(text if apart else (text,)))[1]
    assert "escape" not in at_once
    later = monotonic() + 0.2
    monkeypatch.setattr(terminal_answers, "monotonic", lambda: later)
    monkeypatch.setattr("textual._parser.get_time", lambda: later)
    ticked = [each.key for each in parser.tick() if isinstance(each, events.Key)]
    assert " ".join([*at_once.split(), *ticked]) == keys
    assert fed(parser, "j") == ([], "j")


def test_keys_of_every_terminal_may_be_cut_anywhere() -> None:
    for sequence in ANSI_SEQUENCES_KEYS:
        if not sequence.startswith(("\x1b[", "\x1bO")):
            continue
        whole = [repr(each) for each in AnsweringParser().feed(f"{sequence}j")]
        for at in range(1, len(sequence)):
            parser = AnsweringParser()
            cut = [*parser.feed(sequence[:at]), *parser.feed(f"{sequence[at:]}j")]
            assert [repr(each) for each in cut] == whole, (sequence, at)


@pytest.mark.parametrize("cut", range(1, 22))
def test_what_is_pasted_presses_no_key(cut: int) -> None:
    text = "\x1b[200~ab q cd\x1b[201~"
    parser = AnsweringParser()
    messages = [each for part in (text[:cut], text[cut:]) for each in parser.feed(part)]
    assert [type(each) for each in messages] == [events.Paste]
