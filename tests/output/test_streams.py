"""Hostile output, case by case, through the whole pipeline to the file that everyone reads."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.mask import Masker
from pup_tui.output.overwritten import AGAIN
from pup_tui.output.pipeline import KeptOutput
from pup_tui.output.spool import SpoolReader
from pup_tui.output.style import strip_style

if TYPE_CHECKING:
    from pathlib import Path

# Special to JSON, URLs, XML and shells, on purpose.
SECRET = 'hunter2-S3cr3t/+"x"&y=z'
KEY = "-----BEGIN KEY-----\nAbCdEf0123456789\nGhIjKl9876543210\n-----END KEY-----"
UNICODE = "pässwörd-日本"
OVERLAPPING = ("abcdefgh", "efghijkl")

E = b"\x1b"
S = SECRET.encode()
MARK = "***"


class Pause:
    """The program writes nothing for longer than the owner of the output waits."""


PAUSE = Pause()


@dataclass(frozen=True)
class Case:
    """What a program writes, and the lines that are shown of it in the end."""

    name: str
    chunks: list[bytes | Pause]
    lines: list[str]
    at_pauses: list[list[str]] = field(default_factory=list)


def bytewise(data: bytes) -> list[bytes | Pause]:
    return [data[at : at + 1] for at in range(len(data))]


def b64(data: bytes) -> bytes:
    return base64.b64encode(data)


ESCAPES = [
    Case("clipboard read request", [b"a" + E + b"]52;c;?" + E + b"\\b\n"], ["ab"]),
    Case("device reports", [E + b"[c" + E + b"[5n" + E + b"[6n" + E + b"[>q" + E + b"[>c\n"], [""]),
    Case("raw 8-bit CSI", [b"a\x9b2Jb\n"], ["a\ufffd2Jb"]),
    Case("C1 as UTF-8", ["a\u009b2Jb\u009d52;c;ZXZpbA==\u009cc\n".encode()], ["abc"]),
    Case("escape byte by byte", bytewise(b"a\x1b]52;c;ZXZpbA==\x07b\n"), ["ab"]),
    Case("end inside an escape", [b"tail" + E + b"[3"], ["tail"]),
    Case(
        "hidden text, style never reset",
        [E + b"[30;40;8mhidden approval\n", b"plain?\n"],
        ["\x1b[0mhidden approval\x1b[0m", "plain?"],
    ),
    Case("5,000 parameters", [E + b"[" + b";".join([b"1"] * 5000) + b"mX\n"], ["X"]),
    Case(
        "pictures and files",
        [
            E + b"Pq#0;2;0;0;0~~@@" + E + b"\\" + E + b"_Gf=24,s=1,v=1;AAAA" + E + b"\\",
            E + b"]1337;File=name=eA==:eA==\x07\n",
        ],
        [""],
    ),
    Case("bell flood", [b"\x07" * 5000 + b"\n"], [""]),
    Case(
        "clipboard write through tmux",
        [E + b"Ptmux;" + E + E + b"]52;c;ZXZpbA==\x07" + E + b"\\\n"],
        [""],
    ),
]
UNICODES = [
    Case(
        "invalid UTF-8",
        [b"\x80 \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82\n"],
        ["\ufffd \ufffd\ufffd \ufffd\ufffd\ufffd \ufffd\ufffd\ufffd\ufffd \ufffd"],
    ),
    Case("Latin-1", [b"caf\xe9 na\xefve\n"], ["caf\ufffd na\ufffdve"]),
    Case(
        "bidi override",
        ["safe \u202eevil\u2066x\u2069\n".encode()],
        ["safe \\u202eevil\\u2066x\\u2069"],
    ),
    Case("2,000 combining marks", [("e" + "\u0301" * 2000 + "\n").encode()], ["e" + "\u0301" * 8]),
    Case(
        "zero width, wide, joined emoji",
        ["a\u200bb日本👨\u200d👩\u200d👧x\n".encode()],
        ["a\\u200bb日本👨\\u200d👩\\u200d👧x"],
    ),
    Case(
        "other line separators",
        ["a\u2028b\u2029c\u0085d\n".encode()],
        ["a\\u2028b\\u2029c\\x85d"],
    ),
    Case("UTF-16", ["hello\n".encode("utf-16")], ["\ufffd\ufffdhello"]),
]
LINES = [
    Case(
        "no newline at the end",
        [b"Continue? [y/N] ", PAUSE],
        ["Continue? [y/N] "],
        [["Continue? [y/N] "]],
    ),
    Case(
        "progress bar",
        [*(b"\r%3d%%" % (step // 10) for step in range(1001)), b"\n"],
        [
            AGAIN.join(
                ("  0%", "  1%", "  2%", "… 93 more states", " 96%", " 97%", " 98%", " 99%", "100%")
            )
        ],
    ),
    Case(
        "progress of two lines, as docker pull draws it",
        [
            b"\n" + E + b"[1A" + E + b"[2K\rbase: 1%\r" + E + b"[1B",
            b"\n" + E + b"[1A" + E + b"[2K\rapp: 1%\r" + E + b"[1B",
            PAUSE,
            E + b"[2A" + E + b"[2K\rbase: done\r" + E + b"[2Bpulled\n",
        ],
        [f"base: 1%{AGAIN}base: done", "app: 1%", "pulled"],
        [["base: 1%", "app: 1%"]],
    ),
    Case(
        "frames of two lines, as npm draws them",
        [
            E + b"[?25l" + E + b"[36m|" + E + b"[39m a\n| b\n",
            (E + b"[2K" + E + b"[1A") * 2 + E + b"[2K" + E + b"[G",
            E + b"[32mv" + E + b"[39m a\n/ b\n" + E + b"[?25h",
        ],
        [f"| a{AGAIN}\x1b[0;32mv\x1b[0m a", f"| b{AGAIN}/ b"],
    ),
    Case(
        "CRLF",
        [b"one\r\ntwo\r\n", b"three\r", PAUSE, b"\nfour\n"],
        ["one", "two", "three", "four"],
        [["one", "two", "three"]],
    ),
]
SECRETS = [
    Case("plain", [b"token=" + S + b"\n"], [f"token={MARK}"]),
    Case("in two writes", [b"token=" + S[:9], S[9:] + b"\n"], [f"token={MARK}"]),
    Case("byte by byte", [*bytewise(S), b"\n"], [MARK]),
    Case(
        "across a read boundary",
        [b"x" * 65531 + S[:5], S[5:] + b"\n"],
        ["x" * 65531 + MARK],
    ),
    Case("base64", [b64(S) + b"\n"], [MARK]),
    Case(
        "base64 with a user name, three offsets",
        [b64(b"u:" + S) + b"\n" + b64(b"us:" + S) + b"\n" + b64(b"use:" + S) + b"\n"],
        ["dTp" + MARK, "dXM6" + MARK, "dXNlOm" + MARK],
    ),
    Case("base64 with a line feed", [b64(S + b"\n") + b"\n"], [MARK]),
    Case(
        "in URLs",
        [
            quote(SECRET, "").encode() + b"\n" + quote_plus(SECRET).encode() + b"\n",
            quote(SECRET, "").lower().encode() + b"\n",
        ],
        [MARK] * 3,
    ),
    Case(
        "in JSON",
        [f"{json.dumps(SECRET)}\n".encode() + json.dumps(SECRET).replace("/", "\\/").encode()],
        [f'"{MARK}"'] * 2,
    ),
    Case(
        "in a shell trace and in XML",
        [
            b"+ curl -H 'X: " + S + b"'\n",
            S.replace(b"&", b"&amp;").replace(b'"', b"&quot;") + b"\n",
        ],
        [f"+ curl -H 'X: {MARK}'", MARK],
    ),
    Case("hex", [S.hex().encode() + b"\n" + S.hex().upper().encode() + b"\n"], [MARK, MARK]),
    Case(
        "several lines, indented",
        ["".join(f"   {line}\n" for line in KEY.split("\n")).encode()],
        [f"   {MARK}"] * 4,
    ),
    Case(
        "several lines with CRLF and as JSON",
        [KEY.replace("\n", "\r\n").encode() + b"\n" + json.dumps(KEY).encode() + b"\n"],
        [MARK, f'"{MARK}"'],
    ),
    Case("not ASCII", [f"pw={UNICODE}\n{json.dumps(UNICODE)}\n".encode()], ["pw=***", '"***"']),
    Case("overlapping", [b"abcdefghijkl\n"], [MARK]),
    Case(
        "almost the secret",
        [b"token=" + S[:9], PAUSE, b"-no\n"],
        ["token=hunter2-S-no"],
        [["token=hunter2-S"]],
    ),
    Case(
        "after a redraw, and with a backspace inside",
        [b"pw: ****\rpw: " + S + b"\n" + S[:5] + b"Q\x08" + S[5:] + b"\n"],
        [f"pw: ****{AGAIN}pw: {MARK}", f"…Q{AGAIN}{MARK}"],
    ),
]


def shown(path: Path) -> list[str]:
    reader = SpoolReader(path)
    try:
        return [line.text for line in reader.lines(0, reader.line_count)]
    finally:
        reader.close()


def play(path: Path, chunks: list[bytes | Pause]) -> list[list[str]]:
    """Write chunks as a step does; return what was shown at each pause."""
    output = KeptOutput(path, Masker([SECRET, KEY, UNICODE, *OVERLAPPING]))
    output.begin_attempt()
    at_pauses: list[list[str]] = []
    for chunk in chunks:
        if isinstance(chunk, Pause):
            output.idle_flush()
            at_pauses.append(shown(path))
        else:
            output.write("stdout", chunk)
    output.close()
    return at_pauses


@pytest.mark.proves("P6")
@pytest.mark.parametrize(
    "case", [*ESCAPES, *UNICODES, *LINES, *SECRETS], ids=lambda case: str(case.name)
)
def test_hostile_output_ends_as_it_should(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "0001-step.log"
    at_pauses = play(path, case.chunks)
    assert shown(path) == case.lines
    assert at_pauses == case.at_pauses
    assert SECRET not in path.read_text()


PRINTED = [
    b"".join(chunk for chunk in case.chunks if isinstance(chunk, bytes))
    for case in [*ESCAPES, *UNICODES, *LINES, *SECRETS]
]
ORDINARY = [
    b"an ordinary line of a log, status=200\n" * 3,
    "größe ✔ überprüft\n".encode() * 3,
    b"\x1b[32mINFO\x1b[0m served\n" * 3,
    b"1\n" * 20,
    b"not ended",
]
mixtures = st.lists(
    st.one_of(
        st.sampled_from(ORDINARY), st.sampled_from([each for each in PRINTED if len(each) < 2000])
    ),
    max_size=8,
)


@given(mixtures, st.lists(st.integers(0, 2000), max_size=6))
def test_any_mixture_in_any_pieces_is_shown_as_it_is_in_small_ones(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    data = b"".join(parts)
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    play(folder / "1.log", [data[a:b] for a, b in pairwise(edges)])
    play(folder / "2.log", [data[at : at + 3] for at in range(0, len(data), 3)])
    assert shown(folder / "1.log") == shown(folder / "2.log")


def test_binary_output_is_shown_without_any_control(tmp_path: Path) -> None:
    path = tmp_path / "0001-step.log"
    data = bytes((at * 7919 + (at >> 8) * 31) % 256 for at in range(60_000))
    play(path, [data])
    text = strip_style(path.read_text())
    assert "\ufffd" in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


def test_streams_are_marked_and_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "0001-step.log"
    output = KeptOutput(path, Masker())
    for number in range(50):
        output.write("stdout", b"out %d\n" % number)
        output.write("stderr", b"err %d\n" % number)
    output.close()
    reader = SpoolReader(path)
    lines = reader.lines(0, reader.line_count)
    reader.close()
    assert [line.text for line in lines if line.stream == "stdout"] == [
        f"out {n}" for n in range(50)
    ]
    assert [line.text for line in lines if line.stream == "stderr"] == [
        f"err {n}" for n in range(50)
    ]


@pytest.mark.proves("F21", "P17")
def test_a_flood_without_line_feed_is_limited_and_its_size_is_told(tmp_path: Path) -> None:
    path = tmp_path / "0001-step.log"
    output = KeptOutput(path, Masker([SECRET]), limit=2_000_000)
    for _ in range(100):
        output.write("stdout", b"z" * 100_000)
    output.close()
    assert path.stat().st_size <= 2_001_000
    text = path.read_text()
    assert "10,000,000 characters" in text
    left_out, in_all = re.findall(r"\(([\d,]+) bytes\)", text)
    kept = path.stat().st_size
    assert int(in_all.replace(",", "")) >= 10_000_000
    assert 0 < int(left_out.replace(",", "")) < 10_000_000
    assert kept - int(in_all.replace(",", "")) + int(left_out.replace(",", "")) < 300
