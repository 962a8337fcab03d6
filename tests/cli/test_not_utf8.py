"""Names, arguments and surroundings that are no UTF-8: told with replacement characters, and used."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.program import PROGRAM, Program

RUNBOOK = b'name: odd\nvars: {X: {default: a}}\nsteps:\n  - {name: Say, kind: shell, run: "echo {{ X }}"}\n'
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True)
class Odd:
    """The program in a folder, with a home and a state, whose names are no UTF-8."""

    program: Program

    def __call__(self, *args: bytes, **environ: bytes) -> tuple[int, str]:
        """The exit code and what was printed; nothing in it is a traceback, a control or no UTF-8."""
        given = {name: os.fsdecode(value) for name, value in environ.items()}
        done = self.program(*map(os.fsdecode, args), **given)
        return _told(done.code, done.out, done.err)

    def anew(self, *args: bytes) -> tuple[int, str]:
        """The same in an interpreter of its own, which reads them as the system gives them to it."""
        done = subprocess.run(
            [*PROGRAM, *args],
            cwd=self.program.cwd,
            env=self.program.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=100,
            check=False,
        )
        return _told(done.returncode, done.stdout.decode(), done.stderr.decode())


def _told(code: int, out: str, err: str) -> tuple[int, str]:
    told = out + err
    assert "Traceback" not in told
    assert not CONTROL.search(told)
    assert not re.search(r"(?<!\\)\\udc", told)
    return code, out if code == 0 else told


@pytest.fixture
def odd(program: Program, tmp_path: Path) -> Odd:
    base = os.fsencode(tmp_path)
    cwd = base + b"/cwd\xff"
    folder = cwd + b"/rb\xfe"
    os.makedirs(folder)
    os.makedirs(base + b"/home\xff")
    for path in (cwd + b"/r\xff.yaml", folder + b"/in\xff.yaml"):
        Path(os.fsdecode(path)).write_bytes(RUNBOOK)
    Path(os.fsdecode(base + b"/args\xff.yaml")).write_bytes(b"X: from a file\n")
    environ = {
        b"HOME": base + b"/home\xff",
        b"USER": b"ada\xff",
        b"PUP_TUI_STATE_DIR": base + b"/state\xff",
        b"PUP_TUI_CONFIG_DIR": base + b"/config\xff",
        b"ODD\xff": b"\xff",
    }
    odd = {os.fsdecode(name): os.fsdecode(value) for name, value in environ.items()}
    return Odd(Program(Path(os.fsdecode(cwd)), {**program.environ, **odd}))


@pytest.mark.parametrize("name", ["DD_SITE", "PUP_TUI_PUP"])
def test_a_setting_that_cannot_be_used_is_named(odd: Odd, name: str) -> None:
    for command in ((b"config",), (b"config", b"--json")):
        code, told = odd(*command, **{name: b"a\xffb"})
        assert code == 2
        assert "'a\ufffdb'" in told


def test_a_runbook_of_such_a_name_is_shown_and_planned(odd: Odd) -> None:
    folder = (b"--runbooks", b"rb\xfe")
    code, told = odd(*folder, b"list")
    assert code == 0
    assert "in\ufffd" in told
    assert "in\ufffd" in [entry["id"] for entry in json.loads(odd(*folder, b"list", b"--json")[1])]
    for command in (b"describe", b"validate", b"plan"):
        for name in (b"r\xff.yaml", b"in\xff"):
            assert odd(*folder, command, name)[0] == 0
            json.loads(odd(*folder, command, name, b"--json")[1])


@pytest.mark.proves("F37")
def test_a_run_of_it_is_recorded_and_found_again(odd: Odd) -> None:
    code, told = odd.anew(b"run", b"r\xff.yaml", b"--json", b"--arg-file", b"../args\xff.yaml")
    assert code == 0
    events = [json.loads(line) for line in told.splitlines()]
    assert events[0]["runbook"] == "r\ufffd"
    assert "from a file" in [event.get("text") for event in events]
    [row] = json.loads(odd.anew(b"history", b"--runbook", b"r\xff", b"--json")[1])
    assert (row["run"], row["runbook"]) == (events[0]["run"], "r\ufffd")
    assert "from a file" in odd.anew(b"show", row["run"].encode())[1]
    assert json.loads(odd.anew(b"show", row["run"].encode(), b"--json")[1])["runbook"] == "r\ufffd"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((b"run", b"r\xff.yaml", b"--arg", b"X=\xff"), "`X`: it is not valid text"),
        ((b"run", b"r\xff.yaml", b"--arg", b"Y\xff=1"), "no variable `Y\ufffd`"),
        ((b"run", b"r\xff.yaml", b"--x\xff"), "No such option '--x\ufffd'"),
        ((b"run", b"r\xff.yaml", b"--x\\udcff\xff"), "\\\\udcff\ufffd"),
        ((b"sandbox", b"--port", b"\xff"), "'\ufffd' is not a valid integer range"),
        ((b"run", b"nope\xff"), "there is no runbook `nope\ufffd`"),
        ((b"show", b"\xff"), "there is no run `\ufffd`"),
        ((b"config", b"\xff"), "unexpected extra argument (\ufffd)"),
        ((b"history", b"\xff"), "No such command '\ufffd'"),
        ((b"describe", "a\u202e\u009b".encode()), "`a\\u202e\\x9b`"),
        ((b"history", "\u202e\u009b".encode()), "'\\u202e\\x9b'"),
        ((b"run", b"r\xff.yaml", b"--arg-file", b"none\xff"), "none\ufffd"),
        ((b"--runbooks", b"none\xff", b"list"), "none\ufffd"),
        ((b"config", b"--x\xff"), "No such option '--x\ufffd'"),
        ((b"history", b"--status", b"\xff"), "'\ufffd' is not one of"),
    ],
)
def test_an_error_names_it(odd: Odd, args: tuple[bytes, ...], told: str) -> None:
    code, said = odd(*args)
    assert code == 2
    assert told in said
