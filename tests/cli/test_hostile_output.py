"""What a hostile program prints, as it comes out of the real program on a terminal."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from urllib.parse import quote

import pexpect
import pytest

from tests.support.program import PROGRAM, Program

SECRET = 'hunter2-S3cr3t/+"x"&y=z'
OVERLAPPING = ("abcdefgh", "efghijkl")
HOSTILE = (
    b"a\x1b]52;c;?\x1b\\b",
    b"\x1b[c\x1b[5n\x1b[6n\x1b[>q",
    b"a\x9b2Jb \xc2\x9b2J \xc2\x9d52;c;ZXZpbA==\xc2\x9c",
    b"\x1b[30;40;8mhidden approval",
    b"\x1b[" + b";".join([b"1"] * 5000) + b"mX",
    b"\x1bPq#0~~\x1b\\ \x1b_Gf=24;AAAA\x1b\\ \x1b]1337;File=name=eA==:eA==\x07",
    b"\x07" * 100,
    b"\x1bPtmux;\x1b\x1b]52;c;ZXZpbA==\x07\x1b\\",
    b"\x80 \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82",
    "safe \u202eevil\u2066x\u2069 a\u200bb a\u2028b\u2029c\u0085d".encode(),
    "hello".encode("utf-16"),
    bytes(range(256)),
    b"tail\x1b[3",
)
SPELLED = (
    SECRET.encode(),
    base64.b64encode(b"user:" + SECRET.encode()),
    quote(SECRET, "").encode(),
    json.dumps(SECRET).encode(),
    SECRET.encode().hex().encode(),
    b"pw: ****\rpw: " + SECRET.encode(),
    b'\x1b[31mhunter2-\x1b[32mS3cr3t/+"x"&y=z',
    b"abcdefghijkl",
)
COLOUR = re.compile(rb"\x1b\[[0-9;:]*m")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069]")
RUNBOOK = """
name: hostile
vars:
  ONE: {type: secret, from: "env:ONE"}
  TWO: {type: secret, from: "env:TWO"}
  THREE: {type: secret, from: "env:THREE"}
steps:
  - {name: Play, kind: shell, run: cat hostile.bin}
  - {name: After, kind: shell, run: echo plain; cat hostile.bin >&2; echo end}
"""


@pytest.mark.proves("P6", "P8")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_control_sequence_and_no_secret_reaches_the_terminal(
    program: Program, options: list[str]
) -> None:
    program.write("hostile", RUNBOOK)
    (program.cwd / "hostile.bin").write_bytes(b"\n".join((*SPELLED, *HOSTILE)))
    secrets = {"ONE": SECRET, "TWO": OVERLAPPING[0], "THREE": OVERLAPPING[1]}
    terminal: pexpect.spawn[bytes] = pexpect.spawn(
        PROGRAM[0],
        [*PROGRAM[1:], "run", "hostile.yaml", *options],
        cwd=str(program.cwd),
        env={**program.environ, **secrets, "TERM": "xterm-256color"},
        timeout=200,
    )
    raw = terminal.read()
    terminal.close()
    assert terminal.exitstatus == 0, raw
    shown = COLOUR.sub(b"", raw).decode()
    assert CONTROL.findall(shown) == []
    for kept in ("hidden approval", "safe ", "hello", "tail", "plain", "***", "end"):
        assert kept in shown
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    stored = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert b"hidden approval" in stored
    for where in (COLOUR.sub(b"", raw), COLOUR.sub(b"", stored)):
        for spelling in (*SPELLED[:5], SECRET[:10].encode(), b"S3cr3t", b"abcd", b"ijkl"):
            assert spelling not in where
