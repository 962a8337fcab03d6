from __future__ import annotations

import json

import pytest

from pup_tui.convert.errors import ConversionError
from pup_tui.convert.recorded.sessions import commands_of, kind_of
from pup_tui.convert.recorded.terminal_text import lines_of
from tests.support.conversions import Conversion

COMMANDS = ["kubectl -n shop get pods", "kubectl -n shop rollout restart deploy/web"]


def cast(version: int) -> str:
    header = json.dumps({"version": version, "width": 80, "height": 24})
    printed = ["$ ", "kubectl -n shop get pods\r\n", "NAME  READY\r\n$ "]
    printed += ["kubectl -n shop rol", "lout restart deploy/web\r\n", "done\r\n$ exit\r\n"]
    events = [json.dumps([at, "o", each]) for at, each in enumerate(printed)]
    return "\n".join([header, *events, json.dumps([9, "i", "secret typed"])]) + "\n"


TYPESCRIPT = (
    'Script started on 2026-11-30 12:00:00+00:00 [TERM="xterm"]\r\n'
    "\x1b[?2004h\x1b]0;ada@box: ~\x07\x1b[01;32mada@box\x1b[00m:\x1b[01;34m~\x1b[00m$ "
    "kubectl -n shop gt\b\x1b[Ket pods\r\n\x1b[?2004l\rNAME  READY\r\n"
    "ada@box:~$ kubectl -n shop rollout restart deploy/web\r\ndeployment restarted\r\n"
    "ada@box:~$ exit\r\n\r\nScript done on 2026-11-30 12:01:00+00:00 [COMMAND_EXIT_CODE=0]\r\n"
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".bash_history", "\n".join([*COMMANDS, "exit"])),
        ("x", "\n".join(["#1764499200", COMMANDS[0], "#1764499201", COMMANDS[1], "#1764499202", "exit"])),
        ("x", "\n".join(f"  {at}  {each}" for at, each in enumerate([*COMMANDS, "exit"], 500))),
        (".zsh_history", "\n".join(f": 1764499200:0;{each}" for each in [*COMMANDS, "exit"])),
        ("x", "\n".join(f"- cmd: {each}\n  when: 1764499200" for each in [*COMMANDS, "exit"])),
        ("typescript", TYPESCRIPT),
        ("x.cast", cast(2)),
        ("x.cast", cast(3)),
    ],
)  # fmt: skip
def test_the_commands_of_every_kind_of_recording(name: str, text: str) -> None:
    kind = kind_of(text, name)
    assert kind != ""
    assert commands_of(text, kind) == [*COMMANDS, "exit"]


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("abc\b\bX", "aXc"),
        ("abc\rX", "Xbc"),
        ("abc\r\x1b[KX", "X"),
        ("a\x1b[31mb\x1b[0mc", "abc"),
        ("abcd\x1b[2D\x1b[P", "abd"),
        ("\x1b]0;title\x07text", "text"),
    ],
)
def test_what_was_typed_over_is_gone(written: str, line: str) -> None:
    assert lines_of(written) == [line]


def test_what_repeats_is_a_variable_and_secrets_are_not_copied() -> None:
    done = Conversion(
        "kubectl -n shop get pod web-7f9c\n"
        "kubectl -n shop get pod web-7f9c\n"
        "clear\n"
        "kubectl -n shop delete pod web-7f9c\n"
        "export API_TOKEN=abcdef123456789\n"
        'curl -H "Authorization: Bearer $API_TOKEN" https://api.example.com/x\n'
        "vim notes.txt\n"
        "echo 'unfinished\n",
        ".bash_history",
    )
    assert done.vars["NAMESPACE"]["default"] == "shop"
    assert done.vars["POD"]["default"] == "web-7f9c"
    assert done.vars["API_TOKEN"] == {"type": "secret"}
    assert "abcdef123456789" not in done.text
    assert "kubectl -n {{ NAMESPACE }} delete pod {{ POD }}" in done["Kubectl delete pod"]["run"]
    assert done["Kubectl delete pod"]["danger"] is True
    assert "danger" not in done["Kubectl get pod"]
    assert done["Vim"]["kind"] == "manual"
    assert "unfinished" in done["By hand"]["description"]


def test_a_recording_without_commands_is_refused() -> None:
    with pytest.raises(ConversionError, match="no command"):
        Conversion("Script started on today\r\nhello\r\n", "typescript")
