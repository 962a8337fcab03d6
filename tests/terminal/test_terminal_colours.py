"""The real console on a pty that answers what it is asked of its colours, or never does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.program import PROGRAM, Program, program_in
from tests.support.screen import Screen

QUESTIONS = b"\x1b]11;?\x1b\\"
LIGHT = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
ALL_COLOURS = "\x1bP1+r524742=8\x1b\\"
KIND = "\x1b[?62;22c"
TRUE = re.compile(rb"[34]8;2;\d+;\d+;\d+")
INDEXED = re.compile(rb"[34]8;5;\d+")
BASIC = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:[349][0-7]|10[0-7])[;m]")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = program_in(tmp_path)
    (program.cwd / "books").mkdir()
    (program.cwd / "books" / "quick.yaml").write_text(
        "name: quick\nsteps: [{name: a, kind: shell, run: echo}]\n"
    )
    return program


def console(program: Program, **environ: str) -> Screen:
    own = {"PUP_TUI_RUNBOOKS": str(program.cwd / "books"), **environ}
    return Screen([*PROGRAM, "quick"], cwd=program.cwd, environ={**program.environ, **own})


def without_question(raw: bytes) -> bytes:
    """What was sent, without the colour that the terminal is asked to set."""
    return raw.replace(b"\x1b[48;2;1;2;3m", b"")


def test_over_ssh_there_are_256_colours_until_the_terminal_says_more(program: Program) -> None:
    with console(program, NO_COLOR="") as screen:
        screen.wait_for("Run  r")
        drawn = without_question(screen.raw)
        assert INDEXED.search(drawn)
        assert not TRUE.search(drawn)
        assert QUESTIONS in screen.raw
        asked = screen.raw.index(QUESTIONS)
        assert asked < screen.raw.index(b"filter")
        for part in (LIGHT, ALL_COLOURS, KIND):
            screen.answer_question(part)
        screen.wait_for_bytes(b"48;2;251;251;249")
        screen.press("/")
        screen.type_text("quic")


def test_an_answer_may_come_in_pieces_and_never_reaches_a_field(program: Program) -> None:
    with console(program, NO_COLOR="") as screen:
        screen.wait_for("Run  r")
        screen.press("/")
        for part in (LIGHT[:1], LIGHT[1:9], LIGHT[9:] + KIND[:2], KIND[2:]):
            screen.answer_question(part)
        screen.type_text("quic")
        screen.wait_for_bytes(b"48;5;231")


@pytest.mark.parametrize(
    ("environ", "seen", "unseen"),
    [
        ({"COLORTERM": "truecolor", "NO_COLOR": ""}, TRUE, INDEXED),
        ({"PUP_TUI_COLORS": "256", "COLORTERM": "truecolor"}, INDEXED, TRUE),
        ({"PUP_TUI_COLORS": "16"}, BASIC, INDEXED),
        ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, re.compile(rb"\x1b\[(?:1;)?7"), BASIC),
    ],
)
def test_the_environment_says_how_many_colours_there_are(
    program: Program, environ: dict[str, str], seen: re.Pattern[bytes], unseen: re.Pattern[bytes]
) -> None:
    with console(program, **environ) as screen:
        screen.wait_for("Run  r")
        drawn = without_question(screen.raw)
        assert seen.search(drawn)
        assert not unseen.search(drawn)
